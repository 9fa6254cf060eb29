"""What the readers of missions share: facts that a product must state, and its quality layers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.hdf5_heap import require_sound_heap
from hsclass.datasets.readers.layout import Wanted
from hsclass.errors import DataError


@dataclass(frozen=True)
class Mission:
    """Products of one mission.

    Attributes
    ----------
    name : str
        In words, with the levels that are read.
    files : str
        What to name: the file or folder of the product.
    main_file : callable
        Returns the file that stands for the product which a path names, None where the path is no such product.
    open : callable
    companions : callable
        Returns the further files of the product of a main file that decide what is read.
    """

    name: str
    files: str
    main_file: Callable[[Path], Path | None]
    open: Callable[[Path, Wanted], Cube]
    companions: Callable[[Path], list[Path]] = lambda path: []


@contextmanager
def parsing(path: Path, product: str) -> Iterator[None]:
    """Turn whatever is missing from a product, or damaged in it, into one sentence."""
    try:
        yield
    except (DataError, MemoryError):
        raise
    except Exception as error:
        text = " ".join(str(error).split())
        raise DataError(
            f"{path}: is taken for a product of {product}, but cannot be understood ({text or type(error).__name__});"
            " get it again, or name the array to read by 'key'"
        ) from error


def applied_layers(path: Path, known: Sequence[str], wanted: Wanted, default: Sequence[str] = ()) -> Mapping[str, bool]:
    """Return for each quality layer of a product whether its pixels are to count as without data.

    Raises
    ------
    DataError
        If a wanted layer is not known.
    """
    chosen = default if wanted.quality is None else wanted.quality
    if unknown := [name for name in chosen if name not in known]:
        raise DataError(
            f"{path}: has no quality layer '{unknown[0]}'; it has {', '.join(known) or 'none'}; correct 'quality'"
        )
    return {name: name in chosen for name in known}


def attribute(item: Any, name: str) -> Any:
    """Return an attribute of an HDF5 file or dataset: text, a number or an array of numbers."""
    if name not in item.attrs:
        raise KeyError(f"no attribute '{name}'")
    if item.attrs.get_id(name).dtype.kind == "O":
        require_sound_heap(Path(item.file.filename))
    value = item.attrs[name]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if getattr(value, "shape", None) == (1,):
        value = value[0]
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return value
