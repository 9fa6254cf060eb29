"""Damage by a text conversion: a transfer as text that turned one line-end byte of a binary file into the other.

The published `Indian_pines_corrected.mat` is presumably an example: not one of its bytes is 13 (carriage return), and
10 (line feed) occurs twice as often in the lower bytes of its values as its neighbours do. A value is 768 too low where
its upper byte was 13, and 3 too low where its lower byte was. Which bytes were changed is not
recorded, so the damage can be estimated but not undone.
"""

from dataclasses import dataclass

import numpy as np

LINE_FEED, CARRIAGE_RETURN = 10, 13
_NEAR = np.array([8, 9, 11, 12, 14, 15])
_LEAST = 100  # times that a byte must be expected before its absence says something
_TWICE = (1.7, 2.3)


@dataclass(frozen=True)
class TextConversion:
    """Traces of a text conversion.

    Attributes
    ----------
    lost, kept : int
        The byte that never occurs, and the one that stands in its place.
    shares : tuple of (int, float)
        For each byte of a value, from the lowest: by how much the value is off, and the share of the values, estimated
        by what `kept` occurs beyond the mean of its neighbours.
    """

    lost: int
    kept: int
    shares: tuple[tuple[int, float], ...]

    def __str__(self) -> str:
        found = " and ".join(
            f"about {share:.1%} of the values are {abs(off)} too {'low' if off < 0 else 'high'}"
            for off, share in self.shares[::-1]
        )
        return (
            f"no byte is {self.lost}, and {self.kept} is twice as frequent as its neighbours: a transfer as text"
            f" replaced the one by the other, so {found}; get an undamaged copy, or try the feature 'restore'"
        )


class ByteCounts:
    """Counts of the bytes of integers, block by block."""

    def __init__(self) -> None:
        self._counts: np.ndarray | None = None

    def add(self, values: np.ndarray) -> None:
        """Count the bytes of a block of integers of any shape; other types are left out."""
        if values.dtype.kind not in "iu":
            return
        size = values.dtype.itemsize
        parts = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False).view(np.uint8)
        parts = parts.reshape(-1, size)
        counted = np.stack([np.bincount(parts[:, place], minlength=256) for place in range(size)])
        self._counts = counted if self._counts is None else self._counts + counted

    def conversion(self) -> TextConversion | None:
        """Return the traces of a text conversion; None where there are none, or too few values to see any.

        A byte must be absent from every place of a value. In the lowest place, where bytes are about equally frequent,
        the other must occur `_TWICE` as often as those near both.
        """
        if self._counts is None:
            return None
        for lost, kept in ((CARRIAGE_RETURN, LINE_FEED), (LINE_FEED, CARRIAGE_RETURN)):
            usual = float(np.median(self._counts[0, _NEAR]))
            twice = _TWICE[0] * usual <= self._counts[0, kept] <= _TWICE[1] * usual
            if usual >= _LEAST and twice and not self._counts[:, lost].any():
                return TextConversion(lost, kept, tuple(self._shares(kept, kept - lost)))
        return None

    def _shares(self, kept: int, off: int) -> list[tuple[int, float]]:
        assert self._counts is not None
        found = []
        for place, counts in enumerate(self._counts):
            excess = counts[kept] - (counts[kept - 1] + counts[kept + 1]) / 2
            if excess > 0:
                found.append((off * 256**place, float(excess / counts.sum())))
        return found
