"""ENVI files: the header and the data that belong together, and what GDAL leaves to its reader."""

import re
from pathlib import Path

import numpy as np

from hsclass.errors import DataError

_DATA_SUFFIXES = ("", ".dat", ".img", ".bsq", ".bil", ".bip", ".raw", ".bin", ".cube", ".envi", ".rfl")


def data_file(path: Path) -> Path:
    """Return the file of the pixels: `path` itself, or the one that an ENVI header belongs to.

    Raises
    ------
    DataError
        If there is no such file next to a header.
    """
    if path.suffix.lower() != ".hdr":
        return path
    stem = path.with_suffix("")
    names = [stem.name + suffix for suffix in _DATA_SUFFIXES]
    others = {file.name.lower(): file for file in path.parent.iterdir() if file.is_file() and file != path}
    found = [others[name.lower()] for name in names if name.lower() in others]
    if not found:
        raise DataError(
            f"{path}: is the header of an ENVI file whose data are missing next to it; expected {stem.name} without"
            f" suffix or with one of {', '.join(_DATA_SUFFIXES[1:])}; put it there"
        )
    return found[0]


def listed(text: str | None, bands: int) -> np.ndarray:
    """Return the numbers of a list in an ENVI header, one a band; NaN where it is of another length or has none."""
    items = re.split(r"[\s,{}]+", (text or "").strip("{} \n"))
    return np.array([number(item) for item in items] if len(items) == bands else [np.nan] * bands)


def number(text: str | None) -> float:
    """Return the number that a text says, or NaN."""
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def require_length(path: Path, header: dict[str, str], shape: tuple[int, int, int], dtype: np.dtype) -> None:
    """Raise DataError where a file is shorter than its header says: GDAL would read zeros past its end."""
    if header.get("file_compression", "0").strip() not in {"", "0"}:
        return
    rows, cols, bands = shape
    lead = number(header.get("header_offset", "0"))
    expected = int(0 if np.isnan(lead) else lead) + rows * cols * bands * dtype.itemsize
    found = path.stat().st_size
    if found < expected:
        raise DataError(
            f"{path}: has {found} bytes, but its header says {rows} lines x {cols} samples x {bands} bands of {dtype},"
            f" which take {expected}; correct the header, or get the whole file"
        )
