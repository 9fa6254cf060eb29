"""What the DBSCAN samplers share: whole regions go to training, in an order that each of them chooses."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.options import Options
from hsclass.samplers.allocation import Allocation
from hsclass.samplers.regions import find_regions
from hsclass.samplers.sampler import Assignment


class DbscanOptions(Options):
    """Options of the DBSCAN samplers.

    Attributes
    ----------
    eps : float
        Distance [pixels] up to which two pixels of a class are neighbours; 1.5 takes in the diagonals.
    min_samples : int
        Neighbours, itself included, that make a pixel a core of a region.
    max_overshoot : float or None
        Factor by which whole regions may miss a class's share, either way. A region that would give more is cut, and
        where whole regions gave less, the rest is cut from the next one. None takes whole regions until the share is
        met, however large they are, as the paper does.
    """

    eps: float = Field(default=1.5, ge=1)
    min_samples: int = Field(default=5, ge=1)
    max_overshoot: float | None = Field(default=2.0, ge=1)


class DbscanSampler:
    """Whole regions of each class go to training until its share is met (Lange et al., IGARSS 2018).

    Each class falls into contiguous regions by DBSCAN on the pixels' positions. A subclass orders them.

    Beyond the paper:

    - Validation gets the next regions after training's, of what is out of training's reach.
    - At least one region of every class is kept for test.
    - A region that would give a class more than `max_overshoot` times its share, for training or validation, is cut
      with a straight line across the longer axis of its bounding box, and so is the only region of a class. The
      guard turns the strip of window - 1 pixels beyond the line into a gap. Of the ends of the region that the cut
      may take (for validation: of all regions that are left) the one is taken that keeps the product over classes of
      the numbers of test pixels greatest.
    - A class without room for training, gap and test gives all its pixels to training and is noted as untestable.
      A class without room for validation, or where it would cost a class its test set, has none; that is noted.

    The seed only orders regions that are equal in the order's measure; all else is deterministic.
    """

    leaky: bool = False
    needs_cube: ClassVar[bool] = False
    options_model: ClassVar[type[Options]] = DbscanOptions

    def __init__(self, options: DbscanOptions) -> None:
        self.options = options

    @classmethod
    def least(cls, validation: float) -> int:
        """Return 2: one pixel to train and one to test."""
        return 2

    def rank(self, regions: list[np.ndarray], cube: np.ndarray | None, mask: np.ndarray) -> np.ndarray:
        """Return a number for each region, shape (n,); the lowest goes to training first."""
        raise NotImplementedError

    def assign(
        self,
        labels: np.ndarray,
        *,
        window: int,
        train: float,
        validation: float,
        rng: np.random.Generator,
        cube: np.ndarray | None,
        mask: np.ndarray,
    ) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        classes = np.unique(labels[labels > 0]).tolist()
        found = [
            find_regions(labels == identity, eps=self.options.eps, min_samples=self.options.min_samples)
            for identity in classes
        ]
        ranks = iter(self.rank([region for regions in found for region in regions], cube, mask).tolist())
        ordered = {}
        for identity, regions in zip(classes, found, strict=True):
            order = np.lexsort((rng.permutation(len(regions)), [next(ranks) for _ in regions]))
            ordered[identity] = [regions[place] for place in order]
        allocation = Allocation(labels, ordered, window=window, max_overshoot=self.options.max_overshoot)
        return Assignment(allocation.run(train, validation), allocation.notes)
