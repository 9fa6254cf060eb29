"""A split: which labelled sample trains, validates, tests or is dropped; its form in memory and on disk."""

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.alignment import require_same_grid
from hsclass.atomic import atomic_path, write_text
from hsclass.errors import DataError
from hsclass.raster import Grid, read_raster, write_raster
from hsclass.samples import ImageSamples, Samples
from hsclass.samples.counting import class_counts
from hsclass.samples.images import ABOUT_SUFFIX, SEPARATOR
from hsclass.splitter import ROLE_COLORS, Role, Splitter
from hsclass.views import SplitView
from hsclass.wording import counted

FOREIGN = "unknown"
TABLE_SUFFIX = ".csv"
_COLUMNS = ["path", "class", "role", "group"]
_BANDS = {
    "given": ("class that the split gives, 0 where the reference labels hold", np.uint16),
    "groups": ("group of the reference data", np.int64),
}
_CODES = "0 unused, 1 train, 2 validation, 3 test, 4 guard"


@dataclass(frozen=True)
class ClassShare:
    """What a split gave one class [samples]: `asked` for training, then what it got in each role, and why."""

    id: int
    asked: int
    train: int
    validation: int
    test: int
    guard: int
    note: str = ""


@dataclass(frozen=True, repr=False)
class Split(SplitView, Splitter):
    """A split of the labelled pixels of a scene, or of the images of a set.

    `hsclass.make_split` makes one, `hsclass.read_split` reads one. It is also a cross-validator of scikit-learn, see
    `split`; `train`, `validation` and `test` are its index arrays.

    Attributes
    ----------
    roles : ndarray of uint8, shape (rows, cols) or (n,)
        Codes of `Role`.
    window : int
        Side [pixels] of the windows that it keeps apart (or, when leaky, that it was asked for); 1 for images.
    sampler : str
        Strategy that made it.
    seed : int
    fractions : mapping
        Shares of the labelled samples asked for: `train` and `validation`; empty where no shares were asked for.
    leaky : bool
        True when the split declares itself leaky: no guard was applied and the audit reports instead of failing.
    classes : tuple of ClassShare
        The summary of every class in the reference labels.
    options : mapping
        The sampler's options.
    given : ndarray of uint16, shape (rows, cols), or None
        Class ids that replace the reference labels in this split, 0 where these hold: a published mask may label
        pixels that the reference labels do not. None for images.
    published : bool
        Whether it is used as others published it: the audit reports what it finds instead of failing.
    threshold : int or None
        Bits of 64 in which the perceptual hashes of images may differ that it keeps in one role; None for pixels.
    groups : ndarray of int64, shape of `roles`, or None
        Group of each image, where near-duplicates are kept in one role; of pixels the group that their reference data
        give them, from 1, 0 = unlabelled. None where there are no groups.
    notes : tuple of str
        What a reader should know of the whole split.
    grid : Grid
        Where the pixels lie, as far as that is known.
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
    published: bool = False
    threshold: int | None = None
    groups: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    grid: Grid = field(default_factory=Grid)

    def places(self, role: Role) -> np.ndarray:
        """Return the (row, col) of every pixel in `role`, shape (k, 2), or the places of its images, shape (k, 1)."""
        return np.argwhere(self.roles == role)

    def count(self, role: Role) -> int:
        """Return the number of samples in `role`."""
        return int((self.roles == role).sum())

    def reference(self, labels: np.ndarray) -> np.ndarray:
        """Return the class ids that hold in this split, from the reference labels; both of the shape of `roles`."""
        return labels if self.given is None else np.where(self.given > 0, self.given, labels)


def class_shares(
    labels: np.ndarray, roles: np.ndarray, asked: float | Mapping[int, int], notes: Mapping[int, str]
) -> tuple[ClassShare, ...]:
    """Count what each class was given in `roles`.

    Parameters
    ----------
    labels : ndarray of int
        Class ids, 0 = unlabelled, of the shape of `roles`; or of shape (n, classes), above 0 where an image has the
        class.
    roles : ndarray of uint8, shape (rows, cols) or (n,)
        Codes of `Role`.
    asked : float or mapping of int to int
        The share of every class that was asked for training, or the number of samples of each.
    notes : mapping of int to str
        What there is to say about a class.
    """
    if labels.ndim > roles.ndim:
        members = ((column + 1, of_class) for column, of_class in enumerate((labels > 0).T) if of_class.any())
    else:
        members = ((identity, labels == identity) for identity in class_counts(labels))
    shares = []
    for identity, of_class in members:
        counts = np.bincount(roles[of_class], minlength=len(Role)).tolist()
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


def write_split(
    split: Split,
    path: str | os.PathLike[str],
    *,
    images: ImageSamples | None = None,
    labels_file: str = "",
) -> None:
    """Write a split: of pixels as a GeoTIFF, of images as a CSV table with a JSON file next to it.

    The GeoTIFF holds the codes of `Role`, and in further bands the class ids that the split gives itself and the groups
    of the pixels. The table holds a line an image; how the split was made is in the JSON file.

    Parameters
    ----------
    split : Split
    path : path-like
        Ends in .tif for pixels and in .csv for images.
    images : ImageSamples, optional
        The images that are split; needed for these.
    labels_file : str
        The file of the samples (`labels.tif`, `index.csv`), relative to `path`, so that an audit finds it.
    """
    about = {
        "window": split.window, "sampler": split.sampler, "seed": split.seed, "fractions": dict(split.fractions),
        "leaky": split.leaky, "classes": [asdict(share) for share in split.classes], "options": dict(split.options),
        "published": split.published, "threshold": split.threshold, "notes": list(split.notes),
    }  # fmt: skip
    if images is not None:
        _write_table(split, Path(path), images, {**about, "labels": labels_file})
        return
    further = {name: getattr(split, name) for name in _BANDS if getattr(split, name) is not None}
    tags = {"split": json.dumps({**about, "bands": list(further)}), "labels": labels_file}
    bands = np.stack([split.roles, *further.values()])
    bands = bands.astype(np.min_scalar_type(int(bands.max())))
    descriptions = [_CODES, *(_BANDS[name][0] for name in further)]
    write_raster(
        path, bands, grid=split.grid, nodata=Role.UNUSED, tags=tags, descriptions=descriptions,
        colors=None if further else ROLE_COLORS,
    )  # fmt: skip


def read_split(path: str | os.PathLike[str], samples: Samples | None = None) -> Split:
    """Read a split.

    A raster in the codes of `Role` that hsclass did not write is read as a split of sampler `unknown` that does not
    declare itself leaky.

    Parameters
    ----------
    path : path-like
        A GeoTIFF, or the CSV table of a split of images.
    samples : Scene or ImageSamples, optional
        What it must be a split of.

    Raises
    ------
    DataError
        If the file cannot be read, holds other codes, or splits other samples.
    """
    return read_split_and_labels(path, samples)[0]


def read_split_and_labels(path: str | os.PathLike[str], samples: Samples | None = None) -> tuple[Split, Path | None]:
    """Read a split as `read_split`, and the path of the labels or index that it belongs to, None when it names none."""
    path = Path(path)
    split, labels, paths = _read_table(path) if path.suffix == TABLE_SUFFIX else _read_raster(path)
    if samples is not None:
        _require_same(split, samples, paths, path)
    return split, (path.parent / labels) if labels else None


def _read_raster(path: Path) -> tuple[Split, str, list[str]]:
    raster = read_raster(path)
    roles, further = raster.bands[0], raster.bands[1:]
    if raster.nodata not in {None, Role.UNUSED}:
        roles = np.where(roles == raster.nodata, roles.dtype.type(Role.UNUSED), roles)
    try:
        about = json.loads(raster.tags.get("split", "{}"))
        names = about.get("bands", [])
        foreign = sorted(set(np.unique(roles).tolist()) - {int(role) for role in Role})
        if foreign or len(further) != len(names):
            raise DataError(
                f"{path}: has {counted(len(raster.bands), 'band')} with the values {foreign[:5]} next to the split"
                " codes;"
                f" expected one band of {_CODES}"
            )
        held = {name: band.astype(_BANDS[name][1]) for name, band in zip(names, further, strict=True)}
        split = _split_of(about, roles.astype(np.uint8), grid=raster.grid, **held)
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: its 'split' tag is not hsclass's ({error}); run 'hsclass split' again") from error
    return split, raster.tags.get("labels", ""), []


def _write_table(split: Split, path: Path, images: ImageSamples, about: Mapping[str, Any]) -> None:
    counts = {f"n_{role.name.lower()}": split.count(role) for role in Role}
    write_text(path.with_suffix(ABOUT_SUFFIX), json.dumps({**about, **counts}, indent=1) + "\n")
    groups = [""] * len(images) if split.groups is None else split.groups.tolist()
    with atomic_path(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for image, role, group in zip(images.images, split.roles.tolist(), groups, strict=True):
            writer.writerow([image.path, SEPARATOR.join(image.labels), Role(role).name.lower(), group])


def _read_table(path: Path) -> tuple[Split, str, list[str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            head, *rows = list(csv.reader(file)) or [[]]
        if head != _COLUMNS:
            raise ValueError(f"its columns are {', '.join(head) or 'none'} in place of {', '.join(_COLUMNS)}")
        about = json.loads(path.with_suffix(ABOUT_SUFFIX).read_text(encoding="utf-8"))
        roles = np.array([Role[row[2].upper()] for row in rows], np.uint8)
        groups = np.array([int(row[3]) for row in rows], np.int64) if rows and rows[0][3] else None
        return _split_of(about, roles, groups=groups), str(about["labels"]), [row[0] for row in rows]
    except FileNotFoundError as error:
        raise DataError(
            f"{error.filename}: no such file; check the path, or run 'hsclass split', which writes it, first"
        ) from error
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise DataError(f"{path}: is no split of images ({error}); run 'hsclass split' again") from error


def _split_of(
    about: Mapping[str, Any], roles: np.ndarray, *, grid: Grid | None = None, **arrays: np.ndarray | None
) -> Split:
    return Split(
        roles=roles,
        window=int(about.get("window", 1)),
        sampler=str(about.get("sampler", FOREIGN)),
        seed=int(about.get("seed", 0)),
        fractions=dict(about.get("fractions", {})),
        leaky=bool(about.get("leaky", False)),
        classes=tuple(ClassShare(**share) for share in about.get("classes", ())),
        options=dict(about.get("options", {})),
        published=bool(about.get("published", False)),
        threshold=about.get("threshold"),
        notes=tuple(about.get("notes", ())),
        given=arrays.get("given"),
        groups=arrays.get("groups"),
        grid=grid or Grid(),
    )


def _require_same(split: Split, samples: Samples, paths: list[str], path: Path) -> None:
    """Raise DataError unless a split read from a file is one of these samples."""
    kind = "images" if split.roles.ndim == 1 else "pixels"
    if kind != samples.kind:
        raise DataError(
            f"{path}: splits {kind}, but {samples.name} holds {samples.kind}; run 'hsclass split' on {samples.name}"
        )
    if isinstance(samples, ImageSamples):
        if paths != [image.path for image in samples.images]:
            raise DataError(
                f"{path}: splits {split.roles.size} other images than the {len(samples)} of {samples.name}; run"
                " 'hsclass split' again"
            )
    else:
        require_same_grid(
            split.grid, samples.grid, shapes=(split.roles.shape, samples.shape[:2]), name=f"{path}: the split",
            other=f"scene {samples.name}",
        )  # fmt: skip
