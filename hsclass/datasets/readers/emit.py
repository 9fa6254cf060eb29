"""EMIT: netCDF files in the geometry of the sensor, with a table (GLT) that places each pixel on a map.

Layout and names as EMIT's own writer (emit-sds) gives them and as emit_tools and two further readers take them.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import Cube, Store
from hsclass.datasets.readers.glt import OrthorectifiedStore, read_table, table_grid
from hsclass.datasets.readers.hdf5_heap import require_sound_heap
from hsclass.datasets.readers.hdf5_store import Hdf5Store, Piece
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import Mission, applied_layers, parsing
from hsclass.datasets.sizes import whole_array
from hsclass.errors import DataError
from hsclass.raster import Grid

_ARRAYS = ("reflectance", "radiance")
_BANDS = "sensor_band_parameters"
_TABLE = ("location/glt_x", "location/glt_y")
_FILL = -9999.0


def _main_file(path: Path) -> Path | None:
    if path.suffix.lower() != ".nc" or not path.is_file():
        return None
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return path if f"{_BANDS}/wavelengths" in file and any(name in file for name in _ARRAYS) else None
    except Exception:  # the parser raises whatever it stumbles over; the plain reader says what
        return None


def _mask_file(path: Path) -> Path | None:
    """Return the mask product of the same acquisition next to a reflectance product."""
    name = re.sub(r"_RFL_|_RAD_", "_MASK_", path.name).replace("L1B", "L2A")
    return path.with_name(name) if name != path.name and path.with_name(name).is_file() else None


def _companions(path: Path) -> list[Path]:
    mask = _mask_file(path)
    return [mask] if mask else []


def open_emit(path: Path, wanted: Wanted) -> Cube:
    """Open a product of level 1B or 2A, orthorectified by its table while it is read.

    Bands that the product does not list among its good wavelengths are bad bands. The flags of the mask product next
    to the file are quality layers; none masks unless `quality` names it.
    """
    import h5py

    with parsing(path, EMIT.name), h5py.File(path, "r") as file:
        name = next(name for name in _ARRAYS if name in file)
        array = file[name]
        rows, cols, bands = array.shape
        nodata = float(np.ravel(array.attrs.get("_FillValue", _FILL))[0])
        centres, widths, good = (_listed(file, part, bands) for part in ("wavelengths", "fwhm", "good_wavelengths"))
        flags, layers = _flags(path, (rows, cols), wanted)
        places = np.column_stack([np.zeros(bands, int), np.arange(bands)])
        dtype = array.dtype.newbyteorder("=")
        store: Store = Hdf5Store(path, [Piece(name, (0, 1, 2))], places, (rows, cols), dtype, _masks_of(flags))
        grid = Grid()
        if _TABLE[0] in file:
            table = read_table(file, _TABLE, (rows, cols))
            grid = table_grid(file)
            store = OrthorectifiedStore(path, name, table, dtype, nodata, flags)
            rows, cols = table[0].shape
    return Cube(
        path, f"EMIT {name}, netCDF", (rows, cols, bands), dtype, store, grid=grid,
        nodata=(nodata,), wavelengths=centres, fwhm=widths,
        good_bands=None if good is None or (good > 0).all() else good > 0, quality=layers,
    )  # fmt: skip


def _listed(file: Any, name: str, bands: int) -> np.ndarray | None:
    if f"{_BANDS}/{name}" not in file:
        return None
    values = np.asarray(whole_array(file[f"{_BANDS}/{name}"]), float)
    if values.shape != (bands,):
        raise ValueError(f"{values.size} {name} for {bands} bands")
    return values


def _flags(path: Path, shape: tuple[int, int], wanted: Wanted) -> tuple[np.ndarray | None, Any]:
    """Return the pixels that a wanted flag marks, None where none is wanted, and the layers."""
    import h5py

    mask = _mask_file(path)
    if mask is None:
        if wanted.quality:
            raise DataError(
                f"{path}: 'quality' asks for {', '.join(wanted.quality)}, but the mask product (_MASK_) does not lie"
                " next to it; put it there, or take 'quality' out"
            )
        return None, {}
    require_sound_heap(mask)
    with h5py.File(mask, "r") as file:
        texts = [
            name.decode() if isinstance(name, bytes) else str(name)
            for name in whole_array(file[f"{_BANDS}/mask_bands"])
        ]
        names = ["_".join(re.sub("flag", "", text.lower()).replace("-", " ").split()) for text in texts]
        of_flags = [band for band, text in enumerate(texts) if text.lower().split()[-1:] == ["flag"]]
        layers = applied_layers(path, [names[band] for band in of_flags], wanted)
        if file["mask"].shape[:2] != shape:
            raise DataError(
                f"{mask}: is {file['mask'].shape[:2]} pixels, but {path.name} is {shape}; they do not belong together"
            )
        used = [band for band in of_flags if layers[names[band]]]
        return (np.any([file["mask"][..., band] > 0 for band in used], axis=0) if used else None), layers


def _masks_of(flags: np.ndarray | None) -> Any:
    return None if flags is None else lambda file, rows: ~flags[rows]


EMIT = Mission("EMIT (L1B, L2A)", "the .nc file of the radiance or reflectance", _main_file, open_emit, _companions)
