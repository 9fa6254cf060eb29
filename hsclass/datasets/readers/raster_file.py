"""Rasters: GeoTIFF, ENVI and whatever else GDAL reads, with grid, nodata and what the band tags say."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hsclass.datasets.readers.contents import Contents
from hsclass.errors import DataError
from hsclass.raster import read_raster

_LOG = logging.getLogger(__name__)
_NANOMETRES = {
    "": 1.0, "nanometers": 1.0, "nanometres": 1.0, "nanometer": 1.0, "nanometre": 1.0, "nm": 1.0,
    "micrometers": 1000.0, "micrometres": 1000.0, "micrometer": 1000.0, "micrometre": 1000.0, "microns": 1000.0,
    "micron": 1000.0, "um": 1000.0, "µm": 1000.0, "μm": 1000.0,
}  # fmt: skip


def read_raster_file(path: Path, key: str | None, ndim: int, shape: tuple[int, ...] | None = None) -> Contents:
    """Read a raster; arguments and errors as `read_array`.

    Band centres are taken from the band tags `wavelength` and `wavelength_units` (nanometres without), bad bands from
    `bbl`, the bad band list of ENVI: 0 is bad.
    """
    if key is not None:
        raise DataError(f"{path}: a raster has bands but no variables, found key '{key}'; take 'key' out")
    raster = read_raster(path)
    if ndim == 2 and len(raster.bands) != 1:
        raise DataError(f"{path}: has {len(raster.bands)} bands; expected a ground truth of one band")
    return Contents(
        array=raster.bands[0] if ndim == 2 else np.ascontiguousarray(np.moveaxis(raster.bands, 0, 2)),
        grid=raster.grid,
        nodata=raster.nodata,
        wavelengths=_wavelengths(path, raster.band_tags),
        good_bands=np.array([_number(tags.get("bbl", "1")) != 0 for tags in raster.band_tags]),
    )


def _wavelengths(path: Path, band_tags: Sequence[Mapping[str, str]]) -> np.ndarray | None:
    centres = np.array([_number(tags.get("wavelength", "")) for tags in band_tags])
    units = {tags.get("wavelength_units", "").strip().lower() for tags in band_tags}
    if not np.isfinite(centres).all():
        return None
    if unknown := units - set(_NANOMETRES):
        _LOG.warning("%s: wavelengths in '%s' are left out; give 'wavelengths' in nanometres", path, min(unknown))
        return None
    factors = [_NANOMETRES[tags.get("wavelength_units", "").strip().lower()] for tags in band_tags]
    return centres * np.array(factors)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
