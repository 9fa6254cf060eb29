"""What the labels of a sample stand for: the classes of the map, and those that it lacks."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import rasterio

from hsclass.errors import DataError, UsageError
from hsclass.raster import quiet
from hsclass.wording import counted

_SHOWN = 5
_WHOLE = re.compile(r"\d+(\.0*)?", re.ASCII)  # as tables hold ids, too: 3, 3.0


def class_ids(texts: Sequence[str], legend: Mapping[int, str], file: object) -> np.ndarray:
    """Return class ids of labels, shape (points,), 0 of empty ones.

    Raises
    ------
    DataError
        If a label is no class of the legend; the message names the points by their ids.
    """
    by_name = {name.casefold(): identity for identity, name in legend.items()}
    found, wrong = np.zeros(len(texts), np.int64), {}
    for place, text in enumerate(texts):
        if not text:
            continue
        number = int(text.split(".")[0]) if _WHOLE.fullmatch(text) else by_name.get(text.casefold(), -1)
        found[place] = max(number, 0)
        if number < 1 or (legend and number not in legend):
            wrong[place] = text
    if wrong:
        known = ", ".join(f"{identity} {name}" for identity, name in sorted(legend.items())) or "ids from 1 up"
        raise DataError(
            f"{file}: {counted(len(wrong), 'label is no class', 'labels are no classes')} of the map"
            f" ({', '.join(sorted(set(wrong.values()))[:_SHOWN])} at id {listed(wrong)}); expected {known}; correct"
            " them, or name a class that the map lacks by --other NAME, so that such points count as errors of the map"
        )
    return found


def listed(places: Iterable[int]) -> str:
    """Return the ids of points, which count from 1, as text; no more than five."""
    numbers = [str(place + 1) for place in places]
    return ", ".join(numbers[:_SHOWN]) + (", …" if len(numbers) > _SHOWN else "")


def with_others(legend: Mapping[int, str], other: Sequence[str], mapped: Iterable[int]) -> dict[int, str]:
    """Return a legend with classes that the map lacks: a whole number is an id, a name gets the next id above all.

    Raises
    ------
    UsageError
        If the map has a class of that name or id.
    """
    joined, taken = dict(legend), {*legend, *mapped}
    for name in other:
        identity = int(name) if name.isdecimal() else max([*taken, *joined]) + 1
        if identity < 1 or identity in taken or name.casefold() in {held.casefold() for held in joined.values()}:
            raise UsageError(f"--other {name}: is a class of the map, or given twice; give classes that the map lacks")
        joined[identity] = name
    return joined


def agreement(texts: Mapping[str, list[str]], legend: Mapping[int, str], file: object) -> dict[str, float] | None:
    """Return how far the first two interpreters agree, on the points that both labelled; None where there is one."""
    if len(texts) < 2:
        return None
    first, second = (class_ids(column, legend, file) for column in list(texts.values())[:2])
    both = (first > 0) & (second > 0)
    if not both.any():
        return None
    one, other = first[both], second[both]
    share = float((one == other).mean())
    chance = float(sum((one == c).mean() * (other == c).mean() for c in np.unique(one)))
    return {"n": int(both.sum()), "share": share, "kappa": (share - chance) / (1 - chance) if chance < 1 else 1.0}


def read_legend(path: Path) -> dict[int, str]:
    """Return the names of a map's classes by id; empty where it has none."""
    with quiet(), rasterio.open(path) as source:
        tags, names = source.tags(), source.tags(1).get("category_names", "")
    if "classes" in tags:
        return {entry["id"]: entry["name"] for entry in json.loads(tags["classes"])}
    return {number: name for number, name in enumerate(names.split("|")) if number and name}
