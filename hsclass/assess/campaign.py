"""Where to collect labels next: places whose class the model is not sure of and whose spectra it has not seen.

An uncertain pixel that looks like the training samples often lies between two classes whatever is labelled next; a
pixel unlike all of them is often an outlier. The product of both asks for what is new and matters to the map.

References
----------
Settles, B. (2009). Active Learning Literature Survey. University of Wisconsin-Madison (information density).
Meyer, H., Pebesma, E. (2021). Predicting into unknown space? Estimating the area of applicability of spatial prediction
models. Methods in Ecology and Evolution 12 (dissimilarity index).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Layers = tuple[int, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Cells:
    """Square cells of a map, each with the pixels of its most frequent class.

    Attributes
    ----------
    pixels : ndarray of int, shape (n, 2)
        Row and column of the pixel of that class that is nearest to the middle of the cell.
    classes : ndarray of int, shape (n,)
        Class ids.
    confidence, dissimilarity : ndarray of float64, shape (n,)
        Means over the pixels of that class: probability of the class, and dissimilarity index.
    side : int
        Of a cell [pixels].
    """

    pixels: np.ndarray
    classes: np.ndarray
    confidence: np.ndarray
    dissimilarity: np.ndarray
    side: int

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def scores(self) -> np.ndarray:
        """Product of the ranks of uncertainty and of dissimilarity, each above 0 and up to 1, shape (n,)."""
        from scipy.stats import rankdata

        return rankdata(-self.confidence) * rankdata(self.dissimilarity) / max(1, len(self)) ** 2


def cells_of(strips: Iterable[Layers], *, side: int) -> Cells:
    """Summarise a map in cells.

    Parameters
    ----------
    strips : iterable of (int, ndarray, ndarray, ndarray)
        Rows of cells from the top: their first row, and class ids (0 where nothing is asked), confidence and
        dissimilarity, each of shape (side or fewer, cols).
    side : int
        Of a cell [pixels].
    """
    found = [part for strip in strips for part in _row_of_cells(*strip, side=side)]
    columns = [np.concatenate(parts) for parts in zip(*found, strict=True)] if found else [np.empty((0, 2), int)] * 4
    pixels, classes, confidence, dissimilarity = columns
    return Cells(pixels, classes.ravel(), confidence.ravel(), dissimilarity.ravel(), side)


def _row_of_cells(
    top: int, classes: np.ndarray, confidence: np.ndarray, dissimilarity: np.ndarray, *, side: int
) -> list[tuple[np.ndarray, ...]]:
    usable = (classes > 0) & np.isfinite(confidence) & np.isfinite(dissimilarity)
    if not usable.any():
        return []
    places = np.argwhere(usable)
    ids, index = np.unique(classes[usable], return_inverse=True)
    cell = places[:, 1] // side
    count = np.zeros((int(cell.max()) + 1, len(ids)), np.int64)
    np.add.at(count, (cell, index), 1)
    kept = count.argmax(axis=1)[cell] == index
    places, cell, index = places[kept], cell[kept], index[kept]
    middle = (min(side, len(classes)) - 1) / 2
    away = (places[:, 0] - middle) ** 2 + (places[:, 1] % side - (side - 1) / 2) ** 2
    order = np.lexsort((away, cell))
    numbers, first = np.unique(cell[order], return_index=True)
    nearest = order[first]
    size = np.bincount(cell)[numbers]
    at = tuple(places.T)
    means = [np.bincount(cell, values[at].astype(np.float64))[numbers] / size for values in (confidence, dissimilarity)]
    return [(places[nearest] + np.array([top, 0]), ids[index[nearest]], *means)]


@dataclass(frozen=True)
class ChosenCells:
    """Cells to visit, in order of priority, and the trip on which each is visited, from 1."""

    cells: np.ndarray
    trips: np.ndarray


def choose(
    cells: Cells, number: int, *, distance: float | None = None, per_trip: int = 1, radius: float = 0.0
) -> ChosenCells:
    """Choose cells with high scores that are spread over the map and over its classes.

    One after the other: the cell with the highest score, divided by one more than the cells of its class that are
    chosen already, of those at least `distance` away from all chosen ones. With trips, this chooses the first place of
    each trip; the others follow likewise within `radius` of it, a side of a cell apart, as far as there are any.

    Parameters
    ----------
    cells : Cells
    number : int
        Places, at most.
    distance : float, optional
        Between places, with trips between the first place of one and all places of the trips before [pixels]. By
        default half of what it would be if the places stood in a square grid; halved as long as it leaves too few.
    per_trip : int
        Places of a trip.
    radius : float
        Of a trip [pixels].
    """
    if distance is None:
        distance = math.sqrt(len(cells) / number) * cells.side / 2
        while distance > cells.side:
            found = choose(cells, number, distance=distance, per_trip=per_trip, radius=radius)
            if len(found.cells) == number:
                return found
            distance /= 2
        distance = cells.side
    scores = cells.scores
    chosen: list[int] = []
    trips: list[int] = []
    visits = np.zeros(int(cells.classes.max(initial=0)) + 1)
    free, apart, near = np.ones((3, len(cells)), bool)
    trip = left = 0
    while len(chosen) < number:
        allowed = free & (near if left else apart)
        if left and not allowed.any():
            left = 0
            continue
        if not allowed.any():
            break
        best = int(np.where(allowed, scores / (1 + visits[cells.classes]), -1).argmax())
        away = np.abs(cells.pixels - cells.pixels[best]).max(axis=1)
        if not left:
            trip, left, near = trip + 1, per_trip, away <= radius
        left -= 1
        chosen.append(best)
        trips.append(trip)
        visits[cells.classes[best]] += 1
        apart &= away >= distance
        free &= away >= cells.side
    return ChosenCells(np.array(chosen, int), np.array(trips, int))
