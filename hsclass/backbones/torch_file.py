"""PyTorch's weight files, read without PyTorch and without executing anything in them."""

import io
import os
import struct
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from hsclass.backbones.data_pickle import Name, RefusedError, Stored, StridedTensor, read_pickle
from hsclass.errors import DataError

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_MOST_AXES = 8
_KINDS = {
    "torch DoubleStorage": "<f8", "torch FloatStorage": "<f4", "torch HalfStorage": "<f2", "torch LongStorage": "<i8",
    "torch IntStorage": "<i4", "torch ShortStorage": "<i2", "torch CharStorage": "|i1", "torch ByteStorage": "|u1",
    "torch BoolStorage": "|b1",
}  # fmt: skip


def read_torch_file(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the named tensors of a file that ``torch.save`` wrote of a network's ``state_dict``.

    Both formats are read: a sequence of pickles followed by the numbers, as written before PyTorch 1.6, and a ZIP
    archive. No code in the file is executed (see `hsclass.backbones.data_pickle`); names, counts, shapes and strides
    are checked against the content of the file.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    dict of str to ndarray
        Read-only arrays in the file's order, of the file's types.

    Raises
    ------
    DataError
        If the file cannot be read, is truncated, or contains anything but named tensors.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        read = _read_archive if content.startswith(b"PK") else _read_pickles
        return read(content)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); give a file of PyTorch weights") from error
    except (RefusedError, BadZipFile, NotImplementedError) as error:
        raise DataError(
            f"{path}: is not a file of PyTorch weights that is safe to read, it holds {error}; expected named tensors"
            " and nothing else, as torch.save(network.state_dict(), FILE) writes them"
        ) from error


def _read_pickles(content: bytes) -> dict[str, np.ndarray]:
    file = io.BytesIO(content)
    magic, version, system = (read_pickle(file) for _ in range(3))
    if magic != _MAGIC or version != _VERSION:
        raise RefusedError("none of the numbers that such a file begins with")
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise RefusedError("numbers of another byte order than little-endian")
    tensors = read_pickle(file)
    keys = read_pickle(file)
    lengths = _storages(tensors)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys) or sorted(keys) != sorted(lengths):
        raise RefusedError("other numbers than its tensors ask for")
    storages = {}
    for key in keys:
        kind, count = lengths[key]
        head = file.read(8)
        if len(head) < 8 or struct.unpack("<q", head)[0] != count:
            raise RefusedError(f"not the {count} numbers of storage '{key}'")
        storages[key] = _numbers(file.read(count * kind.itemsize), kind, count, key)
    return _arrays(tensors, storages)


def _read_archive(content: bytes) -> dict[str, np.ndarray]:
    with ZipFile(io.BytesIO(content)) as archive:
        root = next((name[: -len("data.pkl")] for name in archive.namelist() if name.endswith("/data.pkl")), None)
        if root is None:
            raise RefusedError("a ZIP archive without data.pkl")

        def member(name: str) -> bytes:
            if root + name not in archive.namelist():
                raise RefusedError(f"no {name}")
            about = archive.getinfo(root + name)
            if about.compress_type != ZIP_STORED or about.file_size > len(content):
                raise RefusedError(f"a compressed {name}")
            return archive.read(about)

        if root + "byteorder" in archive.namelist() and member("byteorder") != b"little":
            raise RefusedError("numbers of another byte order than little-endian")
        tensors = read_pickle(io.BytesIO(member("data.pkl")))
        lengths = _storages(tensors)
        storages = {key: _numbers(member(f"data/{key}"), kind, count, key) for key, (kind, count) in lengths.items()}
    return _arrays(tensors, storages)


def _storages(tensors: Any) -> dict[str, tuple[np.dtype, int]]:
    """Return the type and length of each storage that the tensors refer to."""
    if not isinstance(tensors, dict) or not tensors:
        raise RefusedError("no dictionary of tensors")
    found: dict[str, tuple[np.dtype, int]] = {}
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, StridedTensor):
            raise RefusedError(f"{type(tensor).__name__} as '{name}'")
        key, kind, count = _storage(tensor.storage)
        if found.setdefault(key, (kind, count)) != (kind, count):
            raise RefusedError(f"two descriptions of storage '{key}'")
    return found


def _storage(stored: Any) -> tuple[str, np.dtype, int]:
    about = stored.about if isinstance(stored, Stored) else ()
    match about:
        case ("storage", Name(text), str() as key, str(), int() as count, *view) if count >= 0 and not any(view):
            if text not in _KINDS:
                raise RefusedError(f"numbers of type {text.replace(' ', '.')}")
            return key, np.dtype(_KINDS[text]), count
    raise RefusedError("a tensor without numbers of its own")


def _numbers(data: bytes, kind: np.dtype, count: int, key: str) -> np.ndarray:
    if len(data) != count * kind.itemsize:
        raise RefusedError(f"{len(data)} bytes instead of the {count * kind.itemsize} of storage '{key}'")
    return np.frombuffer(data, kind)


def _arrays(tensors: Mapping[str, StridedTensor], storages: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: _view(name, tensor, storages[_storage(tensor.storage)[0]]) for name, tensor in tensors.items()}


def _view(name: str, tensor: StridedTensor, numbers: np.ndarray) -> np.ndarray:
    """Return the tensor as a view of its storage, after checking that it lies inside it."""
    offset, shape, strides = tensor.offset, tensor.shape, tensor.strides
    whole = all(isinstance(part, tuple) and all(type(n) is int and n >= 0 for n in part) for part in (shape, strides))
    if not whole or type(offset) is not int or offset < 0 or len(shape) != len(strides) or len(shape) > _MOST_AXES:
        raise RefusedError(f"no shape of tensor '{name}'")
    count = prod(shape)
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if count > len(numbers) or (count and last >= len(numbers)):
        raise RefusedError(f"tensor '{name}' of shape {shape}, beyond the {len(numbers)} numbers of its storage")
    if not count:
        raise RefusedError(f"tensor '{name}' without numbers")
    steps = tuple(step * numbers.itemsize if n > 1 else 0 for n, step in zip(shape, strides, strict=True))
    return np.lib.stride_tricks.as_strided(numbers[offset:], shape, steps, writeable=False)
