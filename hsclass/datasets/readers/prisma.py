"""PRISMA: one .he5 file with a cube of each spectrometer.

Layout, names and attributes as in ASI's PRISMA Products Specification (2020) and as three independent readers take
them: prismaread (R), the EnMAP-Box and HyPySuite.
"""

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.hdf5_store import Hdf5Store, Piece
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import Mission, applied_layers, attribute, parsing
from hsclass.raster import Grid

_SWATHS = "HDFEOS/SWATHS"
_SWATH = re.compile(r"PRS_(L1|L2B|L2C|L2D)_(HCO|HRC)$")
_PIXEL = 30.0  # m
_FULL = 65535
_ROWS = 32  # of flags that are read at a time where the file does not say how many are stored together
_SPECTROMETERS = ("Vnir", "Swir")
_AXES = (0, 2, 1)  # of rows, columns and bands in (rows, bands, cols)
_FLAGS = {"invalid": 1, "negative": 2, "saturated": 3}
"""Values of the pixel error matrix of level 2: no valid measurement, negative after the correction, saturated."""


def _main_file(path: Path) -> Path | None:
    if path.suffix.lower() != ".he5" or not path.is_file():
        return None
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return path if _SWATHS in file and _swath(file) and "List_Cw_Vnir" in file.attrs else None
    except Exception:  # the parser raises whatever it stumbles over; the plain reader says what
        return None


def _swath(file: Any) -> str | None:
    """Return the group of the hyperspectral cubes; those whose spectrometers are coregistered come first."""
    found = sorted(
        name for name in file[_SWATHS] if _SWATH.search(name) and "Data Fields/VNIR_Cube" in file[_SWATHS][name]
    )
    return f"{_SWATHS}/{found[0]}" if found else None


def open_prisma(path: Path, wanted: Wanted) -> Cube:
    """Open a product of level 1, 2B, 2C or 2D.

    Bands are in ascending order of their wavelengths, those of both spectrometers where they overlap too. Bands without
    a wavelength do not count as bands; those that the product flags as not valid are bad bands. Values are measured as
    the product scales them: radiance in levels 1 and 2B, reflectance in 2C and 2D. A pixel holds no data outside of the
    swath, where all bands are 0, and where any good band has a flag in the error matrix that `quality` names: by
    default `invalid`, in level 1 `saturated`.
    """
    import h5py

    with parsing(path, PRISMA.name), h5py.File(path, "r") as file:
        swath = _swath(file) or ""
        level = _SWATH.search(swath)[1]  # type: ignore[index]
        first = level == "L1"
        layers = applied_layers(
            path, ["saturated"] if first else list(_FLAGS), wanted, ["saturated"] if first else ["invalid"]
        )
        centres, widths, flags, scales, offsets, places = [], [], [], [], [], []
        shapes = []
        for number, name in enumerate(_SPECTROMETERS):
            cube = file[f"{swath}/Data Fields/{name.upper()}_Cube"]
            shapes.append((cube.shape[0], cube.shape[2]))
            lengths = np.asarray(attribute(file, f"List_Cw_{name}"), float)
            known = np.flatnonzero(lengths > 0)
            if len(lengths) != cube.shape[1]:
                raise ValueError(f"{len(lengths)} wavelengths for {cube.shape[1]} bands of {name.upper()}_Cube")
            centres.append(lengths[known])
            widths.append(np.asarray(attribute(file, f"List_Fwhm_{name}"), float)[known])
            flags.append(np.asarray(attribute(file, f"List_Cw_{name}_Flags"))[known] > 0)
            scale, offset = _factors(file, name, first=first)
            scales.append(np.full(len(known), scale))
            offsets.append(np.full(len(known), offset))
            places.append(np.column_stack([np.full(len(known), number), known]))
        if len(set(shapes)) > 1:
            raise ValueError(f"cubes of {shapes[0]} and {shapes[1]} pixels")
        order = np.argsort(np.concatenate(centres), kind="stable")
        joined = {
            name: np.concatenate(parts)[order]
            for name, parts in (
                ("wavelengths", centres),
                ("fwhm", widths),
                ("good", flags),
                ("scale", scales),
                ("offset", offsets),
            )
        }
        ordered = np.concatenate(places)[order]
        grid = _grid(file) if level == "L2D" else Grid()
        dtype = file[f"{swath}/Data Fields/VNIR_Cube"].dtype
    good = joined["good"]
    flagged = [1 if first else _FLAGS[name] for name, used in layers.items() if used]
    masks = partial(_masks, swath, flagged, ordered[good]) if flagged else None
    pieces = [Piece(f"{swath}/Data Fields/{name.upper()}_Cube", _AXES) for name in _SPECTROMETERS]
    return Cube(
        path, f"PRISMA {level}, HDF5", (*shapes[0], len(order)), dtype,
        Hdf5Store(path, pieces, ordered, shapes[0], dtype, masks), grid=grid, wavelengths=joined["wavelengths"],
        fwhm=joined["fwhm"], good_bands=None if good.all() else good, scale=joined["scale"], offset=joined["offset"],
        nodata=(0,), nodata_in_all=True, quality=layers,
    )  # fmt: skip


def _factors(file: Any, name: str, *, first: bool) -> tuple[float, float]:
    """Return scale and offset: a measured value is the stored one x scale + offset."""
    if first:
        return 1 / float(attribute(file, f"ScaleFactor_{name}")), -float(attribute(file, f"Offset_{name}"))
    low, high = (float(attribute(file, f"L2Scale{name}{end}")) for end in ("Min", "Max"))
    return (high - low) / _FULL, low


def _grid(file: Any) -> Grid:
    """Return the grid; the product states the centres of its corner pixels."""
    crs = CRS.from_epsg(int(attribute(file, "Epsg_Code")))
    left = float(attribute(file, "Product_ULcorner_easting")) - _PIXEL / 2
    top = float(attribute(file, "Product_ULcorner_northing")) + _PIXEL / 2
    return Grid(crs, Affine(_PIXEL, 0, left, 0, -_PIXEL, top))


def _masks(swath: str, flags: list[int], good: np.ndarray, file: Any, rows: slice) -> np.ndarray | None:
    """Return which pixels of some rows have none of some flags in any good band; None where the file has no flags."""
    fields = file[f"{swath}/Data Fields"]
    bad = None
    for piece, name in enumerate(_SPECTROMETERS):
        errors = next(
            (fields[at] for kind in ("L2", "SAT") if (at := f"{name.upper()}_PIXEL_{kind}_ERR_MATRIX") in fields), None
        )
        if errors is None:
            continue
        found = np.zeros((rows.stop - rows.start, errors.shape[2]), bool)
        step = (errors.chunks or (_ROWS,))[0]
        for top in range(rows.start, rows.stop, step):
            block = errors[top : min(top + step, rows.stop)]
            if block.any():
                marked = np.isin(block, flags)[:, good[good[:, 0] == piece, 1]]
                found[top - rows.start :][: len(block)] = marked.any(axis=1)
        bad = found if bad is None else bad | found
    return None if bad is None else ~bad


PRISMA = Mission("PRISMA (L1, L2B, L2C, L2D)", "the .he5 file", _main_file, open_prisma)
