"""What intervals and tests take for independent of each other: blocks of pixels, or groups of images."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np

from hsclass.assess.blocks import BlockGrids, Sites, field_counts, make_blocks, whole_fields, whole_groups
from hsclass.assess.confusion import cells_of, pseudo_values, summaries
from hsclass.assess.intervals import (
    LEVEL,
    MANY_CLASSES,
    METHOD,
    REPLICATES,
    UNDEFINED,
    Bounds,
    cluster_error,
    quantile,
    run_error,
    share_bounds,
    summary_bounds,
    trials,
    widened,
    widest,
    wilson_limits,
)
from hsclass.assess.sample import TestedSamples
from hsclass.errors import DataError
from hsclass.samples.fields import fields_of
from hsclass.split import Split

IMAGES = "Wilson's limits, each test image a trial; kappa and macro F1 by bootstrap over the images"
GROUPS = (
    "Wilson's limits for the number of independent images with the same standard error, near-duplicates taken"
    " together; kappa and macro F1 by bootstrap over the groups of near-duplicates"
)
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
        """The units of all the samples."""

    @property
    def choices(self) -> tuple[BlockGrids, ...]:
        """All choices of units of all the samples; an interval is the widest over them."""

    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the 95 % interval of the share of right ones, bool of shape (n,), among some members."""

    def summaries(self, reference: np.ndarray, predicted: np.ndarray, ids: np.ndarray) -> dict[str, Bounds]:
        """Return the 95 % intervals of `kappa` and `macro_f1`, from class ids of shape (n,)."""

    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return the number of `fields` that some members lie in, and `effective_fields`; empty for images."""

    def error(self, right: np.ndarray) -> float:
        """Return the standard error of a share between fields or groups, NaN where there is only one."""

    def over_runs(self, bounds: Bounds, values: Callable[[], np.ndarray], *, least: float = 0.0) -> Bounds:
        """Return the interval of the mean of values of all the samples, wider by what whole runs differ in.

        The values are computed only where there are several runs.
        """


class BlockUnits:
    """Spatial blocks, whole fields and classes of pixels: neighbours are right or wrong together.

    Each figure has blocks of its own pixels, the largest that leave about eight of them.

    Parameters
    ----------
    sites : Sites
        Where the pixels lie.
    least : int
        Smallest side of a block [pixels].
    seed : int
        Of the bootstrap.
    """

    method = METHOD

    def __init__(self, sites: Sites, *, least: int, seed: int = 0) -> None:
        self.sites, self.least, self.seed = sites, least, seed

    @cached_property
    def blocks(self) -> BlockGrids:
        """Blocks over all the pixels."""
        return make_blocks(self.sites, least=self.least)

    @cached_property
    def fields(self) -> BlockGrids:
        """The fields as units."""
        return whole_fields(self.sites)

    @cached_property
    def choices(self) -> tuple[BlockGrids, ...]:
        """Blocks, fields and, where there are many, classes."""
        classes = whole_groups(self.sites.classes)
        return self.blocks, self.fields, *([classes] if classes.effective >= MANY_CLASSES else [])

    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the interval of a share of pixels; see `share_bounds`."""
        everything = bool(members.all())
        right, sites = (right, self.sites) if everything else (right[members], self.sites[members])
        bounds = share_bounds(right, sites, least=self.least, by_class=everything, seed=self.seed)
        return _over_runs(bounds, lambda: right, sites)

    def over_runs(self, bounds: Bounds, values: Callable[[], np.ndarray], *, least: float = 0.0) -> Bounds:
        """Return the interval of the mean of values of all the pixels, wider by what whole runs differ in."""
        return _over_runs(bounds, values, self.sites, least=least)

    def summaries(self, reference: np.ndarray, predicted: np.ndarray, ids: np.ndarray) -> dict[str, Bounds]:
        """Return the intervals of kappa and macro F1, the widest over all choices; see `summary_bounds`."""
        cells, size = cells_of(reference, predicted, ids), len(ids)
        found = [
            summary_bounds(
                [table.reshape(-1, size, size) for table in blocks.counts(cells, size**2)],
                blocks,
                seed=self.seed,
                most=self.sites.distinct,
            )
            for blocks in self.choices
        ]
        return {
            name: self.over_runs(
                widest([bounds[name] for bounds in found]), partial(pseudo_values, reference, predicted, ids, name),
                least=LEAST[name],
            )
            for name in found[0]
        }  # fmt: skip

    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return how many fields some members lie in, and how many of equal size would say as much."""
        return field_counts(self.sites if members.all() else self.sites[members])

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
        Of the bootstrap.
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

    @property
    def choices(self) -> tuple[BlockGrids, ...]:
        """The groups alone."""
        return (self.blocks,)

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
        return widened(wilson_limits(share, count, Z), share, Z * run_error(right, runs, groups))

    def over_runs(self, bounds: Bounds, values: Callable[[], np.ndarray], *, least: float = 0.0) -> Bounds:
        """Return the interval of the mean of values of all the images, wider by what whole runs differ in."""
        if self.runs is None:
            return bounds
        found = values()
        return widened(bounds, float(found.mean()), Z * run_error(found, self.runs, self.groups), least=least)

    def summaries(self, reference: np.ndarray, predicted: np.ndarray, ids: np.ndarray) -> dict[str, Bounds]:
        """Return percentile intervals of kappa and macro F1 under random weights of the groups (Rubin 1981).

        Groups whose images fall into the same cells of the confusion matrix are alike, so their weights, exponential
        each, add up to a gamma variate.

        References
        ----------
        Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9.
        """
        size = len(ids)
        cells = np.searchsorted(ids, reference) * size + np.searchsorted(ids, predicted)
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
            name: self.over_runs(
                Bounds(*np.percentile(found[name], tails).tolist()),
                partial(pseudo_values, reference, predicted, ids, name), least=LEAST[name],
            )
            for name in ("kappa", "macro_f1")
        }  # fmt: skip

    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return nothing: images have no fields."""
        del members
        return {}

    def error(self, right: np.ndarray) -> float:
        """Return the standard error of a share between groups; see `cluster_error`."""
        return cluster_error(right, self.groups)


def _over_runs(bounds: Bounds, values: Callable[[], np.ndarray], sites: Sites, *, least: float = 0.0) -> Bounds:
    """Return the interval of a mean over the tests of pixels, wider by what whole runs differ in; see `run_error`."""
    if np.isnan(bounds.low) or sites.runs is None:
        return bounds
    found = values()
    half = quantile(whole_fields(sites)) * run_error(found, sites.runs, sites.fields)
    return widened(bounds, float(found.mean()), half, least=least)


def units_of(samples: TestedSamples, labels: np.ndarray, splits: Split | Sequence[Split], *, seed: int = 0) -> Units:
    """Return the units of the test samples of a split, or of those of several splits of the same samples together.

    A field or group that several splits test is one unit; `labels` are the reference labels of all samples.

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
    sites = sites_of(samples, labels, splits[0])
    return BlockUnits(sites, least=max(least_side(split) for split in splits), seed=seed)


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


def sites_of(samples: TestedSamples, labels: np.ndarray, split: Split) -> Sites:
    """Return where test pixels lie, and their fields; see `hsclass.samples.fields`."""
    reference = split.reference(labels)
    return Sites(samples.places, samples.take(fields_of(reference, split.groups)), samples.reference, samples.runs)


def least_side(split: Split) -> int:
    """Return the smallest side [pixels] of a block: three windows, as models see the same pixels within one."""
    return 3 * split.window
