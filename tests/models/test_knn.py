"""Nearest neighbours, by hand."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from hsclass.errors import DataError
from hsclass.models.classifier import Sample
from hsclass.models.knn import FILE, NearestNeighbours

LINE = np.array([0.0, 1.0, 4.0, 9.0], np.float32).reshape(1, 4, 1)


def fit(**options: object) -> NearestNeighbours:
    """Fitted on one band: 0 and 1 of class 0, 4 of class 1, 9 of class 2."""
    pixels = np.array([(0, col) for col in range(4)], np.int32)
    model = NearestNeighbours(NearestNeighbours.Options(**options), window=1, n_features=1, n_classes=3)
    train = Sample(pixels, np.array([0, 0, 1, 2], np.int32))
    model.fit(LINE, train, Sample(pixels[:0], train.targets[:0]), seed=0)
    return model


def test_votes_weigh_the_inverse_distance() -> None:
    """At 3 the neighbours are 4 (distance 1), 1 (2) and 0 (3)."""
    found = fit(neighbours=3, weights="distance").predict_proba(np.full((1, 1, 1), 3, np.float32), np.array([[0, 0]]))
    weights = np.array([1 / 2 + 1 / 3, 1, 0])
    np.testing.assert_allclose(found[0], weights / weights.sum(), atol=1e-6)


def test_votes_that_are_equal() -> None:
    found = fit(neighbours=3, weights="uniform").predict_proba(np.full((1, 1, 1), 3, np.float32), np.array([[0, 0]]))
    np.testing.assert_allclose(found[0], [2 / 3, 1 / 3, 0], atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"neighbours": 5}, {"neighbours": 6, "weights": "uniform"}])
def test_votes_are_scikit_learns(options: dict[str, object]) -> None:
    """Some spectra are training spectra, and nearly all distances differ by little."""
    rng = np.random.default_rng(1)
    cube = (1000 + rng.normal(size=(1, 700, 40))).astype(np.float32)
    cube[0, 600:] = cube[0, :100]
    targets = rng.integers(0, 4, 300).astype(np.int32)
    places = np.array([(0, col) for col in range(700)], np.int32)
    model = NearestNeighbours(NearestNeighbours.Options(**options), window=1, n_features=40, n_classes=4)
    model.fit(cube, Sample(places[:300], targets), Sample(places[:0], targets[:0]), seed=0)
    peer = KNeighborsClassifier(model.options.neighbours, weights=model.options.weights, metric="manhattan")
    expected = peer.fit(cube[0, :300], targets).predict_proba(cube[0])
    np.testing.assert_allclose(model.predict_proba(cube, places), expected, atol=1e-6)


def test_fewer_training_pixels_than_neighbours() -> None:
    expected = "model knn: option 'neighbours' is 5, but there are 4 training pixels; set it to 4 or less"
    with pytest.raises(DataError, match=expected):
        fit(neighbours=5)
    fit(neighbours=4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": np.array([0, 0, 1], np.int32)}, "holds 4 spectra and 3 classes"),
        ({"targets": np.array([0, 0, 1, 3], np.int32)}, "not ascending indices below 3"),
        ({"spectra": LINE[0, :1], "targets": np.zeros(1, np.int32)}, "and 2 spectra or more"),
    ],
)
def test_file_that_does_not_hold_neighbours_is_refused(
    tmp_path: Path, change: dict[str, np.ndarray], message: str
) -> None:
    model = fit(neighbours=2)
    model.save(tmp_path)
    with np.load(tmp_path / FILE) as held:
        np.savez(tmp_path / FILE, **{**held, **change})
    with pytest.raises(DataError, match=message):
        model.load(tmp_path)
