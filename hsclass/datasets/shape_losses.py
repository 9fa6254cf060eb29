"""Features that label no pixel: which ones, of which class, and why."""

from collections.abc import Sequence

import numpy as np

from hsclass.datasets.descriptor import ClassEntry
from hsclass.wording import counted

_SHOWN = 5
BARE = ("has no geometry", "have no geometry")
UNNAMED = ("has no class", "have no class")
ZERO = ("has the class 0, which stands for unlabelled,", "have the class 0, which stands for unlabelled,")
OUTSIDE = ("lies outside of the scene", "lie outside of the scene")
SMALL = ("holds no pixel's centre", "hold no pixel's centre")
HIDDEN = (
    "shares all its pixels with features of other classes",
    "share all their pixels with features of other classes",
)
NO_DATA = ("lies where the cube holds no data", "lie where the cube holds no data")
_REMEDIES = {
    SMALL: "; 'all_touched: true' takes those that are smaller than a pixel",
    ZERO: "; if 0 is a class of yours, list it by 'classes' in the descriptor with another id and 'values: [0]'",
}
Reason = tuple[str, str]


class Losses:
    """Collect why features of a file label no pixel.

    Parameters
    ----------
    numbers : ndarray of int, shape (features,)
        Their numbers in the file (`fid`), as a GIS shows them.
    ids : ndarray of int, shape (features,)
        Their classes, 0 = none.
    entries : tuple of ClassEntry
        The classes.
    """

    def __init__(self, numbers: np.ndarray, ids: np.ndarray, entries: tuple[ClassEntry, ...]) -> None:
        self.numbers, self.ids, self.names = numbers, ids, {entry.id: entry.name for entry in entries}
        self.reasons: dict[Reason, np.ndarray] = {}

    def add(self, reason: Reason, places: np.ndarray) -> None:
        """Note that the features at some places, by index, are lost for a reason."""
        if len(places):
            self.reasons[reason] = places

    def sentences(self) -> list[str]:
        """Return a sentence for each reason, and one for each class of which all features are lost."""
        said = [
            f"{len(places)} of {counted(len(self.ids), 'feature')} {reason[len(places) > 1]} and"
            f" {'is' if len(places) == 1 else 'are'} left out: {self._named(places)}{_REMEDIES.get(reason, '')}"
            for reason, places in self.reasons.items()
        ]
        why = {place: reason for reason, places in self.reasons.items() for place in places.tolist()}
        for identity in np.unique(self.ids[self.ids > 0]).tolist():
            places = np.flatnonzero(self.ids == identity).tolist()
            if all(place in why for place in places):
                reasons = _in_words([why[place] for place in places])
                said.append(f"class {self.names[identity]} has no labelled pixel ({reasons})")
        return said

    def _named(self, places: np.ndarray) -> str:
        first = places[:_SHOWN].tolist()
        names = [f"feature {self.numbers[place]} ({self.names.get(self.ids[place], 'no class')})" for place in first]
        return ", ".join(names) + (", …" if len(places) > _SHOWN else "")


def _in_words(reasons: Sequence[Reason]) -> str:
    """Say why the features of a class are lost: "its 1 feature lies outside of the scene"."""
    counts = {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}
    if len(counts) == 1:
        return f"its {counted(len(reasons), 'feature')} {reasons[0][len(reasons) > 1]}"
    return f"of its {len(reasons)} features " + ", ".join(f"{n} {reason[n > 1]}" for reason, n in counts.items())
