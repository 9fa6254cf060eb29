"""What a raster says of itself without a pixel being read: grid, nodata, bands, wavelengths, widths, scale."""

import logging
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.transform import Affine

from hsclass.datasets.beside import data_file
from hsclass.errors import DataError
from hsclass.raster import Grid

_LOG = logging.getLogger(__name__)
_NANOMETRES = {
    "": 1.0, "unknown": 1.0, "nanometers": 1.0, "nanometres": 1.0, "nanometer": 1.0, "nanometre": 1.0, "nm": 1.0,
    "micrometers": 1000.0, "micrometres": 1000.0, "micrometer": 1000.0, "micrometre": 1000.0, "microns": 1000.0,
    "micron": 1000.0, "um": 1000.0, "µm": 1000.0, "μm": 1000.0,
}  # fmt: skip


@dataclass(frozen=True)
class Header:
    """A raster's description of itself.

    Attributes
    ----------
    path : Path
        The file that holds the pixels.
    driver : str
        GDAL's name of the format.
    layout : str
        Order of the pixels in the file: "band", "line" or "pixel" interleaved; empty when unknown.
    shape : tuple of int
        (rows, cols, bands).
    dtype : str
    grid : Grid
    nodata : float or None
    wavelengths, fwhm : ndarray of float64, shape (bands,), or None
        Band centres and full widths at half maximum [nm]; NaN where a band lacks its own.
    good_bands : ndarray of bool, shape (bands,), or None
        False where the file marks a band as bad.
    scale, offset : ndarray of float64, shape (bands,), or None
        Measured value = stored value x scale + offset; None where the file says nothing of it.
    """

    path: Path
    driver: str
    layout: str
    shape: tuple[int, int, int]
    dtype: str
    grid: Grid
    nodata: float | None
    wavelengths: np.ndarray | None
    fwhm: np.ndarray | None
    good_bands: np.ndarray | None
    scale: np.ndarray | None
    offset: np.ndarray | None


def read_header(path: Path) -> Header:
    """Read what a raster says of itself.

    Band centres come from the band tags `wavelength` and `wavelength_units` (nanometres without) or GDAL's IMAGERY
    domain, widths and bad bands from the band tags `fwhm` and `bbl` (0 is bad) or the lists of an ENVI header.

    Parameters
    ----------
    path : Path
        A raster, or the .hdr of an ENVI file.

    Raises
    ------
    DataError
        If GDAL cannot read it, or it is shorter than its header says.
    """
    path = data_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as source:
                _require_numbers(path, source)
                header = _described(path, source)
                envi = source.tags(ns="ENVI")
    except RasterioIOError as error:
        raise DataError(
            f"{path}: cannot be read as a raster ({error}); expected a GeoTIFF or what GDAL reads"
        ) from error
    if envi:
        _require_length(header, envi)
    return header


def _require_numbers(path: Path, source: Any) -> None:
    """Check that a file is one raster of a type that NumPy has; products in HDF5 and netCDF hold several."""
    if not source.count:
        names = [name.rsplit(":", 1)[-1].strip("/") for name in source.subdatasets]
        raise DataError(
            f"{path}: holds no raster of its own but the subdatasets {', '.join(names[:10]) or 'none'}; expected one"
            " raster; write the one to read into a GeoTIFF, as gdal_translate does"
        )
    if foreign := {name for name in source.dtypes if name.startswith("complex_")}:
        raise DataError(f"{path}: holds {foreign.pop()}; expected plain real numbers")


def _described(path: Path, source: Any) -> Header:
    bands = source.count
    envi = source.tags(ns="ENVI")
    tags = [source.tags(band) for band in source.indexes]
    imagery = [source.tags(band, ns="IMAGERY") for band in source.indexes]
    units = [tag.get("wavelength_units", envi.get("wavelength_units", "")).strip().lower() for tag in tags]
    known = source.transform != Affine.identity()
    flags = _listed([tag.get("bbl") for tag in tags], envi.get("bbl"))
    # The map type of a .lan file is a bare number, of which GDAL makes degrees.
    lan = source.driver == "LAN"
    scaled = any(scale != 1 for scale in source.scales) or any(source.offsets)
    factor = _number(envi.get("reflectance_scale_factor"))
    if not scaled and np.isfinite(factor) and factor > 0:
        scale: np.ndarray | None = np.full(bands, 1 / factor)
    else:
        scale = np.array(source.scales, float) if scaled else None
    return Header(
        path=path,
        driver=source.driver,
        layout=str(source.interleaving.value if source.interleaving else "").lower(),
        shape=(source.height, source.width, bands),
        dtype=str(np.result_type(*source.dtypes)),
        grid=Grid() if lan else Grid(source.crs, source.transform if known else None),
        nodata=source.nodata,
        wavelengths=_lengths(
            path, _listed([tag.get("wavelength") for tag in tags], envi.get("wavelength")), units,
            [tag.get("CENTRAL_WAVELENGTH_UM") for tag in imagery],
        ),
        fwhm=_lengths(
            path, _listed([tag.get("fwhm") for tag in tags], envi.get("fwhm")), units,
            [tag.get("FWHM_UM") for tag in imagery],
        ),
        good_bands=None if np.isnan(flags).all() else flags != 0,
        scale=scale,
        offset=np.array(source.offsets, float) if scaled else None,
    )  # fmt: skip


def _listed(of_bands: Sequence[str | None], of_file: str | None) -> np.ndarray:
    """Return numbers band by band, or else those of an ENVI list of the right length; NaN where there is none."""
    numbers = np.array([_number(text) for text in of_bands])
    if np.isnan(numbers).all() and of_file:
        items = re.split(r"[\s,{}]+", of_file.strip("{} \n"))
        if len(items) == len(numbers):
            return np.array([_number(text) for text in items])
    return numbers


def _lengths(
    path: Path, numbers: np.ndarray, units: Sequence[str], micrometres: Sequence[str | None]
) -> np.ndarray | None:
    """Return lengths [nm]; None where no band has one."""
    if np.isnan(numbers).all():
        numbers, units = np.array([_number(text) for text in micrometres]), ["um"] * len(micrometres)
    if np.isnan(numbers).all():
        return None
    if unknown := set(units) - set(_NANOMETRES):
        _LOG.warning("%s: wavelengths in '%s' are left out; give 'wavelengths' in nanometres", path, min(unknown))
        return None
    return numbers * np.array([_NANOMETRES[unit] for unit in units])


def _require_length(header: Header, envi: dict[str, str]) -> None:
    """Raise DataError where an ENVI file is shorter than its header says: GDAL would read zeros past its end."""
    if envi.get("file_compression", "0").strip() not in {"", "0"}:
        return
    rows, cols, bands = header.shape
    lead = _number(envi.get("header_offset", "0"))
    expected = int(0 if np.isnan(lead) else lead) + rows * cols * bands * np.dtype(header.dtype).itemsize
    found = header.path.stat().st_size
    if found < expected:
        raise DataError(
            f"{header.path}: has {found} bytes, but its header says {rows} lines x {cols} samples x {bands} bands of"
            f" {header.dtype}, which take {expected}; correct the header, or get the whole file"
        )


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
