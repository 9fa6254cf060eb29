"""A division of images into training, validation and test, and its file."""

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.atomic import atomic_path, write_text
from hsclass.errors import DataError
from hsclass.images.index import SEPARATOR, ImageIndex
from hsclass.split import Role

ABOUT_SUFFIX = ".json"


@dataclass(frozen=True)
class Division:
    """Which image is for what.

    Attributes
    ----------
    roles : ndarray of uint8, shape (images,)
        Codes of `Role`, in the order of the index: 0 unused, 1 train, 2 validation, 3 test, 4 guard (dropped because it
        shows nearly the same as an image of another part).
    sampler : str
        What made it.
    seed : int
    options : mapping
    leaky : bool
        Whether it declares itself leaky.
    given : bool
        Whether others made it and published it: it is measured and reported, but not refused.
    notes : tuple of str
        What a reader should know, as classes without test images.
    """

    roles: np.ndarray
    sampler: str
    seed: int
    options: Mapping[str, Any] = field(default_factory=dict)
    leaky: bool = False
    given: bool = False
    notes: tuple[str, ...] = ()

    def places(self, role: Role) -> np.ndarray:
        """Return the places of the images of a role, ascending."""
        return np.flatnonzero(self.roles == role)


def write_division(division: Division, index: ImageIndex, path: str | os.PathLike[str]) -> None:
    """Write a division as CSV, a line an image, and beside it how it was made, as JSON."""
    with atomic_path(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "class", "part"])
        for image, role in zip(index.images, division.roles.tolist(), strict=True):
            writer.writerow([image.path, SEPARATOR.join(image.labels), Role(role).name.lower()])
    about = {
        "sampler": division.sampler, "seed": division.seed, "options": dict(division.options), "leaky": division.leaky,
        "given": division.given, "notes": list(division.notes),
        **{f"n_{role.name.lower()}": len(division.places(role)) for role in Role},
    }  # fmt: skip
    write_text(Path(path).with_suffix(ABOUT_SUFFIX), json.dumps(about, indent=1) + "\n")


def read_division(path: str | os.PathLike[str], index: ImageIndex) -> Division:
    """Read what `write_division` wrote of the images of an index.

    Raises
    ------
    DataError
        If a file is missing or damaged, or is of other images.
    """
    again = "run 'hsclass images split' again"
    try:
        with open(path, newline="", encoding="utf-8") as file:  # noqa: PTH123  (a path or a text)
            rows = list(csv.reader(file))[1:]
        about = json.loads(Path(path).with_suffix(ABOUT_SUFFIX).read_text(encoding="utf-8"))
        roles = np.array([Role[row[2].upper()] for row in rows], np.uint8)
        names = [row[0] for row in rows]
        made = about["sampler"], about["seed"], about["options"], about["leaky"], about["given"], tuple(about["notes"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise DataError(f"{path}: is no division of images ({error}); {again}") from error
    if names != [image.path for image in index.images]:
        raise DataError(f"{path}: divides {len(names)} other images than the {len(index)} of the index; {again}")
    return Division(roles, *made)
