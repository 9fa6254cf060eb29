"""Random sampling: single pixels, as most papers do and what leaks, or groups of near-duplicate images."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from hsclass.options import Options
from hsclass.samplers.folds import FoldingSampler, FoldOptions, Partition, deal
from hsclass.samplers.groups import draw_shares, image_groups
from hsclass.samplers.sampler import Assignment, Kind, Request
from hsclass.samples.hashing import THRESHOLD
from hsclass.split import Role

_ROLES = np.array([Role.TRAIN, Role.VALIDATION, Role.TEST, Role.UNUSED], np.uint8)  # by part; the last is part -1


class RandomOptions(FoldOptions):
    """Options of the random sampler of pixels."""

    strategy: Literal["stratified", "equal", "uniform"] = Field(
        "stratified",
        description="stratified: the same share of every class, but at least one training pixel, one validation pixel"
        " where validation is asked for, and one test pixel. equal: the same number of pixels of every class, the"
        " shares asked for divided by the number of classes; training takes at most half of a class and validation at"
        " most half of the rest, so small classes give fewer. uniform: drawn over all labelled pixels whatever their"
        " class; a small class may get nothing",
    )

    @field_validator("strategy")
    @classmethod
    def _folds_keep_shares(cls, strategy: str, known: ValidationInfo) -> str:
        if strategy != "stratified" and known.data.get("folds") is not None:
            raise ValueError("with folds it should be 'stratified', as these keep the shares of the classes")
        return strategy


class RandomImagesOptions(FoldOptions):
    """Options of the random sampler of images."""

    keep_together: bool = Field(True, description="near-duplicates get one role; false declares the split leaky")
    threshold: int = Field(
        THRESHOLD, ge=0, le=32, description="bits of 64 in which the hashes of near-duplicates may differ"
    )


class RandomSampler(FoldingSampler):
    """Draw single labelled pixels, or images, at random; everything not drawn is test.

    Of pixels it declares itself leaky: windows around neighbouring pixels overlap, and on Indian Pines with a tenth
    for training every 9 × 9 test window shares pixels with a training window. Images are drawn in groups of
    near-duplicates, the same share of every class, so that no test image nearly shows a training image.
    """

    takes: ClassVar[frozenset[Kind]] = frozenset({"pixels", "images"})
    leaky: bool = True
    options_model: ClassVar[type[Options]] = RandomOptions

    @classmethod
    def options_of(cls, kind: Kind) -> type[Options]:
        """Return the options for a kind of samples: near-duplicates for images, strategies for pixels."""
        return RandomImagesOptions if kind == "images" else RandomOptions

    @classmethod
    def least(cls, validation: float) -> int:
        """Return 3 with validation, one pixel for each role, and 2 without."""
        return 3 if validation > 0 else 2

    def declares_leaky(self, kind: Kind) -> bool:
        """Return True for pixels, and for images whose near-duplicates are not kept together."""
        return kind == "pixels" or not self.options.keep_together

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled sample a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        return self._draw_pixels(asked) if asked.images is None else self._draw_images(asked)

    def partition(self, asked: Request, folds: int) -> Partition:
        """Deal single pixels or groups of images to folds; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        if asked.images is not None:
            groups = image_groups(asked, together=self.options.keep_together)
            units = np.zeros(len(groups), np.int64)
            labelled = asked.labels > 0
            units[labelled] = 1 + np.unique(groups[labelled], return_inverse=True)[1]
            return Partition(units, deal(asked.labels, units, folds=folds, rng=asked.rng))
        values = asked.labels[asked.labels > 0]
        # Sorted by class, in drawn order within each: dealt in turn, no fold gets two pixels of a class more than
        # another, nor of all classes together.
        order = np.lexsort((asked.rng.permutation(len(values)), values))
        fold = np.full(len(values) + 1, -1)
        fold[1 + order] = np.arange(len(values)) % folds
        units = np.zeros(asked.labels.shape, np.int64)
        units[asked.labels > 0] = np.arange(1, len(values) + 1)
        return Partition(units, fold)

    def _draw_images(self, asked: Request) -> Assignment:
        shares = (asked.train, asked.validation, 1 - asked.train - asked.validation)
        together = self.options.keep_together
        groups = image_groups(asked, together=together)
        part = draw_shares(asked.labels, shares, asked.rng, groups=groups)
        return Assignment(_ROLES[part], groups=groups if together else None)

    def _draw_pixels(self, asked: Request) -> Assignment:
        labels, train, validation = asked.labels, asked.train, asked.validation
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
            order = asked.rng.permutation(members)
            drawn[order[:n_train]] = Role.TRAIN
            drawn[order[n_train : n_train + n_validation]] = Role.VALIDATION
        roles = np.zeros(labels.shape, np.uint8)
        roles[labels > 0] = drawn
        without = [identity for identity in classes if not (drawn[values == identity] == Role.TRAIN).any()]
        return Assignment(roles, dict.fromkeys(without, "no training pixel was drawn"))


def _stratified(size: int, train: float, validation: float) -> tuple[int, int]:
    n_validation = min(max(1, round(validation * size)), size - 2) if validation > 0 else 0
    return min(max(1, round(train * size)), size - 1 - n_validation), n_validation


def _equal(size: int, train: float, validation: float) -> tuple[int, int]:
    n_train = min(max(1, round(train)), size // 2)
    n_validation = min(max(1, round(validation)), (size - n_train) // 2) if validation > 0 else 0
    return n_train, n_validation
