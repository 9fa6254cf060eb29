"""Matched splits: test pixels and class counts of a spatial split, but training pixels in the fields that test."""

from typing import ClassVar

import numpy as np

from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.copied import CopyOptions, read_copied
from hsclass.samplers.region_growing import proportional
from hsclass.samplers.sampler import Assignment, Kind, Request, Sampler
from hsclass.samples.fields import fields_of, places_by_number
from hsclass.samples.neighbours import within
from hsclass.split import Role


class MatchedSampler(Sampler):
    """Move the training pixels of a spatial split into its test fields.

    Two samplers and the spatial split make a ladder. All three have the same number of training pixels of every class
    and the same validation pixels, and are compared on the same test pixels, so a model's accuracies under them differ
    by nothing but where the training pixels lie:

    - `matched_random`: at random among the test pixels;
    - `matched_apart`: in the same fields and as many in each, but no window shares a pixel with a test window;
    - the spatial split itself: in other fields, as far as it keeps fields whole.

    Every test field of the spatial split is cut in two by a straight line, with a gap of one window between the parts.
    One part, drawn with the seed, tests; the other gives `matched_apart` its training pixels, less those whose windows
    share a pixel with a test window of another field. A class moves as many training pixels into its test fields as
    that part holds, at most all, in proportion to the fields; of `matched_random` as many are drawn at random from the
    whole field, and the test pixels of all three are those of the testing parts that it does not draw. Fields that
    are too small for two parts, and classes that have no other, are not tested. All else is dropped.

    The spatial split tests further pixels. Compare the three on those that they share.

    References
    ----------
    Roberts, D. R. et al. (2017). Cross-validation strategies for data with temporal, spatial, hierarchical, or
    phylogenetic structure. Ecography 40.
    """

    options_model: ClassVar[type[Options]] = CopyOptions

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled sample a role; see `hsclass.samplers.sampler.Sampler.assign`.

        Raises
        ------
        DataError
            If the other split cannot be read, is not of these samples, or leaks; or if no test field is large enough.
        """
        other, reference, notes = read_copied(self.options.of, asked)
        if other.leaky:
            raise DataError(
                f"{self.options.of}: declares itself leaky (sampler {other.sampler}); expected a spatial split, whose"
                " test fields training pixels can be moved into"
            )
        moved = _Moved(other.roles, reference, fields_of(reference, other.groups), asked)
        roles = np.where(reference > 0, Role.GUARD, Role.UNUSED).astype(np.uint8)
        roles[other.roles == Role.VALIDATION] = Role.VALIDATION
        roles[moved.kept] = Role.TRAIN
        roles[self.training(moved)] = Role.TRAIN
        roles[moved.test] = Role.TEST
        for identity, text in moved.notes.items():
            notes.add(identity, text)
        requested = {share.id: share.asked for share in other.classes}
        return Assignment(
            roles, notes, given=other.given, asked=requested or None, fractions=other.fractions,
            threshold=other.threshold, groups=other.groups,
        )  # fmt: skip

    def training(self, moved: "_Moved") -> np.ndarray:
        """Return where the moved training pixels lie, bool of shape (rows, cols)."""
        raise NotImplementedError


class MatchedRandom(MatchedSampler):
    """Training pixels at random among the test pixels; see `MatchedSampler`. Declares itself leaky.

    Of images, the roles of each class are shuffled instead: every class keeps its numbers in each role, but which
    images these are is left to chance, so that near-duplicates are spread over the roles.
    """

    takes: ClassVar[frozenset[Kind]] = frozenset({"pixels", "images"})
    leaky: bool = True

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled sample a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        if asked.images is None:
            return super().assign(asked)
        other, reference, _ = read_copied(self.options.of, asked)
        roles = np.zeros_like(other.roles)
        for identity in np.unique(reference[reference > 0]):
            members = reference == identity
            roles[members] = asked.rng.permutation(other.roles[members])
        notes = {share.id: share.note for share in other.classes if share.note and share.test == 0}
        requested = {share.id: share.asked for share in other.classes}
        return Assignment(roles, notes, asked=requested or None, fractions=other.fractions, threshold=other.threshold)

    def training(self, moved: "_Moved") -> np.ndarray:
        """Return pixels drawn from the whole test fields."""
        return moved.among


class MatchedApart(MatchedSampler):
    """Training pixels in every test field, but with no window that shares a pixel; see `MatchedSampler`."""

    def training(self, moved: "_Moved") -> np.ndarray:
        """Return pixels drawn from the parts of the test fields that do not test."""
        return moved.apart


class _Moved:
    """Where training pixels can be moved to in the test fields of a split; the same for all matched splits of a seed.

    Attributes
    ----------
    test, among, apart, kept : ndarray of bool, shape (rows, cols)
        The test pixels; the training pixels that are moved among them, or away from them in the same fields; and those
        that stay where the split has them.
    notes : dict of int to str
        By class id, what was not moved.
    """

    def __init__(self, roles: np.ndarray, labels: np.ndarray, fields: np.ndarray, asked: Request) -> None:
        self.test, self.among, self.apart = (np.zeros(labels.shape, bool) for _ in range(3))
        self.kept = roles == Role.TRAIN
        self.notes: dict[int, str] = {}
        rng, window = asked.rng, asked.window
        tested = np.where(roles == Role.TEST, fields.astype(np.int64) * (int(labels.max()) + 1) + labels, 0)
        whole = {int(tested[tuple(pixels[0])]): pixels for pixels in places_by_number(tested)}
        parts = {number: found for number, pixels in whole.items() if (found := halves(pixels, window, rng))}
        if not parts:
            largest = max((int(np.ptp(pixels, axis=0).max()) + 1 for pixels in whole.values()), default=0)
            raise DataError(
                f"{asked.where}: none of its {len(whole)} test fields has two parts {window} pixels apart (the longest"
                f" side is {largest} pixels); choose a smaller window or a split with larger test fields"
            )
        counts, pools = self._allocated(parts, labels, window)
        for number, count in sorted(counts.items()):
            pixels = whole[number]
            self.among[tuple(pixels[rng.permutation(len(pixels))[:count]].T)] = True
            pool = pools[number]
            self.apart[tuple(pool[rng.permutation(len(pool))[:count]].T)] = True
            self.test[tuple(parts[number][0].T)] = True
        self.test &= ~self.among
        for identity in np.unique(labels[self.kept]).tolist():
            own = np.argwhere(self.kept & (labels == identity))
            n_moved = int((self.among & (labels == identity)).sum())
            self.kept[tuple(own[rng.permutation(len(own))[:n_moved]].T)] = False
            if n_moved == 0 and (roles[labels == identity] == Role.TEST).any():
                self.notes[identity] = f"not compared: no test field takes any of its {len(own)} training pixels"
            elif 0 < n_moved < len(own):
                self.notes[identity] = f"{n_moved} of {len(own)} training pixels moved into its test fields"

    def _allocated(
        self, parts: dict[int, tuple[np.ndarray, np.ndarray]], labels: np.ndarray, window: int
    ) -> tuple[dict[int, int], dict[int, np.ndarray]]:
        """Return how many training pixels go to each field, and where in it they lie apart from all test pixels."""
        while True:
            testing = np.zeros(labels.shape, bool)
            for tests, _ in parts.values():
                testing[tuple(tests.T)] = True
            near = within(testing, window - 1)
            pools = {number: pool[~near[tuple(pool.T)]] for number, (_, pool) in parts.items()}
            counts: dict[int, int] = {}
            for identity in np.unique(labels[self.kept]):
                numbers = [number for number, (tests, _) in parts.items() if labels[tuple(tests[0])] == identity]
                sizes = np.array([len(pools[number]) for number in numbers], int)
                given = proportional(sizes, int((self.kept & (labels == identity)).sum())).tolist()
                counts |= {number: count for number, count in zip(numbers, given, strict=True) if count}
            if len(counts) == len(parts):
                return counts, pools
            parts = {number: parts[number] for number in counts}  # fewer test pixels are in the way of the others


def halves(pixels: np.ndarray, gap: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray] | None:
    """Cut a field in two by a straight line along rows or columns, so that the smaller part is as large as can be.

    Parameters
    ----------
    pixels : ndarray of int, shape (n, 2)
        (row, col) of the field.
    gap : int
        Least distance [pixels] between a pixel of one part and one of the other.
    rng : numpy.random.Generator
        Decides which part comes first.

    Returns
    -------
    tuple of two ndarray of int, shape (k, 2), or None
        None where the field is too small.
    """
    found: tuple[int, int, int] = (0, 0, 0)
    for axis in (0, 1):
        lines, counts = np.unique(pixels[:, axis], return_counts=True)
        total = np.concatenate([[0], np.cumsum(counts)])
        low = total[1:]
        high = len(pixels) - total[np.searchsorted(lines, lines + gap)]
        place = int(np.minimum(low, high).argmax())
        found = max(found, (int(min(low[place], high[place])), axis, int(lines[place])))
    size, axis, last = found
    first = bool(rng.integers(2))
    if size == 0:
        return None
    parts = pixels[pixels[:, axis] <= last], pixels[pixels[:, axis] >= last + gap]
    return parts if first else parts[::-1]
