"""Predict the images of an index or of a folder with a saved model."""

from pathlib import Path

import numpy as np

from hsclass.errors import DataError, UsageError
from hsclass.images.frozen import read_features
from hsclass.images.inputs import Features
from hsclass.images.trained import TrainedImageModel
from hsclass.predict.predictions import Predictions, write_predictions
from hsclass.resources import Clock, peak_memory_mb
from hsclass.results.model import PredictionRecord
from hsclass.results.record import write_record
from hsclass.samples.bigearthnet import is_patch
from hsclass.samples.images import read_index
from hsclass.samples.reading import SUFFIXES
from hsclass.split import Role, read_split


def predict_index(
    model: Path, index: Path, output: Path, *, divided: Path | None = None, part: str = "test",
    features: Path | None = None, threads: int = 1,
) -> None:  # fmt: skip
    """Predict the readable images of an index, or one part of a split of them.

    Beside the table stands what it took, with the suffix .json.

    Raises
    ------
    UsageError
        If the part is none.
    DataError
        If a file is not what its stage writes, or the features are not those of the model.
    """
    read = read_index(index)
    places = read.readable
    if divided is not None:
        if part.upper() not in Role.__members__:
            raise UsageError(f"--part {part}: expected one of train, validation, test")
        places = read_split(divided, read)[0].places(Role[part.upper()])[:, 0]
    clock = Clock()
    trained = TrainedImageModel.load(model, threads=threads)
    if features is None:
        found = trained.predict(trained.inputs(read.files[places]))
    else:
        values, about = read_features(features, read)
        if about != trained.card.image_features:
            raise DataError(f"{features}: are not the features that {model} was trained on; give those, or none")
        found = trained.predict(Features(values), places)
    paths = tuple(read.images[place].path for place in places)
    _write(trained, paths, found, output, clock)


def predict_folder(model: Path, folder: Path, output: Path, *, threads: int = 1) -> None:
    """Predict all images in a folder and below it, whatever their class.

    Raises
    ------
    DataError
        If there is none, or one cannot be read.
    """
    if is_patch(folder):
        files = [folder]
    else:
        below = sorted(folder.rglob("*"))
        files = [path for path in below if path.is_dir() and is_patch(path)] or [
            path for path in below if path.suffix.lower() in SUFFIXES
        ]
    if not files:
        raise DataError(f"{folder}: holds no images; expected {', '.join(SUFFIXES)}")
    clock = Clock()
    trained = TrainedImageModel.load(model, threads=threads)
    found = trained.predict(trained.inputs(np.array(files, object)))
    _write(trained, tuple(file.relative_to(folder).as_posix() for file in files), found, output, clock)


def _write(trained: TrainedImageModel, paths: tuple[str, ...], found: np.ndarray, output: Path, clock: Clock) -> None:
    several = trained.card.several_labels
    took = PredictionRecord(
        seconds=clock.seconds, peak_memory_mb=peak_memory_mb(), images_per_second=len(paths) / clock.seconds
    )
    write_record(took, output.with_suffix(".json"))
    write_predictions(Predictions(paths, found, trained.classes, several), output)
