"""Scenes and maps as arrays of xarray, which is imported only to make one.

Where pixels lie stands in the coordinates x and y, which are of pixel centres, and in `spatial_ref`, as the CF
conventions, rioxarray and GDAL have it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rasterio.transform import Affine

from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid

_ROWS = {"y", "row", "rows", "line", "lines", "lat", "latitude", "northing", "downtrack"}
_COLS = {"x", "col", "cols", "column", "columns", "sample", "samples", "lon", "longitude", "easting", "crosstrack"}
_BANDS = {"band", "bands", "wavelength", "wavelengths", "wl", "spectral", "channel"}
CENTRES = ("wavelength", "wavelengths", "wl")
_UNITS = {
    "nm": 1, "nanometer": 1, "nanometers": 1, "nanometre": 1, "nanometres": 1, "um": 1000, "µm": 1000, "μm": 1000,
    "micrometer": 1000, "micrometers": 1000, "micrometre": 1000, "micrometres": 1000, "micron": 1000, "microns": 1000,
}  # fmt: skip
_TOLERANCE = 1e-3  # of a pixel, between coordinates that should be evenly spaced


def is_data_array(value: Any) -> bool:
    """Return whether a value is an xarray.DataArray, without importing xarray."""
    return type(value).__module__.partition(".")[0] == "xarray"


def ordered(array: Any, where: str, *, bands: bool) -> Any:
    """Return a DataArray with the dimensions rows, cols and, where it has them, bands, in this order.

    Raises
    ------
    UsageError
        If it is a Dataset, or its dimensions cannot be known by their names.
    """
    if not hasattr(array, "dims") or hasattr(array, "data_vars"):
        held = ", ".join(map(str, getattr(array, "data_vars", ()))) or "none"
        raise UsageError(f"{where}: is a {type(array).__name__} of the variables {held}; give one of them")
    dims = [str(name) for name in array.dims]
    if not bands and len(dims) == 3:
        array = array.squeeze([name for name in array.dims if str(name).lower() in _BANDS and array.sizes[name] == 1])
        dims = [str(name) for name in array.dims]
    axes = axes_of(dims, bands=bands)
    if axes is None:
        raise UsageError(
            f"{where}: has the dimensions {', '.join(dims)}; expected y and x{' and band' if bands else ''}; rename"
            " them with its method rename"
        )
    return array.transpose(*(dims[axis] for axis in axes))


def axes_of(dims: Sequence[str], *, bands: bool) -> tuple[int, ...] | None:
    """Return the places of rows, columns and, with `bands`, bands among named dimensions; None where unknown."""
    wanted = (_ROWS, _COLS, _BANDS) if bands else (_ROWS, _COLS)
    found = [[place for place, name in enumerate(dims) if name.lower() in names] for names in wanted]
    if len(dims) != len(wanted) or any(len(places) != 1 for places in found):
        return None
    return tuple(places[0] for places in found)


def grid_of(array: Any, where: str) -> tuple[Any, Any]:
    """Return coordinate reference system and transform of an ordered DataArray, None where it has none.

    The coordinates of the pixel centres decide, because they follow when a part is taken; a transform that is stored
    in the array does not.
    """
    about = array.coords["spatial_ref"].attrs if "spatial_ref" in array.coords else {}
    crs = about.get("crs_wkt") or about.get("spatial_ref") or array.attrs.get("crs")
    rows, cols = (str(name) for name in array.dims[:2])
    if rows in array.coords and cols in array.coords and min(array.shape[:2]) > 1:
        top, down = _spacing(array.coords[rows], rows, where)
        left, right = _spacing(array.coords[cols], cols, where)
        known = crs is not None or (top, down, left, right) not in ((0, 1, 0, 1), (0.5, 1, 0.5, 1))
        return crs, Affine(right, 0, left - right / 2, 0, down, top - down / 2) if known else None
    if text := about.get("GeoTransform"):
        return crs, Affine.from_gdal(*map(float, str(text).split()))
    return crs, None


def _spacing(coordinate: Any, name: str, where: str) -> tuple[float, float]:
    values = np.asarray(coordinate, np.float64)
    step = (values[-1] - values[0]) / (len(values) - 1)
    if step == 0 or not np.allclose(np.diff(values), step, rtol=0, atol=abs(step) * _TOLERANCE):
        raise DataError(
            f"{where}: its coordinate {name} is not evenly spaced; expected pixels of one size; resample the array, or"
            f" drop the coordinate with its method drop_vars({name!r})"
        )
    return float(values[0]), float(step)


def centres_of(array: Any, where: str) -> np.ndarray | None:
    """Return the wavelengths [nm] of an ordered DataArray, None where it has none.

    Raises
    ------
    DataError
        If they are in a unit that is not known.
    """
    dim = str(array.dims[2])
    name = next((name for name in (*CENTRES, dim) if name in array.coords and name != "band"), None)
    if name is None or name.lower() not in CENTRES or array.coords[name].dims != (dim,):
        return None
    unit = str(array.coords[name].attrs.get("units", array.coords[name].attrs.get("unit", "nm")))
    if unit.lower() not in _UNITS:
        raise DataError(f"{where}: its {name} is in {unit!r}; expected nm or µm; correct its attribute 'units'")
    return np.asarray(array.coords[name], np.float64) * _UNITS[unit.lower()]


def data_array(
    values: np.ndarray,
    grid: Grid,
    *,
    name: str,
    bands: Mapping[str, Sequence[Any] | np.ndarray] | None = None,
    units: Mapping[str, str] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> Any:
    """Return values as an xarray.DataArray.

    Parameters
    ----------
    values : ndarray, shape (rows, cols) or (rows, cols, bands)
    grid : Grid
    name : str
    bands : mapping of str to sequence, optional
        Coordinates of the bands; the dimension is that of the first.
    units : mapping of str to str, optional
        Units of these coordinates.
    attrs : mapping, optional

    Raises
    ------
    UsageError
        If xarray is not installed, or the rows of the grid are not parallel to its x axis.
    """
    try:
        import xarray
    except ImportError as error:
        raise UsageError(f"to_xarray: needs xarray ({error}); install it with pip install 'hsclass[xarray]'") from None
    dims, coords = ["y", "x"], dict[str, Any]()
    if bands:
        dim = next(iter(bands))
        dims.append(dim)
        coords |= {key: (dim, np.asarray(held), {"units": (units or {})[key]} if key in (units or {}) else {})
                   for key, held in bands.items()}  # fmt: skip
    about: dict[str, Any] = {}
    if (at := grid.transform) is not None:
        if at.b or at.d:
            raise UsageError(f"to_xarray: {name} lies on a turned grid, {tuple(at)[:6]}, which x and y cannot say")
        coords["y"] = ("y", at.f + at.e * (np.arange(values.shape[0]) + 0.5))
        coords["x"] = ("x", at.c + at.a * (np.arange(values.shape[1]) + 0.5))
        about["GeoTransform"] = " ".join(repr(value) for value in at.to_gdal())
    if grid.crs is not None:
        about |= {"crs_wkt": grid.crs.to_wkt(), "spatial_ref": grid.crs.to_wkt()}
    if about:
        coords["spatial_ref"] = ((), 0, about)
    array = xarray.DataArray(values, coords, dims, name=name, attrs=dict(attrs or {}))
    if about:
        array.encoding["grid_mapping"] = "spatial_ref"
    return array
