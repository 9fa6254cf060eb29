"""Where the pixels of a map come from: a scene in memory, or a raster that is read strip by strip."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from hsclass.datasets.readers.header import Header, read_header
from hsclass.errors import DataError
from hsclass.models.spectral_contract import Bands
from hsclass.raster import Grid, quiet
from hsclass.scene import Scene

CACHE_MB = 64  # of GDAL's own block cache; every block is asked for about once


@dataclass(frozen=True)
class Strip:
    """Some rows of a scene, whole width.

    Attributes
    ----------
    top : int
        The scene's row that the first one is.
    values : ndarray, shape (rows, cols, bands)
    mask : ndarray of bool, shape (rows, cols), or None
        True where there is data; None: to be told from the values.
    nodata : float or None
    partly : bool
        Whether a pixel lacks data as soon as one band does; otherwise all must.
    """

    top: int
    values: np.ndarray
    mask: np.ndarray | None = None
    nodata: float | None = None
    partly: bool = True

    def read(self, rows: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the values, contiguous, the mask, and which pixels lack data because some values are no numbers.

        Where the mask is given, a pixel of it that holds no number at all counts as such, too.
        """
        inside = slice(rows.start - self.top, rows.stop - self.top)
        values = self.values[inside]
        if not values.flags.c_contiguous:
            # Of bands that lie far apart, a copy first brings the rows together, which is four times as fast.
            values = np.ascontiguousarray(np.moveaxis(np.ascontiguousarray(np.moveaxis(values, 2, 0)), 0, 2))
        given = self.mask is not None
        valid = self.mask[inside] if self.mask is not None else self._valid(values)
        if values.dtype.kind != "f":
            return values, valid, np.zeros(valid.shape, bool)
        finite = np.isfinite(values)
        whole = finite.all(axis=2)
        broken = valid & ~whole & (given | finite.any(axis=2))
        return values, valid & whole, broken

    def _valid(self, values: np.ndarray) -> np.ndarray:
        """Tell data from nodata; what is no number is not looked for."""
        if self.nodata is None or np.isnan(self.nodata):
            return np.ones(values.shape[:2], bool)
        combine = np.any if self.partly else np.all
        return ~combine(values == self.nodata, axis=2)


class Pixels(ABC):
    """A scene to be mapped.

    Attributes
    ----------
    name : str
    shape : tuple of int
        (rows, cols, bands)
    itemsize : int
        Bytes of a value.
    block_rows : int
        Rows that are stored together, so that strips had better be multiples of them.
    grid : Grid
    bands : Bands
    rgb : tuple of three int, or None
        Band indices (0-based) that show natural colours.
    identity : mapping
        Tells this scene from others, for leftovers of a run that was killed.
    """

    name: str
    shape: tuple[int, int, int]
    itemsize: int
    block_rows: int
    grid: Grid
    bands: Bands
    rgb: tuple[int, int, int] | None
    identity: Mapping[str, Any]

    @abstractmethod
    def strip(self, rows: slice, order: np.ndarray) -> Strip:
        """Read some rows of the bands `order`."""

    @abstractmethod
    def thumbnail(self, order: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return every `step`-th row and column of the bands `order`, and their mask."""


class ScenePixels(Pixels):
    """A scene in memory."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.name, self.shape, self.grid, self.rgb = scene.name, scene.shape, scene.grid, scene.rgb
        self.itemsize, self.block_rows = scene.cube.dtype.itemsize, 1
        self.bands = Bands.of_scene(scene)
        self.identity = {"name": scene.name, "digest": scene.digest, "shape": scene.shape}

    def strip(self, rows: slice, order: np.ndarray) -> Strip:
        """Return a view of the rows where all bands are wanted in their order, else a copy."""
        whole = len(order) == self.shape[2] and (order == np.arange(len(order))).all()
        values = self.scene.cube[rows] if whole else self.scene.cube[rows][..., order]
        return Strip(rows.start, values, self.scene.mask[rows])

    def thumbnail(self, order: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return every `step`-th row and column of the bands `order`, and their mask."""
        return self.scene.cube[::step, ::step][..., order], self.scene.mask[::step, ::step]


class RasterPixels(Pixels):
    """A raster that GDAL reads: the cube of a scene folder, or any other.

    Bands that the file marks as bad are left out. A pixel of a foreign raster holds data where every band that is read
    has a value; in a cube that hsclass wrote, all bands of a pixel without data are set to nodata.

    Raises
    ------
    DataError
        If it cannot be read, or holds complex numbers.
    """

    def __init__(self, path: Path, *, own: bool = False) -> None:
        header = read_header(path)
        if np.dtype("f8" if header.dtype == "mixed" else header.dtype).kind not in "iuf":
            raise DataError(f"{path}: holds values of type {header.dtype}; expected real numbers")
        self.path, self._own, self._nodata = header.path, own, header.nodata
        good = np.ones(header.shape[2], bool) if header.good_bands is None else header.good_bands
        self._kept = np.flatnonzero(good)
        self._room: np.ndarray | None = None
        with quiet(), rasterio.open(self.path) as source:
            tags = source.tags() if own else {}
            self._dtype = np.result_type(*source.dtypes)
            self.itemsize, self.block_rows = self._dtype.itemsize, source.block_shapes[0][0]
        self.name = tags.get("scene") or (self.path.parent if own else self.path).stem
        self.shape, self.grid = (*header.shape[:2], len(self._kept)), header.grid
        self.bands = _bands(header, good, tags)
        rgb = json.loads(tags.get("rgb", "null"))
        self.rgb = None if rgb is None else (rgb[0], rgb[1], rgb[2])
        status = self.path.stat()
        self.identity = {
            "name": self.name, "digest": tags.get("digest", ""), "shape": self.shape, "size": status.st_size,
            "changed": status.st_mtime_ns, "nodata": repr(header.nodata),
        }  # fmt: skip

    def strip(self, rows: slice, order: np.ndarray) -> Strip:
        """Read some rows of the bands `order`, into the memory of the strip before: only one is whole at a time."""
        shape = (len(order), rows.stop - rows.start, self.shape[1])
        if self._room is None or self._room.shape != shape:
            self._room = None  # before there are two
            self._room = np.empty(shape, self._dtype)
        values = self._read(order, window=Window(0, rows.start, *shape[:0:-1]), out=self._room)
        return Strip(rows.start, np.moveaxis(values, 0, 2), None, self._nodata, partly=not self._own)

    def thumbnail(self, order: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return about every `step`-th row and column of the bands `order`, and their mask."""
        rows, cols = (-(-side // step) for side in self.shape[:2])
        values = self._read(order, out_shape=(len(order), rows, cols))
        strip = Strip(0, np.moveaxis(values, 0, 2), None, self._nodata, partly=not self._own)
        values, mask, _ = strip.read(slice(0, rows))
        return values, mask

    def _read(self, order: np.ndarray, **options: Any) -> np.ndarray:
        try:
            with quiet(), rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(self.path) as source:
                return source.read([int(band) + 1 for band in self._kept[order]], **options)
        except RasterioIOError as error:
            raise DataError(
                f"{self.path}: cannot be read to its end ({error.__cause__ or error}); the file is damaged or was cut"
                " off; get it again"
            ) from error


def _bands(header: Header, good: np.ndarray, tags: Mapping[str, str]) -> Bands:
    """The good bands of a raster; the tags are those of a cube that hsclass wrote."""
    scale: float | None = None
    if "scale" in tags:
        scale = float(tags["scale"])
    elif header.scale is not None and not np.any(header.offset) and np.ptp(header.scale) == 0:
        scale = float(header.scale[0])
    centres, widths = (
        values[good] if values is not None and np.isfinite(values[good]).all() else None
        for values in (header.wavelengths, header.fwhm)
    )
    return Bands(int(good.sum()), centres, widths, scale, tuple(json.loads(tags.get("bad_bands", "[]"))))
