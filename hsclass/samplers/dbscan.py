"""What the DBSCAN samplers share: the regions are the contiguous patches of each class."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.options import Options
from hsclass.samplers.regional import RegionalOptions, RegionalSampler
from hsclass.samplers.regions import find_regions


class DbscanOptions(RegionalOptions):
    """Options of the DBSCAN samplers."""

    eps: float = Field(
        default=1.5,
        ge=1,
        description="distance [pixels] up to which two pixels of a class are neighbours; 1.5 takes in the diagonals",
    )
    min_samples: int = Field(
        default=5,
        ge=1,
        description="neighbours, itself included, that make a pixel a core of a region; the authors' code has 9",
    )
    by_rows: bool = Field(
        default=False,
        description="take whole regions, and of the last one the upper rows up to the exact number of training pixels,"
        " as the authors' published code does; `max_overshoot` then counts for validation and folds only",
    )


class DbscanSampler(RegionalSampler):
    """Whole regions of each class go to training until its share is met (Lange et al., IGARSS 2018).

    Each class falls into contiguous regions by DBSCAN on the pixels' positions. A subclass orders them.

    Validation and the rules for regions that do not fit are ours; see `hsclass.samplers.regional.RegionalSampler`. The
    authors' published code (cluster sampling, 2018) orders, cuts and measures regions in another way, which the
    options offer.

    The seed only orders regions that are equal in the order's measure, and deals the folds; all else is deterministic.
    """

    options_model: ClassVar[type[Options]] = DbscanOptions

    def find(self, members: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
        """Return the (row, col), shape (n, 2), of each contiguous region of a class."""
        return find_regions(members, eps=self.options.eps, min_samples=self.options.min_samples)
