"""The accuracy of one model over all seeds or folds of a split: the tests of all runs together."""

from collections.abc import Sequence

import numpy as np

from hsclass.assess.fields import field_figures
from hsclass.assess.figures import main_figures
from hsclass.assess.sample import EvaluatedSamples, join, take_runs
from hsclass.assess.spread import folds_of, spread
from hsclass.assess.units import BlockUnits, Units, units_of
from hsclass.results.pooled import Pooled
from hsclass.scene import LandCover
from hsclass.split import Role, Split


def pool(
    predictions: Sequence[np.ndarray],
    labels: np.ndarray,
    splits: Sequence[Split],
    classes: Sequence[LandCover],
    *,
    method: str = "",
) -> Pooled:
    """Return the accuracy of one model over several runs: seeds of a split, or the folds of a cross-validation.

    All tests of all runs make one confusion matrix. A field is one unit of the intervals whichever runs tested it, so
    that the runs' results on it count together. The interval hence holds for fields like those tested and for the mean
    of these splits and seeds; what the figure varies with, other splits and seeds among them, `spread` takes apart.

    Parameters
    ----------
    predictions : sequence of ndarray
        Of each run, as `evaluate` takes them.
    labels : ndarray
        Reference labels, as `evaluate` takes them.
    splits : sequence of Split
        Of each run.
    classes : sequence of LandCover
        In ascending order of id.
    method : str
        Name of the model.

    Raises
    ------
    UsageError
        If there are not as many predictions as splits.
    DataError
        If the shapes differ, a split has no test sample, or the splits give their samples different classes.

    Examples
    --------
    >>> import numpy as np
    >>> from hsclass.scene import LandCover
    >>> from hsclass.split import Split
    >>> labels = np.array([[1, 1, 1, 1]])
    >>> classes = [LandCover(1, "water", (0, 0, 255)), LandCover(2, "land", (0, 0, 0))]
    >>> folds = [
    ...     Split(np.array([roles], np.uint8), 1, "blocks", fold, {}, False, options={"folds": 2})
    ...     for fold, roles in enumerate(([3, 3, 1, 1], [1, 1, 3, 3]))
    ... ]
    >>> found = pool([np.array([[1, 2, 1, 1]]), labels], labels, folds, classes)
    >>> found.folds, found.n_test, found.oa, found.confusion
    (2, 4, 0.75, [[3, 1], [0, 0]])
    """
    runs = take_runs(predictions, labels, splits, name=method)
    return pool_samples(runs, labels, splits, classes, method=method)


def pool_samples(
    runs: Sequence[EvaluatedSamples],
    labels: np.ndarray,
    splits: Sequence[Split],
    classes: Sequence[LandCover],
    *,
    method: str = "",
    units: Units | None = None,
) -> Pooled:
    """Return what `pool` does, of the test samples of each run; `units` are those of all of them, where known."""
    samples = join(runs)
    tested = np.logical_or.reduce([split.roles == Role.TEST for split in splits])
    units = units or units_of(samples, labels, splits)
    untrained = np.concatenate([_untrained(run, labels, split) for run, split in zip(runs, splits, strict=True)])
    trained = samples.right[~untrained]
    fields = [] if not isinstance(units, BlockUnits) else field_figures(samples, units.sites, classes)
    return Pooled(
        method=method,
        runs=len(runs),
        splits=len({split.roles.tobytes() for split in splits}),
        folds=folds_of(splits),
        n_test=len(samples.places),
        n_samples=np.count_nonzero(tested),
        untrained=int(untrained.sum()),
        trained_oa=float(trained.mean()) if len(trained) and not samples.several_labels else None,
        spread=spread(runs, splits, units, samples.right),
        fields=fields,
        **main_figures(samples, classes, units),
    )


def _untrained(run: EvaluatedSamples, labels: np.ndarray, split: Split) -> np.ndarray:
    """Return which test samples are of a class that their split has no training sample of; none where it has none."""
    train = split.roles == Role.TRAIN
    if run.several_labels or not train.any():
        return np.zeros(len(run.places), bool)
    return np.bincount(split.reference(labels)[train], minlength=int(run.reference.max()) + 1)[run.reference] == 0
