"""Rasters that must lie on one grid: compared by the places of their pixels, brought together where that is exact."""

import logging
from dataclasses import dataclass
from typing import Self

import numpy as np
from rasterio.transform import Affine

from hsclass.errors import DataError
from hsclass.raster import Grid

_LOG = logging.getLogger(__name__)
_TURNED = 1e-3  # pixels across a pixel by which a grid is turned against another
TOLERANCE = 0.1
"""Pixels by which the corners of two rasters may lie apart that have one grid: text rounds coordinates."""


@dataclass(frozen=True)
class Lattice:
    """Where the pixels of one raster lie in another whose pixels are the same, some rows and columns apart.

    Attributes
    ----------
    rows, cols : ndarray of int
        Row and column of the other raster for each of this one's; they may lie outside of it, or run backwards.
    """

    rows: np.ndarray
    cols: np.ndarray

    @classmethod
    def of(cls, here: Grid, there: Grid, shape: tuple[int, int]) -> Self | None:
        """Return where the pixels of a raster on `there`, of `shape` (rows, cols), lie in one on `here`.

        None where they lie between its pixels, are of another size, turned, or in another reference system.
        """
        if here.transform is None or there.transform is None or _systems_differ(here, there):
            return None
        if not here.transform.determinant:
            return None
        between = ~here.transform @ there.transform
        corners = np.array([(0, 0), (shape[1], 0), (0, shape[0]), (shape[1], shape[0])], float)
        a, b, c, d, e, f = between[:6]
        if not np.isfinite([a, b, c, d, e, f]).all() or max(abs(c), abs(f)) > np.iinfo(np.int32).max:
            return None
        whole = Affine(round(a), 0, round(c), 0, round(e), round(f))
        apart = [np.subtract(between @ tuple(corner), whole @ tuple(corner)) for corner in corners]
        if abs(whole.a) != 1 or abs(whole.e) != 1 or np.abs(apart).max() > TOLERANCE:
            return None
        rows, cols = (np.arange(side) + 0.5 for side in shape)
        return cls(
            np.floor(whole.e * rows + whole.f).astype(np.int64), np.floor(whole.a * cols + whole.c).astype(np.int64)
        )

    @property
    def moves(self) -> bool:
        """Whether a pixel has another place in the other raster."""
        return any(bool((places != np.arange(len(places))).any()) for places in (self.rows, self.cols))

    def take(self, values: np.ndarray) -> np.ndarray:
        """Return the values of a raster on `here`, shape (rows, cols), at the pixels of one on `there`; 0 outside."""
        inside = [
            (places >= 0) & (places < side) for places, side in zip((self.rows, self.cols), values.shape, strict=True)
        ]
        taken = np.zeros((len(self.rows), len(self.cols)), values.dtype)
        taken[np.ix_(*inside)] = values[np.ix_(self.rows[inside[0]], self.cols[inside[1]])]
        return taken


def aligned(
    values: np.ndarray,
    here: Grid,
    there: Grid,
    *,
    shape: tuple[int, int],
    name: str,
    other: str = "the cube",
    resample: bool = False,
) -> np.ndarray:
    """Return a raster of whole numbers on the grid of another.

    Where one of the two does not know where it lies, both must be of one shape. Where their pixels are the same, rows
    or columns in another order (south up) or of another part are brought into place, with a notice. Grids are compared
    in pixels: corners may lie `TOLERANCE` apart.

    Parameters
    ----------
    values : ndarray of int, shape (rows, cols)
        0 = nothing there.
    here, there : Grid
        Of `values`, and of the other raster.
    shape : tuple of int
        (rows, cols) of the other raster.
    name : str
        What `values` are, for messages: the beginning of a sentence.
    other : str
        What they must fit, for messages.
    resample : bool
        Whether pixels that lie elsewhere are resampled by nearest neighbour, with a notice, instead of refused.

    Raises
    ------
    DataError
        If the two differ in shape and one does not know where it lies, they have no pixel in common, lie on different
        grids that may not be resampled, or only one says in which reference system.
    """
    if here.transform is None or there.transform is None:
        return _of_shape(values, shape, name, other)
    lattice = Lattice.of(here, there, shape)
    if lattice is not None and not lattice.moves:
        if values.shape == shape:
            return values
    elif (here.crs is None or there.crs is None) and (here.crs is not there.crs or lattice is None):
        raise DataError(
            f"{name} lies {_placed(here)}; expected {_placed(there)}, as {other}; assign the missing coordinate"
            " reference system, or resample it to that grid"
        )
    if lattice is not None:
        moved, how = lattice.take(values), "brought into place, pixel by pixel"
    elif resample:
        moved, how = _resampled(values, here, there, shape), "resampled by nearest neighbour"
    else:
        raise DataError(
            f"{name} lies {_placed(here)}; expected the grid of {other}, {_placed(there)}{_difference(here, there)};"
            " resample it to that grid by nearest neighbour"
        )
    if not moved.any() and values.any():
        raise DataError(
            f"{name} has no labelled pixel within {other}: it lies {_placed(here)}, {other} {_placed(there)};"
            " check both"
        )
    _LOG.warning(
        "%s lies on another grid than %s (%s, %s pixels); %s: %d labelled pixels became %d", name, other, here.crs,
        values.shape, how, int((values > 0).sum()), int((moved > 0).sum()),
    )  # fmt: skip
    return moved


def require_same_grid(
    here: Grid, there: Grid, *, shapes: tuple[tuple[int, ...], tuple[int, ...]], name: str, other: str
) -> None:
    """Check that two rasters have the same pixels, as far as both know where they lie.

    Raises
    ------
    DataError
        If their shapes, (rows, cols), or their grids differ.
    """
    if shapes[0] != shapes[1]:
        raise DataError(f"{name} is {shapes[0]} pixels, but {other} is {shapes[1]}; expected both on one grid")
    if here.transform is None or there.transform is None:
        return
    lattice = Lattice.of(here, there, (shapes[1][0], shapes[1][1]))
    if lattice is None or lattice.moves:
        raise DataError(
            f"{name} lies {_placed(here)}, {other} {_placed(there)}{_difference(here, there)}; expected both on one"
            " grid"
        )


def _systems_differ(here: Grid, there: Grid) -> bool:
    return here.crs is not None and there.crs is not None and here.crs != there.crs


def _of_shape(values: np.ndarray, shape: tuple[int, int], name: str, other: str) -> np.ndarray:
    if values.shape != shape:
        turned = "; it looks transposed" if values.shape == shape[::-1] else ""
        raise DataError(f"{name} is {values.shape} pixels; expected {shape}, as {other}{turned}")
    return values


def _resampled(values: np.ndarray, here: Grid, there: Grid, shape: tuple[int, int]) -> np.ndarray:
    from rasterio.warp import Resampling, reproject

    moved = np.zeros(shape, values.dtype)
    reproject(
        values, moved, src_transform=here.transform, src_crs=here.crs, dst_transform=there.transform,
        dst_crs=there.crs, src_nodata=0, dst_nodata=0, resampling=Resampling.nearest,
    )  # fmt: skip
    return moved


def _difference(here: Grid, there: Grid) -> str:
    """Return how two grids of one reference system differ, as the end of a sentence; empty of two systems."""
    if here.transform is None or there.transform is None or _systems_differ(here, there):
        return ""
    if not there.transform.determinant:
        return ""
    sizes = [tuple(float(f"{side:.6g}") for side in _sides(grid.transform)) for grid in (here, there)]
    if sizes[0] != sizes[1]:
        (width, height), (other_width, other_height) = sizes
        return f": its pixels are {width:g} x {height:g}, not {other_width:g} x {other_height:g}"
    a, b, c, d, e, f = (~there.transform @ here.transform)[:6]
    if max(abs(abs(a) - 1), abs(b), abs(d), abs(abs(e) - 1)) > _TURNED:
        return ": it is turned against it"
    if min(a, e) < 0:
        return ": its rows or columns run the other way"
    return f": it is shifted by {round(c, 2) + 0:.9g} columns and {round(f, 2) + 0:.9g} rows"


def _sides(transform: Affine) -> tuple[float, float]:
    """Return width and height of a pixel, in the units of the reference system."""
    return float(np.hypot(transform.a, transform.d)), float(np.hypot(transform.b, transform.e))


def _placed(grid: Grid) -> str:
    assert grid.transform is not None
    return f"in {grid.crs or 'an unknown system'} with the geotransform {grid.transform.to_gdal()}"
