"""Spatial blocks: the pieces of a scene that are taken for independent of each other."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

WANTED = 8
# Eight places for a grid's corner, in parts of the side, evenly spread in rows, columns and together.
_CORNERS = tuple((k / 8, 3 * k % 8 / 8) for k in range(8))


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
        The run that each test belongs to, None where all are of one.
    """

    pixels: np.ndarray
    fields: np.ndarray
    classes: np.ndarray
    runs: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, members: np.ndarray) -> "Sites":
        runs = None if self.runs is None else self.runs[members]
        return Sites(self.pixels[members], self.fields[members], self.classes[members], runs)

    @cached_property
    def distinct(self) -> int:
        """The number of pixels, each counted once."""
        rows, cols = self.pixels.T.astype(np.int64)
        return len(np.unique(rows * (int(cols.max(initial=0)) + 1) + cols))

    @cached_property
    def _boxes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The place of each pixel's field among all, and the first and last row and column of each of these."""
        place = np.unique(self.fields, return_inverse=True)[1].ravel()
        low = np.full((place.max() + 1, 2), np.iinfo(np.int64).max)
        high = np.full((place.max() + 1, 2), -1)
        np.minimum.at(low, place, self.pixels)
        np.maximum.at(high, place, self.pixels)
        return place, low, high

    def anchors(self, side: int) -> np.ndarray:
        """Return what decides on each pixel's block, shape (pixels, 2): the middle of its field where that fits in."""
        place, low, high = self._boxes
        fits = (high - low < side).all(axis=1)
        if not fits.any():
            return self.pixels
        return np.where(fits[place, np.newaxis], ((low + high) // 2)[place], self.pixels)


@dataclass(frozen=True)
class BlockGrids:
    """Units that are independent of each other: square blocks over some pixels, as grids of one side and eight origins.

    Attributes
    ----------
    side : int or None
        Side of the blocks [pixels]; None for units that are no squares, such as groups of images.
    grids : tuple of ndarray of int, each of shape (pixels,)
        For each grid the block of every sample, counted from 0; no block is empty.
    """

    side: int | None
    grids: tuple[np.ndarray, ...]

    @cached_property
    def effective(self) -> float:
        """How many blocks of equal size would say as much: 1 / Σ w², w a block's share of the pixels; harmonic mean
        over the grids.
        """
        return float(1 / np.mean([((np.bincount(grid) / len(grid)) ** 2).sum() for grid in self.grids]))

    @property
    def several(self) -> bool:
        """False where the pixels could lie in one block, so that nothing shows how much others would vary."""
        return self.effective >= 1.5 and all(grid.max() > 0 for grid in self.grids)


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
    extent = int(np.ptp(sites.pixels, axis=0).max()) + 1
    sides = [least]
    while sides[-1] < extent:
        sides.append(max(sides[-1] + 1, int(sides[-1] * 1.2)))
    low, high = 0, len(sides)
    while high - low > 1:
        middle = (low + high) // 2
        # Two grids are enough to choose by; all eight cost four times the time.
        few = BlockGrids(sides[middle], _grids(sites, sides[middle], _CORNERS[::4]))
        low, high = (middle, high) if few.effective >= WANTED else (low, middle)
    return fixed_blocks(sites, side=sides[low])


def fixed_blocks(sites: Sites, *, side: int) -> BlockGrids:
    """Lay blocks of a given side [pixels]."""
    return BlockGrids(side, _grids(sites, side, _CORNERS))


def whole_groups(groups: np.ndarray) -> BlockGrids:
    """Return groups, int of shape (pixels,), as blocks without a side: fields or classes."""
    return BlockGrids(None, (np.unique(groups, return_inverse=True)[1].ravel(),))


def field_counts(fields: np.ndarray) -> dict[str, Any]:
    """Return how many `fields` some pixels lie in, and `effective_fields`, how many of equal size would say as much."""
    if len(fields) == 0:
        return {"fields": 0, "effective_fields": None}
    units = whole_groups(fields)
    return {"fields": int(units.grids[0].max()) + 1, "effective_fields": round(units.effective, 1)}


def _grids(sites: Sites, side: int, corners: tuple[tuple[float, float], ...]) -> tuple[np.ndarray, ...]:
    """Return the block of each pixel, counted from the pixels' own corner, so that a shifted scene gives the same."""
    anchors = sites.anchors(side)
    rows, cols = (anchors - anchors.min(axis=0)).T.astype(np.int32)
    grids = []
    for down, right in corners:
        across = (cols + np.int32(right * side)) // np.int32(side)
        code = (rows + np.int32(down * side)) // np.int32(side) * (across.max() + 1) + across
        used = np.bincount(code) > 0
        grids.append((np.cumsum(used) - 1)[code])
    return tuple(grids)
