"""EO-1 Hyperion: a folder with one GeoTIFF a band and a text of metadata (MTL), level 1T or 1GST.

Names and scaling factors as in USGS's description of the products.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

from hsclass.datasets.cube import Cube, Store
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import Mission, parsing
from hsclass.errors import DataError
from hsclass.raster import Grid, quiet

_BAND = re.compile(r"^(EO1H.*)_B(\d{3})_(L1T|L1GST)\.TIF$", re.IGNORECASE)
_MTL = re.compile(r"^(EO1H.*)_MTL_(L1T|L1GST)\.TXT$", re.IGNORECASE)
_VNIR = 70  # bands of the first spectrometer
_CALIBRATED = (*range(8, 58), *range(77, 225))


def _centre(band: int) -> float:
    """Return the centre [nm] of a band counted from 1: the published ones lie on two lines, within 0.06 nm."""
    return 355.59 + 10.17522 * (band - 1) if band <= _VNIR else 851.923 + 10.08883 * (band - _VNIR - 1)


def _main_file(path: Path) -> Path | None:
    if path.is_dir():
        found = [file for file in sorted(path.iterdir()) if _MTL.match(file.name)]
        return found[0] if len(found) == 1 else None
    return path if _MTL.match(path.name) and path.is_file() else None


def _bands(path: Path) -> dict[int, Path]:
    """Return the file of each band, by number."""
    scene = _MTL.match(path.name)
    found = [(name, file) for file in path.parent.iterdir() if (name := _BAND.match(file.name))]
    return dict(sorted((int(name[2]), file) for name, file in found if scene and name[1] == scene[1]))


def open_hyperion(path: Path, wanted: Wanted) -> Cube:
    """Open a product; bands that are not calibrated are bad bands, and measured values are radiances [W/(m² sr µm)]."""
    with parsing(path, HYPERION.name):
        files = _bands(path)
        if not files:
            raise DataError(f"{path}: no image of a band (_B###_L1T.TIF) lies next to it; put them there")
        text = path.read_text(encoding="utf-8", errors="replace")
        factors = [float(re.search(rf"SCALING_FACTOR_{name}\s*=\s*([0-9.]+)", text)[1]) for name in ("VNIR", "SWIR")]  # type: ignore[index]
        numbers = np.array(list(files))
        with quiet(), rasterio.open(next(iter(files.values()))) as source:
            shape, dtype = source.shape, np.dtype(source.dtypes[0])
            grid = Grid(source.crs, source.transform)
        good = np.isin(numbers, _CALIBRATED)
        return Cube(
            path, "EO-1 Hyperion, GeoTIFF a band", (*shape, len(files)), dtype,
            _Stack(list(files.values()), shape, dtype), grid=grid, nodata=(0,), nodata_in_all=True,
            wavelengths=np.array([_centre(number) for number in files]), good_bands=None if good.all() else good,
            scale=1 / np.where(numbers <= _VNIR, *factors),
        )  # fmt: skip


class _Stack(Store):
    """One raster a band."""

    def __init__(self, files: list[Path], shape: tuple[int, int], dtype: np.dtype[Any]) -> None:
        self._files, self._shape, self._dtype = files, shape, dtype
        self._sources: dict[int, Any] | None = None

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep the files open for several reads."""
        with quiet(), ExitStack() as stack:
            self._sources = {band: stack.enter_context(rasterio.open(file)) for band, file in enumerate(self._files)}
            try:
                yield
            finally:
                self._sources = None

    def read(self, rows: slice, bands: np.ndarray, *, reuse: bool = False) -> np.ndarray:
        """Read rows of some bands."""
        start, stop, _ = rows.indices(self._shape[0])
        return self._read(bands, (stop - start, self._shape[1]), window=Window(0, start, self._shape[1], stop - start))

    def _read(self, bands: np.ndarray, shape: tuple[int, int], **options: Any) -> np.ndarray:
        values = np.empty((len(bands), *shape), self._dtype)
        for place, band in enumerate(bands.tolist()):
            if self._sources is None:
                with quiet(), rasterio.open(self._files[band]) as source:
                    self._fill(source, band, values[place], options)
            else:
                self._fill(self._sources[band], band, values[place], options)
        return np.moveaxis(values, 0, 2)

    def _fill(self, source: Any, band: int, out: np.ndarray, options: dict[str, Any]) -> None:
        if source.shape != self._shape:
            raise DataError(
                f"{self._files[band]}: is {source.shape} pixels, others of its product {self._shape}; get it again"
            )
        source.read(1, out=out, **options)

    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Read about every `step`-th row and column."""
        shape = (-(-self._shape[0] // step), -(-self._shape[1] // step))
        return self._read(bands, shape), None


HYPERION = Mission(
    "EO-1 Hyperion (L1T, L1GST)", "the folder or its MTL text", _main_file, open_hyperion,
    lambda path: list(_bands(path).values()),
)  # fmt: skip
