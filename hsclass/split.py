"""A split: which labelled pixel trains, validates, tests or is dropped; its form in memory and on disk."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError
from hsclass.raster import Grid, read_raster, write_raster

FOREIGN = "unknown"


class Role(IntEnum):
    """What a pixel is used for; the codes of `split.tif`."""

    UNUSED = 0
    TRAIN = 1
    VALIDATION = 2
    TEST = 3
    GUARD = 4


ROLE_COLORS = {0: (0, 0, 0), 1: (230, 97, 1), 2: (253, 184, 99), 3: (94, 60, 153), 4: (120, 120, 120)}


@dataclass(frozen=True)
class ClassShare:
    """What a split gave one class [pixels]: `asked` for training, then what it got in each role, and why."""

    id: int
    asked: int
    train: int
    validation: int
    test: int
    guard: int
    note: str = ""


@dataclass(frozen=True)
class Split:
    """A split of the labelled pixels of a scene.

    Attributes
    ----------
    roles : ndarray of uint8, shape (rows, cols)
        Codes of `Role`.
    window : int
        Side [pixels] of the windows that it keeps apart (or, when leaky, that it was asked for).
    sampler : str
        Strategy that made it.
    seed : int
    fractions : mapping
        Shares of the labelled pixels asked for: `train` and `validation`; empty where no shares were asked for.
    leaky : bool
        True when the split declares itself leaky: no guard was applied and the audit reports instead of failing.
    classes : tuple of ClassShare
        The account of every class in the ground truth.
    options : mapping
        The sampler's options.
    given : ndarray of uint16, shape (rows, cols), or None
        Class ids that replace the ground truth's in this split, 0 where the ground truth holds: a published mask may
        label pixels that the ground truth does not.
    """

    roles: np.ndarray
    window: int
    sampler: str
    seed: int
    fractions: Mapping[str, float]
    leaky: bool
    classes: tuple[ClassShare, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    given: np.ndarray | None = None

    def pixels(self, role: Role) -> np.ndarray:
        """Return the (row, col) of every pixel in `role`, shape (n, 2), in row order."""
        return np.argwhere(self.roles == role)

    def reference(self, labels: np.ndarray) -> np.ndarray:
        """Return the class ids that hold in this split, shape (rows, cols), from those of the ground truth."""
        return labels if self.given is None else np.where(self.given > 0, self.given, labels)


def account(
    labels: np.ndarray, roles: np.ndarray, asked: float | Mapping[int, int], notes: Mapping[int, str]
) -> tuple[ClassShare, ...]:
    """Count what each class of `labels` was given in `roles`, both of shape (rows, cols).

    `asked` is the share of every class that was asked for training, or the number of pixels of each.
    """
    shares = []
    for identity in np.unique(labels[labels > 0]).tolist():
        counts = np.bincount(roles[labels == identity], minlength=len(Role)).tolist()
        shares.append(
            ClassShare(
                id=identity,
                asked=asked.get(identity, 0) if isinstance(asked, Mapping) else round(asked * sum(counts)),
                train=counts[Role.TRAIN],
                validation=counts[Role.VALIDATION],
                test=counts[Role.TEST],
                guard=counts[Role.GUARD],
                note=notes.get(identity, ""),
            )
        )
    return tuple(shares)


def write_split(split: Split, path: str | os.PathLike[str], *, grid: Grid, labels_file: str = "") -> None:
    """Write a split as a GeoTIFF in the codes of `Role`; a second band holds the class ids that the split gives itself.

    `labels_file` is the ground truth it belongs to, relative to `path`, so that an audit finds it.
    """
    about = {
        "window": split.window, "sampler": split.sampler, "seed": split.seed, "fractions": dict(split.fractions),
        "leaky": split.leaky, "classes": [asdict(share) for share in split.classes], "options": dict(split.options),
    }  # fmt: skip
    tags = {"split": json.dumps(about), "labels": labels_file}
    codes = "0 unused, 1 train, 2 validation, 3 test, 4 guard"
    if split.given is None:
        write_raster(
            path, split.roles, grid=grid, nodata=Role.UNUSED, tags=tags, descriptions=[codes], colors=ROLE_COLORS
        )
    else:
        bands = np.stack([split.roles.astype(np.uint16), split.given.astype(np.uint16)])
        descriptions = [codes, "class that the split gives, 0 where the ground truth holds"]
        write_raster(path, bands, grid=grid, nodata=Role.UNUSED, tags=tags, descriptions=descriptions)


def read_split(path: str | os.PathLike[str]) -> tuple[Split, Path | None]:
    """Read a split and the path of the ground truth it belongs to, None when it names none.

    A raster in the codes of `Role` that hsclass did not write is read as a split of sampler `unknown` that does not
    declare itself leaky.

    Raises
    ------
    DataError
        If the file cannot be read or holds other codes.
    """
    path = Path(path)
    raster = read_raster(path)
    about = json.loads(raster.tags.get("split", "{}"))
    roles, given = raster.bands[0], raster.bands[1:]
    foreign = sorted(set(np.unique(roles).tolist()) - {int(role) for role in Role})
    if foreign or len(given) > (1 if about else 0):
        raise DataError(
            f"{path}: has {len(raster.bands)} band(s) with the values {foreign[:5]} beside the split codes; expected"
            " one band of 0 unused, 1 train, 2 validation, 3 test, 4 guard"
        )
    labels = raster.tags.get("labels", "")
    split = Split(
        roles=roles.astype(np.uint8),
        window=about.get("window", 1),
        sampler=about.get("sampler", FOREIGN),
        seed=about.get("seed", 0),
        fractions=about.get("fractions", {}),
        leaky=about.get("leaky", False),
        classes=tuple(ClassShare(**share) for share in about.get("classes", ())),
        options=about.get("options", {}),
        given=given[0].astype(np.uint16) if len(given) else None,
    )
    return split, (path.parent / labels) if labels else None
