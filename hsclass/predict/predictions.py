"""Predict: the classes of images, and the table of them."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError, UsageError
from hsclass.samples.images import SEPARATOR
from hsclass.wording import counted

SURE = 0.5
"""An image that may have several classes is given those of at least this probability."""


@dataclass(frozen=True)
class Predictions:
    """What a model says of images.

    Attributes
    ----------
    paths : tuple of str
    probabilities : ndarray of float32, shape (n, classes)
    classes : tuple of str
    several_labels : bool
    """

    paths: tuple[str, ...]
    probabilities: np.ndarray
    classes: tuple[str, ...]
    several_labels: bool

    @property
    def chosen(self) -> np.ndarray:
        """Bool of shape (n, classes): the classes that each image is given."""
        if self.several_labels:
            return self.probabilities >= SURE
        return np.eye(len(self.classes), dtype=bool)[self.probabilities.argmax(axis=1)]


def require_table_name(path: str | os.PathLike[str]) -> None:
    """Raise UsageError unless a path names a CSV file."""
    if Path(path).suffix.lower() != ".csv":
        raise UsageError(f"output {path}: would be a table of images; expected a name that ends in .csv")


def write_predictions(found: Predictions, path: str | os.PathLike[str]) -> None:
    """Write one line per image: path, its classes, the highest probability, and the probability of each class.

    Raises
    ------
    UsageError
        If the path does not end in .csv.
    """
    require_table_name(path)
    with atomic_path(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "classes" if found.several_labels else "class", "confidence", *found.classes])
        names = np.array(found.classes, object)
        for name, chosen, row in zip(found.paths, found.chosen, found.probabilities, strict=True):
            numbers = [f"{value:.6f}" for value in row]
            writer.writerow([name, SEPARATOR.join(names[chosen]), f"{row.max():.6f}", *numbers])


def read_predictions(path: str | os.PathLike[str]) -> Predictions:
    """Read what `write_predictions` wrote, or raise DataError."""
    try:
        with open(path, newline="", encoding="utf-8") as file:  # noqa: PTH123  (a path or a text)
            head, *rows = list(csv.reader(file)) or [[]]
        if head[:3] not in (["path", "class", "confidence"], ["path", "classes", "confidence"]):
            raise ValueError(f"its columns are {', '.join(head) or 'none'}")
        values = np.array([row[3:] for row in rows], np.float32).reshape(len(rows), len(head) - 3)
    except (OSError, ValueError, IndexError) as error:
        raise DataError(
            f"{path}: is no table of predictions ({error}); expected what 'hsclass predict' writes; run it again"
        ) from error
    return Predictions(tuple(row[0] for row in rows), values, tuple(head[3:]), head[1] == "classes")


def places_of(paths: Sequence[str], known: Sequence[str], table: object) -> np.ndarray:
    """Return the place of each path among the known ones, or raise DataError where one is not."""
    place = {path: number for number, path in enumerate(known)}
    missing = [path for path in paths if path not in place]
    if missing:
        raise DataError(
            f"{table}: names {counted(len(missing), 'image')} that the index lacks, as {missing[0]}; predict them again"
        )
    return np.array([place[path] for path in paths], np.int64)
