"""What every feature extractor owes, whichever it is."""

import numpy as np
import pytest

from hsclass.features import FEATURES, feature_class
from hsclass.options import Options


def toy() -> tuple[np.ndarray, np.ndarray]:
    """Return a normalised cube of three classes in stripes, and the class ids of every third pixel, 0 elsewhere."""
    rng = np.random.default_rng(3)
    classes = np.repeat([1, 4, 9], 8)[:, np.newaxis].repeat(20, axis=1)
    cube = rng.normal(size=(24, 20, 12)) + classes[..., np.newaxis] * np.linspace(-0.4, 0.4, 12)
    return cube.astype(np.float32), np.where(rng.random(classes.shape) < 1 / 3, classes, 0)


@pytest.fixture(params=sorted(FEATURES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def learned(extractor: object) -> dict[str, np.ndarray]:
    return {key: np.asarray(value) for key, value in vars(extractor).items() if key.endswith("_")}


def test_features_of_a_cube_are_as_many_as_announced(name: str) -> None:
    cube, known = toy()
    extractor = feature_class(name)()
    features = extractor.fit(cube, known).transform(cube)
    assert features.shape == (24, 20, extractor.count(12, 3))
    assert features.dtype == np.float32
    assert np.isfinite(features).all()
    assert issubclass(extractor.Options, Options)


def test_what_is_learned_depends_on_the_training_pixels_alone(name: str) -> None:
    """Else the fit scope, which names the training pixels, would not tell the truth."""
    cube, known = toy()
    other = cube.copy()
    other[known == 0] = np.random.default_rng(4).normal(7, 3, other[known == 0].shape)
    one, two = (learned(feature_class(name)().fit(data, known)) for data in (cube, other))
    assert one.keys() == two.keys()
    for key, value in one.items():
        np.testing.assert_array_equal(value, two[key])


def test_fitting_twice_gives_the_same(name: str) -> None:
    cube, known = toy()
    one, two = (feature_class(name)().fit(cube, known).transform(cube) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_it_looks_no_farther_than_its_reach(name: str) -> None:
    cube, known = toy()
    extractor = feature_class(name)().fit(cube, known)
    changed = cube.copy()
    changed[12, 10] += 5
    apart = np.abs(extractor.transform(changed) - extractor.transform(cube)).max(axis=2)
    rows, cols = np.indices(apart.shape)
    distance = np.maximum(abs(rows - 12), abs(cols - 10))
    assert apart[12, 10] > 0
    if extractor.reach is not None:
        assert not apart[distance > extractor.reach].any()
