"""What intervals and tests take for independent of each other: blocks of pixels, or groups of images."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from hsclass.assess.blocks import BlockGrids, Sites, field_counts, whole_groups
from hsclass.assess.confusion import count_confusions, f1_scores, producers_accuracy, pseudo_values, summaries
from hsclass.assess.intervals import (
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

IMAGES = "Wilson's limits, each test image a trial"
GROUPS = (
    "standard errors clustered by groups of near-duplicates, and what several runs differ in as a whole; Wilson's"
    " limits with Student's t for the effective number of groups"
)
Z = 1.959963984540054  # of the normal distribution, for 95 %


class Units(ABC):
    """The independent units among some test samples.

    Attributes
    ----------
    method : str
        How intervals are estimated, in a sentence.
    """

    method: str

    @property
    @abstractmethod
    def clusters(self) -> Clustering:
        """All units of all the samples."""

    @property
    @abstractmethod
    def distinct(self) -> int:
        """The number of different samples, each of which may be tested several times."""

    @abstractmethod
    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the 95 % interval of the share of right ones, bool of shape (n,), among some members."""

    @abstractmethod
    def f1(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the 95 % interval of F1 of a class of which `members` are the tests, bool of shape (n,).

        F1 is a ratio over the tests that are of the class by reference or prediction; right ones count twice, also in
        the total. `right` are those of the tests that are right, bool of shape (members,).
        """

    @abstractmethod
    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return the number of `fields` that some members lie in, and `effective_fields`; empty for images."""

    @abstractmethod
    def error(self, right: np.ndarray) -> float:
        """Return the standard error of a share between fields or groups, NaN where there is only one."""

    @property
    def blocks(self) -> BlockGrids:
        """The blocks, or groups, of all the samples."""
        return self.clusters.ways[0]

    def class_mean(self, figure: str, bounds: list[Bounds], samples: EvaluatedSamples, ids: np.ndarray) -> Bounds:
        """Return the 95 % interval of a mean over the classes that have test samples, from those of the classes.

        `mean_bounds` takes the classes for independent. What those within a block or group, or all tests of a run, have
        in common is added.

        Parameters
        ----------
        figure : {"aa", "macro_f1"}
        bounds : list of Bounds
            Of each class.
        samples : EvaluatedSamples
        ids : ndarray of int
            Of all classes.
        """
        values = pseudo_values(samples.reference, samples.predicted, ids, figure)
        found = mean_bounds(_of_classes(samples, ids, figure), bounds)
        if not self.clusters.several:
            return found
        half = self.clusters.quantile * self.clusters.shared(deviations(values), samples.reference)
        return widened(found, float(values.mean()), half)

    def summaries(self, samples: EvaluatedSamples, ids: np.ndarray) -> dict[str, Bounds]:
        """Return the 95 % intervals of `kappa`, see `kappa_bounds`, and `macro_f1`, from those of the classes' F1.

        `ids` are the ids of all classes.
        """
        reference, predicted, clusters = samples.reference, samples.predicted, self.clusters
        found = {name: float(value) for name, value in summaries(count_confusions(reference, predicted, ids)).items()}
        error = 0.0
        if clusters.several and not np.isnan(found["kappa"]):
            error = clusters.error(deviations(pseudo_values(reference, predicted, ids, "kappa")))
        tests = [(reference == one) | (predicted == one) for one in ids if (reference == one).any()]
        classes = [self.f1(samples.right[members], members) for members in tests]
        return {
            "kappa": kappa_bounds(found["kappa"], found["oa"], error, clusters, most=self.distinct),
            "macro_f1": self.class_mean("macro_f1", classes, samples, ids),
        }


class BlockUnits(Units):
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
    def distinct(self) -> int:
        """The number of pixels."""
        return self.sites.distinct

    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the interval of a share of pixels; see `share_bounds`."""
        if not members.all():
            return share_bounds(right[members], self.sites[members], least=self.least)
        if right.all() or not right.any():
            return share_bounds(right, self.sites, least=self.least, by_class=True)
        return ratio_bounds(right, self.clusters, most=self.sites.distinct)

    def f1(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the interval of F1 of a class; see `Units.f1`."""
        sites = self.sites[members]
        clusters = clusters_of(sites, least=self.least, finest=bool(right.all() or not right.any()))
        return ratio_bounds(right, clusters, most=sites.distinct, weights=right + np.int8(1))

    def counts(self, members: np.ndarray) -> dict[str, Any]:
        """Return how many fields some members lie in, and how many of equal size would say as much."""
        fields = self.sites.fields
        return field_counts(fields if members.all() else fields[members])

    def error(self, right: np.ndarray) -> float:
        """Return the standard error of a share between fields; see `cluster_error`."""
        return cluster_error(right, self.sites.fields)


class GroupUnits(Units):
    """Groups of images, such as near-duplicates; by default each image is a group of its own.

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
        The group of each image.
    images : ndarray of int, shape (n,), optional
        The image of each test, where one may be tested several times.
    runs : ndarray of int, shape (n,), optional
        The run that each test belongs to, where there are several.
    """

    def __init__(self, groups: np.ndarray, *, images: np.ndarray | None = None, runs: np.ndarray | None = None) -> None:
        self.groups = np.unique(groups, return_inverse=True)[1].ravel()
        self.images = np.arange(len(groups)) if images is None else images
        self.runs = runs
        self.method = IMAGES if self._apart(np.ones(len(groups), bool)) else GROUPS

    def _apart(self, members: np.ndarray) -> bool:
        """Return whether some members are of one image a group."""
        images, groups = self.images[members], self.groups[members]
        return len(np.unique(groups)) == len(np.unique(np.stack([groups, images]), axis=1).T)

    def _clusters(self, members: np.ndarray) -> Clustering:
        """Return the groups of some members, and their runs where there are several."""
        groups = self.groups[members]
        runs = None if self.runs is None else self.runs[members]
        return Clustering((whole_groups(groups),), None, run_units(runs, groups))

    @cached_property
    def clusters(self) -> Clustering:
        """The groups, and runs where there are several."""
        return self._clusters(np.ones(len(self.groups), bool))

    @property
    def distinct(self) -> int:
        """The number of images."""
        return len(np.unique(self.images))

    def share(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return Wilson's limits of a share of images; see `ratio_bounds`.

        Where each image is its own group, the number of images is that of trials, and the quantile the normal
        distribution's.
        """
        right = right[members]
        if len(right) == 0:
            return UNDEFINED
        most, clusters = len(np.unique(self.images[members])), self._clusters(members)
        if not self._apart(members):
            return ratio_bounds(right, clusters, most=most)
        share, sizes = float(right.mean()), clusters.ways[0].sizes[0]
        if share in {0, 1}:
            count = len(right) ** 2 / float((sizes**2).sum())
        else:
            error = float(np.sqrt((clusters.ways[0].sums(right - share)[0] ** 2).sum())) / len(right)
            count = trials(share, error, most)
        half = Z * np.sqrt(clusters.of_runs(deviations(right)))
        return widened(wilson_limits(share, count, Z), share, float(half))

    def f1(self, right: np.ndarray, members: np.ndarray) -> Bounds:
        """Return the interval of F1 of a class; see `Units.f1`."""
        most = len(np.unique(self.images[members]))
        return ratio_bounds(right, self._clusters(members), most=most, weights=right + np.int8(1))

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


def units_of(
    samples: EvaluatedSamples,
    labels: np.ndarray,
    splits: Split | Sequence[Split],
    *,
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
        return GroupUnits(groups, images=samples.places[:, 0], runs=samples.runs)
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
