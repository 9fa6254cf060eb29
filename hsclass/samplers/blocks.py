"""Blocks: square tiles of the scene go whole to training, validation or test."""

from math import ceil
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from hsclass.errors import DataError, UsageError
from hsclass.options import Options
from hsclass.samplers.folds import FoldingSampler, FoldOptions, Partition, deal
from hsclass.samplers.sampler import Assignment, Request
from hsclass.samplers.tiling import Tiling
from hsclass.samples.autocorrelation import sampled_places, spectra_range
from hsclass.samples.counting import tally


class BlocksOptions(FoldOptions):
    """Options of the blocks."""

    size: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        default=12,
        description="side of the tiles [pixels]; auto: the range of spatial autocorrelation of the labelled spectra,"
        " but no less than the window",
    )


class Blocks(FoldingSampler):
    """Square tiles go whole to training, then to validation; the rest tests.

    The tiles are laid over the scene whatever the classes, and all labelled pixels of a tile share its role. The seed
    draws where the first tile begins, so that no class is torn or kept whole by the same lines every time, and the
    order from which `hsclass.samplers.tiling.Tiling` chooses. The larger the tiles, the less the guard takes, but the
    fewer classes get near their share. Tiles smaller than the range of spatial autocorrelation leave test pixels that
    are still like their neighbours in training; `size: auto` takes that range, which is the same for all seeds.

    Beyond the paper, which assigns blocks to folds at random or so that the folds hold like numbers of records: the
    share of every class, the test sets that the guard will leave, and validation decide which tile is taken. A class
    that lies in too few tiles to train, validate and test is noted.

    References
    ----------
    Roberts, D. R., Bahn, V., Ciuti, S., et al. (2017). Cross-validation strategies for data with temporal, spatial,
    hierarchical, or phylogenetic structure. Ecography 40.
    """

    options_model: ClassVar[type[Options]] = BlocksOptions

    def tiles(self, labels: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return the number of each labelled pixel's tile, shape (rows, cols), from 1; 0 = unlabelled."""
        rows, cols = ((np.arange(side) + rng.integers(size)) // size for side in labels.shape)
        tiles = (rows[:, np.newaxis] * (cols[-1] + 1) + cols).astype(np.int32)
        held = labels > 0
        number = np.cumsum(tally(tiles[held]) > 0).astype(np.int32)
        return np.where(held, np.take(number, tiles, mode="clip"), 0)  # without labels, the last tiles have no number

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        size, found = self._size(asked)
        tiling = Tiling(asked.labels, self.tiles(asked.labels, size, asked.rng), reach=asked.window - 1, rng=asked.rng)
        return Assignment(tiling.run(asked.train, asked.validation), tiling.notes, **found)

    def partition(self, asked: Request, folds: int) -> Partition:
        """Deal the tiles to folds; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        size, found = self._size(asked)
        units = self.tiles(asked.labels, size, asked.rng)
        return Partition(units, deal(asked.labels, units, folds=folds, rng=asked.rng), **found)

    def _size(self, asked: Request) -> tuple[int, dict[str, Any]]:
        """Return the side of the tiles [pixels], and what there is to say and to record of one that was found."""
        if self.options.size != "auto":
            return self.options.size, {}
        if asked.cube is None:
            raise UsageError(
                "sampler blocks: 'size: auto' looks at the spectra, but no cube was given; pass cube= or a scene, or"
                " give a size in pixels"
            )
        places = sampled_places(asked.labels > 0)
        alike = spectra_range(places, asked.cube[tuple(places.T)], asked.grid)
        if alike.range is None:
            raise DataError(
                f"{asked.where}: sampler blocks: 'size: auto' needs the range of autocorrelation of the spectra, which"
                f" is not known ({alike.note}); give a size in pixels"
            )
        size = max(ceil(alike.range), asked.window)
        remark = f"size {size}: the range of autocorrelation of the spectra is {alike.worded()}"
        if size > ceil(alike.range):
            remark += f", less than the window of {asked.window} pixels"
        return size, {"remarks": (remark,), "found": {"size": size}}
