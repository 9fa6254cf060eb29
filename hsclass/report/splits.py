"""The splits of a scene: the seeds of each, and how many pixels of each class every role got."""

from dataclasses import dataclass

import numpy as np

from hsclass.report.collect import SplitResult
from hsclass.report.table import SetResults
from hsclass.split import ClassShare


@dataclass(frozen=True)
class SplitRow:
    """What one seed of a split gave one class."""

    split: str
    seed: int
    share: ClassShare


def splits_part(results: SetResults) -> tuple[SplitRow, ...]:
    """Return a row for each class, split and seed."""
    return tuple(
        SplitRow(name, seed.seed, share)
        for name in results.leaky
        for seed in seeds_of(results, name)
        for share in seed.split.classes
    )


def seeds_of(results: SetResults, name: str) -> tuple[SplitResult, ...]:
    """Return the seeds of a split."""
    return tuple(split for split in results.splits if split.name == name)


def is_one_split(seeds: tuple[SplitResult, ...]) -> bool:
    """Return whether several seeds gave one and the same split, so that they say something of the models alone."""
    first, *others = (seed.split.roles for seed in seeds)
    return bool(others) and all(np.array_equal(first, other) for other in others)
