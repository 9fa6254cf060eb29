"""Statistics of every band of a cube, and of the values of a raster of class ids, gathered block by block."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from hsclass.datasets.cube import Cube, usual_marks
from hsclass.datasets.text_conversion import ByteCounts, TextConversion

_SATURATED = 0.001  # share of the pixels at a band's highest value that hints at saturation


@dataclass(frozen=True)
class BandStatistics:
    """Statistics of the bands of a cube.

    Attributes
    ----------
    pixels : int
        Of the scene.
    lowest, highest : ndarray of float64, shape (bands,)
        Among the values that are data; NaN where there are none.
    lacking : ndarray of int64, shape (bands,)
        Pixels without data: nodata, NaN or infinite.
    not_finite, not_numbers : int
        Values that are NaN or infinite, and not nodata; and those of them that are NaN.
    negative, at_highest : ndarray of int64, shape (bands,)
        Pixels below 0, and pixels at the band's highest value.
    without_any : int
        Pixels without data in every band.
    partly : int
        Pixels that lack some of the bands that hold data anywhere.
    marks : Counter of float
        As `usual_marks` of the bands that the file does not mark as bad.
    conversion : TextConversion or None
        Traces of a transfer as text in the bytes of integers.
    """

    pixels: int
    lowest: np.ndarray
    highest: np.ndarray
    lacking: np.ndarray
    not_finite: int
    not_numbers: int
    negative: np.ndarray
    at_highest: np.ndarray
    without_any: int
    partly: int
    marks: Counter[float]
    conversion: TextConversion | None

    @property
    def empty(self) -> np.ndarray:
        """True where a band holds no data, ndarray of bool, shape (bands,)."""
        return self.lacking == self.pixels

    @property
    def constant(self) -> np.ndarray:
        """True where all data of a band are one value, ndarray of bool, shape (bands,)."""
        return ~self.empty & (self.lowest == self.highest)

    @property
    def saturated(self) -> np.ndarray:
        """True where many pixels stand at a band's highest value, ndarray of bool, shape (bands,)."""
        held = np.maximum(self.pixels - self.lacking, 1)
        return ~self.constant & (self.at_highest > np.maximum(10, _SATURATED * held))


def band_statistics(cube: Cube) -> BandStatistics:
    """Look through the stored values of a cube once."""
    bands = cube.shape[2]
    lowest, highest = np.full(bands, np.inf), np.full(bands, -np.inf)
    lacking, negative, at_highest = (np.zeros(bands, np.int64) for _ in range(3))
    not_finite = not_numbers = without_any = 0
    lacking_bands = np.zeros(bands + 1, np.int64)  # pixels by how many of their bands they lack
    stored_bytes, marks = ByteCounts(), Counter[float]()
    for block, shown in cube.blocks():
        values = block.reshape(-1, bands)
        absent = cube.lacking(values)
        if shown is not None:
            absent = absent | ~shown.reshape(-1, 1)
        if values.dtype.kind == "f":
            wrong = ~np.isfinite(values)
            not_finite += int((wrong & ~absent).sum())
            not_numbers += int((np.isnan(values) & ~absent).sum())
            absent = absent | wrong
        stored_bytes.add(values[~absent] if absent.any() else values)
        least = np.where(absent, np.inf, values).min(axis=0)
        most = np.where(absent, -np.inf, values).max(axis=0)
        here = ((values == most) & ~absent).sum(axis=0)
        at_highest = np.where(most > highest, here, at_highest + np.where(most == highest, here, 0))
        lowest, highest = np.minimum(lowest, least), np.maximum(highest, most)
        lacking += absent.sum(axis=0)
        negative += ((values < 0) & ~absent).sum(axis=0)
        missing = absent.sum(axis=1)
        marks += usual_marks(values if len(cube.good) == bands else values[:, cube.good], missing == 0)
        without_any += int((missing == bands).sum())
        lacking_bands += np.bincount(missing, minlength=bands + 1)
    pixels = cube.shape[0] * cube.shape[1]
    dead = int((lacking == pixels).sum())
    partly = int(lacking_bands[dead + 1 : bands].sum())
    held = lacking < pixels
    return BandStatistics(
        pixels, np.where(held, lowest, np.nan), np.where(held, highest, np.nan), lacking, not_finite, not_numbers,
        negative, at_highest, without_any, partly, marks, stored_bytes.conversion(),
    )  # fmt: skip


def class_counts(raster: Cube) -> dict[float, int]:
    """Return the pixels of each value of a raster of class ids, by ascending value; NaN last, as NaN.

    Pixels without data do not count.
    """
    counts: Counter[float] = Counter()
    absent = 0
    for stored, shown in raster.blocks():
        held = ~raster.lacking(stored[..., 0]) & (True if shown is None else shown)
        block = stored[..., 0][held]
        values, found = np.unique(block[~np.isnan(block)], return_counts=True)
        counts.update(dict(zip(values.tolist(), found.tolist(), strict=True)))
        absent += int(np.isnan(block).sum())
    return dict(sorted(counts.items())) | ({float("nan"): absent} if absent else {})
