"""What every feature extractor owes, whichever it is."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import distance_transform_cdt
from sklearn.base import clone

import hsclass
from hsclass.features import feature_class, feature_names
from hsclass.features.extractor import Origin
from hsclass.models.trained import TrainedModel
from hsclass.options import Options
from hsclass.scene import Scene
from hsclass.split import Split

BANDS, CLASSES = 12, 3
ORIGIN = Origin(400 + 10.0 * np.arange(BANDS), np.full(BANDS, 50), np.full(BANDS, 4), 30.0)


def toy() -> tuple[np.ndarray, np.ndarray]:
    """Return a normalised cube of three classes in stripes, and the class ids of every third pixel, 0 elsewhere."""
    rng = np.random.default_rng(3)
    classes = np.repeat([1, 4, 9], 8)[:, np.newaxis].repeat(20, axis=1)
    cube = rng.normal(size=(24, 20, BANDS)) + classes[..., np.newaxis] * np.linspace(-0.4, 0.4, BANDS)
    return cube.astype(np.float32), np.where(rng.random(classes.shape) < 1 / 3, classes, 0)


@pytest.fixture(params=feature_names("pixels"))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def learned(extractor: object) -> dict[str, np.ndarray]:
    return {key: np.asarray(value) for key, value in vars(extractor).items() if key.endswith("_")}


def test_features_of_a_cube_are_as_many_as_announced(name: str) -> None:
    cube, known = toy()
    extractor = feature_class(name)()
    features = extractor.fit(cube, known, origin=ORIGIN).transform(cube)
    assert features.shape == (24, 20, extractor.count(BANDS, CLASSES, ORIGIN.wavelengths))
    assert extractor.count(BANDS, 0) in {None, features.shape[2]}
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


def test_options_are_the_parameters_of_the_constructor_with_the_same_defaults(name: str) -> None:
    extractor_class = feature_class(name)
    assert issubclass(extractor_class.Options, Options)
    defaults = extractor_class.Options().model_dump()
    assert extractor_class().get_params() == clone(extractor_class(**defaults)).get_params() == defaults
    undescribed = [key for key, field in extractor_class.Options.model_fields.items() if not field.description]
    assert undescribed == []


def test_what_is_learned_depends_on_pixels_within_the_reach_of_the_fit_alone(name: str) -> None:
    """Else the fit scope, which names the training pixels, would not tell the truth; for most the reach is 0."""
    cube, known = toy()
    known[:, 10:] = 0
    extractor_class = feature_class(name)
    fit_reach = extractor_class().fit_reach
    other = cube.copy()
    if fit_reach is None:
        assert extractor_class().reach is None
        return
    beyond = distance_transform_cdt(known == 0, "chessboard") > fit_reach
    other[beyond] = np.random.default_rng(4).normal(7, 3, other[beyond].shape)
    one, two = (learned(extractor_class().fit(data, known, origin=ORIGIN)) for data in (cube, other))
    assert one.keys() == two.keys()
    for key, value in one.items():
        np.testing.assert_array_equal(value, two[key])


def test_no_input_is_changed(name: str) -> None:
    cube, known = toy()
    before = cube.copy(), known.copy()
    feature_class(name)().fit(cube, known, origin=ORIGIN).transform(cube)
    np.testing.assert_array_equal(cube, before[0])
    np.testing.assert_array_equal(known, before[1])


def test_a_band_that_is_constant_does_no_harm(name: str) -> None:
    cube, known = toy()
    cube[..., 5] = 0
    assert np.isfinite(feature_class(name)().fit(cube, known, origin=ORIGIN).transform(cube)).all()


def test_a_saved_model_gives_the_same_features(name: str, toy_scene: Scene, toy_split: Split, tmp_path: Path) -> None:
    """From its files alone: whatever the fit took from the scene is in them."""
    model = hsclass.fit(toy_scene, toy_split, "rf", features=name, trees=2)
    model.save(tmp_path / "model")
    restored = TrainedModel.load(tmp_path / "model")
    np.testing.assert_array_equal(restored.features(toy_scene), model.features(toy_scene))
    assert learned(restored.extractor).keys() == learned(model.extractor).keys()
    assert restored.scope.reach == model.reach == feature_class(name)().reach


def test_fitting_twice_gives_the_same(name: str) -> None:
    cube, known = toy()
    one, two = (feature_class(name)().fit(cube, known, origin=ORIGIN).transform(cube) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_it_looks_no_farther_than_its_reach(name: str) -> None:
    cube, known = toy()
    extractor = feature_class(name)().fit(cube, known, origin=ORIGIN)
    changed = cube.copy()
    changed[12, 10, :6] += 5
    apart = np.abs(extractor.transform(changed) - extractor.transform(cube)).max(axis=2)
    rows, cols = np.indices(apart.shape)
    distance = np.maximum(abs(rows - 12), abs(cols - 10))
    assert apart[12, 10] > 0
    if extractor.reach is not None:
        assert not apart[distance > extractor.reach].any()


def test_without_reach_a_part_of_the_scene_has_the_features_of_the_whole(name: str) -> None:
    cube, known = toy()
    extractor = feature_class(name)().fit(cube, known, origin=ORIGIN)
    if extractor.reach == 0:
        whole, part = extractor.transform(cube), extractor.transform(cube[5:9, 2:7])
        np.testing.assert_allclose(part, whole[5:9, 2:7], rtol=1e-5, atol=1e-5)
