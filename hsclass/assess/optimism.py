"""Random-sampling optimism: how much a matched random split raises an accuracy above that of a spatial split."""

from collections.abc import Sequence

import numpy as np

from hsclass.assess.intervals import difference_bounds
from hsclass.assess.sample import EvaluatedSamples, join, take_runs
from hsclass.assess.units import units_of
from hsclass.results.comparison import Gain
from hsclass.split import Split


def optimism(
    here: Sequence[np.ndarray],
    there: Sequence[np.ndarray],
    labels: np.ndarray,
    splits: tuple[Sequence[Split], Sequence[Split]],
    *,
    method: str = "",
) -> Gain:
    """Return the accuracy of a model under some splits minus that under others, on the samples that both test.

    The k-th runs make a pair: the same seed under a matched random split and under the spatial split that it copies. Of
    each pair only the samples that both test count, once for each pair, so that what is hard there is hard for both and
    cancels. The interval is that of the mean of paired differences, clustered by blocks and classes of these samples.

    Parameters
    ----------
    here, there : sequence of ndarray
        Predictions, as `evaluate` takes them, of the runs under either kind of split.
    labels : ndarray
        Reference labels.
    splits : pair of sequences of Split
        Those of `here`, then those of `there`.
    method : str
        Name of the model.

    Returns
    -------
    Gain
        Without figures where no pair of runs tests the same sample.

    Raises
    ------
    UsageError
        If there are not as many predictions as splits.

    Examples
    --------
    >>> import numpy as np
    >>> from hsclass.split import Split
    >>> one, other = (
    ...     Split(np.array([roles], np.uint8), 1, "fixed", 0, {}, False) for roles in ([3, 3, 3, 1], [1, 3, 3, 3])
    ... )
    >>> labels = np.array([[1, 1, 1, 1]])
    >>> found = optimism([labels], [np.array([[1, 1, 2, 1]])], labels, ([one], [other]))
    >>> found.n_test, found.here, found.there, found.difference
    (2, 1.0, 0.5, 0.5)
    """
    runs, others = (take_runs(given, labels, of, name=method) for given, of in zip((here, there), splits, strict=True))
    return gain_of_samples(runs, others, labels, splits[0], method=method)


def gain_of_samples(
    here: Sequence[EvaluatedSamples],
    there: Sequence[EvaluatedSamples],
    labels: np.ndarray,
    splits: Sequence[Split],
    *,
    method: str = "",
) -> Gain:
    """Return what `optimism` does, of the test samples of each run; `splits` are those of `here`."""
    pairs = [_shared(one, other, split) for one, other, split in zip(here, there, splits, strict=True)]
    own, other = (join(side) for side in zip(*pairs, strict=True))
    counts = {
        "n_test": len(own.places), "runs": len(pairs), "n_here": sum(len(run.places) for run in here),
        "n_there": sum(len(run.places) for run in there),
    }  # fmt: skip
    if len(own.places) == 0:
        return Gain(method=method, **counts)
    units = units_of(own, labels, splits)
    gain = own.right.astype(np.int8) - other.right
    (low, high), _ = difference_bounds(gain, units.clusters)
    return Gain(
        method=method,
        **counts,
        **units.counts(np.ones(len(gain), bool)),
        here=float(own.right.mean()),
        there=float(other.right.mean()),
        difference=float(gain.mean()),
        low=low,
        high=high,
    )


def _shared(one: EvaluatedSamples, other: EvaluatedSamples, split: Split) -> tuple[EvaluatedSamples, EvaluatedSamples]:
    """Return the samples that both test, in the same order."""
    flat, others = (np.ravel_multi_index(tuple(run.places.T), split.roles.shape) for run in (one, other))
    _, here, there = np.intersect1d(flat, others, assume_unique=True, return_indices=True)
    return one[here], other[there]
