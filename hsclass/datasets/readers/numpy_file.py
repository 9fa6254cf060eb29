"""NumPy's own files: .npy (one array) and .npz (several); nothing in them is ever executed."""

from pathlib import Path

import numpy as np

from hsclass.datasets.readers.contents import Contents, choose
from hsclass.errors import DataError


def read_numpy(path: Path, key: str | None, ndim: int, shape: tuple[int, ...] | None = None) -> Contents:
    """Read a .npy or .npz file; arguments and errors as `read_array`."""
    try:
        if path.suffix.lower() == ".npy":
            if key is not None:
                raise DataError(f"{path}: a .npy file holds one array, found key '{key}'; take 'key' out")
            with path.open("rb") as file:
                return Contents(np.lib.format.read_array(file, allow_pickle=False))
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files if isinstance(held[name], np.ndarray)}
    except DataError:
        raise
    except Exception as error:  # zip, header and pickle errors of many kinds
        raise DataError(
            f"{path}: cannot be read as NumPy data ({error}); expected plain numbers; fetch it again"
        ) from error
    shapes = {name: array.shape for name, array in arrays.items()}
    return Contents(arrays[choose(path, shapes, key, ndim, shape)])
