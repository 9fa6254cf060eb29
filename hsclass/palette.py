"""Colours for classes whose publisher gives none."""

import re
from collections.abc import Sequence
from itertools import cycle, islice

from hsclass.raster import Color

# The first seven are those that Okabe and Ito chose for all kinds of colour vision; each further one is as far as
# possible, in CIELAB, from those before it, seen normally and with the deuteranopia and protanopia of Machado et al.
# (2009).
PALETTE: tuple[Color, ...] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167),
    (0, 0, 255), (0, 30, 150), (0, 255, 150), (105, 45, 15), (180, 75, 255), (90, 0, 75), (225, 0, 75),
    (225, 150, 90), (240, 180, 180), (60, 225, 240), (195, 255, 120), (0, 45, 120), (135, 15, 60), (0, 15, 195),
    (180, 15, 120), (165, 120, 240), (210, 0, 180),
)  # fmt: skip


_SHADES = 5

# Colours of the palette that maps customarily give to what a class is called.
_CUSTOMARY: dict[Color, frozenset[str]] = {
    (0, 114, 178): frozenset({"water", "lake", "river", "sea", "ocean", "pond"}),
    (0, 158, 115): frozenset({"forest", "forests", "tree", "trees", "wood", "woods", "woodland"}),
    (195, 255, 120): frozenset({"grass", "grassland", "meadow", "meadows", "pasture", "vegetation"}),
    (230, 159, 0): frozenset({"soil", "bare", "sand"}),
    (213, 94, 0): frozenset({"roof", "roofs", "building", "buildings", "urban"}),
}


def colors_for(names: Sequence[str], taken: Sequence[Color] = ()) -> list[Color]:
    """Return a colour for each class: a customary one for the first that is called so, such as blue for water.

    The others get those of `distinct_colors`; no colour is in `taken`.
    """
    found: dict[int, Color] = {}
    for color, words in _CUSTOMARY.items():
        called = [place for place, name in enumerate(names) if words & set(re.findall(r"[a-z]+", name.lower()))]
        free = [place for place in called if place not in found]
        if free and color not in taken:
            found[free[0]] = color
    others = iter(distinct_colors(len(names) - len(found), [*taken, *found.values()]))
    return [found[place] if place in found else next(others) for place in range(len(names))]


def distinct_colors(count: int, taken: Sequence[Color] = ()) -> list[Color]:
    """Return `count` colours, the same ones every time, none of them in `taken`.

    Past the palette's end its colours return darker; past the darkest shade they repeat.
    """
    shades = [
        (red * (_SHADES - shade) // _SHADES, green * (_SHADES - shade) // _SHADES, blue * (_SHADES - shade) // _SHADES)
        for shade in range(_SHADES)
        for red, green, blue in PALETTE
    ]
    free = [color for color in dict.fromkeys(shades) if color not in taken]
    return list(islice(cycle(free), count))
