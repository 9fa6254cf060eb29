"""Labels of several files: a later one labels the pixels that those before leave out."""

import logging
from pathlib import Path

import numpy as np

from hsclass.datasets.descriptor import ClassEntry
from hsclass.datasets.shapes import DrawnGroups
from hsclass.errors import DataError
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
Labels = tuple[np.ndarray, tuple[ClassEntry, ...], DrawnGroups | None]


def joined(before: Labels, later: Labels, path: Path) -> Labels:
    """Return labels, classes and groups of two files, both as `read_labels` gives them.

    Pixels that both label keep the class of the first; how many of them have another one in the later file is logged.
    Groups of one name are one.

    Parameters
    ----------
    before, later : tuple
    path : Path
        Of the later file.

    Raises
    ------
    DataError
        If one of the two has groups and the other none.
    """
    labels, entries, groups = before
    more, _, others = later
    new = (labels == 0) & (more > 0)
    if differing := int(((labels > 0) & (more > 0) & (labels != more)).sum()):
        _LOG.warning(
            "%s: %s another class in the labels before it and %s that", path,
            counted(differing, "pixel has", "pixels have"), "keeps" if differing == 1 else "keep",
        )  # fmt: skip
    ids = np.where(new, more, labels)
    if (groups is None) != (others is None):
        raise DataError(f"{path}: expected 'group' of all labels or of none; add it to the others, or take it out")
    if groups is None or others is None:
        return ids, entries, None
    numbers = {name: number for number, name in groups.names.items()}
    for name in sorted(others.names.values()):
        numbers.setdefault(name, max(numbers.values(), default=0) + 1)
    table = np.zeros(max(others.names, default=0) + 1, np.uint32)
    for number, name in others.names.items():
        table[number] = numbers[name]
    names = {number: name for name, number in numbers.items()}
    return ids, entries, DrawnGroups(np.where(new, table[others.ids], groups.ids), names)
