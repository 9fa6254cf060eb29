"""Any cube or ground truth in blocks of rows, so that a file larger than memory can be looked through."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.readers import RASTERS, READERS, read_array
from hsclass.datasets.readers.contents import choose
from hsclass.datasets.readers.header import Header, read_header
from hsclass.errors import DataError

_BLOCK_BYTES = 32_000_000
_WHOLE = ("NumPy, several arrays", "MATLAB 5")  # compressed array by array


@dataclass(frozen=True)
class Blocks:
    """An array in a file, not read yet.

    Attributes
    ----------
    path : Path
    shape : tuple of int
        (rows, cols, bands); a ground truth has one band.
    dtype : numpy.dtype
    format : str
        The file's format, in words.
    header : Header or None
        What a raster says of itself.
    key : str or None
        Variable, of a file that holds several.
    held : ndarray or None
        The array itself, of a file that can only be read as a whole.
    """

    path: Path
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    format: str
    header: Header | None = None
    key: str | None = None
    held: np.ndarray | None = None

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield blocks of whole rows from the top, each of shape (some rows, cols, bands)."""
        rows, cols, bands = self.shape
        step = max(1, _BLOCK_BYTES // max(1, cols * bands * self.dtype.itemsize))
        spans = [(start, min(start + step, rows)) for start in range(0, rows, step)]
        try:
            yield from self._raster(spans) if self.header else self._array(spans)
        except DataError:
            raise
        except Exception as error:  # whatever the libraries stumble over
            raise DataError(f"{self.path}: cannot be read to its end ({error}); get the whole file") from error

    def _raster(self, spans: list[tuple[int, int]]) -> Iterator[np.ndarray]:
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning
        from rasterio.windows import Window

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(self.header.path if self.header else self.path) as source:
                for start, stop in spans:
                    pixels = source.read(window=Window(0, start, self.shape[1], stop - start))
                    yield np.moveaxis(pixels, 0, 2)

    def _array(self, spans: list[tuple[int, int]]) -> Iterator[np.ndarray]:
        import h5py

        if self.held is not None:
            for start, stop in spans:
                yield self.held[start:stop].reshape(stop - start, *self.shape[1:])
        elif self.path.suffix.lower() == ".npy":
            for start, stop in spans:  # mapped anew each time, so that what was read does not stay in memory
                held = np.load(self.path, mmap_mode="r", allow_pickle=False)
                yield np.array(held[start:stop]).reshape(stop - start, *self.shape[1:])
        else:
            with h5py.File(self.path) as file:
                for start, stop in spans:
                    yield file[self.key][..., start:stop].T.reshape(stop - start, *self.shape[1:])


def open_blocks(path: Path, key: str | None = None) -> Blocks:
    """Find the cube of a file, or else its ground truth, without reading it.

    Parameters
    ----------
    path : Path
    key : str, optional
        Variable of a MATLAB or NumPy file; by default the only cube, or else the only matrix.

    Raises
    ------
    DataError
        If there is no such file or variable, or it is of a format without a reader.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; correct the path")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is an empty file; expected data; get the whole file")
    suffix = path.suffix.lower()
    if suffix not in READERS:
        known = ", ".join(extension for extension in READERS if extension)
        raise DataError(f"{path}: the extension '{path.suffix}' has no reader; expected one of {known}")
    if suffix in RASTERS:
        header = read_header(path)
        name = f"{header.driver}, {header.layout} interleaved" if header.layout else header.driver
        return Blocks(header.path, header.shape, np.dtype(header.dtype), name, header)
    found, name = _variables(path)
    shapes = {variable: shape for variable, (shape, _) in found.items()}
    cubes = [variable for variable, shape in shapes.items() if len(shape) == 3 and min(shape) > 1]
    chosen = key if key in shapes else choose(path, shapes, key, 3 if cubes else 2)
    shape, dtype = found[chosen]
    if len(shape) not in {2, 3} or dtype.kind not in "biuf" or 0 in shape:
        raise DataError(
            f"{path}: holds {dtype} of shape {shape}; expected plain real numbers of two or three dimensions"
        )
    size = (shape[0], shape[1], shape[2] if len(shape) == 3 else 1)
    if name in _WHOLE:
        held = read_array(path, key=chosen, ndim=len(shape)).array
        return Blocks(path, size, held.dtype, name, key=chosen, held=held)
    return Blocks(path, size, dtype, name, key=None if suffix == ".npy" else chosen)


def _variables(path: Path) -> tuple[dict[str, tuple[tuple[int, ...], np.dtype[Any]]], str]:
    """Return shape and type of each variable of a MATLAB or NumPy file, and the name of its format."""
    import h5py

    suffix = path.suffix.lower()
    try:
        if suffix == ".npy":
            held = np.load(path, mmap_mode="r", allow_pickle=False)
            return {"array": (held.shape, held.dtype)}, "NumPy"
        if suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return {name: (arrays[name].shape, arrays[name].dtype) for name in arrays.files}, _WHOLE[0]
        if h5py.is_hdf5(path):
            with h5py.File(path) as file:
                sets = {name: item for name, item in file.items() if isinstance(item, h5py.Dataset)}
                return {name: (item.shape[::-1], item.dtype) for name, item in sets.items()}, "MATLAB 7.3"
        from scipy.io import whosmat

        types = {"double": "f8", "single": "f4", "logical": "u1"}
        listed = [
            (name, shape, np.dtype(types.get(kind, kind)))
            for name, shape, kind in whosmat(path)
            if kind in types or "int" in kind
        ]
        return {name: (shape, dtype) for name, shape, dtype in listed}, _WHOLE[1]
    except Exception as error:  # zip, header, pickle and MATLAB errors of many kinds
        raise DataError(
            f"{path}: cannot be read ({' '.join(str(error).split())}); it is damaged; get it again"
        ) from error
