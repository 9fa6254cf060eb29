"""ENVI files: the header and the data that belong together, and what GDAL leaves to its reader."""

import codecs
import logging
import re
from pathlib import Path

import numpy as np

from hsclass.errors import DataError

_LOG = logging.getLogger(__name__)
_HEADER_BYTES = 4_000_000
_ENTRY = re.compile(r"^[ \t]*([^=;{}\n]{1,80}?)[ \t]*=[ \t]*(\{[^{}]*\}|[^\n]*)", re.MULTILINE)
_KINDS = {
    "1": "u1", "2": "i2", "3": "i4", "4": "f4", "5": "f8", "6": "c8", "9": "c16", "12": "u2", "13": "u4", "14": "i8",
    "15": "u8",
}  # fmt: skip
_WORDS = {"true": 1.0, "yes": 1.0, "good": 1.0, "false": 0.0, "no": 0.0, "bad": 0.0}
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


def decoded(content: bytes, path: Path) -> str:
    """Return a text of ENVI in UTF-8, or else in the encoding of Windows in western Europe, with a notice."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        _LOG.warning("%s: is not UTF-8; names are read as Windows-1252", path)
        return content.decode("cp1252", errors="replace")


def read_header(path: Path) -> dict[str, str]:
    """Return the entries of the ENVI header next to a file, keys in lower case with underscores; empty without one.

    Lists keep their braces.
    """
    for name in (f"{path.stem}.hdr", f"{path.stem}.HDR", f"{path.name}.hdr", f"{path.name}.HDR"):
        header = path.with_name(name)
        if not header.is_file():
            continue
        with header.open("rb") as file:
            content = file.read(_HEADER_BYTES)
        if content.removeprefix(codecs.BOM_UTF8).lstrip()[:4] == b"ENVI":
            text = decoded(content, header)
            return {"_".join(key.lower().split()): value.strip() for key, value in _ENTRY.findall(text)}
    return {}


def listed(path: Path, name: str, text: str, bands: int) -> np.ndarray:
    """Return the numbers of a list in an ENVI header, one a band.

    Of a list of another length, with a notice, only as many as are surely of their bands, and NaN for the others: all
    of a shorter one, the first of a longer one.
    """
    inside = text.strip("{} \n\r\t")
    items = [item.strip() for item in inside.split(",")]
    if len(items) != bands or any(re.search(r"[\s;]", item) for item in items):
        items = [item for item in re.split(r"[\s,{}]+", inside) if item]
    if len(items) == bands:
        return np.array([number(item) for item in items])
    apart = [item for item in re.split(r"\s*;\s*|,\s+|\s+", inside) if item]  # of numbers with decimal commas
    if len(apart) == bands and all(re.fullmatch(r"[-+]?\d+(,\d+)?", item) for item in apart):
        _LOG.warning("%s: '%s' in the header is read with decimal commas", path, name)
        return np.array([number(item) for item in apart])
    if name != "wavelength" or len(items) > bands:  # a band without a wavelength is refused where it matters
        _LOG.warning(
            "%s: '%s' in the header lists %d values for %d bands; correct it, or list it in the descriptor", path, name,
            len(items), bands,
        )  # fmt: skip
    sure = items if len(items) < bands else items[:1]
    return np.array([number(item) for item in sure] + [np.nan] * (bands - len(sure)))


def number(text: str | None) -> float:
    """Return the number that a text says, also as yes or no, or with a decimal comma; NaN where it says none."""
    plain = (text or "").strip().lower()
    if plain in _WORDS:
        return _WORDS[plain]
    try:
        return float(plain.replace(",", ".") if re.fullmatch(r"[-+]?\d+,\d+", plain) else plain)
    except ValueError:
        return float("nan")


def class_names(header: dict[str, str]) -> dict[int, tuple[str, str | None]]:
    """Return name and colour (#rrggbb) of each class id of an ENVI classification; empty for other files."""
    names = [name.strip() for name in header.get("class_names", "").strip("{} \n\r\t").split(",")]
    shades = [int(text) for text in re.findall(r"\d{1,3}", header.get("class_lookup", ""))]
    colors = [shades[3 * place : 3 * place + 3] for place in range(len(names))]
    return {
        place: (name, "#{:02x}{:02x}{:02x}".format(*color) if len(color) == 3 and max(color) <= 255 else None)
        for place, (name, color) in enumerate(zip(names, colors, strict=True))
        if name
    }


def stated(header: dict[str, str]) -> tuple[tuple[int, int, int], np.dtype] | None:
    """Return the shape (rows, cols, bands) and the type of values that a header says; None where it says too little."""
    sizes = [number(header.get(name)) for name in ("lines", "samples", "bands")]
    kind = _KINDS.get(header.get("data_type", "").strip())
    if kind is None or not all(np.isfinite(size) and size > 0 for size in sizes):
        return None
    rows, cols, bands = (int(size) for size in sizes)
    return (rows, cols, bands), np.dtype(kind)


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
