"""netCDF files: their dimensions have names, which say what the axes of an array are, whatever their order.

An array with bands before rows and columns, or one whose dimensions say nothing, is read as GDAL does.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError

from hsclass.datasets.cube import ArrayStore, Cube, Store, native
from hsclass.datasets.readers.hdf5 import open_hdf5
from hsclass.datasets.readers.hdf5_heap import require_sound_heap
from hsclass.datasets.readers.hdf5_store import Hdf5Store, Piece
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import parsing
from hsclass.datasets.readers.raster import open_raster
from hsclass.datasets.sizes import require_capacity
from hsclass.errors import DataError
from hsclass.raster import Grid
from hsclass.xarray_form import CENTRES, axes_of, centres_of, grid_of

_LOG = logging.getLogger(__name__)
_MICROMETRES = 100  # wavelengths without a unit that end below this are in micrometres
_GDALS = (1, 2, 0)  # where GDAL takes rows, columns and bands from


@dataclass(frozen=True)
class NamedArray:
    """An array of a netCDF file, with what xarray's arrays have; `store` makes the values of a cube from its axes."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attrs: Mapping[str, Any]
    store: Callable[[tuple[int, ...]], Store]
    values: Callable[[], np.ndarray]
    coords: dict[str, "NamedArray"] = field(default_factory=dict)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.values(), dtype)


def open_netcdf(path: Path, wanted: Wanted) -> Cube:
    """Open the array whose dimensions are named as rows, columns and bands, or else what GDAL or HDF5 make of a file.

    Arguments and errors as `open_cube`. Wavelengths come from a coordinate of the bands (`wavelength`), the place from
    the coordinates of rows and columns and the grid mapping.
    """
    import h5py

    arrays = h5py.is_hdf5(path)
    require_sound_heap(path)
    plain = wanted.glt is None and wanted.axes is None and wanted.pixels is None
    found = _found(path, wanted, hdf5=arrays) if plain else None
    if found is None and arrays and (wanted.key is not None or wanted.glt is not None):
        return open_hdf5(path, wanted)
    if found is None and plain and wanted.key is not None:
        raise DataError(
            f"{path}: has no array '{wanted.key}' whose dimensions are named as rows, columns and bands; it holds"
            f" {_listed(path)}; correct 'key'"
        )
    if found is not None and (wanted.key is not None or found.axes not in {_GDALS, _GDALS[:2]}):
        return found.cube(path)
    try:
        cube = open_raster(path, wanted)
    except DataError:
        if found is not None:
            return found.cube(path)
        if not arrays:
            raise
        return open_hdf5(path, wanted)
    if found is not None:  # without a place GDAL takes the last row for the northern one, whatever the coordinates say
        return found.cube(path) if cube.grid.transform is None else found.completed(cube, path)
    return cube


@dataclass(frozen=True)
class Found:
    """The array that is meant, and where its rows, columns and, of a cube, bands are among its axes."""

    name: str
    array: NamedArray
    axes: tuple[int, ...]

    def cube(self, path: Path) -> Cube:
        """Return the array as a cube, or with one band as a raster of class ids."""
        array, sides = self.array, tuple(self.array.shape[axis] for axis in self.axes)
        shape = (sides[0], sides[1], sides[2] if len(sides) == 3 else 1)
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8 or 0 in shape:
            raise DataError(
                f"{path}: holds the array {self.name} of {array.dtype} and shape {array.shape}; expected plain real"
                " numbers of up to 64 bits, and some; convert it"
            )
        require_capacity(path, shape, array.dtype.itemsize)
        fill = _number(array.attrs.get("_FillValue", array.attrs.get("missing_value")))
        scale, offset = (_number(array.attrs.get(name)) for name in ("scale_factor", "add_offset"))
        cube = Cube(
            path, "netCDF", shape, native(array.dtype), array.store(self.axes), key=self.name,
            nodata=() if fill is None else (fill,),
            scale=None if scale is None and offset is None else np.full(shape[2], 1.0 if scale is None else scale),
            offset=None if offset is None else np.full(shape[2], offset),
        )  # fmt: skip
        return self.completed(cube, path)

    def completed(self, cube: Cube, path: Path) -> Cube:
        """Return a cube with the wavelengths and the place that the coordinates give, where it has none."""
        array = _Ordered(self.array, self.axes)
        if cube.wavelengths is None and len(self.axes) == 3 and cube.shape[2] == array.shape[2]:
            cube = replace(cube, wavelengths=_centres(array, path), fwhm=_widths(array))
        if cube.grid.transform is None and cube.shape[:2] == array.shape[:2]:
            try:
                crs, transform = grid_of(array, str(path))
                cube = replace(cube, grid=Grid(CRS.from_user_input(crs) if crs else None, transform))
            except (DataError, CRSError, ValueError, TypeError, OverflowError) as error:
                _LOG.warning("%s: its place is not used (%s)", path, " ".join(str(error).split()))
        return cube


class _Ordered:
    """An array of a file as xarray's arrays are that have rows, columns and bands in this order."""

    def __init__(self, array: NamedArray, axes: tuple[int, ...]) -> None:
        self.dims = tuple(array.dims[axis] for axis in axes)
        self.shape = tuple(array.shape[axis] for axis in axes)
        self.coords, self.attrs = array.coords, array.attrs


def _centres(array: _Ordered, path: Path) -> np.ndarray | None:
    try:
        centres = centres_of(array, str(path))
    except (DataError, ValueError, TypeError) as error:
        _LOG.warning("%s; its wavelengths are left out", error)
        return None
    if centres is None or not np.isfinite(centres).any():
        return None
    name = next(name for name in CENTRES if name in array.coords)
    if "units" not in array.coords[name].attrs and np.nanmax(centres) < _MICROMETRES:
        _LOG.warning(
            "%s: wavelengths without a unit end at %g and are taken as micrometres; if they are not, give 'wavelengths'"
            " in nanometres", path, np.nanmax(centres),
        )  # fmt: skip
        return centres * 1000
    return centres


def _widths(array: _Ordered) -> np.ndarray | None:
    held = array.coords.get("fwhm")
    if held is None or held.dims != array.dims[2:] or held.attrs.get("units", "nm") not in {"nm", "nanometers"}:
        return None
    return np.asarray(held, np.float64)


def _found(path: Path, wanted: Wanted, *, hdf5: bool) -> Found | None:
    """Return the only array, or the one of the wanted name, whose dimensions say what its axes are."""
    try:
        arrays = _of_hdf5(path) if hdf5 else _of_classic(path)
    except Exception:  # the parser raises whatever it stumbles over; the other readers say what
        return None
    for ndim in (3, 2) if wanted.ndim is None else (wanted.ndim,):
        known = {
            name: axes
            for name, array in arrays.items()
            if wanted.key in {None, name} and (axes := axes_of(array.dims, bands=ndim == 3)) is not None
        }
        if len(known) == 1:
            ((name, axes),) = known.items()
            return Found(name, _with_coordinates(arrays[name], arrays), axes)
        if known:
            return None
    return None


def _listed(path: Path) -> str:
    with parsing(path, "netCDF"):
        arrays = _of_classic(path)
    return ", ".join(f"{name} ({', '.join(array.dims)})" for name, array in list(arrays.items())[:20]) or "none"


def _with_coordinates(array: NamedArray, arrays: Mapping[str, NamedArray]) -> NamedArray:
    coords = {name: held for name, held in arrays.items() if len(held.dims) == 1 and held.dims[0] in array.dims}
    mapping = arrays.get(str(array.attrs.get("grid_mapping", "spatial_ref")))
    return replace(array, coords=coords | ({} if mapping is None else {"spatial_ref": mapping}))


def _of_hdf5(path: Path) -> dict[str, NamedArray]:
    """Return the arrays of a netCDF file of version 4 by their names."""
    import h5py

    found: dict[str, NamedArray] = {}

    def collect(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "biuf":
            own = item.is_scale and item.ndim == 1
            scales = [name] if own else [scale[0].name if len(scale) else "" for scale in item.dims]
            found[name] = NamedArray(
                tuple(scale.rpartition("/")[2] for scale in scales), item.shape, item.dtype,
                {key: _text(item.attrs[key]) for key in item.attrs if not key.startswith(("DIM", "REF", "CLASS"))},
                partial(_hdf5_store, path, name, item.shape, native(item.dtype)), partial(_hdf5_values, path, name),
            )  # fmt: skip

    with h5py.File(path, "r") as file:
        file.visititems(collect)
    return found


def _hdf5_store(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], axes: tuple[int, ...]) -> Store:
    if len(axes) == 2:
        return ArrayStore(partial(_hdf5_values, path, name, axes))
    rows, cols, bands = (shape[axis] for axis in axes)
    places = np.column_stack([np.zeros(bands, int), np.arange(bands)])
    return Hdf5Store(path, [Piece(name, (axes[0], axes[1], axes[2]))], places, (rows, cols), dtype)


def _hdf5_values(path: Path, name: str, axes: tuple[int, ...] = (0,), rows: slice = slice(None)) -> np.ndarray:
    import h5py

    with h5py.File(path, "r") as file:
        return np.transpose(file[name][_index(axes, rows)], axes)


def _index(axes: tuple[int, ...], rows: slice) -> tuple[slice, ...]:
    return tuple(rows if axis == axes[0] else slice(None) for axis in range(len(axes)))


def _of_classic(path: Path) -> dict[str, NamedArray]:
    """Return the arrays of a netCDF file before version 4 by their names."""
    from scipy.io import netcdf_file

    with netcdf_file(path, "r", mmap=True) as file:
        return {
            name: NamedArray(
                tuple(held.dimensions), held.shape, held.data.dtype,
                {key: _text(value) for key, value in held._attributes.items()},
                partial(_classic_store, path, name), partial(_classic_values, path, name),
            )
            for name, held in file.variables.items()
        }  # fmt: skip


def _classic_store(path: Path, name: str, axes: tuple[int, ...]) -> Store:
    return ArrayStore(partial(_classic_values, path, name, axes))


def _classic_values(path: Path, name: str, axes: tuple[int, ...] = (0,), rows: slice = slice(None)) -> np.ndarray:
    from scipy.io import netcdf_file

    with netcdf_file(path, "r", mmap=True) as file:
        return np.array(np.transpose(file.variables[name].data[_index(axes, rows)], axes))


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _number(value: Any) -> float | None:
    try:
        return None if value is None else float(np.ravel(value)[0])
    except (ValueError, TypeError, IndexError):
        return None
