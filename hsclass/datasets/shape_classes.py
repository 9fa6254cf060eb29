"""Classes in an attribute table: their ids, names and colours."""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.descriptor import ClassEntry, ShapeOptions
from hsclass.errors import DataError
from hsclass.wording import composed, counted

_LOG = logging.getLogger(__name__)
DESCRIPTOR = "'classes' in the descriptor"
_MAX_ID = 65535
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{0,18})?")


def read_classes(
    attributes: Mapping[str, np.ndarray],
    options: ShapeOptions,
    entries: tuple[ClassEntry, ...],
    path: Path,
    *,
    known_from: str = DESCRIPTOR,
) -> tuple[np.ndarray, tuple[ClassEntry, ...]]:
    """Return the class of each feature, and the classes.

    Whole numbers are class ids, also where they stand in a field of text; other texts are names, which are numbered
    from 1 in alphabetical order unless the descriptor's classes give them an id. So are whole numbers where some are
    larger than an id can be, as the codes of a land-use nomenclature.

    Parameters
    ----------
    attributes : mapping of str to ndarray, shape (features,)
        Columns of the attribute table.
    options : ShapeOptions
    entries : tuple of ClassEntry
        Known classes, as of the descriptor; empty to take them from the table.
    path : Path
    known_from : str
        What lists the known classes, for messages.

    Returns
    -------
    ids : ndarray of int64, shape (features,)
        0 where a feature has no class.
    entries : tuple of ClassEntry
        `entries`, or else one for each id.

    Raises
    ------
    DataError
        If a field is missing, or a value is no class.
    """
    texts = _texts(attributes, options, path)
    numeric = all(_NUMBER.fullmatch(text) for text in texts if text)
    texts = [text and _plain(text) for text in texts] if numeric else texts
    if entries:
        known = _known(entries, numeric=numeric)
        if doubtful := [text for text in texts if len(known.get(text, ())) > 1]:
            several = " and ".join(f"class {identity}" for identity in sorted(known[doubtful[0]]))
            raise DataError(
                f"{path}: holds {doubtful[0]}, which by {known_from} stands for {several}, as id, name or value; write"
                " names of classes there, or list the 'values' of each class"
            )
        foreign = sorted({text for text in texts if text and text not in known and not (numeric and float(text) == 0)})
        if foreign:
            raise DataError(
                f"{path}: holds the classes {', '.join(foreign[:10])}, which {known_from} does not list; it lists"
                f" {', '.join(sorted(known))}; {remedy_for(known_from)}"
            )
        return np.array([next(iter(known.get(text, {0}))) for text in texts], np.int64), entries
    if numeric and (codes := [text for text in texts if text.isdecimal() and int(text) > _MAX_ID]):
        _LOG.warning(
            "%s: %s is larger than a class id can be; such codes are taken for names", path, max(codes, key=int)
        )
        _whole([float(text) for text in texts if text and not text.isdecimal()], path)  # refuses -1 and 1.5
        texts, numeric = ["" if text == "0" else text for text in texts], False
    if not numeric:
        names = sorted({text for text in texts if text})
        _report_likenesses(names, path)
        numbers = {name: number for number, name in enumerate(names, 1)}
        ids = np.array([numbers.get(text, 0) for text in texts], np.int64)
    else:
        ids = _whole([float(text or 0) for text in texts], path)
        names = []
    listed = [text_of(value) for value in _optional(attributes, options.name_field, path, len(ids))]
    named = texts if names and options.name_field is None else listed
    colors = [text_of(value) for value in _optional(attributes, options.color_field, path, len(ids))]
    return ids, tuple(_entry(int(identity), ids, named, colors, path) for identity in np.unique(ids[ids > 0]))


def _known(entries: Sequence[ClassEntry], *, numeric: bool) -> dict[str, set[int]]:
    """Return the ids of the classes that a text may stand for: by their values, or else id and name; by name always."""
    given: dict[str, set[int]] = {}
    for entry in entries:
        for value in map(str, entry.values or (entry.id, entry.name)):
            given.setdefault(_plain(value) if numeric and _NUMBER.fullmatch(value) else value, set()).add(entry.id)
    return {entry.name: {entry.id} for entry in entries} | given


def is_zero(attributes: Mapping[str, np.ndarray], options: ShapeOptions, path: Path) -> np.ndarray:
    """Return where the class of a feature is written as the number 0, bool of shape (features,)."""
    texts = _texts(attributes, options, path)
    return np.array([bool(_NUMBER.fullmatch(text)) and float(text) == 0 for text in texts], bool)


def _texts(attributes: Mapping[str, np.ndarray], options: ShapeOptions, path: Path) -> list[str]:
    return [text_of(value) for value in _column(attributes, options.field or _only(attributes, options, path), path)]


def remedy_for(known_from: str) -> str:
    """Say what to do where a file holds a class that `known_from` does not list."""
    return (
        "add it, or say with 'values' what stands for it" if known_from == DESCRIPTOR else "rename it in one of the two"
    )


def _report_likenesses(names: Sequence[str], path: Path) -> None:
    """Log names that differ only in case or spaces, as typing errors do."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault("".join(name.casefold().split()), []).append(name)
    for several in (found for found in alike.values() if len(found) > 1):
        _LOG.warning(
            "%s: the classes '%s' differ only in case or spaces; to join them, list them in the 'values' of one class",
            path, "', '".join(several),
        )  # fmt: skip


def read_groups(attributes: Mapping[str, np.ndarray], field: str, path: Path) -> tuple[np.ndarray, dict[int, str]]:
    """Return the group of each feature, int64 of shape (features,), 0 where it has none; and the values by number.

    Whole numbers from 1 up are kept; other values are numbered from 1 in alphabetical order.

    Raises
    ------
    DataError
        If the field is missing.
    """
    texts = [text_of(value) for value in _column(attributes, field, path, option="group")]
    if all(re.fullmatch(r"0*[1-9]\d{0,8}", text) for text in texts if text):
        numbers = {text: int(text or 0) for text in texts}
    else:
        numbers = {name: number for number, name in enumerate(sorted({text for text in texts if text}), 1)}
    names = {number: text for text, number in numbers.items() if number}
    return np.array([numbers.get(text, 0) for text in texts], np.int64), names


def _entry(identity: int, ids: np.ndarray, names: list[str], colors: list[str], path: Path) -> ClassEntry:
    where = np.flatnonzero(ids == identity)
    found = {names[k] for k in where if names[k]}
    if len(found) > 1:
        raise DataError(
            f"{path}: class {identity} has {len(found)} names, {', '.join(sorted(found)[:3])}; expected one; correct"
            " them, or list the classes in the descriptor"
        )
    shades = {_color(colors[k], path) for k in where if colors[k]}
    return ClassEntry(id=identity, name=min(found, default=f"class {identity}"), color=min(shades, default=None))


def _only(attributes: Mapping[str, np.ndarray], options: ShapeOptions, path: Path) -> str:
    left = [name for name in attributes if name not in {options.name_field, options.color_field, options.group}]
    if len(left) != 1:
        held = f"the fields {', '.join(left)}" if left else "no field besides the geometries"
        raise DataError(f"{path}: has {held}; name the one that gives the class by 'field'")
    return left[0]


def _column(attributes: Mapping[str, np.ndarray], field: str, path: Path, *, option: str = "field") -> np.ndarray:
    if field not in attributes:
        held = ", ".join(attributes) or "none"
        raise DataError(f"{path}: has no field '{field}'; it has {held}; correct '{option}', or bring the table along")
    return attributes[field]


def _optional(attributes: Mapping[str, np.ndarray], field: str | None, path: Path, count: int) -> list[Any]:
    return [None] * count if field is None else list(_column(attributes, field, path))


def _whole(values: list[float], path: Path) -> np.ndarray:
    numbers = np.array(values, float)
    wrong = (numbers < 0) | (numbers > _MAX_ID) | (numbers != np.floor(numbers))
    if wrong.any():
        raise DataError(
            f"{path}: holds {counted(int(wrong.sum()), 'value that is', 'values that are')} no class id, the first"
            f" {numbers[wrong][0]:g}; expected whole numbers from 0 (unlabelled) to {_MAX_ID}, or names"
        )
    return numbers.astype(np.int64)


def _plain(number: str) -> str:
    """Return one text for all ways to write a number: 01, 1 and 1.0."""
    value = float(number)
    return str(int(value)) if value.is_integer() else str(value)


def text_of(value: Any) -> str:
    """Return a value of a table as text; empty where it is missing."""
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return composed(str(value).strip())


def _color(text: str, path: Path) -> str:
    if re.fullmatch(r"#?[0-9a-fA-F]{6}", text):
        return "#" + text.removeprefix("#").lower()
    parts = re.findall(r"\d+", text)
    if len(parts) >= 3 and all(int(part) <= 255 for part in parts[:3]):
        return "#" + "".join(f"{int(part):02x}" for part in parts[:3])
    raise DataError(f"{path}: has the colour '{text}'; expected #rrggbb or r,g,b from 0 to 255; correct 'color_field'")
