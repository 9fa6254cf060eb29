"""The heap of an HDF5 file, which holds its texts and lists of variable length, tried before it is relied on.

HDF5 reads on for ever where a heap was begun and its rest is zeros, as in a download that was not finished. Nothing in
this process can end that, so such values are read in another one first, whose processor time is bounded.
"""

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from hsclass.errors import DataError

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MOST = 10_000  # values of an array that are tried
_TRY = """
import resource, sys
import h5py
resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
def read(name, item):
    for key in item.attrs:
        if item.attrs.get_id(key).dtype.kind == "O":
            item.attrs[key]
    if isinstance(item, h5py.Dataset) and item.dtype.kind == "O" and item.size < int(sys.argv[2]):
        item[...]
with h5py.File(sys.argv[1], "r") as file:
    read("/", file)
    file.visititems(read)
"""


def require_sound_heap(path: Path) -> None:
    """Raise DataError where HDF5 does not come to an end with the texts of a file, or crashes over them.

    A file of another format, or without values of variable length, is not tried.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_SIGNATURE))
    except OSError:  # the reader says why
        return
    if start != _SIGNATURE:
        return
    found = path.stat()
    if not _is_sound(os.fspath(path.resolve()), found.st_mtime_ns, found.st_size):
        raise DataError(
            f"{path}: its texts of variable length cannot be read, because HDF5 does not come to their end; the file is"
            " damaged, or was not written completely; get it again"
        )


@lru_cache(maxsize=64)
def _is_sound(path: str, modified: int, size: int) -> bool:
    if not _has_heap(path):
        return True
    command = [sys.executable, "-c", _TRY, path, str(_MOST)]
    return subprocess.run(command, capture_output=True, check=False).returncode >= 0  # other errors are raised again


def _has_heap(path: str) -> bool:
    import h5py

    found: list[str] = []

    def look(name: str, item: Any) -> None:
        of_attributes = (item.attrs.get_id(key).dtype.kind == "O" for key in item.attrs)
        if any(of_attributes) or (isinstance(item, h5py.Dataset) and item.dtype.kind == "O"):
            found.append(name)

    try:
        with h5py.File(path, "r") as file:
            look("/", file)
            file.visititems(look)
    except Exception:  # the parser raises whatever it stumbles over, and will where the file is read
        return True
    return bool(found)
