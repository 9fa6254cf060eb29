"""The spectral angle mapper, by hand."""

from pathlib import Path

import numpy as np
import pytest

import hsclass
from hsclass.errors import DataError
from hsclass.models.classifier import Sample
from hsclass.models.spectral_angle import SpectralAngleMapper
from hsclass.models.trained import TrainedModel
from hsclass.scene import Scene
from hsclass.split import Split


def mapper(cube: list[list[list[float]]], targets: list[int]) -> SpectralAngleMapper:
    """Fitted on the pixels of a cube of one row, of 4 possible classes."""
    spectra = np.array(cube, np.float32)
    pixels = np.array([(0, col) for col in range(len(targets))], np.int32)
    model = SpectralAngleMapper(SpectralAngleMapper.Options(), window=1, n_features=spectra.shape[2], n_classes=4)
    nothing = Sample(pixels[:0], np.zeros(0, np.int32))
    model.fit(spectra, Sample(pixels, np.array(targets, np.int32)), nothing, seed=0)
    return model


def test_reference_is_the_mean_of_the_class() -> None:
    model = mapper([[[3.0, 0.0], [1.0, 2.0], [0.0, 5.0]]], [1, 1, 3])
    np.testing.assert_array_equal(model.references_, [[2, 1], [0, 5]])
    np.testing.assert_array_equal(model.seen, [1, 3])


def test_probabilities_by_hand() -> None:
    """References (1, 0) and (0, 1); the training angles are 45, 45, 0 degrees, so the unit is 30 degrees."""
    model = mapper([[[1.0, 1.0], [1.0, -1.0], [0.0, 1.0]]], [0, 0, 2])
    assert model.spread_ == pytest.approx(np.radians(30))
    spectrum = np.array([[[np.cos(np.radians(30)), np.sin(np.radians(30))]]], np.float32)
    found = model.predict_proba(spectrum, np.array([[0, 0]]))
    weights = np.exp([-1, -2])  # 30 and 60 degrees from the references
    np.testing.assert_allclose(found, [[weights[0] / weights.sum(), 0, weights[1] / weights.sum(), 0]], atol=1e-6)


def test_brightness_does_not_matter(toy_scene: Scene, toy_split: Split) -> None:
    model = hsclass.fit(toy_scene, toy_split, "sam")
    cube = model.features(toy_scene)
    dim, bright = (model.classifier.predict_map(cube * factor) for factor in (0.25, 8))
    np.testing.assert_allclose(dim, bright, atol=1e-6)


def test_bands_are_taken_as_they_are(toy_scene: Scene, toy_split: Split) -> None:
    model = hsclass.fit(toy_scene, toy_split, "sam")
    np.testing.assert_array_equal(model.features(toy_scene), toy_scene.cube)


def test_spectrum_of_zeros_prefers_no_class() -> None:
    model = mapper([[[1.0, 1.0], [1.0, 2.0], [0.0, 1.0]]], [0, 0, 2])
    found = model.predict_proba(np.zeros((1, 1, 2), np.float32), np.array([[0, 0]]))
    np.testing.assert_allclose(found, [[0.5, 0, 0.5, 0]])


def test_training_spectra_that_equal_their_reference() -> None:
    """The mean angle is then 0, and no unit."""
    model = mapper([[[1.0, 0.0], [0.0, 1.0]]], [0, 1])
    found = model.predict_proba(np.array([[[2.0, 1.0]]], np.float32), np.array([[0, 0]]))
    np.testing.assert_allclose(found, [[1, 0, 0, 0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"references": np.zeros((3, 23))}, r"array 'references' is float64 of shape \(3, 23\)"),
        ({"classes": np.array([0, 1, 3], np.int32)}, "its classes are not ascending indices below 3"),
        ({"classes": np.array([0, 1], np.int32)}, "its classes are not ascending"),
        ({"spread": np.array(np.nan)}, "array 'spread' .* expected finite"),
    ],
)
def test_file_that_does_not_fit_is_refused(
    toy_scene: Scene, toy_split: Split, tmp_path: Path, change: dict[str, np.ndarray], message: str
) -> None:
    hsclass.fit(toy_scene, toy_split, "sam").save(tmp_path / "model")
    file = tmp_path / "model" / "references.npz"
    np.savez(file, **{**np.load(file), **change})
    with pytest.raises(DataError, match=message):
        TrainedModel.load(tmp_path / "model")
