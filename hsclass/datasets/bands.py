"""From the array of a file to the cube of a scene: which bands are kept, and which pixels hold data."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsclass.datasets.descriptor import Descriptor
from hsclass.datasets.readers.contents import Contents
from hsclass.errors import DataError

_LOG = logging.getLogger(__name__)
_NATURAL = (650.0, 550.0, 470.0)  # red, green, blue [nm]
_NEAR = 30.0  # nm; farther from it, a band does not show that colour


@dataclass(frozen=True)
class Cube:
    """The cube of a scene; attributes as in `hsclass.scene.Scene`."""

    values: np.ndarray
    mask: np.ndarray
    nodata: float | None
    wavelengths: np.ndarray | None
    rgb: tuple[int, int, int] | None


def prepare_cube(contents: Contents, descriptor: Descriptor, path: Path) -> Cube:
    """Check a cube, leave out the bands that hold nothing and find the pixels without data.

    Bands in the descriptor's `drop_bands`, marked as bad by the file, or without data in every pixel are left out. A
    pixel holds data when it has a value in every band that is kept: elsewhere all bands are set to nodata.

    Parameters
    ----------
    contents : Contents
        Of the file at `path`; its array has the shape (rows, cols, bands).
    descriptor : Descriptor
    path : Path

    Raises
    ------
    DataError
        If the shape is not the descriptor's, no pixel holds data, or a value is NaN or infinite.
    """
    values, bands = contents.array, contents.array.shape[2]
    if descriptor.shape is not None and values.shape != descriptor.shape:
        raise DataError(f"{path}: the cube is {values.shape} (rows, cols, bands); expected {descriptor.shape}")
    nodata = _nodata(contents, descriptor, path)
    lacking = np.broadcast_to(np.False_, values.shape) if nodata is None else _equal(values, nodata)
    good = np.ones(bands, bool) if contents.good_bands is None else contents.good_bands
    empty = lacking.all(axis=(0, 1))
    chosen = np.isin(np.arange(bands), descriptor.drop_bands)
    if unasked := np.flatnonzero((empty | ~good) & ~chosen).tolist():
        _LOG.warning("%s: left out the bands %s (0-based), which hold no data or are marked bad", path, unasked)
    kept = np.flatnonzero(good & ~empty & ~chosen)
    mask = np.asarray(~lacking[..., kept].any(axis=2))
    if not mask.any() or not len(kept):
        few = np.flatnonzero(lacking.mean(axis=(0, 1)) > 0.5).tolist()
        raise DataError(
            f"{path}: no pixel has a value in every band, nodata being {nodata}; expected some; list the bands that"
            f" lack most ({few[:10]}) in 'drop_bands', or correct 'nodata'"
        )
    if partly := int((~mask & ~lacking[..., kept].all(axis=2)).sum()):
        _LOG.warning("%s: %d pixels lack a value in some band and count as without data", path, partly)
    values, nodata = _filled(values[..., kept], mask, nodata)
    _require_finite(values, path)
    wavelengths = _wavelengths(contents, descriptor, path)
    centres = None if wavelengths is None else wavelengths[kept]
    return Cube(values, mask, nodata, centres, _rgb(descriptor, kept, centres, path))


def _nodata(contents: Contents, descriptor: Descriptor, path: Path) -> float | None:
    """Return the value without data; one that the data type cannot hold cannot occur."""
    given = descriptor.nodata
    nodata = contents.nodata if given is None else given
    dtype = contents.array.dtype
    if nodata is None or dtype.kind == "f":
        return nodata
    if float(nodata).is_integer() and np.iinfo(dtype).min <= nodata <= np.iinfo(dtype).max:
        return nodata
    if given is not None:
        raise DataError(f"{path}: holds {dtype}, which cannot be the descriptor's 'nodata' {given}; correct 'nodata'")
    return None


def _equal(values: np.ndarray, nodata: float) -> np.ndarray:
    return np.isnan(values) if np.isnan(nodata) else values == values.dtype.type(nodata)


def _filled(values: np.ndarray, mask: np.ndarray, nodata: float | None) -> tuple[np.ndarray, float | None]:
    """Set every band of a pixel without data to nodata; NaN is replaced, for nothing equals it."""
    if nodata is None or mask.all():
        return values, None if nodata is None or np.isnan(nodata) else nodata
    if np.isnan(nodata):
        choices = (-9999.0, -32768.0, float(np.finfo(values.dtype).min))
        nodata = next(choice for choice in choices if not (values == choice).any())
    values[~mask] = nodata
    return values, nodata


def _require_finite(values: np.ndarray, path: Path) -> None:
    if values.dtype.kind != "f":
        return
    wrong = ~np.isfinite(values)
    if count := int(wrong.sum()):
        row, col, band = np.argwhere(wrong)[0].tolist()
        raise DataError(
            f"{path}: has {count} NaN or infinite values, the first at row {row}, column {col}, band {band} (0-based);"
            " expected finite numbers; if they stand for missing data, say 'nodata: .nan' in the descriptor"
        )


def _wavelengths(contents: Contents, descriptor: Descriptor, path: Path) -> np.ndarray | None:
    if descriptor.wavelengths is None:
        return contents.wavelengths
    bands = contents.array.shape[2]
    if len(descriptor.wavelengths) != bands:
        raise DataError(
            f"{path}: has {bands} bands, but the descriptor lists {len(descriptor.wavelengths)} 'wavelengths';"
            " expected one a band"
        )
    return np.array(descriptor.wavelengths, float)


def _rgb(
    descriptor: Descriptor, kept: np.ndarray, wavelengths: np.ndarray | None, path: Path
) -> tuple[int, int, int] | None:
    """Return the bands in natural colours among those kept: the descriptor's, or else the nearest by wavelength."""
    if descriptor.rgb is not None:
        places = [np.flatnonzero(kept == band).tolist() for band in descriptor.rgb]
        if not all(places):
            raise DataError(
                f"{path}: 'rgb' {list(descriptor.rgb)} names a band that is missing or left out; choose others"
            )
        return places[0][0], places[1][0], places[2][0]
    if wavelengths is None:
        return None
    red, green, blue = (int(np.argmin(np.abs(wavelengths - centre))) for centre in _NATURAL)
    far = np.abs(wavelengths[[red, green, blue]] - _NATURAL).max() > _NEAR
    return None if far else (red, green, blue)
