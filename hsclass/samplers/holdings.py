"""Holdings: which role each pixel has while a split is drawn up, and what a further taking would cost."""

import numpy as np

from hsclass.samples.counting import tally
from hsclass.samples.neighbours import within
from hsclass.split import Role

Bounds = tuple[int, int, int, int]


class Holdings:
    """Roles given so far, and which test pixels they will cost when the guard comes.

    Parameters
    ----------
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled. All labelled pixels begin as test pixels.
    reach : int
        Chebyshev distance [pixels] up to which windows share a pixel.
    """

    def __init__(self, labels: np.ndarray, reach: int) -> None:
        self.labels = labels
        self.reach = reach
        self.roles = np.where(labels > 0, Role.TEST, Role.UNUSED).astype(np.uint8)
        self._open = labels > 0
        self._open_counts = tally(labels[self._open], least=int(labels.max()) + 1)

    def take(self, pixels: np.ndarray, role: Role) -> None:
        """Give `pixels`, (row, col) of shape (n, 2), a role; test pixels within reach are no longer open."""
        box, near = self._near(pixels)
        self._open_counts -= self._lost(box, near)
        self._open[box] &= False if near is None else ~near
        self.roles[tuple(pixels.T)] = role

    def drop(self, pixels: np.ndarray) -> None:
        """Take `pixels` out of the test set without giving them a role of a model; they are in nobody's reach."""
        inside = tuple(pixels.T)
        self._open_counts -= np.bincount(self.labels[inside][self._open[inside]], minlength=len(self._open_counts))
        self._open[inside] = False
        self.roles[inside] = Role.GUARD

    def elsewhere(self, pixels: np.ndarray) -> np.ndarray:
        """Return how many test pixels of each class, by class id, are open outside of `pixels`."""
        inside = tuple(pixels.T)
        lost = np.bincount(self.labels[inside][self._open[inside]], minlength=len(self._open_counts))
        return np.asarray(self._open_counts - lost)

    def loss(self, pixels: np.ndarray) -> float:
        """Return what taking `pixels` out of the test set would cost.

        The sum over classes of -ln(share of the open test pixels that stay open). The cheapest choice keeps the
        product of the classes' test sets greatest, so small classes count as much as large ones, and a choice that
        leaves any class without a test pixel costs infinity.
        """
        classes, loss = self.cost(pixels)
        return np.inf if classes else loss

    def cost(self, pixels: np.ndarray, bounds: Bounds | None = None) -> tuple[int, float]:
        """Return how many classes taking `pixels` would leave without a test pixel, and the `loss` of the others.

        `bounds` are the first and last row and column of the pixels, where they are known.
        """
        lost = self._lost(*self._near(pixels, bounds))
        classes = lost.nonzero()[0]
        kept = self._open_counts[classes]
        lost = lost[classes]
        hit = lost != kept
        return len(hit) - int(np.count_nonzero(hit)), float(-np.log1p(-lost[hit] / kept[hit]).sum())

    def keeps_test(self, identity: int, pixels: np.ndarray) -> bool:
        """Return whether class `identity` keeps an open test pixel when `pixels` are taken."""
        return bool(self._open_counts[identity] > self._lost(*self._near(pixels))[identity])

    def _near(self, pixels: np.ndarray, bounds: Bounds | None = None) -> tuple[tuple[slice, slice], np.ndarray | None]:
        """Return the bounding box of `pixels` and their reach, and the mask of what is in reach within it.

        None stands for all of the box.
        """
        top, left, bottom, right = bounds or (*pixels.min(axis=0).tolist(), *pixels.max(axis=0).tolist())
        rows, cols = self.labels.shape
        high, low = max(top - self.reach, 0), max(left - self.reach, 0)
        box = slice(high, min(bottom + self.reach + 1, rows)), slice(low, min(right + self.reach + 1, cols))
        if len(pixels) == (bottom - top + 1) * (right - left + 1):  # a whole rectangle, as most tiles are
            return box, None
        mask = np.zeros((box[0].stop - high, box[1].stop - low), bool)
        mask[tuple((pixels - (high, low)).T)] = True
        return box, within(mask, self.reach)

    def _lost(self, box: tuple[slice, slice], near: np.ndarray | None) -> np.ndarray:
        opened = self._open[box] if near is None else near & self._open[box]
        return np.bincount(self.labels[box][opened], minlength=len(self._open_counts))
