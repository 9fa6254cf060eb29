"""Discriminant analysis feature extraction."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from hsclass.errors import DataError, UsageError
from hsclass.features.dafe import DafeOptions, Discriminants
from hsclass.options import parse_options

Maker = Callable[..., tuple[np.ndarray, np.ndarray]]


def scatter_within(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the mean of the classes' covariances by their shares, as the definition has it."""
    parts = [values[labels == identity] for identity in np.unique(labels)]
    return sum(len(part) * np.cov(part, rowvar=False, ddof=0) for part in parts) / labels.size


def test_two_classes_give_fishers_direction(classes_cube: Maker) -> None:
    cube, labels = classes_cube(2)
    extractor = Discriminants(shrinkage=0.0).fit(cube, labels)
    values = cube.astype(float)
    apart = values[labels == 1].mean(axis=0) - values[labels == 2].mean(axis=0)
    fisher = np.linalg.solve(scatter_within(values, labels), apart)
    assert extractor.components_.shape == (1, 5)
    assert subspace_angles(extractor.components_.T, fisher[:, np.newaxis]) == pytest.approx(0, abs=1e-6)


def test_within_the_classes_the_components_have_variance_one_and_no_correlation(classes_cube: Maker) -> None:
    cube, labels = classes_cube(4)
    found = Discriminants(shrinkage=0.0).fit(cube, labels).transform(cube)
    assert found.shape[2] == 3
    np.testing.assert_allclose(scatter_within(found, labels), np.eye(3), atol=1e-4)
    np.testing.assert_allclose(found.mean(axis=(0, 1)), [0, 0, 0], atol=1e-4)


def test_classes_lie_apart_more_in_earlier_components(classes_cube: Maker) -> None:
    cube, labels = classes_cube(4)
    found = Discriminants().fit(cube, labels).transform(cube)
    between = np.var([found[labels == identity].mean(axis=0) for identity in (1, 2, 3, 4)], axis=0)
    assert (np.diff(between) < 0).all()


def test_pixels_without_label_are_not_seen(classes_cube: Maker) -> None:
    cube, labels = classes_cube(3)
    labels[:6] = 0
    part = Discriminants().fit(cube[6:], labels[6:])
    np.testing.assert_allclose(Discriminants().fit(cube, labels).components_, part.components_, rtol=1e-6)


@pytest.mark.parametrize(("classes", "count"), [(16, 14), (9, 8), (0, None)])
def test_fourteen_components_by_default_or_classes_less_one(classes: int, count: int | None) -> None:
    assert Discriminants().count(200, classes) == count


def test_no_more_components_than_bands() -> None:
    assert Discriminants().count(4, 9) == 4


def test_more_components_than_classes_less_one(classes_cube: Maker) -> None:
    message = "features dafe: option 'components' is 3; expected 2 at the most, for 3 training classes and 5 bands"
    with pytest.raises(UsageError, match=message):
        Discriminants(components=3).count(5, 3)
    with pytest.raises(UsageError, match=message):
        Discriminants(components=3).fit(*classes_cube(3))


def test_one_class() -> None:
    with pytest.raises(DataError, match="features dafe: the training pixels hold one class only; at least 2"):
        Discriminants().fit(np.random.default_rng(0).normal(size=(4, 4, 3)), np.full((4, 4), 5))


def test_singular_scatter_is_told_and_shrinkage_mends_it(classes_cube: Maker) -> None:
    cube, labels = classes_cube(3, bands=60, side=4)
    with pytest.raises(
        DataError, match=r"scatter within the classes is singular \(48 training pixels of 3 classes for"
    ):
        Discriminants(shrinkage=0.0).fit(cube, labels)
    for shrinkage in ("auto", 0.5):
        assert np.isfinite(Discriminants(shrinkage=shrinkage).fit(cube, labels).transform(cube)).all()


def test_constant_band_weighs_nothing(classes_cube: Maker) -> None:
    cube, labels = classes_cube(3)
    cube[..., 2] = 4
    extractor = Discriminants(shrinkage=0.0).fit(cube, labels)
    assert not extractor.components_[:, 2].any()
    others = Discriminants(shrinkage=0.0).fit(np.delete(cube, 2, axis=2), labels)
    np.testing.assert_allclose(np.delete(extractor.components_, 2, axis=1), others.components_, rtol=1e-6)


@pytest.mark.filterwarnings("error")
def test_class_of_one_pixel(classes_cube: Maker) -> None:
    cube, labels = classes_cube(3)
    labels[labels == 3] = 0
    labels[0, -1] = 3
    assert np.isfinite(Discriminants().fit(cube, labels).transform(cube)).all()


@pytest.mark.parametrize("shrinkage", [-0.1, 1.5, "none"])
def test_impossible_shrinkage(shrinkage: float | str) -> None:
    with pytest.raises(UsageError, match="features dafe: option 'shrinkage"):
        parse_options(DafeOptions, {"shrinkage": shrinkage}, "features dafe")
