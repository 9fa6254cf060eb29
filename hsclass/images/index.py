"""The index of a set of images: a table with a row an image, which every later stage reads."""

import csv
import os
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError

COLUMNS = ("path", "class", "split", "rows", "cols", "bands", "sha256", "phash", "problem")
SEPARATOR = ";"
"""Between the classes of an image that has several."""


@dataclass(frozen=True)
class Indexed:
    """One image.

    Attributes
    ----------
    path : str
        From the folder of the images; of a patch of BigEarthNet its folder.
    labels : tuple of str
        Its class, or classes.
    split : str
        "train", "validation" or "test" where published lists say so, else empty.
    shape : tuple of int
        Rows, cols and bands; (0, 0, 0) of an unreadable one.
    sha256, phash : str
        Digest of the file, and perceptual hash; empty of an unreadable image.
    problem : str
        Why it cannot be read; empty where it can.
    """

    path: str
    labels: tuple[str, ...]
    split: str
    shape: tuple[int, int, int]
    sha256: str
    phash: str
    problem: str = ""


@dataclass(frozen=True)
class ImageIndex:
    """All images of a set.

    Attributes
    ----------
    folder : Path
        The images' paths are from it.
    images : tuple of Indexed
    several_labels : bool
        Whether an image may have more than one class.
    classes : tuple of str
        In the order of a model's outputs.
    """

    folder: Path
    images: tuple[Indexed, ...]
    several_labels: bool
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def readable(self) -> np.ndarray:
        """Places of the images that can be read."""
        return np.array([place for place, image in enumerate(self.images) if not image.problem], np.int64)

    @cached_property
    def targets(self) -> np.ndarray:
        """Float32 of shape (images, classes): 1 where an image has the class."""
        place = {name: column for column, name in enumerate(self.classes)}
        targets = np.zeros((len(self), len(self.classes)), np.float32)
        for row, image in enumerate(self.images):
            targets[row, [place[label] for label in image.labels]] = 1
        return targets

    @cached_property
    def files(self) -> np.ndarray:
        """The images' files, as an array of paths."""
        return np.array([self.folder / image.path for image in self.images], object)

    @property
    def hashes(self) -> list[str]:
        """The perceptual hashes, in the order of the images."""
        return [image.phash for image in self.images]

    def counts(self) -> dict[str, int]:
        """Return the number of readable images of each class."""
        found = Counter(label for place in self.readable for label in self.images[place].labels)
        return {name: found[name] for name in self.classes}

    def common_shape(self) -> tuple[int, int, int]:
        """Return the commonest rows, cols and bands."""
        return Counter(self.images[place].shape for place in self.readable).most_common(1)[0][0]


def write_index(index: ImageIndex, path: str | os.PathLike[str]) -> None:
    """Write an index as CSV; its first line names the folder, whether labels are several, and the classes."""
    with atomic_path(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        kind = "several" if index.several_labels else "one"
        writer.writerow(["#", str(index.folder), kind, *index.classes])
        writer.writerow(COLUMNS)
        for image in index.images:
            labels = SEPARATOR.join(image.labels)
            writer.writerow([image.path, labels, image.split, *image.shape, image.sha256, image.phash, image.problem])


def read_index(path: str | os.PathLike[str]) -> ImageIndex:
    """Read what `write_index` wrote, or raise DataError."""
    again = "expected the table that 'hsclass images index' writes; run it again"
    try:
        with open(path, newline="", encoding="utf-8") as file:  # noqa: PTH123  (a path or a text)
            about, columns, *rows = csv.reader(file)
        if about[0] != "#" or tuple(columns) != COLUMNS:
            raise ValueError("its columns are others")
        images = tuple(
            Indexed(row[0], tuple(row[1].split(SEPARATOR)), row[2], (int(row[3]), int(row[4]), int(row[5])), *row[6:9])
            for row in rows
        )
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise DataError(f"{path}: is no index of images ({error}); {again}") from error
    return ImageIndex(Path(about[1]), images, about[2] == "several", tuple(about[3:]))
