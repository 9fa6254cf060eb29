"""Tiling: which tiles, each of several classes, go to training and validation."""

from collections import deque

import numpy as np

from hsclass.samplers.holdings import Holdings
from hsclass.samplers.notes import Notes
from hsclass.samples.counting import class_counts, counts_by_class
from hsclass.samples.fields import sorted_places
from hsclass.samples.neighbours import within
from hsclass.split import Role

CHOICES = 8
"""Tiles that are weighed against each other at each step; fewer follow the drawn order, more meet the shares."""


class Tiling:
    """Gives tiles to training, then to validation, until every class has its share; the rest tests.

    The tiles lie in an order drawn at random. At each step the class that is furthest below its share is served, the
    smaller of two: of the next `CHOICES` tiles that hold it, the one is taken that costs fewest classes their test
    set, then the one for which

        Σ |given - wanted| / wanted  +  Σ -ln(share of the test pixels that stay out of reach)

    over classes grows least. A class stops where every tile would make the first sum grow, or would cost a class its
    test set. Its first tile may make the sum grow, and its first training tile may even cost a test set, so that every
    class trains.

    Parameters
    ----------
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled.
    tiles : ndarray of int, shape (rows, cols)
        Number of each labelled pixel's tile, from 1; 0 = unlabelled.
    reach : int
        Chebyshev distance [pixels] up to which windows share a pixel.
    rng : numpy.random.Generator

    Attributes
    ----------
    notes : dict of int to str
        What there is to say about a class, by class id.
    """

    def __init__(self, labels: np.ndarray, tiles: np.ndarray, *, reach: int, rng: np.random.Generator) -> None:
        self.labels = labels
        self.reach = reach
        self.holdings = Holdings(labels, reach)
        self.classes, self.sizes = (np.array(list(each)) for each in zip(*class_counts(labels).items(), strict=True))
        self.pixels, self.starts = sorted_places(tiles)  # those of one tile after the other
        self.order = rng.permutation(len(self.starts) - 1)
        self.notes = Notes()

    def run(self, train: float, validation: float) -> np.ndarray:
        """Return the roles, ndarray of uint8 of shape (rows, cols), for the shares asked for."""
        n_tiles = np.count_nonzero(self._counts(), axis=0)
        self._serve(Role.TRAIN, train)
        lacks = {Role.TEST: "no test: all of its {} tile(s) train"}
        if validation > 0:
            clear = ~within(self.holdings.roles == Role.TRAIN, self.reach)
            kept = clear[tuple(self.pixels.T)]
            self.starts = np.append(0, np.cumsum(kept))[self.starts]
            self.pixels = self.pixels[kept]
            self._serve(Role.VALIDATION, validation)
            lacks[Role.VALIDATION] = "no validation: of its {} tile(s) none is left that is far enough from training"
        tiles = dict(zip(self.classes.tolist(), n_tiles.tolist(), strict=True))
        self.notes.add_lacking(self.labels, self.holdings.roles, lacks, tiles)
        return self.holdings.roles

    def _serve(self, role: Role, share: float) -> None:
        """Give tiles a role until every class has its share, or no tile fits."""
        counts, bounds = self._counts(), self._bounds()
        wanted = np.maximum(1, np.round(share * self.sizes))
        given = np.zeros(len(wanted))
        waiting = [deque(self.order[counts[self.order, place] > 0].tolist()) for place in range(len(wanted))]
        taken: set[int] = set()
        while short := [place for place in np.flatnonzero(given < wanted) if waiting[place]]:
            place = min(short, key=lambda place: (given[place] / wanted[place], self.sizes[place]))
            first = given[place] == 0
            scores = self._scores(_next(waiting[place], taken, CHOICES), counts, bounds, given, wanted)
            fitting = {tile: score for tile, score in scores.items() if score[0] == 0 and (first or score[1] < 0)}
            if first and role == Role.TRAIN and not fitting:
                others = _next(waiting[place], taken, len(waiting[place]))
                fitting = scores | self._scores(others, counts, bounds, given, wanted)
            if fitting:
                chosen = min(fitting, key=lambda tile: (fitting[tile][0], sum(fitting[tile][1:])))
                taken.add(chosen)
                given += counts[chosen]
                self.holdings.take(self._pixels(chosen), role)
            waiting[place].extendleft(reversed(fitting))

    def _scores(
        self, tiles: list[int], counts: np.ndarray, bounds: np.ndarray, given: np.ndarray, wanted: np.ndarray
    ) -> dict[int, tuple[int, float, float]]:
        """Return for each tile the classes that lose their test set, how the misfit grows, and the loss."""
        misfit = (np.abs(given - wanted) / wanted).sum()
        growth = (np.abs(given + counts[tiles] - wanted) / wanted).sum(axis=1) - misfit
        scores = {}
        for tile, grown, corners in zip(tiles, growth.tolist(), bounds[tiles].tolist(), strict=True):
            lost, loss = self.holdings.cost(self._pixels(tile), corners)
            scores[tile] = (lost, grown, loss)
        return scores

    def _pixels(self, tile: int) -> np.ndarray:
        return self.pixels[self.starts[tile] : self.starts[tile + 1]]

    def _counts(self) -> np.ndarray:
        """Return the pixels of each class in each tile, shape (n_tiles, n_classes)."""
        count = len(self.starts) - 1
        tiles = np.repeat(np.arange(count, dtype=np.int32), np.diff(self.starts))
        return counts_by_class(tiles, self.labels[tuple(self.pixels.T)], self.classes, count=count)

    def _bounds(self) -> np.ndarray:
        """Return the first row and column and the last of each tile that has pixels, shape (n_tiles, 4)."""
        bounds = np.zeros((len(self.starts) - 1, 4), np.int32)
        held = np.diff(self.starts) > 0
        starts = self.starts[:-1][held]
        bounds[held] = np.concatenate([end.reduceat(self.pixels, starts) for end in (np.minimum, np.maximum)], axis=1)
        return bounds


def _next(waiting: deque[int], taken: set[int], count: int) -> list[int]:
    """Take up to `count` tiles off the queue, passing over those that are taken."""
    found: list[int] = []
    while waiting and len(found) < count:
        tile = waiting.popleft()
        if tile not in taken:
            found.append(tile)
    return found
