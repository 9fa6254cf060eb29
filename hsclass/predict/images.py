"""Predict the classes of images with a trained model."""

from pathlib import Path

import numpy as np

from hsclass.errors import DataError, UsageError
from hsclass.features.frozen import ImageFeatures
from hsclass.models.trained import TrainedModel
from hsclass.predict.predictions import Predictions
from hsclass.samples.bigearthnet import is_patch
from hsclass.samples.images import ImageSamples
from hsclass.samples.reading import SUFFIXES, paths_below
from hsclass.scene import CUBE_FILE
from hsclass.split import Role, Split


def predict_images(
    model: TrainedModel,
    images: ImageSamples,
    *,
    split: Split | None = None,
    role: str = "test",
    features: ImageFeatures | None = None,
) -> Predictions:
    """Predict the readable images of a set, or those of one role of a split.

    Parameters
    ----------
    model : TrainedModel
        From `hsclass.fit` or `TrainedModel.load`, trained on images.
    images : ImageSamples
    split : Split, optional
    role : {"train", "validation", "test"}
        Of the split.
    features : ImageFeatures, optional
        Of the set, where the model takes features; without them they are computed.

    Raises
    ------
    UsageError
        If there is no such role, or the model was trained on pixels.
    DataError
        If an image cannot be read, or the features are not those of the model.
    """
    places = images.readable
    if split is not None:
        if role.upper() not in Role.__members__:
            raise UsageError(f"--role {role}: expected one of train, validation, test")
        places = split.places(Role[role.upper()])[:, 0]
    files = images.files[places]
    found = model.predict_files(files) if features is None else model.predict_features(features, places)
    return _predictions(model, tuple(images.images[place].path for place in places), found)


def predict_folder(model: TrainedModel, folder: Path) -> Predictions:
    """Predict all images in a folder and below it, whatever their class.

    Raises
    ------
    UsageError
        If the model was trained on pixels, or the folder is that of a scene.
    DataError
        If there is no image, or one cannot be read.
    """
    if (folder / CUBE_FILE).is_file():
        raise UsageError(
            f"{folder}: is the folder of a scene, but the model {model.card.model} takes images; give a folder of"
            " images, or a model that was trained on a scene"
        )
    files = [folder] if is_patch(folder) else _images_below(folder)
    if not files:
        raise DataError(f"{folder}: holds no images; expected {', '.join(SUFFIXES)}")
    found = model.predict_files(np.array(files, object))
    return _predictions(model, tuple(file.relative_to(folder).as_posix() for file in files), found)


def _images_below(folder: Path) -> list[Path]:
    below = sorted(paths_below(folder))
    return [path for path in below if path.is_dir() and is_patch(path)] or [
        path for path in below if path.suffix.lower() in SUFFIXES
    ]


def _predictions(model: TrainedModel, paths: tuple[str, ...], found: np.ndarray) -> Predictions:
    return Predictions(paths, found, tuple(cover.name for cover in model.classes), model.card.several_labels)
