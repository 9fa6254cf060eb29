"""Spatial blocks: the pieces of a scene that are taken for independent of each other."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from hsclass.samples.counting import order_by_number, tally

WANTED = 8
_PART = 2**20  # samples summed at a time
# Eight places for a grid's corner, in parts of the side, evenly spread in rows, columns and together.
_CORNERS = tuple((k / 8, 3 * k % 8 / 8) for k in range(8))
_SPARSE = 2**20  # codes up to which counting them is cheap


@dataclass(frozen=True)
class Sites:
    """Where pixels lie.

    Attributes
    ----------
    pixels : ndarray of int, shape (pixels, 2)
        (row, col) of each; a pixel that is tested several times is there as often.
    fields : ndarray of int, shape (pixels,)
        The field that each belongs to: pixels of one field are likely right or wrong together.
    classes : ndarray of int, shape (pixels,)
        The reference class of each: fields of one class may be right or wrong together, too.
    runs : ndarray of int, shape (pixels,), or None
        The run that each test belongs to, None where all are of one, which tests no pixel twice.
    """

    pixels: np.ndarray
    fields: np.ndarray
    classes: np.ndarray
    runs: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, members: np.ndarray) -> "Sites":
        at = np.flatnonzero(members)
        runs = None if self.runs is None else self.runs[at]
        return Sites(np.take(self.pixels, at, axis=0), self.fields[at], self.classes[at], runs)

    @cached_property
    def distinct(self) -> int:
        """The number of pixels, each counted once."""
        return int(self.distinct_in_fields.sum()) if len(self) else 0

    @cached_property
    def distinct_in_fields(self) -> np.ndarray:
        """The number of pixels of each field, each counted once, shape (fields,)."""
        if self.runs is None:
            return self.by_field.sizes
        seen = np.zeros(self.boxes[1].max(axis=0) + 1, bool)
        seen[tuple(self.pixels.T)] = True
        if np.count_nonzero(seen) == len(self):
            return self.by_field.sizes
        once = np.zeros(seen.shape, np.int32)
        once[tuple(self.pixels.T)] = self.fields
        return np.bincount(once[seen], minlength=int(self.fields.max()) + 1)[self.by_field.numbers]

    @cached_property
    def by_field(self) -> "ByField":
        """The pixels in the order of their fields."""
        order, starts = order_by_number(self.fields)
        sizes = np.diff(starts)
        held = sizes > 0
        return ByField(order, self.fields, starts[:-1][held], sizes[held], np.flatnonzero(held))

    @cached_property
    def boxes(self) -> tuple[np.ndarray, np.ndarray]:
        """The first and the last row and column of each field, each of shape (fields, 2)."""
        lines = [np.take(along, self.by_field.order) for along in self.pixels.T]
        low, high = (
            np.stack([end.reduceat(along, self.by_field.starts) for along in lines], axis=1).astype(np.int64)
            for end in (np.minimum, np.maximum)
        )
        return low, high


@dataclass(frozen=True)
class ByField:
    """Pixels in the order of their fields.

    Attributes
    ----------
    order : ndarray of int, shape (pixels,)
        Those of the first field, then those of the next; within a field as they were.
    number : ndarray of int, shape (pixels,)
        Of the field of each pixel, as they were.
    starts, sizes : ndarray of int, shape (fields,)
        Where each field begins in this order, and how many pixels it has.
    numbers : ndarray of int, shape (fields,)
        The number of each field, ascending.
    kept : list of (weakref.ref, ndarray)
        The last two values and their sums: a figure asks for the same ones for each of its units.
    """

    order: np.ndarray
    number: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    numbers: np.ndarray
    kept: list[tuple["weakref.ref[np.ndarray]", np.ndarray]] = field(default_factory=list)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sums of values, of shape (pixels,), over each field; the values must not change afterwards."""
        for kept, found in self.kept:
            if kept() is values:
                return found
        found = np.empty(len(self.starts), np.float64 if values.dtype.kind == "f" else np.int64)
        first = 0
        while first < len(found):  # whole fields at a time, as values in their order take as much as the values
            last = max(first + 1, int(np.searchsorted(self.starts, self.starts[first] + _PART)))
            end = self.starts[last] if last < len(found) else len(self.order)
            part, starts = values[self.order[self.starts[first] : end]], self.starts[first:last] - self.starts[first]
            found[first:last] = np.add.reduceat(part, starts, dtype=found.dtype)
            first = last
        self.kept[:] = [*self.kept[-1:], (weakref.ref(values), found)]
        return found


@dataclass(frozen=True)
class Pieces:
    """Pixels that lie in one block whichever grid is laid: fields that are not cut, and each pixel of the others.

    Attributes
    ----------
    fields : ByField
    uncut : ndarray of bool, shape (fields,)
    """

    fields: ByField
    uncut: np.ndarray

    @cached_property
    def loose(self) -> np.ndarray:
        """The pixels of fields that are cut."""
        if self.uncut.all():
            return self.fields.order[:0]
        return self.fields.order[np.repeat(~self.uncut, self.fields.sizes)]

    @cached_property
    def sizes(self) -> np.ndarray:
        """The number of pixels of each piece."""
        return np.concatenate([self.fields.sizes[self.uncut], np.ones(len(self.loose), np.int64)])

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sums of values, of shape (pixels,), over each piece."""
        if not self.uncut.any():
            return values[self.loose]
        return np.concatenate([self.fields.sums(values)[self.uncut], values[self.loose]])

    def groups(self, groups: np.ndarray) -> np.ndarray | None:
        """Return the group of each piece from that of each pixel, shape (pixels,): fields or classes of fields.

        None where a piece holds several, as a site of several classes does.
        """
        if groups is self.fields.number:
            return np.concatenate([self.fields.numbers[self.uncut], groups[self.loose]])
        ordered = groups[self.fields.order]
        first, last = (end.reduceat(ordered, self.fields.starts)[self.uncut] for end in (np.minimum, np.maximum))
        return np.concatenate([first, groups[self.loose]]) if np.array_equal(first, last) else None

    def of_pixels(self, numbers: np.ndarray) -> np.ndarray:
        """Return the number of each pixel from that of its piece."""
        found = np.empty(len(self.fields.order), numbers.dtype)
        whole = np.repeat(self.uncut, self.fields.sizes)
        count = np.count_nonzero(self.uncut)
        found[self.fields.order[whole]] = np.repeat(numbers[:count], self.fields.sizes[self.uncut])
        found[self.loose] = numbers[count:]
        return found


@dataclass(frozen=True)
class BlockGrids:
    """Units that are independent of each other: square blocks over some pixels, as grids of one side and eight origins.

    Attributes
    ----------
    side : int or None
        Side of the blocks [pixels]; None for units that are no squares, such as groups of images.
    grids : tuple of ndarray of int, each of shape (pixels,) or (pieces,)
        For each grid the block of every sample, or piece, counted from 0; no block is empty.
    pieces : Pieces or None
        None where each sample has its own block number.
    """

    side: int | None
    grids: tuple[np.ndarray, ...]
    pieces: Pieces | None = None

    @cached_property
    def sizes(self) -> list[np.ndarray]:
        """The number of samples in each block of each grid."""
        weights = None if self.pieces is None else self.pieces.sizes
        return [tally(grid, weights) for grid in self.grids]

    def sums(self, values: np.ndarray) -> list[np.ndarray]:
        """Return the sums of values, of shape (samples,), over the blocks of each grid, as float64."""
        weights = values if self.pieces is None else self.pieces.sums(values)
        return [tally(grid, weights) for grid in self.grids]

    def nested(self, groups: np.ndarray) -> bool:
        """Return whether each piece lies in one group; `groups` are those of the samples."""
        return self.pieces is None or self.pieces.groups(groups) is not None

    def crossed(self, groups: np.ndarray) -> "BlockGrids":
        """Return the parts of the blocks that lie in one group each; `groups` are fields or classes of the samples."""
        found = groups if self.pieces is None else self.pieces.groups(groups)
        if found is None:
            assert self.pieces is not None
            return BlockGrids(self.side, tuple(map(self.pieces.of_pixels, self.grids))).crossed(groups)
        of = found.astype(np.int64)
        count = int(of.max(initial=0)) + 1
        return BlockGrids(self.side, tuple(_numbered(grid * count + of) for grid in self.grids), self.pieces)

    @cached_property
    def effective(self) -> float:
        """How many blocks of equal size would say as much; see `effective_number`."""
        return effective_number(self.sizes)

    @property
    def several(self) -> bool:
        """False where the pixels could lie in one block, so that nothing shows how much others would vary."""
        return self.effective >= 1.5 and all(len(sizes) > 1 for sizes in self.sizes)


def make_blocks(sites: Sites, *, least: int) -> BlockGrids:
    """Lay the largest blocks over some pixels that still leave about eight of them.

    Neighbours are right or wrong together over distances that nobody knows beforehand, often whole fields. BlockGrids
    smaller than that distance are not independent, and an interval from them is too narrow; large blocks cost little,
    as the quantile of Student's t allows for their number (Bester, Conley, Hansen 2011). A field that fits in a block
    is not cut: it belongs to the block in which its middle lies.

    Parameters
    ----------
    sites : Sites
    least : int
        Smallest side [pixels], taken where even that leaves fewer blocks.

    Returns
    -------
    BlockGrids

    References
    ----------
    Bester, C. A., Conley, T. G., Hansen, C. B. (2011). Inference with dependent data using cluster covariance
    estimators. Journal of Econometrics 165.
    """
    first, last = sites.boxes
    extent = int((last.max(axis=0) - first.min(axis=0)).max()) + 1
    sides = [least]
    while sides[-1] < extent:
        sides.append(max(sides[-1] + 1, int(sides[-1] * 1.2)))
    low, high = 0, len(sides)
    while high - low > 1:
        middle = (low + high) // 2
        # Two grids are enough to choose by; all eight cost four times the time.
        few = _lay(sites, sides[middle], _CORNERS[::4])
        low, high = (middle, high) if few.effective >= WANTED else (low, middle)
    return fixed_blocks(sites, side=sides[low])


def fixed_blocks(sites: Sites, *, side: int) -> BlockGrids:
    """Lay blocks of a given side [pixels]."""
    return _lay(sites, side, _CORNERS)


def whole_groups(groups: np.ndarray) -> BlockGrids:
    """Return groups, int of shape (samples,), none negative, as blocks without a side: fields or classes."""
    return BlockGrids(None, (_numbered(groups),))


def whole_fields(sites: Sites) -> BlockGrids:
    """Return the fields of some pixels as blocks without a side."""
    fields = sites.by_field
    number = np.arange(len(fields.sizes), dtype=np.int32)
    return BlockGrids(None, (number,), Pieces(fields, np.ones(len(number), bool)))


def _numbered(codes: np.ndarray) -> np.ndarray:
    """Number codes, none negative, from 0 without gaps, in their order."""
    if int(codes.max(initial=0)) > _SPARSE + 8 * len(codes):
        return np.unique(codes, return_inverse=True)[1].ravel().astype(np.int32)
    return (np.cumsum(tally(codes) > 0) - 1).astype(np.int32)[codes]


def field_counts(fields: np.ndarray) -> dict[str, Any]:
    """Return how many `fields` some pixels lie in, and `effective_fields`, how many of equal size would say as much.

    `fields` are those of the pixels, shape (pixels,).
    """
    if len(fields) == 0:
        return {"fields": 0, "effective_fields": None}
    sizes = tally(fields)
    sizes = sizes[sizes > 0]
    return {"fields": len(sizes), "effective_fields": round(effective_number([sizes]), 1)}


def effective_number(grids: Sequence[np.ndarray]) -> float:
    """Return how many units of equal size would say as much as those of the sizes of each grid.

    1 / Σ w², w a unit's share of the samples; harmonic mean over the grids.
    """
    return float(1 / np.mean([((sizes / sizes.sum()) ** 2).sum() for sizes in grids]))


def _lay(sites: Sites, side: int, corners: tuple[tuple[float, float], ...]) -> BlockGrids:
    """Lay blocks, counted from the pixels' own corner, so that a shifted scene gives the same."""
    low, high = sites.boxes
    pieces = Pieces(sites.by_field, (high - low < side).all(axis=1))
    anchors = np.concatenate([((low + high) // 2)[pieces.uncut], sites.pixels[pieces.loose]])
    rows, cols = (anchors - anchors.min(axis=0)).T.astype(np.int32)
    grids = []
    for down, right in corners:
        across = (cols + np.int32(right * side)) // np.int32(side)
        grids.append(_numbered((rows + np.int32(down * side)) // np.int32(side) * (across.max() + 1) + across))
    return BlockGrids(side, tuple(grids), pieces)
