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
    fwhm: np.ndarray | None
    scale: float | None
    bad_bands: tuple[float, ...]


def prepare_cube(contents: Contents, descriptor: Descriptor, path: Path) -> Cube:
    """Check a cube, leave out the bands that hold nothing and find the pixels without data.

    Bands in the descriptor's `drop_bands`, marked as bad by the file, or without data in every pixel are left out. A
    pixel holds data when it has a value in every band that is kept: elsewhere all bands are set to nodata. Values stay
    as they are stored, and one factor for all bands becomes the scene's `scale`; with an offset, or a factor that
    differs between bands, they become the measured ones, in float32.

    Parameters
    ----------
    contents : Contents
        Of the file at `path`; its array has the shape (rows, cols, bands).
    descriptor : Descriptor
    path : Path

    Raises
    ------
    DataError
        If the shape is not the descriptor's, no pixel holds data, a value is NaN or infinite, or wavelengths are
        missing for some bands or the same for two.
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
    if not len(kept) and not empty.all():
        raise DataError(
            f"{path}: no band is left of {bands}: 'drop_bands' names {len(set(descriptor.drop_bands))}, the file marks"
            f" {int((~good).sum())} as bad, {int(empty.sum())} hold no data; expected some; correct 'drop_bands'"
            " or 'nodata'"
        )
    mask = np.asarray(~lacking[..., kept].any(axis=2))
    if not mask.any() or not len(kept):
        few = np.flatnonzero(lacking.mean(axis=(0, 1)) > 0.5).tolist()
        raise DataError(
            f"{path}: no pixel has a value in every band, nodata being {nodata}; expected some; list the bands that"
            f" lack most ({few[:10]}) in 'drop_bands', or correct 'nodata'"
        )
    if partly := int((~mask & ~lacking[..., kept].all(axis=2)).sum()):
        _LOG.warning("%s: %d pixels lack a value in some band and count as without data", path, partly)
    values, nodata, scale = _measured(values[..., kept], mask, nodata, *_factors(contents, descriptor, kept))
    values, nodata = _filled(values, mask, nodata)
    _require_finite(values, path)
    wavelengths = of_bands(contents.wavelengths, descriptor.wavelengths, "wavelengths", bands, path)
    centres, left_out = None, np.empty(0)
    if wavelengths is not None:
        centres, left_out = wavelengths[kept], np.delete(wavelengths, kept)
        _require_centres(centres, kept, path)
    widths = of_bands(contents.fwhm, descriptor.fwhm, "fwhm", bands, path)
    return Cube(
        values, mask, nodata, centres, _rgb(descriptor, kept, centres, path),
        fwhm=None if widths is None or np.isnan(widths[kept]).any() else widths[kept],
        scale=scale,
        bad_bands=tuple(left_out[np.isfinite(left_out)].tolist()),
    )  # fmt: skip


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


def of_bands(
    in_file: np.ndarray | None, given: tuple[float, ...] | None, key: str, bands: int, path: Path
) -> np.ndarray | None:
    """Return what the descriptor lists for every band, or else what the file says.

    Raises
    ------
    DataError
        If the descriptor does not list one value a band.
    """
    if given is None:
        return in_file
    if len(given) != bands:
        raise DataError(
            f"{path}: has {bands} bands, but the descriptor lists {len(given)} '{key}'; expected one a band"
        )
    return np.array(given, float)


def _require_centres(centres: np.ndarray, kept: np.ndarray, path: Path) -> None:
    """Check that every band kept has a wavelength of its own."""
    remedy = "list 'wavelengths' in the descriptor, or leave bands out by 'drop_bands'"
    if lacking := kept[~np.isfinite(centres)].tolist():
        raise DataError(
            f"{path}: has no wavelength for the bands {lacking[:10]} (0-based), but for others; expected all or none;"
            f" {remedy}"
        )
    found, counts = np.unique(centres, return_counts=True)
    if (counts > 1).any():
        twice = found[counts > 1][0]
        where = kept[centres == twice].tolist()
        raise DataError(
            f"{path}: has the wavelength {twice:g} nm for the bands {where} (0-based); expected one of its own each;"
            f" {remedy}"
        )


def _factors(contents: Contents, descriptor: Descriptor, kept: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """Return the scale (None: unknown) and the offset of the bands kept."""
    scale = None if contents.scale is None else contents.scale[kept]
    offset = np.zeros(len(kept)) if contents.offset is None else contents.offset[kept]
    if descriptor.scale is not None:
        scale = np.full(len(kept), descriptor.scale)
    if descriptor.offset is not None:
        offset = np.full(len(kept), descriptor.offset)
    return scale, offset


def _measured(
    values: np.ndarray, mask: np.ndarray, nodata: float | None, scale: np.ndarray | None, offset: np.ndarray
) -> tuple[np.ndarray, float | None, float | None]:
    """Return values, nodata and the one factor that turns values into what was measured."""
    if not offset.any() and (scale is None or (scale == scale[0]).all()):
        return values, nodata, None if scale is None else float(scale[0])
    factors = np.ones(len(offset)) if scale is None else scale
    measured = (values * factors.astype(np.float32) + offset.astype(np.float32)).astype(np.float32)
    if nodata is not None:
        measured[~mask] = np.nan
    return measured, None if nodata is None else float("nan"), 1.0


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
