"""The leaky twin of a split: the same class counts, drawn at random."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.sampler import Assignment
from hsclass.split import Role, read_split


class TwinOptions(Options):
    """Options of the leaky twin."""

    of: Path = Field(description="file of the split to copy; in an experiment, the name of another of its splits")


class TwinSampler:
    """Shuffle the roles of another split among the pixels of each class.

    Every class keeps its numbers of training, validation, test and dropped pixels to the pixel, but where they lie is
    left to chance, as in most papers. What a model scores beyond its score on the other split is hence due to where
    the pixels lie, not to how many there are: the inflation that random sampling causes. Declares itself leaky.
    """

    leaky: bool = True
    needs_cube: ClassVar[bool] = False
    options_model: ClassVar[type[Options]] = TwinOptions

    def __init__(self, options: TwinOptions) -> None:
        self.options = options

    @classmethod
    def least(cls, validation: float) -> int:
        """Return 2, as the splits that it copies need."""
        return 2

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
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`.

        Raises
        ------
        DataError
            If the other split cannot be read, or is not of this scene.
        """
        other, _ = read_split(self.options.of)
        if other.roles.shape != labels.shape:
            raise DataError(
                f"{self.options.of}: is {other.roles.shape} pixels, but the ground truth is {labels.shape}; expected a"
                " split of this scene"
            )
        reference = np.where(mask, other.reference(labels), 0)
        if bare := int(((other.roles != Role.UNUSED) & (reference == 0)).sum()):
            raise DataError(
                f"{self.options.of}: has {bare} pixels with a role that the ground truth does not label; expected a"
                " split of this scene"
            )
        roles = np.zeros_like(other.roles)
        for identity in np.unique(reference[reference > 0]):
            members = reference == identity
            roles[members] = rng.permutation(other.roles[members])
        notes = {share.id: share.note for share in other.classes if share.note and share.test == 0}
        asked = {share.id: share.asked for share in other.classes}
        return Assignment(roles, notes, given=other.given, asked=asked or None, fractions=other.fractions)
