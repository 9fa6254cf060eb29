"""An image set as samples: a table with a row an image, which every later stage reads; in memory and on disk."""

import csv
import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError
from hsclass.results.image_set import ImageSetRecord
from hsclass.results.record import read_record, write_record
from hsclass.scene import LandCover

INDEX_FILE = "index.csv"
ABOUT_SUFFIX = ".json"
COLUMNS = ("path", "class", "listed", "rows", "cols", "bands", "sha256", "phash", "problem")
SEPARATOR = ";"
"""Between the classes of an image that has several."""


@dataclass(frozen=True)
class ImageRecord:
    """One image.

    Attributes
    ----------
    path : str
        From the folder of the images; of a patch of BigEarthNet its folder.
    labels : tuple of str
        Its class, or classes.
    listed : str
        "train", "validation" or "test" where the lists or folders of the set say so, else empty.
    shape : tuple of int
        Rows, cols and bands; (0, 0, 0) of an unreadable one.
    sha256, phash : str
        Digest of the file, and perceptual hash; empty of an unreadable image.
    problem : str
        Why it cannot be read; empty where it can.
    """

    path: str
    labels: tuple[str, ...]
    listed: str
    shape: tuple[int, int, int]
    sha256: str
    phash: str
    problem: str = ""


@dataclass(frozen=True)
class ImageSamples:
    """All images of a set.

    Attributes
    ----------
    name : str
    folder : Path
        The images' paths are from it.
    images : tuple of ImageRecord
    classes : tuple of LandCover
        In the order of a model's outputs; ids from 1.
    several_labels : bool
        Whether an image may have more than one class.
    """

    name: str
    folder: Path
    images: tuple[ImageRecord, ...]
    classes: tuple[LandCover, ...]
    several_labels: bool = False
    kind: ClassVar[Literal["images"]] = "images"

    def __len__(self) -> int:
        return len(self.images)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in their order."""
        return tuple(cover.name for cover in self.classes)

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the images' files, in their order, whatever their classes."""
        return hashlib.sha256(" ".join(image.sha256 for image in self.images).encode()).hexdigest()

    @cached_property
    def labels(self) -> np.ndarray:
        """Class id of each image, int64 of shape (n,), 0 where it is unreadable; of several classes the rarest."""
        frequency = self.targets.sum(axis=0)
        rarest = 1 + np.where(self.targets > 0, frequency, np.inf).argmin(axis=1)
        rarest[[place for place, image in enumerate(self.images) if image.problem]] = 0
        return rarest

    @cached_property
    def targets(self) -> np.ndarray:
        """Float32 of shape (n, classes): 1 where an image has the class, unreadable ones too."""
        place = {name: column for column, name in enumerate(self.class_names)}
        targets = np.zeros((len(self), len(self.classes)), np.float32)
        for row, image in enumerate(self.images):
            targets[row, [place[label] for label in image.labels]] = 1
        return targets

    @cached_property
    def readable(self) -> np.ndarray:
        """Places of the images that can be read, int64 of shape (k,)."""
        return np.flatnonzero(self.labels)

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
        return {name: found[name] for name in self.class_names}

    def common_shape(self) -> tuple[int, int, int]:
        """Return the commonest rows, cols and bands."""
        return Counter(self.images[place].shape for place in self.readable).most_common(1)[0][0]

    def require_labels(self) -> np.ndarray:
        """Return `labels`; the images of a set always have classes."""
        return self.labels


def write_index(samples: ImageSamples, path: str | os.PathLike[str], *, about: Mapping[str, Any] | None = None) -> None:
    """Write an image set as CSV, a line an image, and its name, folder and classes as JSON with the suffix .json.

    `about` adds to the JSON file what a reader should know of the set.
    """
    path = Path(path)
    record = ImageSetRecord.model_validate({
        **{key: value for key, value in (about or {}).items() if key in ImageSetRecord.model_fields},
        "name": samples.name, "folder": str(samples.folder), "images": len(samples),
        "several_labels": samples.several_labels, "classes": [asdict(cover) for cover in samples.classes],
    })  # fmt: skip
    write_record(record, path.with_suffix(ABOUT_SUFFIX))
    with atomic_path(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for image in samples.images:
            labels = SEPARATOR.join(image.labels)
            writer.writerow([image.path, labels, image.listed, *image.shape, image.sha256, image.phash, image.problem])


def read_index(path: str | os.PathLike[str]) -> ImageSamples:
    """Read what `write_index` wrote: its CSV file, or the folder that holds `index.csv`; else raise DataError."""
    path = Path(path)
    path = path / INDEX_FILE if path.is_dir() else path
    again = "expected the table and the JSON file that 'hsclass scene' writes; run it again"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            columns, *rows = csv.reader(file)
        if tuple(columns) != COLUMNS:
            raise ValueError("its columns are others")
        images = tuple(
            ImageRecord(
                row[0],
                tuple(filter(None, row[1].split(SEPARATOR))),
                row[2],
                (int(row[3]), int(row[4]), int(row[5])),
                *row[6:9],
            )
            for row in rows
        )
        about = read_record(ImageSetRecord, path.with_suffix(ABOUT_SUFFIX), "scene")
        classes = tuple(LandCover(entry.id, entry.name, entry.color) for entry in about.classes)
        if foreign := {label for image in images for label in image.labels} - {cover.name for cover in classes}:
            raise ValueError(f"its class {min(foreign)!r} is not among those of {path.with_suffix(ABOUT_SUFFIX).name}")
        return ImageSamples(about.name, Path(about.folder), images, classes, about.several_labels)
    except (OSError, ValueError, IndexError, TypeError, KeyError) as error:
        raise DataError(f"{path}: is no index of images ({error}); {again}") from error
