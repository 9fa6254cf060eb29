"""Cloud-optimised GeoTIFF: tiled, with overviews, its headers in front, written in pieces of bounded memory."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from hsclass.atomic import atomic_path
from hsclass.raster import Color, Grid, quiet, writing

_LAYOUT = {
    "compress": "deflate", "blocksize": 256, "overviews": "auto", "overview_resampling": "nearest",
    "bigtiff": "if_safer",
}  # fmt: skip


def write_cloud_optimised(
    path: str | os.PathLike[str],
    pieces: Iterable[tuple[int, np.ndarray]],
    *,
    shape: tuple[int, int, int],
    dtype: np.dtype,
    grid: Grid,
    scratch: Path,
    nodata: float | None = None,
    tags: Mapping[str, str] | None = None,
    descriptions: Sequence[str] = (),
    colors: Mapping[int, Color] | None = None,
) -> None:
    """Write a cloud-optimised GeoTIFF atomically; overviews are by nearest neighbour, as class ids have no mean.

    GDAL compresses it on `GDAL_NUM_THREADS` threads, to the same bytes.

    Parameters
    ----------
    path : path-like
    pieces : iterable of (int, ndarray)
        First row, and values of shape (bands, rows, cols) or (rows, cols).
    shape : tuple of int
        (bands, rows, cols)
    dtype : dtype
    grid : Grid
    scratch : Path
        A folder for an uncompressed copy while the file is made.
    nodata, tags, descriptions, colors
        As `hsclass.raster.write_raster`.
    """
    count, rows, cols = shape
    profile: dict[str, Any] = {
        "driver": "GTiff", "dtype": dtype, "count": count, "height": rows, "width": cols, "crs": grid.crs,
        "nodata": nodata, "interleave": "band", "bigtiff": "if_safer",
    }  # fmt: skip
    if grid.transform is not None:
        profile["transform"] = grid.transform
    plain = scratch / f"plain-{Path(path).name}.tif"
    plain.unlink(missing_ok=True)  # GDAL would read what a run that was killed left
    try:
        with atomic_path(path) as partial, writing(path), quiet():
            with rasterio.open(plain, "w", **profile) as sink:
                for top, values in pieces:
                    values = values[np.newaxis] if values.ndim == 2 else values  # noqa: PLW2901
                    sink.write(values, window=Window(0, top, cols, values.shape[1]))
                sink.update_tags(**dict(sorted((tags or {}).items())))
                for band, description in enumerate(descriptions, 1):
                    sink.set_band_description(band, description)
                if colors:
                    sink.write_colormap(1, {value: (*color, 255) for value, color in colors.items()})
            # GDAL says nothing of what it could not write while closing.
            if plain.stat().st_size < count * rows * cols * np.dtype(dtype).itemsize:
                raise RasterioIOError(f"{plain.name} is not whole")
            predictor = "floating_point" if np.issubdtype(dtype, np.floating) else "no"
            rasterio.shutil.copy(plain, partial, driver="COG", predictor=predictor, **_LAYOUT)
            with rasterio.open(plain) as asked, rasterio.open(partial) as written:
                if any(asked.checksum(band) != written.checksum(band) for band in asked.indexes):
                    raise RasterioIOError("it is not whole")
    finally:
        plain.unlink(missing_ok=True)
