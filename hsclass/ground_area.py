"""The area of a pixel on the ground, which projections change: Web Mercator enlarges it 2.7 times at 52° north."""

import numpy as np
from rasterio._err import CPLE_BaseError
from rasterio.errors import CRSError
from rasterio.warp import transform

from hsclass.raster import Grid

TOLERANCE = 0.01
"""Share by which areas may differ that count as one."""

_SIDE = 9  # rows and columns whose pixels are compared
_EQUAL_AREA = "+proj=cea +datum=WGS84"
_EQUATOR, _RADIUS = 6378137.0, 6371007.1809  # of WGS 84, and of the sphere with its surface [m]


def pixel_area(grid: Grid, shape: tuple[int, ...]) -> float | None:
    """Return the area of a pixel on the ground [m²].

    That of the grid is taken where it is within `TOLERANCE` of the ground's all over the raster, as in UTM, else the
    mean on the ground.

    Parameters
    ----------
    grid : Grid
    shape : tuple of int
        (rows, cols) of the raster.

    Returns
    -------
    float or None
        None where the place of the pixels is not known, or their areas are farther from their mean than `TOLERANCE`.
    """
    if grid.crs is None or grid.transform is None:
        return None
    plane = abs(grid.transform.determinant) * grid.crs.linear_units_factor[1] ** 2 if grid.crs.is_projected else None
    ground = _ground_areas(grid, shape)
    if not ground.size:
        return plane
    for area in (plane, float(ground.mean())):
        if area and np.abs(ground / area - 1).max() <= TOLERANCE:
            return area
    return None


def _ground_areas(grid: Grid, shape: tuple[int, ...]) -> np.ndarray:
    """Return the areas of pixels spread over a raster; none where their places on the Earth are not known."""
    assert grid.transform is not None
    rows, cols = (np.linspace(0, side - 1, min(side, _SIDE)).round() for side in shape)
    pixels = np.stack(np.meshgrid(cols, rows), axis=-1).reshape(-1, 1, 2)
    corners = pixels + np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    x, y = grid.transform @ tuple(corners.reshape(-1, 2).T)
    try:
        east, north = (np.array(values) for values in transform(grid.crs, _EQUAL_AREA, x, y))
    except (CRSError, CPLE_BaseError):  # of a plan, or of another planet
        return np.empty(0)
    # As points on the sphere with the surface of the ellipsoid, where the poles and the 180th meridian are no edges.
    height, angle = north * _EQUATOR / _RADIUS**2, east / _EQUATOR
    ring = np.sqrt(np.clip(1 - height**2, 0, None))
    points = _RADIUS * np.stack([ring * np.cos(angle), ring * np.sin(angle), height], axis=-1).reshape(-1, 4, 3)
    areas = np.linalg.norm(np.cross(points[:, 2] - points[:, 0], points[:, 3] - points[:, 1]), axis=-1) / 2
    return areas[np.isfinite(areas) & (areas > 0)]
