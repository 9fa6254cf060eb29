"""What samplers of whole regions share: the regions of a class go to training in an order, then to validation."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.options import Options
from hsclass.samplers.allocation import Allocation, Regions
from hsclass.samplers.folds import FoldingSampler, FoldOptions, Partition, deal
from hsclass.samplers.regions import slabs
from hsclass.samplers.sampler import Assignment, Request


class RegionalOptions(FoldOptions):
    """Options of the samplers of whole regions."""

    max_overshoot: float | None = Field(
        default=2.0,
        ge=1,
        description="Factor by which whole regions may miss a class's share, either way. A region that would give more"
        " is cut, and where whole regions gave less, the rest is cut from the next one. null takes whole regions until"
        " the share is met, however large they are.",
    )


class RegionalSampler(FoldingSampler):
    """Whole regions of each class go to training until its share is met.

    A subclass says what the regions of a class are and ranks them. The rules are these:

    - Validation gets the next regions after training's, of what is out of training's reach.
    - At least one region of every class is kept for test.
    - A region that would give a class more than `max_overshoot` times its share, for training or validation, is cut
      with a straight line across the longer axis of its bounding box, and so is the only region of a class. The
      guard turns the strip of window - 1 pixels beyond the line into a gap. Of the ends of the region that the cut
      may take (for validation: of all regions that are left) the one is taken that keeps the product over classes of
      the numbers of test pixels greatest.
    - A class without space for training, gap and test gives all its pixels to training and is noted as untestable.
      A class without space for validation, or where it would cost a class its test set, has none; that is noted.
    - With folds, the regions are the units; one that holds more than `max_overshoot` times a fold's share of its
      class is cut into equal parts first.
    """

    options_model: ClassVar[type[Options]] = RegionalOptions

    def find(self, members: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
        """Return the (row, col), shape (n, 2), of each region of a class; its pixels are True in (rows, cols)."""
        raise NotImplementedError

    def rank(self, regions: list[np.ndarray], cube: np.ndarray | None, mask: np.ndarray) -> np.ndarray:
        """Return a number for each region, shape (n,); the lowest goes to training first, equals in drawn order."""
        raise NotImplementedError

    def regions(self, asked: Request) -> Regions:
        """Return the regions of every class in the order in which they are to go to training."""
        labels, rng = asked.labels, asked.rng
        classes = np.unique(labels[labels > 0]).tolist()
        found = [self.find(labels == identity, rng) for identity in classes]
        ranks = iter(self.rank([region for regions in found for region in regions], asked.cube, asked.mask).tolist())
        ordered = {}
        for identity, regions in zip(classes, found, strict=True):
            order = np.lexsort((rng.permutation(len(regions)), [next(ranks) for _ in regions]))
            ordered[identity] = [regions[place] for place in order]
        return ordered

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        overshoot = self.options.max_overshoot
        allocation = Allocation(
            asked.labels, self.regions(asked), window=asked.window, max_overshoot=overshoot,
            by_rows=getattr(self.options, "by_rows", False),
        )  # fmt: skip
        return Assignment(allocation.run(asked.train, asked.validation), allocation.notes)

    def partition(self, asked: Request, folds: int) -> Partition:
        """Deal the regions to folds; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        overshoot = self.options.max_overshoot
        units = np.zeros(asked.labels.shape, np.int64)
        n_units = 0
        for regions in self.regions(asked).values():
            limit = np.inf
            if overshoot is not None:
                limit = overshoot * sum(map(len, regions)) / folds
            for region in regions:
                for part in slabs(region, int(np.ceil(len(region) / limit))):
                    n_units += 1
                    units[tuple(part.T)] = n_units
        return Partition(units, deal(asked.labels, units, folds=folds, rng=asked.rng), overshoot)
