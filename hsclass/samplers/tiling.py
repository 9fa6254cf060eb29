"""Tiling: which tiles, each of several classes, go to training and validation."""

from collections import deque

import numpy as np

from hsclass.samplers.holdings import Holdings
from hsclass.samplers.notes import Notes
from hsclass.samples.fields import places_by_number
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
        self.classes, self.sizes = np.unique(labels[labels > 0], return_counts=True)
        self.pixels = places_by_number(tiles)
        self.order = rng.permutation(len(self.pixels))
        self.notes = Notes()

    def run(self, train: float, validation: float) -> np.ndarray:
        """Return the roles, ndarray of uint8 of shape (rows, cols), for the shares asked for."""
        n_tiles = np.count_nonzero(self._counts(), axis=0)
        self._serve(Role.TRAIN, train)
        lacks = {Role.TEST: "no test: all of its {} tile(s) train"}
        if validation > 0:
            clear = ~within(self.holdings.roles == Role.TRAIN, self.reach)
            self.pixels = [pixels[clear[tuple(pixels.T)]] for pixels in self.pixels]
            self._serve(Role.VALIDATION, validation)
            lacks[Role.VALIDATION] = "no validation: of its {} tile(s) none is left that is far enough from training"
        tiles = dict(zip(self.classes.tolist(), n_tiles.tolist(), strict=True))
        self.notes.add_lacking(self.labels, self.holdings.roles, lacks, tiles)
        return self.holdings.roles

    def _serve(self, role: Role, share: float) -> None:
        """Give tiles a role until every class has its share, or no tile fits."""
        counts = self._counts()
        wanted = np.maximum(1, np.round(share * self.sizes))
        given = np.zeros(len(wanted))
        waiting = [deque(self.order[counts[self.order, place] > 0].tolist()) for place in range(len(wanted))]
        taken: set[int] = set()
        while short := [place for place in np.flatnonzero(given < wanted) if waiting[place]]:
            place = min(short, key=lambda place: (given[place] / wanted[place], self.sizes[place]))
            first = given[place] == 0
            scores = self._scores(_next(waiting[place], taken, CHOICES), counts, given, wanted)
            fitting = {tile: score for tile, score in scores.items() if score[0] == 0 and (first or score[1] < 0)}
            if first and role == Role.TRAIN and not fitting:
                others = _next(waiting[place], taken, len(waiting[place]))
                fitting = scores | self._scores(others, counts, given, wanted)
            if fitting:
                chosen = min(fitting, key=lambda tile: (fitting[tile][0], sum(fitting[tile][1:])))
                taken.add(chosen)
                given += counts[chosen]
                self.holdings.take(self.pixels[chosen], role)
            waiting[place].extendleft(reversed(fitting))

    def _scores(
        self, tiles: list[int], counts: np.ndarray, given: np.ndarray, wanted: np.ndarray
    ) -> dict[int, tuple[int, float, float]]:
        """Return for each tile the classes that lose their test set, how the misfit grows, and the loss."""
        misfit = (np.abs(given - wanted) / wanted).sum()
        scores = {}
        for tile in tiles:
            lost, loss = self.holdings.cost(self.pixels[tile])
            scores[tile] = (lost, float((np.abs(given + counts[tile] - wanted) / wanted).sum() - misfit), loss)
        return scores

    def _counts(self) -> np.ndarray:
        """Return the pixels of each class in each tile, shape (n_tiles, n_classes)."""
        counts = np.zeros((len(self.pixels), len(self.classes)), int)
        for tile, pixels in enumerate(self.pixels):
            places = np.searchsorted(self.classes, self.labels[tuple(pixels.T)])
            counts[tile] = np.bincount(places, minlength=len(self.classes))
        return counts


def _next(waiting: deque[int], taken: set[int], count: int) -> list[int]:
    """Take up to `count` tiles off the queue, passing over those that are taken."""
    found: list[int] = []
    while waiting and len(found) < count:
        tile = waiting.popleft()
        if tile not in taken:
            found.append(tile)
    return found
