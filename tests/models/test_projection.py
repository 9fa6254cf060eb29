"""Principal components as a network's first layer: of the training pixels alone, not trained, kept with the network."""

from typing import Any

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.models.classifier import Sample
from hsclass.models.cnn2d import Cnn2dOptions, Convolutional2D

BANDS, SIDE = 6, 12
SIZES = {"filters": (3,), "dense": (4,), "epochs": 2, "augment": False}


def make(**options: Any) -> Convolutional2D:
    return Convolutional2D(Cnn2dOptions(**{**SIZES, **options}), window=3, n_features=BANDS, n_classes=2)


def make_cube() -> np.ndarray:
    """Bands that hang together, of different size and mean."""
    rng = np.random.default_rng(8)
    mixed = rng.normal(size=(SIDE, SIDE, BANDS)) @ rng.normal(size=(BANDS, BANDS)) + np.arange(BANDS)
    return mixed.astype(np.float32)


def make_sample(columns: slice = slice(0, 4)) -> Sample:
    pixels = np.argwhere(np.ones((SIDE, SIDE), bool)[:, columns]).astype(np.int32)
    return Sample(pixels, (pixels[:, 0] % 2).astype(np.int32))


def prepared(cube: np.ndarray, **options: Any) -> Convolutional2D:
    classifier = make(**options)
    classifier.network_ = classifier.build()
    classifier.prepare(cube, make_sample())
    return classifier


def test_projected_training_spectra_are_uncorrelated_and_of_variance_1() -> None:
    cube = make_cube()
    layer = prepared(cube, components=4).network_.get_layer("projection")
    found = np.asarray(layer(cube[:, :4].reshape(-1, BANDS)), float)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.cov(found, rowvar=False), np.eye(4), atol=1e-4)


def test_components_are_the_eigenvectors_of_the_covariance_largest_first() -> None:
    cube = make_cube()
    values, vectors = np.linalg.eigh(np.cov(cube[:, :4].reshape(-1, BANDS).astype(float), rowvar=False))
    kernel = prepared(cube, components=2).network_.get_layer("projection").get_weights()[0]
    expected = vectors[:, [-1, -2]] / np.sqrt(values[[-1, -2]])
    np.testing.assert_allclose(abs((kernel * expected).sum(axis=0)), (expected**2).sum(axis=0), rtol=1e-4)


def test_nothing_but_the_training_pixels_is_seen() -> None:
    """All spectra beside the training columns are others, and the projection is the same."""
    cube = make_cube()
    other = cube.copy()
    other[:, 4:] = 1000 * np.random.default_rng(1).normal(size=other[:, 4:].shape)
    first, second = (prepared(each, components=4).network_.get_weights()[:2] for each in (cube, other))
    for one, same in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, same)


def test_training_leaves_the_projection_as_it_is() -> None:
    cube = make_cube()
    before = prepared(cube, components=4).network_.get_layer("projection").get_weights()
    classifier = make(components=4)
    validation = make_sample(slice(8, 12))
    classifier.fit(cube, make_sample(), validation, seed=0)
    after = classifier.network_.get_layer("projection").get_weights()
    for one, same in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, same)


def test_without_components_the_network_looks_at_the_features_themselves() -> None:
    names = [layer.name for layer in prepared(make_cube(), components=None).network_.layers]
    assert "projection" not in names


def test_more_components_than_training_pixels_can_give() -> None:
    classifier = make(components=4)
    classifier.network_ = classifier.build()
    sample = make_sample()
    with pytest.raises(DataError, match=r"^model cnn2d: 4 components need at least 5 training pixels, found 3"):
        classifier.prepare(make_cube(), Sample(sample.places[:3], sample.targets[:3]))


def test_training_pixels_that_vary_in_too_few_directions() -> None:
    cube = make_cube()
    cube[..., 2:] = cube[..., :1]
    with pytest.raises(DataError, match=r"^model cnn2d: the training pixels vary in 2 directions only"):
        prepared(cube, components=4)


def test_parameters_reported_are_those_that_are_trained() -> None:
    report = make(components=4).fit(make_cube(), make_sample(), make_sample(), seed=0)
    assert report.parameters == (9 * 4 * 3 + 3) + (3 * 4 + 4) + (4 * 2 + 2)
