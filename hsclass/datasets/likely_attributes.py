"""Which attributes of polygons or points are likely to hold the class, and the group that is held out as a whole."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from hsclass.datasets.shape_classes import text_of

_CLASSES = ("class", "label", "cover", "landcover", "land_cover", "lulc", "category", "type", "crop", "species", "name")
_GROUPS = {"field", "polygon", "site", "plot", "fid", "id"}
MOST_CLASSES = 60


def distinct_values(attributes: Mapping[str, np.ndarray]) -> dict[str, list[str]]:
    """Return the different values of each attribute as text, without missing ones."""
    return {name: sorted({text_of(value) for value in column} - {""}) for name, column in attributes.items()}


def class_attribute(attributes: Mapping[str, np.ndarray]) -> str | None:
    """Return the attribute that is taken for the class: by its name, of those with a fitting number of values.

    None where none has 2 to `MOST_CLASSES` values, fewer than there are features; the only attribute is always taken.
    """
    most = min(MOST_CLASSES, max(2, len(next(iter(attributes.values()), ())) - 1))
    attributes = {name: column for name, column in attributes.items() if _may_name_classes(column)}
    if len(attributes) == 1:
        return next(iter(attributes))
    fitting = [name for name, values in distinct_values(attributes).items() if 2 <= len(values) <= most]
    return next(iter(sorted(fitting, key=lambda name: _rank(name, _CLASSES))), None)


def group_attribute(attributes: Mapping[str, np.ndarray], class_field: str) -> tuple[str, bool] | None:
    """Return the attribute that could be the group, and whether some group holds several classes; or None.

    It holds whole numbers or text, has more values than there are classes, and a word of its name is one such as
    "field" or "site".
    """
    values = distinct_values(attributes)
    for name, column in attributes.items():
        words = set(re.split(r"[^a-z]+", name.lower()))
        if name == class_field or not words & _GROUPS or column.dtype.kind not in "iuOUT":
            continue
        if len(values[name]) > len(values[class_field]):
            groups, covers = ([text_of(value) for value in held] for held in (column, attributes[class_field]))
            pairs = {(group, cover) for group, cover in zip(groups, covers, strict=True) if group and cover}
            return name, len(pairs) > len({group for group, _ in pairs})
    return None


def _may_name_classes(column: np.ndarray) -> bool:
    """Return whether values are text or whole numbers."""
    if column.dtype.kind != "f":
        return column.dtype.kind in "iuOUT"
    held = column[~np.isnan(column)]
    return bool((held == np.floor(held)).all())


def _rank(name: str, likely: Sequence[str]) -> tuple[int, int]:
    """Sort a name that is a likely one first, then one that holds such, then others."""
    lower = name.lower()
    held = [place for place, word in enumerate(likely) if word in lower]
    return (0 if lower in likely else 1 if held else 2, held[0] if held else 0)
