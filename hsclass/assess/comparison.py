"""Comparison of several models' predictions under one split, in pairs."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from hsclass.assess.intervals import LEVEL, difference_bounds
from hsclass.assess.sample import EvaluatedSamples, join, take_runs
from hsclass.assess.units import Units, units_of
from hsclass.errors import UsageError
from hsclass.results.comparison import Comparison, Pair
from hsclass.split import Split


def compare(
    predictions: Mapping[str, np.ndarray | Sequence[np.ndarray]],
    labels: np.ndarray,
    split: Split | Sequence[Split],
) -> Comparison:
    """Compare the overall accuracies of several models on the test samples of a split, all pairs.

    Two tests per pair, each corrected for the number of pairs by Holm's (1979) method. McNemar's asks whether the
    samples that only one of the two has right could be as many the other way round; it takes samples for independent,
    which neighbouring pixels are not, so that its p-values are far too small for maps. The one to read is the t-test
    of the mean difference with the standard error of the interval, clustered by blocks and classes of pixels, or by
    groups of near-duplicate images; see `hsclass.assess.intervals.Clustering`.

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
    units = units_of(next(iter(joint.values())), labels, splits)
    return compare_samples(joint, units, runs=len(splits))


def compare_samples(samples: Mapping[str, EvaluatedSamples], units: Units, *, runs: int) -> Comparison:
    """Return what `compare` does, of the test samples of all runs of each model, and the units of these."""
    names = list(samples)
    found: list[dict[str, Any]] = []
    for a, b in combinations(names, 2):
        gain = samples[a].right.astype(np.int8) - samples[b].right
        (low, high), p = difference_bounds(gain, units.clusters)
        counts = {"only_a": int((gain > 0).sum()), "only_b": int((gain < 0).sum())}
        found.append({"a": a, "b": b, "difference": float(gain.mean()), "low": low, "high": high, **counts, "p": p})
    mcnemar = [exact_mcnemar(row["only_a"], row["only_b"]) for row in found]
    tests = zip(mcnemar, holm(mcnemar), holm([row["p"] for row in found]), strict=True)
    keys = ("mcnemar_p", "mcnemar_holm", "p_holm")
    blocks = units.blocks
    everything = np.ones(len(samples[names[0]].places), bool)
    return Comparison(
        n_test=len(everything),
        runs=runs,
        blocks=round(blocks.effective),
        block_side=blocks.side,
        **units.counts(everything),
        level=LEVEL,
        methods=names,
        pairs=[Pair(**row, **dict(zip(keys, values, strict=True))) for row, values in zip(found, tests, strict=True)],
    )


def exact_mcnemar(only_a: int, only_b: int) -> float:
    """Return the two-sided exact p-value of McNemar's test: the binomial one with share 1/2; 1 without any difference.

    Samples count as independent here; see `compare`.
    """
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0


def holm(values: list[float]) -> list[float]:
    """Return p-values corrected by Holm's method: the i-th smallest of m times m - i + 1, none below one before it."""
    corrected, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(np.argsort(values, kind="stable").tolist()):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = largest
    return corrected
