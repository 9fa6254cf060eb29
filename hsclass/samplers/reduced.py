"""Reduced splits: the test pixels of another split, learned from a part of its training pixels or fields."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.copied import CopyOptions, read_copied
from hsclass.samplers.sampler import Assignment, Request, Sampler
from hsclass.samples.fields import fields_of
from hsclass.split import Role


class ReducedOptions(CopyOptions):
    """Options of the reduced splits."""

    keep: float = Field(default=0.5, gt=0, le=1, description="share of the training pixels, or fields, that is kept")
    unit: Literal["pixels", "fields"] = Field(
        default="pixels", description="what is kept of every class: single training pixels, or whole training fields"
    )


class Reduced(Sampler):
    """Keep a part of the training pixels of another split, and its validation and test pixels unchanged.

    Several of them are the points of a learning curve on one fixed test set. The seed orders the training pixels, or
    fields, of each class; the first ones are kept, so that what trains with a smaller share also trains with every
    larger one. Each class keeps one at least. Fields are connected regions of one class, or the groups of the reference
    data; where a part of a field trains in the other split, that part is what is kept or dropped.

    At the same number of pixels, whole fields show less of a class's variety than pixels from all fields: the distance
    between the two curves is what further fields are worth.

    References
    ----------
    Perlich, C. (2010). Learning Curves in Machine Learning. Encyclopedia of Machine Learning.
    """

    options_model: ClassVar[type[Options]] = ReducedOptions

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`.

        Raises
        ------
        DataError
            If the other split cannot be read, is not of these pixels, leaks, or keeps smaller windows apart.
        """
        path = self.options.of
        other, reference, notes = read_copied(path, asked)
        if other.leaky or other.window < asked.window:
            found = "declares itself leaky" if other.leaky else f"keeps windows of {other.window} pixels apart"
            raise DataError(
                f"{path}: {found}; expected a split that keeps windows of {asked.window} pixels apart, whose test"
                " pixels stay as they are; make it again with that window, or choose another"
            )
        fields = fields_of(reference, other.groups)
        roles, wanted = other.roles.copy(), {}
        for identity in np.unique(reference[roles == Role.TRAIN]).tolist():
            own = np.argwhere((roles == Role.TRAIN) & (reference == identity))
            units = fields[tuple(own.T)] if self.options.unit == "fields" else np.arange(len(own))
            order = asked.rng.permutation(np.unique(units))
            kept = order[: max(1, round(self.options.keep * len(order)))]
            dropped = own[~np.isin(units, kept)]
            roles[tuple(dropped.T)] = Role.GUARD
            wanted[identity] = len(own) - len(dropped)
            notes.add(identity, f"{len(kept)} of {len(order)} training {self.options.unit} kept")
        return Assignment(
            roles, notes, given=other.given, guard=False, asked=wanted, fractions={},
            threshold=other.threshold, groups=other.groups,
        )  # fmt: skip
