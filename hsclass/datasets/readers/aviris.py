"""AVIRIS-3 and AVIRIS-NG in netCDF; their ENVI files (`_rfl`) need no reader of their own.

Layout and names as three independent readers take them: bands first, with coordinates in metres and a grid mapping.
"""

from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.hdf5_store import Hdf5Store, Piece
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import Mission, attribute, parsing
from hsclass.datasets.sizes import whole_array
from hsclass.raster import Grid

_GROUPS = ("reflectance", "radiance")
_EVEN = 1e-3  # of a step, by which coordinates may miss an even grid


def _main_file(path: Path) -> Path | None:
    if path.suffix.lower() != ".nc" or not path.is_file():
        return None
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return path if any(f"{name}/{name}" in file and f"{name}/wavelength" in file for name in _GROUPS) else None
    except Exception:  # the parser raises whatever it stumbles over; the plain reader says what
        return None


def open_aviris(path: Path, wanted: Wanted) -> Cube:
    """Open reflectance of level 2A, or radiance of level 1B."""
    import h5py

    with parsing(path, AVIRIS.name), h5py.File(path, "r") as file:
        group = next(name for name in _GROUPS if f"{name}/{name}" in file)
        array = file[f"{group}/{group}"]
        centres = np.asarray(whole_array(file[f"{group}/wavelength"]), float)
        widths = np.asarray(whole_array(file[f"{group}/fwhm"]), float) if f"{group}/fwhm" in file else None
        bands = len(centres)
        if array.ndim != 3 or bands not in (array.shape[0], array.shape[2]):
            raise ValueError(f"an array of {array.shape} for {bands} wavelengths")
        axes = (1, 2, 0) if array.shape[0] == bands else (0, 1, 2)
        rows, cols = array.shape[axes[0]], array.shape[axes[1]]
        fill = array.attrs.get("_FillValue")
        dtype = array.dtype.newbyteorder("=")
        grid = _grid(file, group, rows, cols)
    places = np.column_stack([np.zeros(bands, int), np.arange(bands)])
    return Cube(
        path, f"AVIRIS {group}, netCDF", (rows, cols, bands), dtype,
        Hdf5Store(path, [Piece(f"{group}/{group}", axes)], places, (rows, cols), dtype), grid=grid,
        nodata=() if fill is None else (float(np.ravel(fill)[0]),), wavelengths=centres, fwhm=widths,
    )  # fmt: skip


def _grid(file: Any, group: str, rows: int, cols: int) -> Grid:
    """Return the grid, of the grid mapping and the coordinates of pixel centres."""
    holders = [item for part in (file, file[group]) for item in part.values() if hasattr(item, "attrs")]
    texts = [attribute(item, name) for item in holders for name in ("crs_wkt", "spatial_ref") if name in item.attrs]
    crs = CRS.from_wkt(str(texts[0])) if texts else None
    stated = [str(attribute(item, "GeoTransform")) for item in holders if "GeoTransform" in item.attrs]
    if stated:
        return Grid(crs, Affine.from_gdal(*(float(number) for number in stated[0].replace(",", " ").split())))
    found = {
        name: whole_array(part[name])
        for name in ("easting", "northing")
        for part in (file, file[group])
        if name in part
    }
    if len(found) < 2 or found["easting"].shape != (cols,) or found["northing"].shape != (rows,):
        return Grid(crs, None)
    (left, across), (top, down) = (_first_and_step(found[name]) for name in ("easting", "northing"))
    return Grid(crs, Affine(across, 0, left - across / 2, 0, down, top - down / 2))


def _first_and_step(centres: np.ndarray) -> tuple[float, float]:
    step = float(centres[-1] - centres[0]) / (len(centres) - 1)
    if (np.abs(np.diff(centres) - step) > abs(step) * _EVEN).any():
        raise ValueError("coordinates that are not evenly spaced")
    return float(centres[0]), step


AVIRIS = Mission("AVIRIS-3, AVIRIS-NG (L1B, L2A)", "the .nc file, or the ENVI file", _main_file, open_aviris)
