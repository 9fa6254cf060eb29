"""A cube in a file, read lazily: the same values and the same gaps for inspection, scenes, training and maps."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from hsclass.datasets.sizes import require_memory
from hsclass.errors import DataError
from hsclass.gaps import can_hold
from hsclass.raster import Grid
from hsclass.wording import counted

_BLOCK_BYTES = 32_000_000


class Store(ABC):
    """The values of a file as they are stored, in the data type of `native`."""

    @abstractmethod
    def read(self, rows: slice, bands: np.ndarray, *, reuse: bool = False) -> np.ndarray:
        """Return values, shape (rows, cols, bands), in any order in memory.

        They are the caller's own. With `reuse` they are not to be changed, and may lie in the memory of the read
        before in the same thread, which is overwritten then. Several threads may read at once.
        """

    def mask(self, rows: slice) -> np.ndarray | None:
        """Return the file's own mask, bool of shape (rows, cols), True where there is data; None: it has none."""
        return None

    @abstractmethod
    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Return about every `step`-th row and column of some bands, and of the mask."""

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep the file open for several reads."""
        yield


class FileStore(Store):
    """The values of a file that is opened for each read unless it is held open."""

    _held: Any = None

    @abstractmethod
    def open(self) -> AbstractContextManager[Any]:
        """Open the file."""

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Yield the open file; one that is held open stays so."""
        if self._held is not None:
            yield self._held
            return
        with self.open() as file:
            yield file

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep the file open for several reads."""
        with self.opened() as file:
            self._held = file
            try:
                yield
            finally:
                self._held = None


class ArrayStore(Store):
    """An array in memory, or one that `load` reads rows of: shape (rows, cols) or (rows, cols, bands)."""

    def __init__(self, load: Callable[[slice], np.ndarray], mask: np.ndarray | None = None) -> None:
        self._load, self._mask = load, mask

    def read(self, rows: slice, bands: np.ndarray, *, reuse: bool = False) -> np.ndarray:
        """Return a copy, or with `reuse` a view of an array in memory where all bands are wanted in their order."""
        values = _of_bands(loaded := self._load(rows), bands)
        return values.copy() if not reuse and np.may_share_memory(values, loaded) else values

    def mask(self, rows: slice) -> np.ndarray | None:
        """Return the rows of the mask."""
        return None if self._mask is None else self._mask[rows]

    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Read every `step`-th row and column of some bands, and of the mask, in blocks of rows."""
        mask = None if self._mask is None else self._mask[::step, ::step]
        block = max(1, _BLOCK_BYTES // max(1, self._load(slice(0, 1)).nbytes))
        parts, top = [], 0
        while len(rows := self._load(slice(top, top + block))):
            parts.append(_of_bands(rows[-top % step :: step, ::step], bands).copy())  # a view would hold all rows
            top += block
        return np.concatenate(parts), mask


def _of_bands(values: np.ndarray, bands: np.ndarray) -> np.ndarray:
    values = values[..., np.newaxis] if values.ndim == 2 else values
    whole = len(bands) == values.shape[2] and (bands == np.arange(len(bands))).all()
    return (values if whole else values[..., bands]).astype(native(values.dtype), copy=False)


@dataclass(frozen=True)
class Cube:
    """A cube, or with one band a raster of class ids, of which no pixel has been read yet.

    Attributes
    ----------
    path : Path or None
        The file that holds the pixels; None: they are in memory.
    format : str
        The file's format, in words.
    shape : tuple of int
        (rows, cols, bands)
    dtype : numpy.dtype
        Of the values as they are stored.
    store : Store
    grid : Grid
    nodata : tuple of float
        The stored values without data; NaN and infinity may be among them.
    wavelengths, fwhm : ndarray of float64, shape (bands,), or None
        Band centres and full widths at half maximum [nm]; NaN where a band lacks its own.
    good_bands : ndarray of bool, shape (bands,), or None
        False where the file marks a band as bad, or as a mask (alpha).
    alpha : tuple of int
        Bands of the file that are masks.
    band_names : tuple of str
        What the file calls its bands, "" where it does not; empty where it names none.
    scale, offset : ndarray of float64, shape (bands,), or None
        Measured value = stored value x scale + offset; None where nothing is said of it.
    block_rows : int
        Rows that are stored together, so that strips had better be multiples of them.
    own : bool
        Whether hsclass wrote it: then `tags` say what the scene is.
    nodata_in_all : bool
        Whether a pixel lacks data only where all its bands are nodata; otherwise it does as soon as one band is.
    key : str or None
        Variable, of a file that holds several.
    tags : mapping of str to str
        Metadata of the file.
    classes : mapping of int to (str, str or None)
        Name and colour (#rrggbb) of class ids, where the file gives them.
    left_out : tuple of float
        Centres [nm] of bands that were left out, as far as they are known.
    quality : mapping of str to bool
        Quality layers of a product by name, and whether their pixels count as without data.
    """

    path: Path | None
    format: str
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    store: Store = field(repr=False)
    grid: Grid = field(default_factory=Grid)
    nodata: tuple[float, ...] = ()
    wavelengths: np.ndarray | None = None
    fwhm: np.ndarray | None = None
    good_bands: np.ndarray | None = None
    alpha: tuple[int, ...] = ()
    band_names: tuple[str, ...] = ()
    scale: np.ndarray | None = None
    offset: np.ndarray | None = None
    block_rows: int = 1
    own: bool = False
    nodata_in_all: bool = False
    key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[float, ...] = ()
    quality: Mapping[str, bool] = field(default_factory=dict)
    classes: Mapping[int, tuple[str, str | None]] = field(default_factory=dict)
    _kept: np.ndarray | None = field(default=None, repr=False)

    @property
    def good(self) -> np.ndarray:
        """Indices of the bands that the file does not mark as bad."""
        return np.arange(self.shape[2]) if self.good_bands is None else np.flatnonzero(self.good_bands)

    @property
    def measures(self) -> bool:
        """Whether `read` computes measured values, in float32: where an offset is given, or the scale is not one."""
        scale, offset = self.scale, self.offset
        return bool((offset is not None and offset.any()) or (scale is not None and (scale != scale[0]).any()))

    @property
    def factor(self) -> float | None:
        """What a value that `read` returns is multiplied by to give the measured one; None when unknown."""
        return 1.0 if self.measures else None if self.scale is None else float(self.scale[0])

    def keep(self, bands: np.ndarray) -> Self:
        """Return the cube with these bands only, by index."""
        per_band: dict[str, Any] = {
            name: None if values is None else values[bands]
            for name in ("wavelengths", "fwhm", "good_bands", "scale", "offset")
            for values in (getattr(self, name),)
        }
        others = np.empty(0) if self.wavelengths is None else np.delete(self.wavelengths, bands)
        left_out = (*self.left_out, *others[np.isfinite(others)].tolist())
        shape = (*self.shape[:2], len(bands))
        names = tuple(self.band_names[band] for band in bands) if self.band_names else ()
        return replace(self, shape=shape, band_names=names, left_out=left_out, _kept=self._in_file(bands), **per_band)

    def _in_file(self, bands: np.ndarray | None = None) -> np.ndarray:
        """Indices of some bands, or else all, in the file."""
        bands = np.arange(self.shape[2]) if bands is None else bands
        return bands if self._kept is None else self._kept[bands]

    def strip(self, rows: slice, bands: np.ndarray | None = None) -> "Strip":
        """Read some rows; the memory of the strip before, in the same thread, may be used again."""
        bands = np.arange(self.shape[2]) if bands is None else bands
        with reading(self.path):
            stored, mask = self.store.read(rows, self._in_file(bands), reuse=True), self.store.mask(rows)
        return Strip(self, bands, rows.start, stored, mask)

    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return about every `step`-th row and column of some bands, and which of these pixels hold data."""
        with reading(self.path):
            stored, mask = self.store.thumbnail(self._in_file(bands), step)
        values, valid, _ = Strip(self, bands, 0, stored, mask).read(slice(0, len(stored)))
        return values, valid

    def stored(self) -> np.ndarray:
        """Read all values as they are stored into a new array, shape (rows, cols, bands).

        Raises
        ------
        OutOfMemoryError
            If they are larger than the memory of the machine.
        """
        require_memory(self.path, self.shape, self.dtype.itemsize)
        with reading(self.path):
            return self.store.read(slice(0, self.shape[0]), self._in_file())

    def mask(self) -> np.ndarray | None:
        """Read the file's own mask, bool of shape (rows, cols), True where there is data; None: it has none."""
        with reading(self.path):
            return self.store.mask(slice(0, self.shape[0]))

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
        """Yield stored values and the file's own mask from the top, in blocks of whole rows, as `strip` does."""
        rows, cols, bands = self.shape
        step = max(1, _BLOCK_BYTES // max(1, cols * bands * self.dtype.itemsize))
        with reading(self.path), self.store.held_open():
            for start in range(0, rows, step):
                block = slice(start, min(start + step, rows))
                yield self.store.read(block, self._in_file(), reuse=True), self.store.mask(block)

    def lacking(self, stored: np.ndarray) -> np.ndarray:
        """Return where stored values are nodata, ndarray of bool; one that the data type cannot hold cannot occur."""
        found = [
            np.isnan(stored) if np.isnan(value) else stored == self.dtype.type(value)
            for value in self.nodata
            if can_hold(self.dtype, value)
        ]
        return np.logical_or.reduce(found) if found else np.broadcast_to(np.False_, stored.shape)

    def holds_data(self, stored: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """Return which pixels hold data, ndarray of bool, shape (rows, cols), by their stored values and the mask.

        NaN and infinite values count as data unless they are nodata.
        """
        valid = np.ones(stored.shape[:2], bool) if mask is None else mask
        if not self.nodata:
            return valid
        lacking = self.lacking(stored)
        return np.asarray(valid & ~(lacking.all(axis=2) if self.nodata_in_all else lacking.any(axis=2)))

    def measured(self, stored: np.ndarray, bands: np.ndarray | None = None) -> np.ndarray:
        """Return the values of some bands, shape (…, bands): as they are stored, or measured in float32."""
        if not self.measures:
            return stored
        bands = np.arange(self.shape[2]) if bands is None else bands
        scale = np.float32(1) if self.scale is None else self.scale[bands].astype(np.float32)
        offset = np.float32(0) if self.offset is None else self.offset[bands].astype(np.float32)
        with np.errstate(invalid="ignore", over="ignore"):  # of values that stand for missing data
            return (stored * scale + offset).astype(np.float32, copy=False)


@dataclass(frozen=True)
class Strip:
    """Some rows of a cube, whole width, as they are stored; `read` gives their values and gaps.

    Attributes
    ----------
    cube : Cube
    bands : ndarray of int
        Which of the cube's bands.
    top : int
        The cube's row that the first one is.
    stored : ndarray, shape (rows, cols, bands)
    mask : ndarray of bool, shape (rows, cols), or None
        The file's own mask.
    """

    cube: Cube
    bands: np.ndarray
    top: int
    stored: np.ndarray
    mask: np.ndarray | None

    def read(self, rows: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return values, validity, and which pixels are not valid because some values are NaN or infinite.

        A pixel of a file without a mask that holds no number at all is not among the last.
        """
        inside = slice(rows.start - self.top, rows.stop - self.top)
        stored = self.stored[inside]
        if not stored.flags.c_contiguous:
            # Of bands that lie far apart, a copy first brings the rows together, which is four times as fast.
            stored = np.ascontiguousarray(np.moveaxis(np.ascontiguousarray(np.moveaxis(stored, 2, 0)), 0, 2))
        valid = self.cube.holds_data(stored, None if self.mask is None else self.mask[inside])
        values = self.cube.measured(stored, self.bands)
        if stored.dtype.kind != "f":
            return values, valid, np.zeros(valid.shape, bool)
        finite = np.isfinite(stored)
        whole = finite.all(axis=2)
        broken = valid & ~whole & ((self.mask is not None) | finite.any(axis=2))
        return values, valid & whole, broken


def native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that stored values are read as: one that GDAL knows, in the byte order of this machine."""
    if dtype.kind == "b":
        return np.dtype(np.uint8)
    return np.dtype(np.float32) if dtype == np.float16 else dtype.newbyteorder("=")


def usual_marks(values: np.ndarray, valid: np.ndarray) -> Counter[float]:
    """Count the pixels that have a usual mark of missing data in every band: none of a cube of one band.

    The marks are 0, -9999, -999, -99999, the lowest value of a type with a sign and the highest of one without.

    Parameters
    ----------
    values : ndarray, shape (…, bands)
        As they are stored.
    valid : ndarray of bool, shape (…)
        Pixels that are taken to hold data.
    """
    found: Counter[float] = Counter()
    if values.shape[-1] < 2:
        return found
    limits = np.finfo(values.dtype) if values.dtype.kind == "f" else np.iinfo(values.dtype)
    first = values[..., 0]
    for mark in (-9999.0, -999.0, -99999.0, 0.0, float(limits.min if limits.min < 0 else limits.max)):
        if can_hold(values.dtype, mark):
            stored = values.dtype.type(mark)
            found[float(stored)] = int((values[valid & (first == stored)] == stored).all(axis=-1).sum())
    return +found


def counted_as_data(marks: Counter[float], nodata: tuple[float, ...]) -> str | None:
    """Return a sentence on the most frequent of `usual_marks`, which is not among `nodata`; None without one."""
    for mark, count in marks.most_common(1):
        return (
            f"{counted(count, 'pixel is', 'pixels are')} {mark:g} in every band and count as data, as nothing"
            f" declares it; say 'nodata: {in_yaml(*nodata, mark)}' if they hold none"
        )
    return None


def in_yaml(*values: float) -> str:
    """Return values as a descriptor lists them: one alone, several or none in brackets."""
    special = {np.inf: ".inf", -np.inf: "-.inf"}
    texts = [".nan" if np.isnan(value) else special.get(value) or str(value).removesuffix(".0") for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


@contextmanager
def reading(path: Path | None) -> Iterator[None]:
    """Turn whatever the libraries raise while they read into one sentence."""
    try:
        yield
    except (DataError, MemoryError):
        raise
    except Exception as error:
        raise DataError(
            f"{path}: cannot be read to its end ({error.__cause__ or error}); the file is damaged or was cut off;"
            " get it again"
        ) from error
