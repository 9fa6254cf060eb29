"""Stripes: one side of each class trains, the other tests."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from hsclass.options import Options
from hsclass.samplers.folds import FoldingSampler, FoldOptions, Partition
from hsclass.samplers.holdings import Holdings
from hsclass.samplers.notes import Notes
from hsclass.samplers.regions import equal_lines, first_lines
from hsclass.samplers.sampler import Assignment, Request
from hsclass.samples.neighbours import within
from hsclass.split import Role

_MAX_OVERSHOOT = 2.0


class StripesOptions(FoldOptions):
    """Options of the stripes."""

    side: Literal["top", "bottom", "left", "right"] = Field(
        default="top", description="side of each class that training is taken from; the other side tests"
    )


class Stripes(FoldingSampler):
    """The upper rows of each class train, those below validate, the lower ones test.

    For each class by itself, the first rows train until its share is met; the rows after them that are out of the
    reach of all training pixels validate until the share is met; what lies below tests. The seed has no say: an
    experiment gains nothing from more than one seed, but with folds.

    Beyond the toolbox, whose "disjoint" split this is:

    - Validation, and the guard between the roles; in the toolbox training and test rows touch.
    - The line lies where the share is met most nearly, with one row at least for training; the toolbox gives a class
      for which no row comes within a tenth of its share to training altogether.
    - Training may be taken from any `side`. A class whose pixels all lie on one line is noted as untestable.
    - A class without space for validation, or where it would cost a class its test set, has none; that is noted. A
      class whose test pixels are all within reach loses them, which the guard notes.
    - With folds, each class is cut into k stripes of about equal size, and the stripes of all classes that are at the
      same place in their order make a fold, so that they share the guard. Another repetition only puts the folds in
      another order, so that other stripes validate.

    References
    ----------
    Audebert, N., Le Saux, B., Lefèvre, S. (2019). Deep Learning for Classification of Hyperspectral Data: A
    Comparative Review. IEEE Geoscience and Remote Sensing Magazine 7(2), and its toolbox DeepHyperX.
    """

    options_model: ClassVar[type[Options]] = StripesOptions

    def along(self, pixels: np.ndarray) -> np.ndarray:
        """Return the line of each pixel, shape (n,), counted away from the training side."""
        lines = pixels[:, 0 if self.options.side in {"top", "bottom"} else 1]
        return lines if self.options.side in {"top", "left"} else -lines

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        labels = asked.labels
        members = {identity: np.argwhere(labels == identity) for identity in np.unique(labels[labels > 0]).tolist()}
        holdings = Holdings(labels, asked.window - 1)
        notes = Notes()
        for identity, pixels in members.items():
            first = first_lines(self.along(pixels), round(asked.train * len(pixels)), leave=1)
            if not first.any():
                notes.add(identity, "untestable: all pixels lie on one line, so all train")
            holdings.take(pixels[first] if first.any() else pixels, Role.TRAIN)
        if asked.validation == 0:
            return Assignment(holdings.roles, notes)
        clear = ~within(holdings.roles == Role.TRAIN, asked.window - 1)
        for identity in sorted(members, key=lambda identity: len(members[identity])):
            pixels = members[identity]
            wanted = max(1, round(asked.validation * len(pixels)))
            pixels = pixels[clear[tuple(pixels.T)]]
            chosen = pixels[first_lines(self.along(pixels), wanted)] if len(pixels) else pixels
            if len(chosen) and holdings.loss(chosen) < np.inf:
                holdings.take(chosen, Role.VALIDATION)
            else:
                notes.add(identity, "no validation: no line fits between training and test")
        return Assignment(holdings.roles, notes)

    def partition(self, asked: Request, folds: int) -> Partition:
        """Make a fold of one stripe of each class; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        labels = asked.labels
        units = np.zeros(labels.shape, np.int64)
        classes = np.unique(labels[labels > 0]).tolist()
        for place, identity in enumerate(classes):
            pixels = np.argwhere(labels == identity)
            units[tuple(pixels.T)] = 1 + place * folds + equal_lines(self.along(pixels), folds)
        dealt = np.tile(asked.rng.permutation(folds), len(classes))
        return Partition(units, np.concatenate([[-1], dealt]), _MAX_OVERSHOOT)
