"""The map of a scene that is in memory."""

from dataclasses import dataclass

import numpy as np

from hsclass.models.spectral_contract import Resampling, convert_bands
from hsclass.models.trained import TrainedModel
from hsclass.predict.pixels import Pixels
from hsclass.predict.prediction import Legend, Predictor, broken_note
from hsclass.predict.tiles import Tiles
from hsclass.scene import LandCover, Scene


@dataclass(frozen=True)
class ClassMap:
    """A whole-scene map.

    Attributes
    ----------
    classes : ndarray of uint8 or uint16, shape (rows, cols)
        Class ids; 0 where the scene holds no data.
    confidence : ndarray of float32, shape (rows, cols)
        Probability that the model gives the class.
    legend : tuple of LandCover
    seconds : float
        Wall-clock time of the prediction, without reading files.
    notes : tuple of str
        What one should know of it, in sentences.
    """

    classes: np.ndarray
    confidence: np.ndarray
    legend: tuple[LandCover, ...]
    seconds: float
    notes: tuple[str, ...] = ()


def predict_scene(
    model: TrainedModel, scene: Scene, *, abstain: float | None = None, resample: Resampling | None = None
) -> ClassMap:
    """Predict the land cover of every pixel of a scene, borders included.

    Parameters
    ----------
    model : TrainedModel
        From `hsclass.fit` or `TrainedModel.load`.
    scene : Scene
        With the bands of the scene that the model was trained on, in any order; a reference labels is not needed.
    abstain : float, optional
        Pixels with a lower confidence get the id after the legend's highest, `abstained`.
    resample : {"linear", "gaussian"}, optional
        Compute the model's bands by wavelength where the scene has others.

    Returns
    -------
    ClassMap

    Raises
    ------
    DataError
        If the scene's bands are not the model's and may not, or cannot, be resampled.
    UsageError
        If `abstain` is no probability.
    """
    pixels = Pixels.of_scene(scene)
    predictor = Predictor(
        model, pixels, convert_bands(model.bands, pixels.bands, name=scene.name, resample=resample),
        Legend(model.classes, abstain), Tiles.of(*scene.shape[:2], model.reach),
    )  # fmt: skip
    chunk = predictor.chunk(slice(0, scene.shape[0]))
    note = broken_note(chunk.broken)
    notes = (*predictor.conversion.notes, *([note] if note else []))
    return ClassMap(chunk.classes, chunk.confidence, predictor.legend.entries, chunk.seconds, notes)
