"""What the labels of a sample stand for: the classes of the map, and those that it lacks."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from hsclass.errors import DataError, UsageError
from hsclass.wording import composed, counted

_SHOWN = 5
_WHOLE = re.compile(r"\d+(\.0*)?", re.ASCII)  # as tables hold ids, too: 3, 3.0


def class_ids(texts: Sequence[str], legend: Mapping[int, str], file: object) -> np.ndarray:
    """Return class ids of labels, shape (points,), 0 of empty ones.

    Raises
    ------
    DataError
        If a label is no class of the legend, or stands for several; the message names the points by their ids.
    """
    by_name: dict[str, set[int]] = {}
    for identity, name in legend.items():
        by_name.setdefault(composed(name).casefold(), set()).add(identity)
    found, wrong = np.zeros(len(texts), np.int64), {}
    for place, text in enumerate(texts):
        if not text:
            continue
        number = int(text.split(".")[0]) if _WHOLE.fullmatch(text) else 0
        by_id = {number} if number > 0 and (number in legend or not legend) else set()
        meant = by_name.get(composed(text).casefold(), set()) | by_id
        if len(meant) > 1:
            several = " and ".join(f"{identity} {legend[identity]}" for identity in sorted(meant))
            raise DataError(
                f"{file}: the label {text} at id {place + 1} stands for several classes of the map, by id or name:"
                f" {several}; expected one; give the classes of the map other names"
            )
        if meant:
            found[place] = meant.pop()
        else:
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
