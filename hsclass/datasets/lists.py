"""Lists of an image set: which image is for training, validation and test."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hsclass.errors import DataError
from hsclass.wording import counted

_SHOWN = 3
_HEADS = {"path", "image", "file", "filename", "image_path"}


@dataclass(frozen=True)
class ListedImage:
    """What a list says of an image: its part, and its class where the list gives one."""

    part: str
    labels: tuple[str, ...]


def read_lists(lists: Mapping[str, Path], folder: Path, found: Mapping[str, tuple[str, ...]]) -> dict[str, ListedImage]:
    """Read the lists of a set and find their images.

    Parameters
    ----------
    lists : mapping
        "train", "validation" and "test" to CSV files of lines ``path`` or ``path,class``; a line that begins with the
        name of a column is passed over. A path is from the images' folder; its extension need not be the file's.
    folder : Path
        Of the images.
    found : mapping
        The images that are there, by path, and their classes; an image outside of all folders takes its class from the
        list.

    Returns
    -------
    dict
        Path of each image, as in `found`, to what its list says.

    Raises
    ------
    DataError
        If a list is empty or cannot be read, names missing files, or gives another class than the file's folder; or if
        a file stands in two lists.
    """
    places = {_stem(path): path for path in found}
    listed: dict[str, ListedImage] = {}
    twice: list[str] = []
    for part, file in lists.items():
        missing = []
        for name, label in _lines(file):
            path = places.get(_stem(name))
            if path is None:
                missing.append(name)
                continue
            if path in listed:
                twice.append(f"{name} ({listed[path].part} and {part})")
            if label and found[path] and label != found[path][0]:
                raise DataError(
                    f"{file}: says that {name} is '{label}', but it lies in the folder '{found[path][0]}'; correct one"
                )
            listed[path] = ListedImage(part, (label,) if label else ())
        if missing:
            raise DataError(
                f"{file}: names {counted(len(missing), 'image')} not in {folder}: {_first(missing)}; correct the"
                " list, or give the folder that its paths start from"
            )
    if twice:
        raise DataError(
            f"lists: {counted(len(twice), 'image stands', 'images stand')} twice: {_first(twice)}; keep each in one"
            " list"
        )
    return listed


def _lines(file: Path) -> list[tuple[str, str]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            rows = [row for row in csv.reader(opened) if row and row[0].strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file}: cannot be read ({error}); give a CSV list of path,class") from error
    lines = [(row[0].strip(), row[1].strip() if len(row) > 1 else "") for row in rows]
    if lines and lines[0][0].lower() in _HEADS:
        lines = lines[1:]
    if not lines:
        raise DataError(f"{file}: is empty; expected a line for each image: path,class")
    return lines


def _stem(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).with_suffix("").as_posix()


def _first(items: list[str]) -> str:
    return ", ".join(items[:_SHOWN]) + (" …" if len(items) > _SHOWN else "")
