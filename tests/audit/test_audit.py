"""The audit's figures, by hand and by comparing all pairs of pixels."""

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hsclass.audit import audit_split, kl_divergence, moran_i, require_sound, summary
from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.results import Audit, Histogram
from hsclass.split import ClassShare, Role, Split


def checkerboard(side: int) -> np.ndarray:
    return np.indices((side, side)).sum(axis=0) % 2 == 0


def halves(rows: int, cols: int) -> np.ndarray:
    return np.broadcast_to(np.arange(cols) < cols // 2, (rows, cols))


def all_pairs(roles: np.ndarray, window: int) -> tuple[float, float, list[int]]:
    """Return overlap share, centre share and the distances to training, from explicit sets of window pixels."""

    def windows(centres: np.ndarray) -> list[set[tuple[int, int]]]:
        reach = range(-(window // 2), window // 2 + 1)
        return [{(row + down, col + right) for down in reach for right in reach} for row, col in centres.tolist()]

    test, train, validation = (np.argwhere(roles == role) for role in (3, 1, 2))
    others = set().union(*windows(train), *windows(validation))
    centres = {(row, col) for row, col in train.tolist()}
    test_windows = windows(test)
    distances = [min(max(abs(row - r), abs(col - c)) for r, c in centres) for row, col in test.tolist()]
    return (
        sum(bool(seen & others) for seen in test_windows) / len(test),
        sum(bool(seen & centres) for seen in test_windows) / len(test),
        distances,
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000), rows=st.integers(2, 14), cols=st.integers(2, 14), window=st.sampled_from([1, 3, 5, 9])
)
def test_shares_and_distances_agree_with_sets_of_window_pixels(seed: int, rows: int, cols: int, window: int) -> None:
    rng = np.random.default_rng(seed)
    roles = rng.choice(5, (rows, cols), p=[0.5, 0.03, 0.03, 0.34, 0.1]).astype(np.uint8)
    assume((roles == 1).any() and (roles == 3).any())
    overlap, centre, distances = all_pairs(roles, window)
    audit = audit_split(roles, window=window)
    assert audit.overlap_share == pytest.approx(overlap)
    assert audit.centre_share == pytest.approx(centre)
    assert audit.distance_histogram is not None
    edges, counts = audit.distance_histogram.edges, audit.distance_histogram.counts
    assert len(edges) == len(counts) + 1
    assert counts == np.histogram(distances, edges)[0].tolist()
    assert sum(counts) == len(distances) == audit.n_test
    for shares in audit.by_window:
        overlap, centre, _ = all_pairs(roles, shares.window)
        assert (shares.overlap_share, shares.centre_share) == (pytest.approx(overlap), pytest.approx(centre))


@pytest.mark.parametrize(
    ("shape", "window", "largest"),
    [((40, 50), 9, 31), ((40, 12), 3, 11), ((40, 13), 3, 13), ((40, 12), 15, 15), ((60, 60), 35, 35)],
)
def test_windows_go_up_to_31_or_the_scene_but_include_the_splits_own(
    shape: tuple[int, int], window: int, largest: int
) -> None:
    roles = np.full(shape, 3)
    roles[:, 0] = 1
    audit = audit_split(roles, window=window)
    assert [shares.window for shares in audit.by_window] == list(range(1, largest + 1, 2))
    own = audit.by_window[window // 2]
    assert (own.overlap_share, own.centre_share) == (audit.overlap_share, audit.centre_share)


def test_shares_by_window_of_a_row_by_hand() -> None:
    # Test pixels 2 and 5 away from training; validation is 1 away from the second. Windows of 3 reach that (2 pixels
    # away at most), and the first; the centre of the first lies in a window of 5 and more.
    roles = np.array([[1, 0, 3, 0, 0, 3, 2]])
    shares = {row["window"]: row for row in audit_split(roles, window=11).as_dict()["by_window"]}
    assert list(shares) == [1, 3, 5, 7, 9, 11]
    assert [row["overlap_share"] for row in shares.values()] == [0, 1, 1, 1, 1, 1]
    assert [row["centre_share"] for row in shares.values()] == [0, 0, 0.5, 0.5, 0.5, 1]


def test_shares_of_a_row_by_hand() -> None:
    # Training at column 0, validation at 6. Window 3: column 1 contains the training pixel, column 2 shares one with
    # its window, columns 4 and 5 share with validation's; column 9 is clear.
    roles = np.array([[1, 3, 3, 0, 3, 3, 2, 0, 4, 3]])
    audit = audit_split(roles, window=3)
    assert (audit.n_train, audit.n_validation, audit.n_test) == (1, 1, 5)
    assert audit.overlap_share == pytest.approx(4 / 5)
    assert audit.centre_share == pytest.approx(1 / 5)
    assert audit.distance_histogram == Histogram(edges=list(range(1, 11)), counts=[1, 1, 0, 1, 1, 0, 0, 0, 1])
    assert audit.leaks
    assert not audit_split(roles, window=1).leaks


@pytest.mark.parametrize("side", [3, 4, 5])
def test_moran_of_a_checkerboard(side: int) -> None:
    marked = checkerboard(side)
    mean = marked.mean()
    # Each pair of neighbours has one of each kind: (n / W) W (1 - m)(-m) / (n m (1 - m)) = -1.
    assert moran_i(marked, np.ones_like(marked)) == pytest.approx(-1)
    assert 0 < mean < 1


def test_moran_of_halves() -> None:
    # 4 x 4, half marked: z = ±1/2, Σz² = 4. Of 24 pairs the 4 across the middle give -1/4, the other 20 give 1/4.
    assert moran_i(halves(4, 4), np.ones((4, 4), bool)) == pytest.approx((16 / 24) * (20 / 4 - 4 / 4) / 4)


def test_moran_by_its_definition_over_all_pairs() -> None:
    rng = np.random.default_rng(4)
    used = rng.random((6, 7)) < 0.8
    marked = used & (rng.random((6, 7)) < 0.4)
    places = np.argwhere(used)
    z = marked[used] - marked[used].mean()
    weights = np.abs(places[:, np.newaxis] - places).sum(axis=2) == 1
    expected = len(z) / weights.sum() * (weights * np.outer(z, z)).sum() / (z**2).sum()
    assert moran_i(marked, used) == pytest.approx(expected)


def test_moran_counts_pairs_of_used_pixels_only() -> None:
    # Two rows of two, apart: used pixels 1 1 . 0 0. Mean 1/2, pairs 2, each product 1/4: (4 / 2) (1/2) / 1 = 1.
    used = np.array([[True, True, False, True, True]])
    marked = np.array([[True, True, False, False, False]])
    assert moran_i(marked, used) == pytest.approx(1)


def test_moran_is_undefined_without_neighbours_or_without_difference() -> None:
    assert moran_i(np.ones((3, 3), bool), np.ones((3, 3), bool)) is None
    assert moran_i(np.array([[True, False, False]]), np.array([[True, False, True]])) is None
    assert moran_i(np.zeros((2, 2), bool), np.zeros((2, 2), bool)) is None


def test_moran_of_the_audit_leaves_out_guard_and_unused() -> None:
    roles = np.array([[1, 1, 4, 0, 3, 3]], np.uint8)
    assert audit_split(roles, window=1).moran_i == pytest.approx(1)


def test_kl_by_hand() -> None:
    labels = np.array([[1, 1, 5, 5, 5, 5, 5, 5, 0, 0]])
    chosen = np.array([[1, 0, 1, 0, 0, 0, 0, 0, 0, 1]], bool)
    # Half and half of a scene that is a quarter and three quarters; unlabelled pixels do not count.
    assert kl_divergence(labels, chosen) == pytest.approx(0.5 * np.log(0.5 / 0.25) + 0.5 * np.log(0.5 / 0.75))
    assert kl_divergence(labels, labels == 1) == pytest.approx(np.log(4))
    assert kl_divergence(labels, labels > 0) == 0
    assert kl_divergence(labels, labels == 0) is None


LABELS = np.array([[1, 1, 1, 1, 2, 2, 2, 7, 7, 7]])
ROLES = np.array([[1, 4, 3, 3, 1, 4, 4, 4, 3, 3]], np.uint8)


def test_class_figures_come_from_the_labels() -> None:
    audit = audit_split(ROLES, LABELS, window=1)
    assert audit.lost_classes == [2]
    assert audit.train_ratio == 0.2
    assert audit.kl_train == pytest.approx(0.5 * np.log(0.5 / 0.4) + 0.5 * np.log(0.5 / 0.3))
    assert audit.kl_test == pytest.approx(0.5 * np.log(0.5 / 0.4) + 0.5 * np.log(0.5 / 0.3))
    assert (audit.train_ratio_asked, audit.leaky) == (None, False)


def test_labelled_pixels_without_a_role_count_for_the_ratio() -> None:
    audit = audit_split(np.array([[1, 0, 0, 0, 0, 0, 0, 0, 0, 3]], np.uint8), LABELS, window=1)
    assert audit.train_ratio == 0.1
    assert audit.lost_classes == [1, 2]


def test_a_split_brings_its_own_window_ratio_declaration_and_classes() -> None:
    shares = (ClassShare(1, 1, 1, 0, 2, 1), ClassShare(2, 1, 1, 0, 0, 2))
    split = Split(ROLES, 3, "mine", 0, {"train": 0.25, "validation": 0}, True, shares)
    audit = audit_split(split)
    assert (audit.window, audit.train_ratio_asked, audit.leaky, audit.lost_classes) == (3, 0.25, True, [2])
    assert (audit.kl_train, audit.kl_test) == (None, None)
    assert audit.train_ratio == 0.2
    overruled = audit_split(split, window=1, leaky=False)
    assert (overruled.window, overruled.leaky) == (1, False)


def test_keys_and_their_order_are_fixed_and_json_knows_the_values() -> None:
    audit = audit_split(ROLES, LABELS, window=3)
    assert list(summary(audit)) == [
        "window", "n_train", "n_validation", "n_test", "overlap_share", "centre_share", "moran_i", "kl_train",
        "kl_test", "train_ratio_asked", "train_ratio", "lost_classes", "leaky", "sampled_field_share",
        "ground_distance_test", "ground_distance_map", "ground_wasserstein",
    ]  # fmt: skip
    assert Audit(**json.loads(json.dumps(audit.as_dict()))) == audit


def test_a_leak_that_is_not_declared_is_an_error() -> None:
    leaking = audit_split(np.array([[1, 3, 0, 0, 3]]), window=3)
    with pytest.raises(
        LeakageError, match=r"^mine\.tif: 50\.0% of the 2 test windows of side 3 share pixels"
    ) as caught:
        require_sound(leaking, "mine.tif")
    assert caught.value.exit_status == 3
    require_sound(audit_split(np.array([[1, 3, 0, 0, 3]]), window=3, leaky=True), "declared")
    require_sound(audit_split(np.array([[1, 3, 0, 0, 3]]), window=1), "no windows")


@pytest.mark.parametrize("window", [0, 4, -3])
def test_impossible_windows_are_usage_errors(window: int) -> None:
    with pytest.raises(UsageError, match=f"window: is {window} pixels"):
        audit_split(ROLES, window=window)


def test_bare_codes_need_a_window() -> None:
    with pytest.raises(UsageError, match="window: is missing"):
        audit_split(ROLES)


@pytest.mark.parametrize(
    ("roles", "labels", "message"),
    [
        (np.array([[1, 3, 7]]), None, r"values \[7\] next to the split codes"),
        (np.array([[1.5, 3]]), None, r"values \[1.5\]"),
        (np.array([[[1, 3]]]), None, r"shape \(1, 1, 2\)"),
        (ROLES, LABELS[:, :5], r"is of shape \(1, 10\), but the reference labels are \(1, 5\)"),
        (
            ROLES,
            np.where(LABELS == 7, 0, LABELS),
            r"has 3 samples with a role that the reference labels leave unlabelled",
        ),
        (np.where(ROLES == Role.TEST, Role.GUARD, ROLES), None, r"has 2 training and 0 test samples"),
        (np.where(ROLES == Role.TRAIN, Role.UNUSED, ROLES), None, r"has 0 training and 4 test samples"),
    ],
)
def test_impossible_splits_are_data_errors(roles: np.ndarray, labels: np.ndarray | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        audit_split(roles, labels, window=3)
