"""Comparison of several models' predictions under one split, in pairs."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from hsclass.assess.blocks import BlockGrids
from hsclass.assess.intervals import LEVEL, UNDEFINED, Bounds, quantile, replicate, share_tables, standard_error, widest
from hsclass.assess.sample import TestedSamples, join, take_runs
from hsclass.assess.units import Units, units_of
from hsclass.errors import UsageError
from hsclass.results.comparison import Comparison, Pair
from hsclass.split import Split

PERMUTATIONS = 9999
_SIGNS = 2**22  # drawn at a time


def compare(
    predictions: Mapping[str, np.ndarray | Sequence[np.ndarray]],
    labels: np.ndarray,
    split: Split | Sequence[Split],
    *,
    seed: int = 0,
) -> Comparison:
    """Compare the overall accuracies of several models on the test samples of a split, all pairs.

    Two tests per pair, each corrected for the number of pairs by Holm's (1979) method. McNemar's asks whether the
    samples that only one of the two has right could be as many the other way round; it takes samples for independent,
    which neighbouring pixels are not, so that its p-values are far too small for maps. The one to read is the
    permutation of units (groups of near-duplicates for images): it swaps the results of the two models in whole
    units, all ways or 9999 random ones. For maps, the larger p-value of those over blocks and over fields counts, and
    the widest interval over blocks, fields and classes.

    Of several seeds or folds, all tests count together. A field is one unit, whichever runs tested it.

    Parameters
    ----------
    predictions : mapping of str to ndarray, or to a sequence of ndarray
        Of each model, as `evaluate` takes them: class ids of shape (rows, cols) or (n,), or bool of shape (n, classes);
        one for each split where there are several.
    labels : ndarray, same shape and type
        Reference labels, 0 = unlabelled.
    split : Split, or sequence of Split
        Say which samples are test.
    seed : int
        Of the bootstrap and the permutations.

    Returns
    -------
    Comparison
        OA is the share of samples with exactly the right classes where a sample may have several.

    Raises
    ------
    UsageError
        If there is no prediction, or a model has not as many as there are splits.
    DataError
        If the shapes differ or there is no test sample.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions. Psychometrika 12.
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6.

    Examples
    --------
    >>> import numpy as np
    >>> from hsclass.split import Split
    >>> split = Split(np.full((4, 4), 3, np.uint8), 1, "fixed", 0, {}, False)
    >>> labels = np.ones((4, 4), int)
    >>> worse = labels.copy()
    >>> worse[0, :2] = 2
    >>> pair = compare({"one": labels, "other": worse}, labels, split).pairs[0]
    >>> pair.difference, pair.only_a, pair.only_b, pair.mcnemar_p
    (0.125, 2, 0, 0.5)
    """
    splits = [split] if isinstance(split, Split) else list(split)
    samples = {
        name: take_runs([given] if isinstance(given, np.ndarray) else given, labels, splits, name=name)
        for name, given in predictions.items()
    }
    if not samples:
        raise UsageError("predictions: has none; expected the map or table of at least one model")
    joint = {name: join(runs) for name, runs in samples.items()}
    units = units_of(next(iter(joint.values())), labels, splits, seed=seed)
    return compare_samples(joint, units, runs=len(splits), seed=seed)


def compare_samples(samples: Mapping[str, TestedSamples], units: Units, *, runs: int, seed: int = 0) -> Comparison:
    """Return what `compare` does, of the test samples of all runs of each model, and the units of these."""
    names = list(samples)
    blocks = units.blocks
    found: list[dict[str, Any]] = []
    gains = []
    for a, b in combinations(names, 2):
        gain = samples[a].right.astype(np.int8) - samples[b].right
        low, high = gain_bounds(gain, units, seed=seed)
        counts = {"only_a": int((gain > 0).sum()), "only_b": int((gain < 0).sum())}
        found.append({"a": a, "b": b, "difference": float(gain.mean()), "low": low, "high": high, **counts})
        gains.append(gain)
    mcnemar = [exact_mcnemar(row["only_a"], row["only_b"]) for row in found]
    permutation = [max(block_permutation(gain, choice, seed=seed) for choice in units.choices[:2]) for gain in gains]
    tests = zip(mcnemar, holm(mcnemar), permutation, holm(permutation), strict=True)
    keys = ("mcnemar_p", "mcnemar_holm", "permutation_p", "permutation_holm")
    everything = np.ones(len(samples[names[0]].places), bool)
    return Comparison(
        n_test=len(everything),
        runs=runs,
        blocks=round(blocks.effective),
        block_side=blocks.side,
        **units.counts(everything),
        level=LEVEL,
        permutations=PERMUTATIONS,
        methods=names,
        pairs=[Pair(**row, **dict(zip(keys, values, strict=True))) for row, values in zip(found, tests, strict=True)],
    )


def gain_bounds(gain: np.ndarray, units: Units, *, seed: int = 0) -> Bounds:
    """Return the 95 % interval of the mean of `gain`: the widest over the choices of units, and over whole runs."""
    bounds = widest([difference_bounds(gain, choice, seed=seed) for choice in units.choices])
    return units.over_runs(bounds, lambda: gain, least=-1.0)


def difference_bounds(gain: np.ndarray, blocks: BlockGrids, *, seed: int = 0) -> Bounds:
    """Return the 95 % interval of the mean of `gain`, 1, 0 or -1 per sample, by bootstrap over blocks with Student's t.

    The two models share each replicate's weights, so that what is easy or hard for both cancels. Undefined where a
    single block holds all the samples, and for two models that are right on the same samples.
    """
    if not blocks.several or not gain.any():
        return UNDEFINED
    sums = replicate(share_tables(gain, blocks), seed)
    half = quantile(blocks) * standard_error(sums[:, 0] / sums[:, 1], blocks)
    return Bounds(max(-1.0, float(gain.mean()) - half), min(1.0, float(gain.mean()) + half))


def exact_mcnemar(only_a: int, only_b: int) -> float:
    """Return the two-sided exact p-value of McNemar's test: the binomial one with share 1/2; 1 without any difference.

    Samples count as independent here; see `compare`.
    """
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0


def block_permutation(gain: np.ndarray, blocks: BlockGrids, *, seed: int = 0) -> float:
    """Return the two-sided p-value of swapping two models' results in whole blocks, the median over the grids.

    Parameters
    ----------
    gain : ndarray of int, shape (n,)
        1 where only the first model is right, -1 where only the second, else 0.
    blocks : BlockGrids
    seed : int
        Of the random swaps, where there are more than 9999 ways.

    Returns
    -------
    float
    """
    rng = np.random.default_rng(seed)
    return float(np.median([_swap(sums, rng) for sums in blocks.sums(gain)]))


def _swap(sums: np.ndarray, rng: np.random.Generator) -> float:
    """Return the p-value of the sum over blocks among those with any of the blocks' signs turned."""
    # A block where the two are equal is the same swapped.
    sums = sums[sums != 0]
    if 2 ** len(sums) <= PERMUTATIONS:
        signs = np.array(list(product((-1, 1), repeat=len(sums))))
        return float((np.abs(signs @ sums) >= abs(sums.sum())).mean())
    rows, beyond = max(1, _SIGNS // len(sums)), 0
    for top in range(0, PERMUTATIONS, rows):
        signs = rng.choice([-1.0, 1.0], (min(rows, PERMUTATIONS - top), len(sums)))
        beyond += int((np.abs(signs @ sums) >= abs(sums.sum())).sum())
    # The order that was found is one of the ways, too.
    return (1 + beyond) / (1 + PERMUTATIONS)


def holm(values: list[float]) -> list[float]:
    """Return p-values corrected by Holm's method: the i-th smallest of m times m - i + 1, none below one before it."""
    corrected, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(np.argsort(values, kind="stable").tolist()):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = largest
    return corrected
