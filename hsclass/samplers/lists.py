"""Lists: the training, validation and test images that come with an image set."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.errors import UsageError
from hsclass.options import Options
from hsclass.samplers.groups import draw_shares
from hsclass.samplers.sampler import Assignment, Kind, Request, Sampler
from hsclass.samples.hashing import THRESHOLD
from hsclass.split import Role

_ROLES = {"train": Role.TRAIN, "validation": Role.VALIDATION, "test": Role.TEST}


class ListsOptions(Options):
    """Options of the lists, or of folders ``train`` and ``test`` above the class folders."""

    validation_of_train: float = Field(
        0.0, ge=0, lt=1, description="share of the training images that validate, where the lists leave validation out"
    )
    guard: bool = Field(
        False, description="drop training and validation images that are near-duplicates of an image of a later role"
    )
    threshold: int = Field(
        THRESHOLD, ge=0, le=32, description="bits of 64 in which the hashes of near-duplicates may differ"
    )


class ListsSampler(Sampler):
    """Split images as the lists, or the folders ``train`` and ``test``, of their set say.

    The fractions have no say, and the seed draws validation images only. The audit counts near-duplicates and reports
    them; it does not fail, because figures of others stand on these lists. With the option `guard` the training and
    validation images that nearly show a test image are dropped.
    """

    takes: ClassVar[frozenset[Kind]] = frozenset({"images"})
    options_model: ClassVar[type[Options]] = ListsOptions

    def assign(self, asked: Request) -> Assignment:
        """Give every listed image its role; see `hsclass.samplers.sampler.Sampler.assign`.

        Raises
        ------
        UsageError
            If the set has neither lists nor such folders.
        """
        assert asked.images is not None
        roles = np.array([_ROLES.get(image.listed, Role.UNUSED) for image in asked.images.images], np.uint8)
        roles[asked.labels == 0] = Role.UNUSED
        if not roles.any():
            raise UsageError(
                "sampler lists: the set has no lists and no folders train and test; give 'train_list' and 'test_list',"
                " or take the sampler random"
            )
        share = self.options.validation_of_train
        if share and not (roles == Role.VALIDATION).any():
            labels = np.where(roles == Role.TRAIN, asked.labels, 0)
            roles[draw_shares(labels, (1 - share, share), asked.rng) == 1] = Role.VALIDATION
        keep = (Role.TEST, Role.VALIDATION, Role.TRAIN)
        return Assignment(roles, keep=keep, asked={}, fractions={}, guard=self.options.guard, published=True)
