"""Dissimilarity index, threshold and density against a table worked out by hand and against brute force."""

import logging
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from hsclass.errors import DataError
from hsclass.models.applicability import Applicability, fit_applicability, upper_whisker

# Two features with means 2 and 20: scaled by their standard deviations (n - 1), they are (-1, 0), (0, -1), (1, 0) and
# (0, 1) times sqrt(3 / 2).
TABLE = np.array([[0.0, 20.0], [2.0, 10.0], [4.0, 20.0], [2.0, 30.0]])
UNIT = np.sqrt(1.5)


@pytest.fixture
def table() -> Applicability:
    return fit_applicability(TABLE, np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]))


def test_mean_distance_and_threshold_by_hand(table: Applicability) -> None:
    side, across = np.sqrt(2) * UNIT, 2 * UNIT  # four sides and two diagonals of the square
    mean = (4 * side + 2 * across) / 6
    assert table.mean_distance == pytest.approx(mean)
    # Each sample has a neighbour of the other fold at the distance of a side.
    assert table.threshold == pytest.approx(side / mean)


def test_dissimilarity_by_hand(table: Applicability) -> None:
    new = np.array([[2.0, 20.0], [4.0, 20.0], [2 + 2 * 3 * np.sqrt(2 / 3) * UNIT, 20.0]])
    scale = TABLE.std(axis=0, ddof=1)
    expected = cdist((new - 2 - np.array([0, 18])) / scale, (TABLE - np.array([2, 20])) / scale).min(axis=1)
    found = table.dissimilarity(new)
    assert found == pytest.approx(expected / table.mean_distance, rel=1e-5)
    assert found[1] == pytest.approx(0, abs=1e-5)
    assert (found > table.threshold).tolist() == [False, False, True]


def test_distance_to_the_own_class(table: Applicability) -> None:
    _, found = table.dissimilarities(np.array([[4.0, 20.0], [4.0, 20.0], [4.0, 20.0]]), np.array([0, 1, 7]))
    assert found[0] > found[1] == pytest.approx(0, abs=1e-5)
    assert np.isinf(found[2])


def test_both_distances_are_those_of_a_search_for_each() -> None:
    """By brute force; most samples are nearest to another class than the one they are said to be of."""
    rng = np.random.default_rng(3)
    train, kind = rng.normal(size=(300, 8)), rng.integers(0, 5, 300)
    known = fit_applicability(train, kind, rng.integers(0, 4, 300))
    new, said = rng.normal(size=(400, 8)), rng.integers(0, 6, 400)
    to_all, to_class = known.dissimilarities(new, said)
    distances = cdist(known.place(new), known.samples) / known.mean_distance
    np.testing.assert_allclose(to_all, distances.min(axis=1), rtol=1e-5)
    own = np.where(said[:, np.newaxis] == kind, distances, np.inf).min(axis=1)
    np.testing.assert_allclose(to_class, own, rtol=1e-5)
    assert (np.isinf(own) == (said == 5)).all()
    assert 0.1 < (own == distances.min(axis=1)).mean() < 0.4


def test_threads_that_share_the_samples_change_no_bit() -> None:
    rng = np.random.default_rng(4)
    train, kind = rng.normal(size=(300, 8)), rng.integers(0, 5, 300)
    known = fit_applicability(train, kind, rng.integers(0, 4, 300))
    new, said = rng.normal(size=(5000, 8)), rng.integers(0, 6, 5000)
    alone, shared = (known.dissimilarities(new, said, threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(alone, shared)
    np.testing.assert_array_equal(known.dissimilarity(new, threads=3), alone[0])
    np.testing.assert_allclose(alone[0], cdist(known.place(new), known.samples).min(axis=1) / known.mean_distance, 1e-5)
    np.testing.assert_array_equal(*(known.density(new, threads=threads) for threads in (1, 3)))


def test_density_counts_training_samples_within_the_threshold(table: Applicability) -> None:
    assert table.density(np.array([[2.0, 20.0], [100.0, 20.0]])).tolist() == [4, 0]


def test_many_features_give_the_distances_of_brute_force_almost() -> None:
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(12, 60))
    train, new = (rng.normal(size=(n, 12)) @ mixing + 0.05 * rng.normal(size=(n, 60)) for n in (300, 50))
    found = fit_applicability(train, np.zeros(300, int), np.arange(300) % 5)
    scale = train.std(axis=0, ddof=1)
    exact = cdist(new / scale, train / scale).min(axis=1) / pdist(train / scale).mean()
    assert found.dissimilarity(new) == pytest.approx(exact, rel=0.02)
    assert (found.dissimilarity(new) <= exact * 1.001).all()


def test_weights_stretch_the_space() -> None:
    train, folds = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
    even = fit_applicability(train, folds, folds)
    heavy = fit_applicability(train, folds, folds, weights=np.array([3.0, 1.0]))
    along, across = np.array([[3.0, 0.0]]), np.array([[0.0, 3.0]])
    assert even.dissimilarity(along) == pytest.approx(even.dissimilarity(across))
    assert heavy.dissimilarity(along) > heavy.dissimilarity(across)


def test_a_constant_feature_is_left_out() -> None:
    train = np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0]])
    found = fit_applicability(train, np.zeros(3, int), np.array([0, 1, 2]))
    assert found.dissimilarity(np.array([[1.0, 900.0]])) == pytest.approx(0, abs=1e-6)


def test_upper_whisker_is_rs() -> None:
    # boxplot.stats(c(1, 2, 3, 4, 5, 6, 7, 8, 9, 30))$stats[5] is 9; of c(1, 2, 3, 4, 100) it is 4.
    assert upper_whisker(np.array([30.0, 1, 2, 3, 4, 5, 6, 7, 8, 9])) == 9
    assert upper_whisker(np.array([1.0, 2, 3, 4, 100])) == 4


def test_saved_and_read_back(tmp_path: Path) -> None:
    train = np.column_stack([TABLE, np.ones(4)])  # a constant feature has no scale, and is stored all the same
    known = fit_applicability(train, np.arange(4), np.arange(4)).with_accuracy(np.arange(4.0), np.array([1, 1, 0, 0]))
    known.save(tmp_path)
    again = Applicability.load(tmp_path)
    assert (again.dissimilarity(train + 1) == known.dissimilarity(train + 1)).all()
    assert (again.profile == known.profile).all()
    assert (again.held_out == known.held_out).all()


def test_many_folds_give_the_distances_of_a_search_for_each() -> None:
    rng = np.random.default_rng(3)
    train, folds = rng.normal(size=(400, 3)), np.repeat(np.arange(40), 10)
    train[:150] = train[:1] + 1e-3 * rng.normal(size=(150, 3))
    folds[:150] = 0  # a field of more samples than neighbours are looked at
    scaled = train / train.std(axis=0, ddof=1)
    apart = np.where(folds[:, np.newaxis] == folds, np.inf, cdist(scaled, scaled)).min(axis=1)
    found = fit_applicability(train, folds, folds)
    assert found.held_out == pytest.approx(apart / pdist(scaled).mean(), rel=1e-3)


def test_expected_accuracy_descends_between_bins_and_ends_at_the_threshold(table: Applicability) -> None:
    # Three bins of 50 samples with accuracies 0.9, 0.4 and 0.6: the last two are pooled to 0.5.
    index = np.concatenate([np.full(50, 0.2), np.full(50, 0.6), np.full(50, 0.8)])
    right = np.concatenate([np.arange(50) < n for n in (45, 20, 30)])
    known = table.with_accuracy(index, right)
    assert known.profile == pytest.approx(np.array([[0.2, 0.9], [0.6, 0.5], [0.8, 0.5]]))
    assert known.threshold < 1
    assert known.expected_accuracy(np.array([0.0, 0.4, 0.7, 1.0])) == pytest.approx(
        [0.9, 0.7, 0.5, np.nan], nan_ok=True
    )
    assert np.isnan(table.expected_accuracy(np.array([0.0]))).all()


@pytest.mark.parametrize(
    ("features", "folds", "message"),
    [(TABLE, np.zeros(4), "all training samples are in one fold"), (np.ones((4, 2)), np.arange(4), "are equal")],
)
def test_what_cannot_be_measured_is_said(features: np.ndarray, folds: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        fit_applicability(features, np.zeros(4, int), folds)


def test_of_many_training_samples_some_are_drawn_to_measure_the_others_against(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("hsclass.models.applicability.MOST_SAMPLES", 60)
    features, folds = np.random.default_rng(0).normal(size=(200, 3)), np.arange(200) // 5  # 40 folds
    found = fit_applicability(features, np.arange(200) % 4, folds)
    assert "measured to 60 of 200 training samples" in caplog.text
    every = found.place(features)
    near = cdist(found.samples, every)
    drawn = near.argmin(axis=1)
    assert len(set(drawn.tolist())) == 60
    assert found.classes.tolist() == (drawn % 4).tolist()
    near[folds[drawn][:, np.newaxis] == folds] = np.inf
    assert found.held_out == pytest.approx(near.min(axis=0) / found.mean_distance, rel=1e-4)
