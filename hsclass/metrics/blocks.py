"""Spatial blocks: the pieces of a scene that are taken for independent of each other."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

WANTED = 10
# Eight places for a grid's corner, in parts of the side, evenly spread in rows, columns and together.
_CORNERS = tuple((k / 8, 3 * k % 8 / 8) for k in range(8))


@dataclass(frozen=True)
class Blocks:
    """Square blocks over some pixels, as grids of one side and eight origins.

    Attributes
    ----------
    side : int
        Side of the blocks [pixels].
    grids : tuple of ndarray of int, each of shape (pixels,)
        For each grid the block of every pixel, counted from 0; no block is empty.
    """

    side: int
    grids: tuple[np.ndarray, ...]

    @cached_property
    def effective(self) -> float:
        """How many blocks of equal size would tell as much: 1 / Σ w², w a block's share of the pixels; harmonic mean
        over the grids.
        """
        return float(1 / np.mean([((np.bincount(grid) / len(grid)) ** 2).sum() for grid in self.grids]))

    @property
    def several(self) -> bool:
        """False where the pixels could lie in one block, so that nothing shows how much others would vary."""
        return self.effective >= 1.5 and all(grid.max() > 0 for grid in self.grids)


def make_blocks(pixels: np.ndarray, *, least: int) -> Blocks:
    """Lay the largest blocks over some pixels that still leave about ten of them.

    Neighbours are right or wrong together over distances that nobody knows beforehand, often whole fields. Blocks
    smaller than that distance are not independent, and an interval from them is too narrow; large blocks cost little,
    as the quantile of Student's t allows for their number (Bester, Conley, Hansen 2011).

    Parameters
    ----------
    pixels : ndarray of int, shape (pixels, 2)
        (row, col) of each.
    least : int
        Smallest side [pixels], taken where even that leaves fewer blocks.

    Returns
    -------
    Blocks

    References
    ----------
    Bester, C. A., Conley, T. G., Hansen, C. B. (2011). Inference with dependent data using cluster covariance
    estimators. Journal of Econometrics 165.
    """
    extent = int(np.ptp(pixels, axis=0).max()) + 1
    sides = [least]
    while sides[-1] < extent:
        sides.append(max(sides[-1] + 1, int(sides[-1] * 1.2)))
    low, high = 0, len(sides)
    while high - low > 1:
        middle = (low + high) // 2
        # Two grids are enough to choose by; all eight cost four times the time.
        few = Blocks(sides[middle], tuple(_grid(pixels, sides[middle], corner) for corner in _CORNERS[::4]))
        low, high = (middle, high) if few.effective >= WANTED else (low, middle)
    return fixed_blocks(pixels, side=sides[low])


def fixed_blocks(pixels: np.ndarray, *, side: int) -> Blocks:
    """Lay blocks of a given side [pixels] over pixels of shape (pixels, 2)."""
    return Blocks(side, tuple(_grid(pixels, side, corner) for corner in _CORNERS))


def _grid(pixels: np.ndarray, side: int, corner: tuple[float, float]) -> np.ndarray:
    """Block of each pixel, counted from the pixels' own corner, so that a shift of the scene changes nothing."""
    low = pixels.min(axis=0)
    cells = (pixels - low + [int(part * side) for part in corner]) // side
    code = cells[:, 0] * (cells[:, 1].max() + 1) + cells[:, 1]
    used = np.bincount(code) > 0
    return (np.cumsum(used) - 1)[code]
