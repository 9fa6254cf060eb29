"""Published masks: which pixels somebody trained or tested on, read from any file and compared with reference data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsclass.alignment import aligned
from hsclass.datasets.readers import open_cube
from hsclass.datasets.reference_labels import class_ids
from hsclass.errors import DataError
from hsclass.raster import Grid
from hsclass.scene import UNLABELLED
from hsclass.wording import counted

_MAX_ID = 65535


@dataclass(frozen=True)
class Mask:
    """A published mask against reference data.

    Attributes
    ----------
    path : Path
    values : ndarray of uint16, shape (rows, cols)
        The mask's own ids, 0 outside it.
    classes : ndarray of uint16, shape (rows, cols)
        The ids of the reference data that the mask's ids stand for; 0 outside the mask, and everywhere in a plain
        yes/no mask, which says where but not what.
    yes_no : bool
        Whether it is a plain yes/no mask.
    labels : ndarray of int, shape (rows, cols)
        The reference data, 0 = unlabelled.
    """

    path: Path
    values: np.ndarray
    classes: np.ndarray
    yes_no: bool
    labels: np.ndarray

    @property
    def members(self) -> np.ndarray:
        """True where a pixel is in the mask, ndarray of bool, shape (rows, cols)."""
        return (self.values if self.yes_no else self.classes) > 0

    @property
    def said(self) -> np.ndarray:
        """The class of each pixel in the mask, shape (rows, cols): its own word, or the reference data's for yes/no."""
        return np.where(self.members, self.labels if self.yes_no else self.classes, 0)

    @property
    def unlabelled(self) -> np.ndarray:
        """True where the reference data leave a pixel of the mask unlabelled, ndarray of bool, shape (rows, cols)."""
        return self.members & (self.labels == 0)

    @property
    def otherwise(self) -> np.ndarray:
        """True where mask and reference data give different classes, ndarray of bool, shape (rows, cols)."""
        return (self.classes > 0) & (self.labels > 0) & (self.classes != self.labels)

    @property
    def absent(self) -> dict[int, int]:
        """Pixels of each class that the reference data do not have at all, by class id."""
        return count_classes(self.classes[~np.isin(self.classes, self.labels)])

    def counts(self, where: np.ndarray | None = None) -> dict[int, int]:
        """Return the mask's pixels of each class, of those that are marked in `where`, shape (rows, cols)."""
        said = self.said if where is None else self.said[where]
        return count_classes(said)

    def remarks(self) -> list[str]:
        """Return what a reader should know of the mask, one sentence a finding."""
        kind = "a plain yes/no mask" if self.yes_no else "a mask"
        size = int(self.members.sum())
        found = [f"{self.path}: {kind} of {counted(size, 'pixel')} (by class {listed(self.counts())})"]
        if left_out := int((self.values > 0).sum()) - size:
            some = counted(left_out, "pixel has", "pixels have")
            found.append(f"{self.path}: {some} an id that stands for no class, left out")
        if bare := int(self.unlabelled.sum()):
            by_class = "" if self.yes_no else f" (by class {listed(self.counts(self.unlabelled))})"
            found.append(f"{self.path}: {bare} of {size} pixels are unlabelled in the reference data{by_class}")
        if count := int(self.otherwise.sum()):
            pairs = ", ".join(f"{n} of class {said} are {is_}" for (said, is_), n in self.contradictions().items())
            found.append(f"{self.path}: {count} of {size} pixels are of another class in the reference data ({pairs})")
        return found

    def contradictions(self) -> dict[tuple[int, int], int]:
        """Return the pixels that the reference data label otherwise, by (mask's class, reference data's class)."""
        pairs = np.column_stack([self.classes[self.otherwise], self.labels[self.otherwise]])
        found, counts = np.unique(pairs, axis=0, return_counts=True)
        return {(said, is_): n for (said, is_), n in zip(found.tolist(), counts.tolist(), strict=True)}


def read_ids(path: Path, *, key: str | None = None, shape: tuple[int, int] | None = None) -> tuple[np.ndarray, Grid]:
    """Read a raster of class ids from anything that GDAL reads, .mat (5 to 7.3), .npy or .npz, of any number type.

    Parameters
    ----------
    path : Path
    key : str, optional
        Variable of a .mat or .npz file; by default the only one of two dimensions, or of the expected shape.
    shape : tuple of int, optional
        Expected (rows, cols), where several variables could be meant.

    Returns
    -------
    ids : ndarray of uint8 or uint16, shape (rows, cols)
        NaN and nodata become 0.
    grid : Grid
        Where they lie, as far as the file says.

    Raises
    ------
    DataError
        If there is no such file or variable, or a value is not a whole number from 0 to 65535.
    """
    raster = open_cube(path, key=key, ndim=2, shape=shape)
    return class_ids(raster, unlabelled=(UNLABELLED, float("nan"))), raster.grid


def read_mask(
    path: Path,
    labels: np.ndarray,
    *,
    grid: Grid | None = None,
    key: str | None = None,
    ids: Mapping[int, int] | None = None,
) -> Mask:
    """Read a mask and compare it with reference data.

    A mask that holds 0 and one other value, against reference data of several classes, is a plain yes/no mask unless
    `ids` says what the value stands for.

    Parameters
    ----------
    path : Path
        Of a file that `read_ids` reads.
    labels : ndarray of int, shape (rows, cols)
        The reference data, 0 = unlabelled.
    grid : Grid, optional
        Where they lie; a mask of other pixels is refused, one in another order of rows (south up) brought into place.
    key : str, optional
        Variable of a .mat or .npz file.
    ids : mapping of int to int, optional
        Class id of the reference data for ids of the mask, 0 for none. Ids that are not in it stand for themselves.

    Raises
    ------
    DataError
        If the file cannot be read, does not lie on the grid of the reference data, or holds no pixel, or `ids` joins an
        id that it names with one that it does not.
    """
    shape = labels.shape[0], labels.shape[1]
    ids_in_file, place = read_ids(path, key=key, shape=shape)
    values = aligned(
        ids_in_file, place, grid or Grid(), shape=shape, name=f"{path}: the mask", other="the reference data"
    ).astype(np.uint16)
    held, known = (np.unique(raster[raster > 0]).tolist() for raster in (values, labels))
    yes_no = ids is None and len(held) == 1 and len(known) > 1
    table = np.arange(_MAX_ID + 1, dtype=np.uint16)
    for identity, target in (ids or {}).items():
        table[identity] = target
    joined = [identity for identity in held if ids and identity not in ids and identity in ids.values()]
    if joined:
        raise DataError(
            f"{path}: ids {joined} of the mask are not in 'ids', so they stand for themselves, but 'ids' gives their"
            f" classes to other ids too (mask pixels by id {listed(count_classes(values))}); name them in 'ids', with 0"
            " for no class"
        )
    mask = Mask(path, values, np.zeros_like(values) if yes_no else table[values], yes_no, labels)
    if not mask.members.any():
        raise DataError(
            f"{path}: the mask has no pixel (by id {listed(count_classes(values)) or 'none'}); expected ids of 1 and up"
            " where pixels are used"
        )
    return mask


def require_numbering(mask: Mask) -> None:
    """Check that a mask numbers the classes as its reference data do.

    Raises
    ------
    DataError
        If it has classes that the reference data lack, or most of its labelled pixels are of another class there, as
        when its ids are permuted or it is transposed. The sentence gives the mapping that fits best, where one does.
    """
    known = int(((mask.classes > 0) & (mask.labels > 0)).sum())
    wrong = int(mask.otherwise.sum())
    if not mask.absent and wrong <= known / 2:
        return
    if mask.absent:
        found = f"has classes that the reference data lack (pixels by class {listed(mask.absent)}"
    else:
        found = f"gives {wrong} of {known} labelled pixels another class than the reference data (pixels by class "
        found += listed(mask.counts(mask.otherwise))
    lacking = f"; the reference data have {listed(count_classes(mask.labels))})"
    turned = mask.classes.T
    if turned.shape == mask.labels.shape and ((turned == mask.labels) & (turned > 0)).sum() > known / 2:
        remedy = "it looks transposed"
    elif fitting := _fitting_ids(mask):
        remedy = f"say with 'ids' what its ids stand for, which looks like {fitting}"
    else:
        remedy = "say with 'ids' what its ids stand for, or check that it is of this scene"
    raise DataError(f"{mask.path}: the mask {found}{lacking}; {remedy}")


def listed(counts: Mapping[int, object]) -> str:
    """Return counts by class as text: "1: 46, 2: 1428"."""
    return ", ".join(f"{identity}: {count}" for identity, count in sorted(counts.items()))


def count_classes(values: np.ndarray) -> dict[int, int]:
    """Return the pixels of each class id above 0."""
    found, counts = np.unique(values[values > 0], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _fitting_ids(mask: Mask) -> str:
    """Return for every id the class on which most of its labelled pixels lie, as text; empty where that is unclear."""
    fitting: dict[int, int] = {}
    for identity in np.unique(mask.values[mask.values > 0]).tolist():
        beneath = count_classes(mask.labels[mask.values == identity])
        best = max(beneath, key=beneath.__getitem__, default=0)
        if not best or best in fitting.values() or 2 * beneath[best] <= sum(beneath.values()):
            return ""
        fitting[identity] = best
    return ",".join(f"{identity}:{target}" for identity, target in fitting.items())
