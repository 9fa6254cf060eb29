"""GeoTIFF in and out: the one format of everything spatial that hsclass writes."""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio._err import CPLE_BaseError  # what damaged tags and rasterio.shutil raise, under no public name
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.transform import Affine, from_gcps

from hsclass.atomic import atomic_path
from hsclass.errors import DataError, UsageError, WriteError

_LOG = logging.getLogger(__name__)
_REGULAR = 0.1  # pixels by which ground control points may miss a regular grid that they are taken to describe
UNREADABLE = (RasterioIOError, CPLE_BaseError, UnicodeDecodeError)  # what a damaged file, or one not in UTF-8, raises
Color = tuple[int, int, int]


@dataclass(frozen=True)
class Grid:
    """Where the pixels of a raster lie: coordinate reference system and affine transform, both None when unknown."""

    crs: CRS | None = None
    transform: Affine | None = None

    @property
    def placing(self) -> Affine:
        """The transform; without one that with which QGIS shows a raster: one unit a pixel, rows downward from 0."""
        return Affine(1, 0, 0, 0, -1, 0) if self.transform is None else self.transform


@dataclass(frozen=True)
class Raster:
    """A raster in memory.

    Attributes
    ----------
    bands : ndarray, shape (bands, rows, cols)
    grid : Grid
    nodata : float or None
    tags : dict of str to str
        Metadata of the file.
    band_tags : list of dict
        Metadata of each band.
    """

    bands: np.ndarray
    grid: Grid = field(default_factory=Grid)
    nodata: float | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    band_tags: Sequence[Mapping[str, str]] = ()


def read_raster(path: str | os.PathLike[str]) -> Raster:
    """Read a raster that GDAL knows, all bands, with its grid and metadata.

    Raises
    ------
    DataError
        If there is no such file or GDAL cannot read it.
    """
    with _opened(Path(path)) as source:
        return Raster(
            bands=source.read(),
            grid=grid_of(source),
            nodata=source.nodata,
            tags=source.tags(),
            band_tags=[source.tags(band) for band in source.indexes],
        )


def read_tags(path: str | os.PathLike[str]) -> Mapping[str, str]:
    """Return the metadata of a raster without reading its pixels; errors as `read_raster`."""
    with _opened(Path(path)) as source:
        return dict(source.tags())


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if not path.exists():
        raise DataError(f"{path}: no such file; check the path, or run the stage that writes it first")
    try:
        with quiet(), rasterio.open(path) as source:
            yield source
    except UNREADABLE as error:
        raise DataError(
            f"{path}: cannot be read as a raster ({error}); expected a GeoTIFF or what GDAL reads"
        ) from error


def grid_of(source: Any) -> Grid:
    """Return the grid of an open raster: its transform, or else that of ground control points on a regular grid.

    Other control points are left out with a notice: the place of each pixel is not known from them. So is a reference
    system without a place on Earth, as of a map of "Arbitrary" coordinates.
    """
    crs = source.crs
    if crs is not None and not (crs.is_geographic or crs.is_projected):
        _LOG.warning("%s: its coordinate reference system has no place on Earth and is not used", source.name)
        crs = None
    if source.transform != Affine.identity():
        return Grid(crs, source.transform)
    points, crs_of_points = source.gcps
    if not points:
        return Grid(crs)
    places = np.array([(point.x, point.y) for point in points])
    pixels = np.array([(point.col, point.row) for point in points])
    with suppress(Exception):  # GDAL's, of points on one line; and of a transform that cannot be inverted
        transform = from_gcps(points)
        back = ~transform
        if max(np.abs(np.subtract(back @ tuple(place), pixels[k])).max() for k, place in enumerate(places)) < _REGULAR:
            return Grid(crs_of_points, transform)
    _LOG.warning(
        "%s: its %d ground control points are not on a regular grid, so that its place is not used; to use it, warp it"
        " first, as gdalwarp does", source.name, len(points),
    )  # fmt: skip
    return Grid()


def write_raster(
    path: str | os.PathLike[str],
    bands: np.ndarray,
    *,
    grid: Grid,
    nodata: float | None = None,
    tags: Mapping[str, Any] | None = None,
    descriptions: Sequence[str] = (),
    wavelengths: np.ndarray | None = None,
    fwhm: np.ndarray | None = None,
    colors: Mapping[int, Color] | None = None,
) -> None:
    """Write a tiled, compressed GeoTIFF atomically.

    Parameters
    ----------
    path : path-like
    bands : ndarray, shape (bands, rows, cols) or (rows, cols)
    grid : Grid
    nodata : float, optional
    tags : mapping, optional
        Metadata of the file; values are written as text.
    descriptions : sequence of str, optional
        A name for each band.
    wavelengths : ndarray, shape (bands,), optional
        Band centres [nm], written the way ENVI and GDAL's IMAGERY domain know them.
    fwhm : ndarray, shape (bands,), optional
        Full widths of the bands at half their maximum [nm], written the same ways.
    colors : mapping of int to (red, green, blue), optional
        Colour table of a single 8-bit band.

    Raises
    ------
    UsageError
        If the name does not end as that of a GeoTIFF.
    WriteError
        If the file does not hold the values afterwards, as on a full disk.
    """
    require_geotiff_name(path)
    bands = bands[np.newaxis] if bands.ndim == 2 else bands
    count, rows, cols = bands.shape
    profile: dict[str, Any] = {
        "driver": "GTiff", "dtype": bands.dtype, "count": count, "height": rows, "width": cols, "crs": grid.crs,
        "nodata": nodata, "compress": "deflate", "tiled": True, "blockxsize": 256, "blockysize": 256,
        "interleave": "band", "bigtiff": "if_safer",
    }  # fmt: skip
    if grid.transform is not None:
        profile["transform"] = grid.transform
    with atomic_path(path) as partial, writing(path), quiet():
        with rasterio.open(partial, "w", **profile) as sink:
            sink.write(bands)
            sink.update_tags(**{key: str(value) for key, value in (tags or {}).items()})
            for band, description in enumerate(descriptions, 1):
                sink.set_band_description(band, description)
            for band, centre in enumerate(() if wavelengths is None else wavelengths, 1):
                sink.update_tags(band, wavelength=f"{centre:.6g}", wavelength_units="Nanometers")
                sink.update_tags(band, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=f"{centre / 1000:.6g}")
            for band, width in enumerate(() if fwhm is None else fwhm, 1):
                sink.update_tags(band, fwhm=f"{width:.6g}")
                sink.update_tags(band, ns="IMAGERY", FWHM_UM=f"{width / 1000:.6g}")
            if colors:
                sink.write_colormap(1, {value: (*color, 255) for value, color in colors.items()})
        with rasterio.open(partial) as written:  # GDAL says nothing of what it could not write while closing
            for index, band in enumerate(bands, 1):
                if not np.array_equal(written.read(index), band, equal_nan=band.dtype.kind == "f"):
                    raise RasterioIOError(f"band {index} is not whole")


def require_geotiff_name(path: str | os.PathLike[str]) -> None:
    """Raise UsageError for a name that makes other programs take the file for another format, or that a folder has."""
    if Path(path).suffix.lower() not in {".tif", ".tiff"}:
        raise UsageError(f"output {path}: would be a GeoTIFF; expected a name that ends in .tif or .tiff")
    if Path(path).is_dir():
        raise UsageError(f"output {path}: is a folder, but a file is to be written; choose another name")


@contextmanager
def quiet() -> Iterator[None]:
    """Say nothing of rasters that are not georeferenced: the benchmark scenes are not.

    Inside another, do nothing: all threads have the same filters, so that one must not restore them for others.
    """
    general = (rule for rule in warnings.filters if rule[1] is rule[3] is None)  # of any text and module
    if next((rule[0] for rule in general if issubclass(NotGeoreferencedWarning, rule[2])), None) == "ignore":
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


@contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say in one sentence that GDAL could not write, which it does not give a reason for."""
    try:
        yield
    except UNREADABLE as error:
        reason = error.__cause__ or error
        target = Path(path).with_name(Path(path).name.removeprefix(".partial-"))  # of a caller that writes two at once
        raise WriteError(
            f"output {target}: could not be written ({reason}); free space on the disk, check that the folder takes"
            " files, and run again"
        ) from error
