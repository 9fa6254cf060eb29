"""Rasters: GeoTIFF, ENVI, ERDAS .lan and whatever else GDAL reads."""

from pathlib import Path

import numpy as np

from hsclass.datasets.readers.contents import Contents
from hsclass.datasets.readers.header import read_header
from hsclass.errors import DataError
from hsclass.raster import read_raster


def read_raster_file(path: Path, key: str | None, ndim: int, shape: tuple[int, ...] | None = None) -> Contents:
    """Read a raster, or the one that an ENVI header belongs to; arguments and errors as `read_array`."""
    if key is not None:
        raise DataError(f"{path}: a raster has bands but no variables, found key '{key}'; take 'key' out")
    header = read_header(path)
    bands = header.shape[2]
    if ndim == 2 and bands != 1:
        raise DataError(f"{path}: has {bands} bands; expected a ground truth of one band")
    pixels = read_raster(header.path).bands
    return Contents(
        array=pixels[0] if ndim == 2 else np.ascontiguousarray(np.moveaxis(pixels, 0, 2)),
        grid=header.grid,
        nodata=header.nodata,
        wavelengths=header.wavelengths,
        good_bands=np.ones(bands, bool) if header.good_bands is None else header.good_bands,
        fwhm=header.fwhm,
        scale=header.scale,
        offset=header.offset,
    )
