"""Random sampling of single pixels: what most papers do, and what leaks."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator

from hsclass.options import Options
from hsclass.samplers.folds import FoldOptions, Partition
from hsclass.samplers.sampler import Assignment
from hsclass.split import Role


class RandomOptions(FoldOptions):
    """Options of the random sampler.

    Attributes
    ----------
    strategy : {"stratified", "equal", "uniform"}
        `stratified`: the same share of every class, but at least one training pixel, one validation pixel where
        validation is asked for, and one test pixel. `equal`: the same number of pixels of every class, the shares
        asked for divided by the number of classes; training takes at most half of a class and validation at most
        half of the rest, so small classes give fewer. `uniform`: drawn over all labelled pixels whatever their
        class; a small class may get nothing.
    """

    strategy: Literal["stratified", "equal", "uniform"] = "stratified"

    @field_validator("strategy")
    @classmethod
    def _folds_keep_shares(cls, strategy: str, known: ValidationInfo) -> str:
        if strategy != "stratified" and known.data.get("folds") is not None:
            raise ValueError("with folds it should be 'stratified', as these keep the shares of the classes")
        return strategy


class RandomSampler:
    """Draw single labelled pixels at random; everything not drawn is test.

    Declares itself leaky: windows around neighbouring pixels overlap, and on Indian Pines with a tenth for training
    every 9 × 9 test window shares pixels with a training window.
    """

    leaky: bool = True
    needs_cube: ClassVar[bool] = False
    options_model: ClassVar[type[Options]] = RandomOptions

    def __init__(self, options: RandomOptions) -> None:
        self.options = options

    @classmethod
    def least(cls, validation: float) -> int:
        """Return 3 with validation, one pixel for each role, and 2 without."""
        return 3 if validation > 0 else 2

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
        values = labels[labels > 0]
        classes = np.unique(values).tolist()
        drawn = np.full(len(values), Role.TEST, np.uint8)
        strata = [np.arange(len(values))]
        if self.options.strategy != "uniform":
            strata = [np.flatnonzero(values == identity) for identity in classes]
        for members in strata:
            if self.options.strategy == "uniform":
                n_train, n_validation = max(1, round(train * len(values))), round(validation * len(values))
            elif self.options.strategy == "equal":
                each = len(values) / len(classes)
                n_train, n_validation = _equal(len(members), train * each, validation * each)
            else:
                n_train, n_validation = _stratified(len(members), train, validation)
            order = rng.permutation(members)
            drawn[order[:n_train]] = Role.TRAIN
            drawn[order[n_train : n_train + n_validation]] = Role.VALIDATION
        roles = np.zeros(labels.shape, np.uint8)
        roles[labels > 0] = drawn
        without = [identity for identity in classes if not (drawn[values == identity] == Role.TRAIN).any()]
        return Assignment(roles, dict.fromkeys(without, "no training pixel was drawn"))

    def partition(
        self, labels: np.ndarray, *, folds: int, rng: np.random.Generator, cube: np.ndarray | None, mask: np.ndarray
    ) -> Partition:
        """Deal single pixels to folds, class by class; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        values = labels[labels > 0]
        # Sorted by class, in drawn order within each: dealt in turn, no fold gets two pixels of a class more than
        # another, nor of all classes together.
        order = np.lexsort((rng.permutation(len(values)), values))
        fold = np.full(len(values) + 1, -1)
        fold[1 + order] = np.arange(len(values)) % folds
        units = np.zeros(labels.shape, np.int64)
        units[labels > 0] = np.arange(1, len(values) + 1)
        return Partition(units, fold)


def _stratified(size: int, train: float, validation: float) -> tuple[int, int]:
    n_validation = min(max(1, round(validation * size)), size - 2) if validation > 0 else 0
    return min(max(1, round(train * size)), size - 1 - n_validation), n_validation


def _equal(size: int, train: float, validation: float) -> tuple[int, int]:
    n_train = min(max(1, round(train)), size // 2)
    n_validation = min(max(1, round(validation)), (size - n_train) // 2) if validation > 0 else 0
    return n_train, n_validation
