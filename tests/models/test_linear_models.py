"""Logistic regression, perceptron and linear discriminant analysis against what they must be."""

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from hsclass.errors import DataError
from hsclass.models import model_class
from hsclass.models.classifier import Classifier, Sample


def fit(name: str, spectra: Any, targets: Any, *, n_classes: int = 3, **options: Any) -> tuple[Classifier, np.ndarray]:
    """Return the model fitted on spectra, laid out as a cube of one row, and that cube."""
    cube = np.array(spectra, np.float32)[np.newaxis]
    pixels = np.array([(0, col) for col in range(cube.shape[1])], np.int32)
    family = model_class(name)
    model = family(family.Options(**options), window=1, n_features=cube.shape[2], n_classes=n_classes)
    train = Sample(pixels, np.array(targets, np.int32))
    model.fit(cube, train, Sample(pixels[:0], train.targets[:0]), seed=0)
    return model, cube


def clouds(count: int = 60, bands: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    targets = np.arange(count) % 3
    means = np.array([[0, 0, 0, 0], [2, 0, 1, 0], [0, 2, -1, 0]])[:, :bands]
    return rng.normal(size=(count, bands)) + means[targets], targets


def test_logistic_probabilities_are_the_softmax_of_linear_functions() -> None:
    spectra, targets = clouds()
    model, cube = fit("logistic", spectra, targets)
    weights, offsets = model.estimator_.coef_, model.estimator_.intercept_
    expected = softmax(cube[0] @ weights.T + offsets, axis=1)
    np.testing.assert_allclose(model.predict_map(cube)[0], expected, atol=1e-6)
    # At the optimum the gradient vanishes: C times the residuals' moments equals the weights.
    residuals = np.eye(3)[targets] - expected
    np.testing.assert_allclose(residuals.T @ cube[0], weights, atol=2e-2)


def test_logistic_that_ran_out_of_steps_says_so_in_its_facts() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model, _ = fit("logistic", *clouds(), iterations=2)
    assert model.facts()["steps"] == "2 of at most 2"


@pytest.mark.parametrize("targets", [[0, 0, 2, 2], [0, 1, 2, 2]])
def test_perceptron_orders_classes_as_its_decision_values(targets: list[int]) -> None:
    spectra = [[1.0, 3.0], [2.0, 0.0], [-3.0, -1.0], [-9.0, 1.0]]
    model, cube = fit("perceptron", spectra, targets)
    found = model.predict_map(cube)[0]
    np.testing.assert_array_equal(found.argmax(axis=1), model.estimator_.predict(cube[0]))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_perceptron_probabilities_do_not_depend_on_the_number_of_corrections() -> None:
    """Ten times the weights are the same boundary."""
    model, cube = fit("perceptron", *clouds())
    before = model.predict_map(cube)
    model.estimator_.coef_ *= 10
    model.estimator_.intercept_ *= 10
    np.testing.assert_allclose(model.predict_map(cube), before, atol=1e-5)


def test_lda_is_the_rule_of_bayes_for_normal_classes() -> None:
    """Without shrinkage, from means, pooled covariance and shares worked out here."""
    spectra, targets = clouds()
    spectra, targets = spectra[:-7], targets[:-7]  # shares that differ
    model, cube = fit("lda", spectra, targets, shrinkage=0)
    data = cube[0].astype(np.float64)
    means = np.stack([data[targets == c].mean(axis=0) for c in range(3)])
    within = data - means[targets]
    inverse = np.linalg.inv(within.T @ within / len(data))
    away = data[:, np.newaxis] - means
    distance = np.einsum("ncb,bd,ncd->nc", away, inverse, away)
    expected = softmax(np.log(np.bincount(targets) / len(data)) - distance / 2, axis=1)
    np.testing.assert_allclose(model.predict_map(cube)[0], expected, atol=1e-5)


def test_lda_with_equal_priors() -> None:
    spectra, targets = clouds()
    kept = (targets != 2) | (np.arange(60) < 9)
    shares = [fit("lda", spectra[kept], targets[kept], priors=priors)[0] for priors in ("training", "equal")]
    cube = np.zeros((1, 1, 4), np.float32) + spectra[targets == 2].mean(axis=0).astype(np.float32)
    rare = [float(model.predict_map(cube)[0, 0, 2]) for model in shares]
    assert rare[1] > rare[0] + 0.01


def test_lda_with_more_bands_than_pixels() -> None:
    rng = np.random.default_rng(0)
    targets = np.arange(30) % 3
    spectra = rng.normal(size=(30, 100)) + 2 * np.eye(100)[targets]
    model, cube = fit("lda", spectra, targets)
    others = (rng.normal(size=(1, 300, 100)) + 2 * np.eye(100)[np.arange(300) % 3]).astype(np.float32)
    assert (model.predict_map(others)[0].argmax(axis=1) == np.arange(300) % 3).mean() > 0.6
    assert cube.shape == (1, 30, 100)


def test_lda_takes_a_class_of_one_pixel_without_a_warning() -> None:
    spectra, targets = clouds(count=21)
    targets = np.where((targets == 2) & (np.arange(21) != 2), 1, targets)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model, cube = fit("lda", spectra, targets)
    assert np.isfinite(model.predict_map(cube)).all()


def test_lda_needs_a_class_of_two_pixels() -> None:
    with pytest.raises(DataError, match="each of the 3 classes has a single training pixel, but model lda needs"):
        fit("lda", [[0.0, 1.0], [1.0, 0.0], [3.0, 3.0]], [0, 1, 2])
