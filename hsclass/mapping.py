"""The predict stage: the class of every pixel of a scene."""

from dataclasses import dataclass

import numpy as np

from hsclass.models.trained import TrainedModel
from hsclass.resources import Clock
from hsclass.scene import UNLABELLED, LandCover, Scene


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
    """

    classes: np.ndarray
    confidence: np.ndarray
    legend: tuple[LandCover, ...]
    seconds: float


def predict_scene(model: TrainedModel, scene: Scene) -> ClassMap:
    """Predict the land cover of every pixel of a scene, borders included.

    Parameters
    ----------
    model : TrainedModel
        From `hsclass.fit` or `TrainedModel.load`.
    scene : Scene
        With the bands of the scene that the model was trained on; a ground truth is not needed.

    Returns
    -------
    ClassMap

    Raises
    ------
    DataError
        If the scene's bands are not the model's.
    """
    clock = Clock()
    probabilities = model.classifier.predict_map(np.ascontiguousarray(model.features(scene)))
    ids = np.array([cover.id for cover in model.classes])
    kind = np.uint8 if ids.max() <= np.iinfo(np.uint8).max else np.uint16
    classes = np.where(scene.mask, ids[probabilities.argmax(axis=2)], UNLABELLED).astype(kind)
    return ClassMap(classes, np.where(scene.mask, probabilities.max(axis=2), 0), model.classes, clock.seconds)
