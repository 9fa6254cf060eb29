"""Folds that are as far from training as the map is."""

import re

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from hsclass.errors import UsageError
from hsclass.samplers import make_split
from hsclass.samplers.knndm import Knndm, fold_distances, map_distances
from hsclass.samplers.sampler import Request
from hsclass.samplers.splitter import SpatialSplit
from hsclass.samples import WindowNeighbours
from hsclass.split import Role


def request(labels: np.ndarray, window: int) -> Request:
    return Request(labels, 0.1, 0, np.random.default_rng(0), WindowNeighbours(window), np.ones(labels.shape, bool))


def test_distances_of_the_map_are_those_of_other_pixels_to_the_labels() -> None:
    labelled = np.array([[1, 0, 0, 0, 1]], bool)
    assert map_distances(labelled, np.array([[1, 1, 1, 1, 1]], bool)).tolist() == [1, 2, 1]
    assert map_distances(labelled, np.array([[1, 1, 1, 0, 1]], bool)).tolist() == [1, 2]
    assert map_distances(labelled, labelled).tolist() == [0]


def test_distances_of_folds_are_those_that_the_guard_leaves() -> None:
    folds = np.array([[0, 0, 1, 1, -1, 1]])
    labels = (folds >= 0).astype(int)
    # Window 1: 0 tests at 2 and 1 from column 2; 1 tests at 1, 2 and 4 from column 1.
    distances, left = fold_distances(folds, request(labels, 1))
    assert (distances.tolist(), left) == ([2, 1, 1, 2, 4], 1.0)
    # Window 3 drops what is nearer than 3: columns 2 and 3 for fold 0, all for fold 1.
    distances, left = fold_distances(folds, request(labels, 3))
    assert (distances.tolist(), left) == ([5, 4], 0.0)


def dense_and_sparse() -> tuple[np.ndarray, np.ndarray]:
    """Return the labels of a block of pixels, and the mask of a map that lies around it or far away."""
    labels = np.zeros((20, 120), int)
    labels[:, :20] = 1 + np.arange(20) % 2
    return labels, np.ones(labels.shape, bool)


def test_a_far_map_asks_for_compact_folds_and_a_near_one_for_scattered_ones() -> None:
    labels, everywhere = dense_and_sparse()
    near = np.indices(labels.shape)[1] < 21

    def misfit(mask: np.ndarray) -> tuple[float, float]:
        """Return the mean distance to training over the folds, and that of the map."""
        from scipy.ndimage import distance_transform_edt

        tested = []
        for seed in range(4):
            split = make_split(labels, "knndm", window=1, folds=4, validation=0, seed=seed, mask=mask)
            tested.append(distance_transform_edt(split.roles != Role.TRAIN)[split.roles == Role.TEST])
        return float(np.concatenate(tested).mean()), float(map_distances(labels > 0, mask).mean())

    far_test, far_map = misfit(everywhere)
    near_test, near_map = misfit(near)
    assert far_map == pytest.approx(50.5)
    assert near_map == 1
    assert near_test < 2
    assert far_test > 3


def test_it_notes_how_far_it_is_off() -> None:
    labels, mask = dense_and_sparse()
    (note,) = make_split(labels, "knndm", window=1, mask=mask).notes
    assert "clusters: distances from test to training are" in note


def test_the_noted_distance_is_the_area_between_the_distribution_functions() -> None:
    """Of all pairwise distances, and with both distribution functions summed up step by step."""
    labels, mask = dense_and_sparse()
    splits = [make_split(labels, "knndm", window=1, folds=4, validation=0, seed=seed, mask=mask) for seed in range(4)]
    tested = np.concatenate([
        cdist(*(np.argwhere(split.roles == role) for role in (Role.TEST, Role.TRAIN))).min(axis=1) for split in splits
    ])  # fmt: skip
    wanted = cdist(np.argwhere(mask & (labels == 0)), np.argwhere(labels > 0)).min(axis=1)
    steps = np.unique(np.concatenate([tested, wanted]))
    of_tested, of_wanted = ((values[:, np.newaxis] <= steps[:-1]).mean(axis=0) for values in (tested, wanted))
    area = (np.abs(of_tested - of_wanted) * np.diff(steps)).sum()
    (note,) = splits[0].notes
    noted = re.search(r"are ([\d.]+) pixels", note)
    assert noted
    assert float(noted[1]) == pytest.approx(area, abs=0.05 + 1e-9)  # one decimal; half of it may go up or down


def test_the_guard_must_leave_training_pixels() -> None:
    labels, mask = dense_and_sparse()
    split = make_split(labels, "knndm", window=5, folds=4, validation=0, mask=mask)
    assert split.count(Role.TRAIN) >= 0.5 * (labels > 0).sum() * 3 / 4


def test_it_makes_folds_only() -> None:
    with pytest.raises(UsageError, match=r"folds.*should be a number of 2 or more"):
        make_split(dense_and_sparse()[0], "knndm", window=1, folds=None)


def test_as_a_splitter_it_knows_what_will_be_mapped() -> None:
    labels, mask = dense_and_sparse()
    places, others = np.argwhere(labels > 0), np.argwhere(mask)
    options = {"folds": 4, "n_splits": 4}
    given = SpatialSplit("knndm", positions=places, map_positions=others, **options)
    tests = [test for _, test in given.split(None, labels[tuple(places.T)])]
    assert sorted(np.concatenate(tests).tolist()) == list(range(len(places)))
    expected = make_split(labels, "knndm", window=1, folds=4, validation=0, mask=mask).roles
    assert places[tests[0]].tolist() == np.argwhere(expected == Role.TEST).tolist()
    with pytest.raises(UsageError, match="positions: are missing"):
        next(SpatialSplit("knndm", map_positions=others).split(None, labels[labels > 0], np.ones(400)))


def test_the_clusters_are_taken_that_are_as_far_from_training_as_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve pixels in a row: single ones, of which most have a neighbour that trains, or halves, 1 to 6 away."""
    choices = [1 + np.arange(12)[np.newaxis] // size for size in (1, 6)]
    monkeypatch.setattr(Knndm, "_clusterings", lambda *_: [np.pad(each, ((0, 2), (0, 20))) for each in choices])
    labels = np.pad(np.ones((1, 12), int), ((0, 2), (0, 20)))

    def chosen(mapped: list[int], window: int = 1) -> str:
        mask = labels > 0
        mask[0, mapped] = True
        (note,) = make_split(labels, "knndm", window=window, folds=2, validation=0, mask=mask).notes
        return str(note)

    assert chosen([12]).startswith("12 clusters")  # 1 pixel away
    # 5 to 7 pixels away, on average 6; halves 3.5, and each quantile is smaller.
    assert chosen([16, 17, 18]).startswith("2 clusters: distances from test to training are 2.5 pixels")
    # Of single pixels the guard leaves less than half.
    assert chosen([12], window=3).startswith("2 clusters")
