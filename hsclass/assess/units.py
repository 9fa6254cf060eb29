"""What intervals and tests take for independent of each other: blocks of pixels, or groups of images."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from hsclass.assess.blocks import BlockGrids, Sites, field_counts
from hsclass.assess.confusion import count_confusions, f1_scores, producers_accuracy, pseudo_values, summaries
from hsclass.assess.intervals import (
    LEVEL,
    METHOD,
    UNDEFINED,
    Bounds,
    Clustering,
    cluster_error,
    clusters_of,
    deviations,
    kappa_bounds,
    mean_bounds,
    ratio_bounds,
    run_units,
    share_bounds,
    trials,
    widened,
    wilson_limits,
)
from hsclass.assess.sample import EvaluatedSamples
from hsclass.errors import DataError
from hsclass.samples.fields import fields_of
from hsclass.split import Split

IMAGES = "Wilson's limits, each test image a trial; kappa and macro F1 by bootstrap over the images"
GROUPS = (
    "Wilson's limits for the number of independent images with the same standard error, near-duplicates taken"
    " together; kappa and macro F1 by bootstrap over the groups of near-duplicates"
)
REPLICATES = 2000
"""Of the bootstrap over images."""

LEAST = {"kappa": -1.0, "macro_f1": 0.0}
Z = 1.959963984540054  # of the normal distribution, for 95 %


class Units(Protocol):
    """The independent units among some test samples.

    Attributes
    ----------
    method : str
        How intervals are estimated, in a sentence.
    """

    method: str

    @property
    def blocks(self) -> BlockGrids:
        """The blocks, or groups, of all the samples."""

    @property
    def clusters(self) -> Clustering:
        """All units of all the samples."""

    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the 95 % interval of the share of right ones, bool of shape (n,), among some members."""

    def class_mean(self, figure: str, bounds: list[Bounds], samples: EvaluatedSamples, ids: np.ndarray) -> Bounds:
        """Return the 95 % interval of a mean over the classes that have test samples, `aa`, from those of the classes.

        `ids` are the ids of all classes.
        """

    def summaries(self, samples: EvaluatedSamples, ids: np.ndarray) -> dict[str, Bounds]:
        """Return the 95 % intervals of `kappa` and `macro_f1`; `ids` are the ids of all classes."""

    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return the number of `fields` that some members lie in, and `effective_fields`; empty for images."""

    def error(self, right: np.ndarray) -> float:
        """Return the standard error of a share between fields or groups, NaN where there is only one."""


class BlockUnits:
    """Spatial blocks, fields and classes of pixels: neighbours are right or wrong together.

    Each figure has blocks of its own pixels, the largest that leave about eight of them.

    Parameters
    ----------
    sites : Sites
        Where the pixels lie.
    least : int
        Smallest side of a block [pixels].
    """

    method = METHOD

    def __init__(self, sites: Sites, *, least: int) -> None:
        self.sites, self.least = sites, least

    @cached_property
    def clusters(self) -> Clustering:
        """Blocks of all the pixels, and their classes or fields."""
        return clusters_of(self.sites, least=self.least, by_class=True)

    @property
    def blocks(self) -> BlockGrids:
        """Blocks of all the pixels."""
        return self.clusters.ways[0]

    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the interval of a share of pixels; see `share_bounds`."""
        if not members.all():
            return share_bounds(right[members], self.sites[members], least=self.least)
        if right.all() or not right.any():
            return share_bounds(right, self.sites, least=self.least, by_class=True)
        return ratio_bounds(right, self.clusters, most=self.sites.distinct)

    def class_mean(self, figure: str, bounds: list[Bounds], samples: EvaluatedSamples, ids: np.ndarray) -> Bounds:
        """Return the interval of a mean over classes from theirs, wider by what classes have in common.

        `mean_bounds` takes the classes for independent. What those within a block, or all tests of a run, have in
        common is added.
        """
        values = pseudo_values(samples.reference, samples.predicted, ids, figure)
        value = float(values.mean())
        found = mean_bounds(_of_classes(samples, ids, figure), bounds)
        if not self.clusters.several:
            return found
        half = self.clusters.quantile * self.clusters.shared(deviations(values), self.sites.classes)
        return widened(found, value, half)

    def summaries(self, samples: EvaluatedSamples, ids: np.ndarray) -> dict[str, Bounds]:
        """Return the intervals of kappa, see `kappa_bounds`, and of macro F1, from those of the classes' F1."""
        reference, predicted, most = samples.reference, samples.predicted, self.sites.distinct
        found = {name: float(value) for name, value in summaries(count_confusions(reference, predicted, ids)).items()}
        error = 0.0
        if self.clusters.several and not np.isnan(found["kappa"]):
            error = self.clusters.error(deviations(pseudo_values(reference, predicted, ids, "kappa")))
        classes = [self._f1(reference == one, predicted == one) for one in ids if (reference == one).any()]
        return {
            "kappa": kappa_bounds(found["kappa"], found["oa"], error, self.clusters, most=most),
            "macro_f1": self.class_mean("macro_f1", classes, samples, ids),
        }

    def _f1(self, reference: np.ndarray, predicted: np.ndarray) -> Bounds:
        """Return the interval of F1 of a class: of its pixels, right ones count twice, and so do they in the total."""
        members = reference | predicted
        right, sites = (reference & predicted)[members], self.sites[members]
        alike = bool(right.all() or not right.any())
        clusters = clusters_of(sites, least=self.least, finest=alike)
        return ratio_bounds(right, clusters, most=sites.distinct, weights=right + np.int8(1))

    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return how many fields some members lie in, and how many of equal size would say as much."""
        fields = self.sites.fields
        return field_counts(fields if members.all() else fields[members])

    def error(self, right: np.ndarray) -> float:
        """Return the standard error of a share between fields; see `cluster_error`."""
        return cluster_error(right, self.sites.fields)


class GroupUnits:
    """Groups of images, such as near-duplicates; by default each image is a group of its own.

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
        The group of each image.
    images : ndarray of int, shape (n,), optional
        The image of each test, where one may be tested several times.
    runs : ndarray of int, shape (n,), optional
        The run that each test belongs to, where there are several.
    seed : int
        Of the bootstrap over images.
    """

    def __init__(
        self, groups: np.ndarray, *, images: np.ndarray | None = None, runs: np.ndarray | None = None, seed: int = 0
    ) -> None:
        self.groups = np.unique(groups, return_inverse=True)[1].ravel()
        self.images = np.arange(len(groups)) if images is None else images
        self.runs = runs
        self.seed = seed
        self.method = IMAGES if self._single else GROUPS

    @property
    def _single(self) -> bool:
        return len(self.groups) == 0 or int(self.groups.max()) + 1 == len(self.groups)

    @cached_property
    def blocks(self) -> BlockGrids:
        """The groups as blocks without a side."""
        return BlockGrids(None, (self.groups,))

    @cached_property
    def clusters(self) -> Clustering:
        """The groups, and runs where there are several."""
        return Clustering((self.blocks,), None, run_units(self.runs, self.groups))

    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return Wilson's limits of a share of images.

        The number of trials is that of independent images with the standard error of the share between groups
        (Dean, Pagano 2015); where each image is its own group, the number of images. Where all or none are right, each
        group counts as one trial, weighted by its size.

        References
        ----------
        Dean, N., Pagano, M. (2015). Evaluating confidence interval methods for binomial proportions in clustered
        surveys. Journal of Survey Statistics and Methodology 3.
        """
        right, groups, runs = right[members], self.groups[members], None if self.runs is None else self.runs[members]
        if len(right) == 0:
            return UNDEFINED
        share, size = float(right.mean()), np.bincount(groups)
        if size.max() == 1:
            count = float(len(right))
        elif share in {0, 1}:
            count = len(right) ** 2 / float((size**2).sum())
        else:
            error = float(np.sqrt((np.bincount(groups, right - share) ** 2).sum())) / len(right)
            count = trials(share, error, len(np.unique(self.images[members])))
        return _over_runs(wilson_limits(share, count, Z), right, runs, groups)

    def class_mean(self, figure: str, bounds: list[Bounds], samples: EvaluatedSamples, ids: np.ndarray) -> Bounds:
        """Return the interval of a mean over classes from theirs, which are taken for independent."""
        found = mean_bounds(_of_classes(samples, ids, figure), bounds)
        return self._over_runs(found, samples, ids, figure)

    def _over_runs(self, bounds: Bounds, samples: EvaluatedSamples, ids: np.ndarray, figure: str) -> Bounds:
        if self.runs is None:
            return bounds
        values = pseudo_values(samples.reference, samples.predicted, ids, figure)
        return _over_runs(bounds, values, self.runs, self.groups, least=LEAST.get(figure, 0.0))

    def summaries(self, samples: EvaluatedSamples, ids: np.ndarray) -> dict[str, Bounds]:
        """Return percentile intervals of kappa and macro F1 under random weights of the groups (Rubin 1981).

        Groups whose images fall into the same cells of the confusion matrix are alike, so their weights, exponential
        each, add up to a gamma variate.

        References
        ----------
        Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9.
        """
        size = len(ids)
        cells = np.searchsorted(ids, samples.reference) * size + np.searchsorted(ids, samples.predicted)
        order = np.lexsort((cells, self.groups))
        ends = np.cumsum(np.bincount(self.groups))[:-1]
        alike = Counter(tuple(part.tolist()) for part in np.split(cells[order], ends))
        patterns = sorted(alike)
        drawn = np.random.default_rng(self.seed).standard_gamma(
            [alike[pattern] for pattern in patterns], (REPLICATES, len(patterns))
        )
        tables = np.zeros((REPLICATES, size * size))
        for place, pattern in enumerate(patterns):
            for cell in pattern:
                tables[:, cell] += drawn[:, place]
        found = summaries(tables.reshape(REPLICATES, size, size))
        tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
        return {
            name: self._over_runs(Bounds(*np.percentile(found[name], tails).tolist()), samples, ids, name)
            for name in ("kappa", "macro_f1")
        }

    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return nothing: images have no fields."""
        del members
        return {}

    def error(self, right: np.ndarray) -> float:
        """Return the standard error of a share between groups; see `cluster_error`."""
        return cluster_error(right, self.groups)


def _of_classes(samples: EvaluatedSamples, ids: np.ndarray, figure: str) -> np.ndarray:
    """Return the producer's accuracy (`aa`) or F1 (`macro_f1`) of the classes that have test samples."""
    confusion = count_confusions(samples.reference, samples.predicted, ids)
    values = {"aa": producers_accuracy, "macro_f1": f1_scores}[figure](confusion)
    return np.asarray(values[confusion.sum(axis=1) > 0])


def _over_runs(
    bounds: Bounds, values: np.ndarray, runs: np.ndarray | None, groups: np.ndarray, *, least: float = 0.0
) -> Bounds:
    """Return the interval of the mean of values of images, wider by what whole runs differ in."""
    units = run_units(runs, groups)
    if units is None:
        return bounds
    half = Z * float(np.sqrt(Clustering(units[:1], None, units).of_runs(deviations(values))))
    return widened(bounds, float(values.mean()), half, least=least)


def units_of(
    samples: EvaluatedSamples,
    labels: np.ndarray,
    splits: Split | Sequence[Split],
    *,
    seed: int = 0,
    fields: np.ndarray | None = None,
) -> Units:
    """Return the units of the test samples of a split, or of those of several splits of the same samples together.

    A field or group that several splits test is one unit; `labels` are the reference labels of all samples, `fields`
    those of all pixels, where they are known.

    Raises
    ------
    DataError
        If the splits give their samples different classes.
    """
    splits = [splits] if isinstance(splits, Split) else splits
    if splits[0].roles.ndim == 1:
        groups = samples.take(joined_groups([split.groups for split in splits], len(splits[0].roles)))
        return GroupUnits(groups, images=samples.places[:, 0], runs=samples.runs, seed=seed)
    reference = splits[0].reference(labels)
    if any(other.given is not None or splits[0].given is not None for other in splits[1:]) and not all(
        np.array_equal(other.reference(labels), reference) for other in splits[1:]
    ):
        raise DataError(
            "splits: give their pixels different classes, so that their tests cannot be counted together; expected"
            " splits of the same reference labels"
        )
    sites = sites_of(samples, labels, splits[0], fields=fields)
    return BlockUnits(sites, least=max(least_side(split) for split in splits))


def joined_groups(groups: Sequence[np.ndarray | None], count: int) -> np.ndarray:
    """Return the group of each of `count` images when the groups of several splits hold: images that any of them joins.

    Each image is a group of its own where a split has no groups.
    """
    known = [np.unique(one, return_inverse=True)[1].ravel() for one in groups if one is not None]
    if len(known) < len(groups):
        return np.arange(count)
    if all(np.array_equal(one, known[0]) for one in known[1:]):
        return known[0]
    from scipy.sparse import coo_array  # here, as maps do not need it
    from scipy.sparse.csgraph import connected_components

    starts = np.cumsum([count, *(one.max() + 1 for one in known)])
    ends = np.concatenate([one + start for one, start in zip(known, starts, strict=False)])
    images = np.tile(np.arange(count), len(known))
    graph = coo_array((np.ones(len(ends)), (images, ends)), shape=(starts[-1], starts[-1]))
    return np.asarray(connected_components(graph, directed=False)[1][:count])


def sites_of(samples: EvaluatedSamples, labels: np.ndarray, split: Split, *, fields: np.ndarray | None = None) -> Sites:
    """Return where test pixels lie, and their fields; see `hsclass.samples.fields`."""
    fields = fields_of(split.reference(labels), split.groups) if fields is None else fields
    return Sites(samples.places, samples.take(fields), samples.reference, samples.runs)


def least_side(split: Split) -> int:
    """Return the smallest side [pixels] of a block: three windows, as models see the same pixels within one."""
    return 3 * split.window
