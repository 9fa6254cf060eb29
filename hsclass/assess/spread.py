"""What an accuracy varies with: fields, splits and seeds of the model, each taken apart from the others."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from hsclass.assess.sample import EvaluatedSamples
from hsclass.assess.units import Units
from hsclass.results.pooled import Spread
from hsclass.split import Split


def folds_of(splits: Sequence[Split]) -> int | None:
    """Return k where splits are folds of k-fold cross-validations; None for others."""
    folds = splits[0].options.get("folds")
    alike = all(split.options.get("folds") == folds for split in splits)
    return int(folds) if folds is not None and alike else None


def spread(runs: Sequence[EvaluatedSamples], splits: Sequence[Split], units: Units, right: np.ndarray) -> Spread:
    """Take the variance of OA apart.

    Two runs that test the same samples differ by what they were trained on and by the seed of the model, not by the
    fields that they test. So the standard deviation between splits, s, is estimated from all pairs of runs of different
    splits, with D the difference of their OA on the n samples that both test:

        s² = Σ n D² / (2 Σ n)

    and that between seeds of the model from the pairs under one and the same split, where it is the sample standard
    deviation. Of a cross-validation all folds together are one run.

    Parameters
    ----------
    runs : sequence of EvaluatedSamples
        One for each split.
    splits : sequence of Split
    units : Units
        Of all tests of all runs, one run after the other.
    right : ndarray of bool, shape (tests,)
        Of the same tests.

    Returns
    -------
    Spread
        None where no two runs show it: one seed, or folds of one cross-validation.
    """
    wholes = _whole_runs(runs, splits) if len(runs) > 1 else []
    accuracies = [float(tested.mean()) for _, tested, _ in wholes]
    sums: dict[bool, list[tuple[int, float]]] = {True: [], False: []}
    for (places, tested, trained), (others, also, otherwise) in combinations(wholes, 2):
        _, here, there = np.intersect1d(_flat(places), _flat(others), return_indices=True)
        if len(here):
            difference = float(tested[here].mean() - also[there].mean())
            sums[trained == otherwise].append((len(here), difference))
    return Spread(
        fields=units.error(right),
        splits=_deviation(sums[False]),
        models=_deviation(sums[True]),
        runs=float(np.std(accuracies, ddof=1)) if len(accuracies) > 1 else None,
    )


def _deviation(pairs: Sequence[tuple[int, float]]) -> float | None:
    if not pairs:
        return None
    counts, differences = np.array(pairs).T
    return float(np.sqrt((counts * differences**2).sum() / (2 * counts.sum())))


def _flat(places: np.ndarray) -> np.ndarray:
    """Return places, shape (n, axes), as one number each."""
    rows = places.astype(np.int64)
    return rows[:, 0] if places.shape[1] == 1 else rows[:, 0] << 32 | rows[:, 1]


def _whole_runs(
    runs: Sequence[EvaluatedSamples], splits: Sequence[Split]
) -> list[tuple[np.ndarray, np.ndarray, tuple[bytes, ...]]]:
    """Return places, right ones and roles of every seed, or of every whole cross-validation."""
    folds = folds_of(splits)
    parts: dict[int, list[tuple[np.ndarray, np.ndarray, bytes]]] = {}
    for place, (run, split) in enumerate(zip(runs, splits, strict=True)):
        whole = place if folds is None else split.seed // folds
        parts.setdefault(whole, []).append((run.places, run.right, split.roles.tobytes()))
    return [
        (np.concatenate([places for places, _, _ in each]), np.concatenate([right for _, right, _ in each]),
         tuple(roles for _, _, roles in each))
        for each in parts.values()
    ]  # fmt: skip
