"""Allocation: whole regions, and where they are too large parts of regions, to training and validation."""

from collections.abc import Iterator

import numpy as np

from hsclass.samplers.holdings import Holdings
from hsclass.samplers.notes import Notes
from hsclass.samplers.regions import cut
from hsclass.samples.neighbours import within
from hsclass.split import Role

Regions = dict[int, list[np.ndarray]]


class Allocation:
    """Gives the regions of every class to training, validation and test.

    Training goes first, for all classes, so that validation can keep out of its reach. Within each, whole regions
    come first and cuts last, the cuts in the order of the class sizes, because the smallest class has the least
    choice. What is neither training nor validation is test.

    Parameters
    ----------
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled.
    regions : dict of int to list of ndarray of int, shape (n, 2)
        The (row, col) of each region's pixels for each class, in the order in which they are to go to training.
    window : int
        Side of the windows [pixels].
    max_overshoot : float or None
        Factor by which a class's share may be missed, either way, before a region is cut; None never cuts a region
        where a whole one can be had.
    by_rows : bool
        Whether training takes whole regions, and of the last one the upper rows up to the exact number of pixels.

    Attributes
    ----------
    notes : dict of int to str
        What there is to say about a class, by class id.
    """

    def __init__(
        self, labels: np.ndarray, regions: Regions, *, window: int, max_overshoot: float | None, by_rows: bool = False
    ) -> None:
        self.window = window
        self.max_overshoot = max_overshoot
        self.by_rows = by_rows
        self.holdings = Holdings(labels, window - 1)
        self.left = {identity: list(parts) for identity, parts in regions.items()}
        self.sizes = {identity: sum(map(len, parts)) for identity, parts in regions.items()}
        self.notes = Notes()

    def run(self, train: float, validation: float) -> np.ndarray:
        """Return the roles, ndarray of uint8 of shape (rows, cols), for the shares asked for."""
        if self.by_rows:
            self._train_by_rows(train)
        else:
            for identity, missing in self._whole(Role.TRAIN, train):
                self._cut_training(identity, missing)
        if validation > 0:
            clear = ~within(self.holdings.roles == Role.TRAIN, self.window - 1)
            for identity, parts in self.left.items():
                kept = (part[clear[tuple(part.T)]] for part in parts)
                self.left[identity] = [part for part in kept if len(part)]
            for identity, missing in self._whole(Role.VALIDATION, validation):
                self._cut_validation(identity, missing)
            for identity in sorted(self._having(Role.TEST) - self._having(Role.VALIDATION)):
                self.notes.add(identity, "no validation: none fits next to training and test")
        return self.holdings.roles

    def _train_by_rows(self, share: float) -> None:
        """Take regions in their order, and of the last one the upper rows, to the exact number of pixels."""
        for identity, parts in self.left.items():
            wanted = max(1, round(share * self.sizes[identity]))
            while wanted:
                taken, rest = np.split(parts.pop(0), [wanted])  # pixels of a region are in row order
                self.holdings.take(taken, Role.TRAIN)
                wanted -= len(taken)
                if len(rest):
                    parts.insert(0, rest)
                    self.notes.add(identity, "training cut by rows from a region")

    def _whole(self, role: Role, share: float) -> Iterator[tuple[int, int]]:
        """Take whole regions, then name the classes that need a cut and how many pixels it should give."""
        missing = {}
        for identity, parts in self.left.items():
            wanted = max(1, round(share * self.sizes[identity]))
            given = 0
            while len(parts) > 1 and given < wanted and self._may_take(role, given, parts[0], wanted):
                self.holdings.take(parts[0], role)
                given += len(parts.pop(0))
            enough = 1.0 if self.max_overshoot is None else wanted / self.max_overshoot
            if parts and given < enough:
                missing[identity] = wanted - given
        for identity in sorted(missing, key=self.sizes.__getitem__):
            yield identity, missing[identity]

    def _may_take(self, role: Role, given: int, region: np.ndarray, wanted: int) -> bool:
        if self.max_overshoot is not None and given + len(region) > self.max_overshoot * wanted:
            return False
        return role == Role.TRAIN or self.holdings.loss(region) < np.inf

    def _cut_training(self, identity: int, missing: int) -> None:
        """Cut training off an end of the class's next region, or give the class to training where none fits."""
        region, *others = self.left[identity]
        parts = cut(region, missing, leave=0 if others else self.window)
        keeping = [part for part in parts if self.holdings.keeps_test(identity, region[part])]
        if keeping:
            part = min(keeping, key=lambda part: self.holdings.loss(region[part]))
            self.holdings.take(region[part], Role.TRAIN)
            self.left[identity] = others if part.all() else [region[~part], *others]
            self.notes.add(identity, f"training cut from a region of {len(region)} pixels")
        elif sum(map(len, self.left[identity])) == self.sizes[identity]:
            self.holdings.take(np.concatenate(self.left[identity]), Role.TRAIN)
            self.left[identity] = []
            self.notes.add(
                identity, "untestable: no cut leaves a test pixel out of training's reach, so all pixels train"
            )

    def _cut_validation(self, identity: int, missing: int) -> None:
        """Cut validation off an end of a region that is left, where no class loses its test set by it."""
        left = self.left[identity]
        large = [region for region in left if len(region) >= missing] or [max(left, key=len)]
        choices = [region[part] for region in large for part in cut(region, missing)]
        losses = [self.holdings.loss(choice) for choice in choices]
        if min(losses) < np.inf:
            self.holdings.take(choices[int(np.argmin(losses))], Role.VALIDATION)
            self.notes.add(identity, "validation cut from a region")

    def _having(self, role: Role) -> set[int]:
        return set(np.unique(self.holdings.labels[self.holdings.roles == role]).tolist())
