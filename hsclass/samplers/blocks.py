"""Blocks: square tiles of the scene go whole to training, validation or test."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.options import Options
from hsclass.samplers.folds import FoldingSampler, FoldOptions, Partition, deal
from hsclass.samplers.sampler import Assignment, Request
from hsclass.samplers.tiling import Tiling


class BlocksOptions(FoldOptions):
    """Options of the blocks."""

    size: int = Field(default=12, ge=1, description="side of the tiles [pixels]")


class Blocks(FoldingSampler):
    """Square tiles go whole to training, then to validation; the rest tests.

    The tiles are laid over the scene whatever the classes, and all labelled pixels of a tile share its role. The seed
    draws where the first tile begins, so that no class is torn or kept whole by the same lines every time, and the
    order from which `hsclass.samplers.tiling.Tiling` chooses. The larger the tiles, the less the guard takes, but the
    fewer classes get near their share.

    Beyond the paper, which assigns blocks to folds at random or so that the folds hold like numbers of records: the
    share of every class, the test sets that the guard will leave, and validation decide which tile is taken. A class
    that lies in too few tiles to train, validate and test is noted.

    References
    ----------
    Roberts, D. R., Bahn, V., Ciuti, S., et al. (2017). Cross-validation strategies for data with temporal, spatial,
    hierarchical, or phylogenetic structure. Ecography 40.
    """

    options_model: ClassVar[type[Options]] = BlocksOptions

    def tiles(self, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return the number of each labelled pixel's tile, shape (rows, cols), from 1; 0 = unlabelled."""
        size = self.options.size
        rows, cols = ((np.arange(side) + rng.integers(size)) // size for side in labels.shape)
        tiles = rows[:, np.newaxis] * (cols[-1] + 1) + cols
        units = np.zeros(labels.shape, np.int64)
        units[labels > 0] = 1 + np.unique(tiles[labels > 0], return_inverse=True)[1]
        return units

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        tiles = self.tiles(asked.labels, asked.rng)
        tiling = Tiling(asked.labels, tiles, reach=asked.window - 1, rng=asked.rng)
        return Assignment(tiling.run(asked.train, asked.validation), tiling.notes)

    def partition(self, asked: Request, folds: int) -> Partition:
        """Deal the tiles to folds; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        units = self.tiles(asked.labels, asked.rng)
        return Partition(units, deal(asked.labels, units, folds=folds, rng=asked.rng))
