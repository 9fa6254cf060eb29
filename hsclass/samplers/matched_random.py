"""The matched random split of another split: the same class counts, drawn at random."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.alignment import require_same_grid
from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.sampler import Assignment, Kind, Request, Sampler
from hsclass.split import Role, read_split


class MatchedRandomOptions(Options):
    """Options of the matched random split."""

    of: Path = Field(description="file of the split to copy; in an experiment, the name of another of its splits")


class MatchedRandomSampler(Sampler):
    """Shuffle the roles of another split among the samples of each class.

    Every class keeps its numbers of training, validation, test and dropped samples exactly, but which ones they are is
    left to chance, as in most papers. What a model scores beyond its score on the other split is hence due to where
    the pixels lie (or which images show the same), not to how many there are: the random-sampling optimism. Declares
    itself leaky.
    """

    takes: ClassVar[frozenset[Kind]] = frozenset({"pixels", "images"})
    leaky: bool = True
    options_model: ClassVar[type[Options]] = MatchedRandomOptions

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled sample a role; see `hsclass.samplers.sampler.Sampler.assign`.

        Raises
        ------
        DataError
            If the other split cannot be read, or is not of these samples.
        """
        other = read_split(self.options.of, asked.images)
        require_same_grid(
            other.grid, asked.grid, shapes=(other.roles.shape, asked.labels.shape),
            name=f"{self.options.of}: the split", other="the scene",
        )  # fmt: skip
        reference = np.where(asked.mask, other.reference(asked.labels), 0)
        if bare := int(((other.roles != Role.UNUSED) & (reference == 0)).sum()):
            raise DataError(
                f"{self.options.of}: has {bare} pixels with a role that the reference labels leave unlabelled; expected"
                " a split of this scene"
            )
        roles = np.zeros_like(other.roles)
        for identity in np.unique(reference[reference > 0]):
            members = reference == identity
            roles[members] = asked.rng.permutation(other.roles[members])
        notes = {share.id: share.note for share in other.classes if share.note and share.test == 0}
        requested = {share.id: share.asked for share in other.classes}
        return Assignment(
            roles, notes, given=other.given, asked=requested or None, fractions=other.fractions,
            threshold=other.threshold,
        )  # fmt: skip
