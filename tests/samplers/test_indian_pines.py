"""The samplers on the real scene: the share asked for, a usable validation set and few lost classes."""

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.samplers import make_split
from hsclass.samplers.regions import find_regions
from hsclass.split import Role

Scene = tuple[np.ndarray, np.ndarray]


def test_fields_are_found_as_they_lie(indian_pines: Scene) -> None:
    labels, _ = indian_pines
    sizes = {
        identity: sorted(len(region) for region in find_regions(labels == identity, eps=1.5, min_samples=5))
        for identity in (9, 11, 15)
    }
    assert sizes == {9: [20], 11: [33, 123, 408, 809, 1082], 15: [89, 297]}


@pytest.mark.parametrize(("sampler", "lost"), [("dbscan_area", {1, 7}), ("dbscan_variance", {7})])
def test_window_9_with_a_tenth_and_a_twentieth(sampler: str, lost: set[int], indian_pines: Scene) -> None:
    labels, cube = indian_pines
    split = make_split(labels, sampler, window=9, cube=cube)
    n_train, n_validation, n_test = ((split.roles == role).sum() for role in (1, 2, 3))
    assert 0.09 <= n_train / 10249 <= 0.12
    assert 0.04 <= n_validation / 10249 <= 0.06
    assert n_test > 4000
    assert {share.id for share in split.classes if share.test == 0} == lost
    assert sum(share.validation > 0 for share in split.classes) >= 11
    assert all(share.train > 0 for share in split.classes)
    assert all(share.note for share in split.classes if share.test == 0 or share.validation == 0)


def test_window_5_loses_no_class(indian_pines: Scene) -> None:
    labels, cube = indian_pines
    for sampler in ("dbscan_area", "dbscan_variance"):
        assert all(share.test > 0 for share in make_split(labels, sampler, window=5, cube=cube).classes)


def test_smallest_fields_of_a_class_train_whole(indian_pines: Scene) -> None:
    labels, _ = indian_pines
    roles = make_split(labels, "dbscan_area", window=9).roles
    fields = sorted(find_regions(labels == 11, eps=1.5, min_samples=5), key=len)
    assert [set(roles[tuple(field.T)].tolist()) for field in fields[:2]] == [{Role.TRAIN}, {Role.TRAIN}]
    assert not any((roles[tuple(field.T)] == Role.TRAIN).any() for field in fields[2:])


@pytest.mark.parametrize(("window", "centre", "overlap"), [(5, 0.87, 0.996), (9, 0.996, 1.0)])
def test_random_windows_overlap(window: int, centre: float, overlap: float, indian_pines: Scene) -> None:
    labels, _ = indian_pines
    audits = [
        audit_split(make_split(labels, "random", window=window, validation=0, seed=seed), labels) for seed in range(5)
    ]
    for audit in audits:
        assert audit.centre_share == pytest.approx(centre, abs=0.015)
        assert audit.overlap_share == pytest.approx(overlap, abs=0.003)
        assert audit.moran_i == pytest.approx(0, abs=0.04)
        assert audit.kl_train == pytest.approx(0, abs=1e-3)


def test_regions_are_sound_and_compact(indian_pines: Scene) -> None:
    labels, _ = indian_pines
    audit = audit_split(make_split(labels, "dbscan_area", window=9), labels)
    assert (audit.overlap_share, audit.centre_share, audit.leaks) == (0, 0, False)
    assert audit.moran_i is not None and audit.moran_i > 0.9
    assert audit.lost_classes == [1, 7]
    assert audit.distance_histogram is not None
    assert audit.distance_histogram.counts[:8] == [0] * 8


@pytest.mark.parametrize(
    ("sampler", "window", "n_test", "n_lost"),
    [
        ("blocks", 9, 2500, 3), ("blocks", 5, 5000, 2),
        ("clusters", 9, 3000, 4), ("clusters", 5, 5500, 1),
        ("stripes", 9, 4500, 3), ("stripes", 5, 6000, 0),
        ("region_growing", 9, 700, 4), ("region_growing", 5, 2800, 3),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", [0, 1])
def test_the_other_samplers_keep_a_test_set(
    sampler: str, window: int, n_test: int, n_lost: int, seed: int, indian_pines: Scene
) -> None:
    labels, _ = indian_pines
    split = make_split(labels, sampler, window=window, seed=seed)
    assert 0.095 <= (split.roles == Role.TRAIN).sum() / 10249 <= 0.13
    assert 0.035 <= (split.roles == Role.VALIDATION).sum() / 10249 <= 0.065
    assert (split.roles == Role.TEST).sum() > n_test
    assert sum(share.test == 0 for share in split.classes) <= n_lost
    assert all(share.train > 0 for share in split.classes)
    assert all(share.note for share in split.classes if share.test == 0 or share.validation == 0)


@pytest.mark.parametrize(("sampler", "window", "n_train"), [("dbscan_area", 9, 2900), ("stripes", 5, 3900)])
def test_five_folds_test_every_pixel_once_and_leave_enough_to_train(
    sampler: str, window: int, n_train: int, indian_pines: Scene
) -> None:
    labels, _ = indian_pines
    splits = [make_split(labels, sampler, window=window, seed=seed, folds=5) for seed in range(5)]
    assert np.array_equal(sum((split.roles == Role.TEST).astype(int) for split in splits), (labels > 0).astype(int))
    for split in splits:
        assert (split.roles == Role.TRAIN).sum() > n_train
        assert audit_split(split, labels).overlap_share == 0
        lacking = [share for share in split.classes if not (share.train and share.validation and share.test)]
        assert all(share.note for share in lacking)
