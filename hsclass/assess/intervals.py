"""Intervals of accuracies whose samples are right or wrong together: in blocks, fields, classes and runs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from hsclass.assess.blocks import BlockGrids, Sites, fixed_blocks, make_blocks, whole_fields, whole_groups

LEVEL = 0.95
ROUNDING = 1e-12
MANY_CLASSES = 5
"""Effective number of classes from which they are units, too."""

METHOD = (
    "standard errors clustered in two ways, by spatial blocks and by classes, or fields where there are few classes;"
    " the largest of these and of both together, and what several runs differ in as a whole; Wilson's limits with"
    " Student's t for the smaller effective number of units"
)


class Bounds(NamedTuple):
    """Ends of an interval; NaN where it is undefined."""

    low: float
    high: float

    @classmethod
    def of(cls, low: float | None, high: float | None) -> "Bounds":
        """Return an interval as records store it: None where it is undefined."""
        return UNDEFINED if low is None or high is None else cls(low, high)


UNDEFINED = Bounds(np.nan, np.nan)

Sums = Callable[[BlockGrids], list[np.ndarray]]
"""Returns, for each grid of some units, what each unit adds to the deviation of an estimate; 0 in total."""


@dataclass(frozen=True)
class Clustering:
    """Units in which samples may be right or wrong together.

    Attributes
    ----------
    ways : tuple of BlockGrids
        One, such as groups of images, or two that cross each other: blocks, and classes or fields. A third, fields,
        where these hold several classes, as sites do.
    both : BlockGrids or None
        The parts of the first that lie in one unit of the second.
    runs : tuple of BlockGrids, or None
        Where there are several runs: these, and the fields or groups within each.
    """

    ways: tuple[BlockGrids, ...]
    both: BlockGrids | None = None
    runs: tuple[BlockGrids, BlockGrids] | None = None

    @cached_property
    def effective(self) -> float:
        """The smallest effective number of units."""
        return min(way.effective for way in self.ways)

    @property
    def several(self) -> bool:
        """False where a single unit could hold all the samples, so that nothing shows how much others would vary."""
        return all(way.several for way in self.ways)

    @property
    def quantile(self) -> float:
        """The upper quantile of Student's t that belongs to the level and the number of units."""
        return float(stdtrit(self.effective - 1, (1 + LEVEL) / 2))

    def error(self, sums: Sums) -> float:
        """Return the standard error of an estimate.

        Of two ways in which samples depend on each other, V_1 and V_2 are the variances clustered by one of them, V_12
        that clustered by both at once; V_1 + V_2 - V_12 holds where samples depend on each other that share a unit in
        either way (Cameron, Gelbach, Miller 2011). With few units each of them varies, so that the largest of V_1, V_2
        and this counts (MacKinnon, Nielsen, Webb 2024), or the variance clustered in a third way. Runs add `of_runs`.

        References
        ----------
        Cameron, A. C., Gelbach, J. B., Miller, D. L. (2011). Robust inference with multiway clustering. Journal of
        Business and Economic Statistics 29.
        MacKinnon, J. G., Nielsen, M. Ø., Webb, M. D. (2024). Jackknife inference with two-way clustering. arXiv
        2406.08880.
        """
        found = [variance(sums, way) for way in self.ways]
        if self.both is not None:
            found.append(sum(found[:2]) - variance(sums, self.both))
        return float(np.sqrt(max(found) + self.of_runs(sums)))

    def of_runs(self, sums: Sums) -> float:
        """Return the variance that comes from runs which are better or worse as a whole; 0 for a single run.

        V_r - V_rf, 0 where that is negative: V_r clustered by run, V_rf by field within run, which the other ways do
        contain.
        """
        if self.runs is None:
            return 0.0
        whole, fields = (variance(sums, units) for units in self.runs)
        return max(0.0, whole - fields)

    def shared(self, sums: Sums, classes: np.ndarray) -> float:
        """Return the standard error of what classes have in common within a block, or within a site, and of runs.

        `classes` are those of the samples. Classes, and fields of one class each, have nothing of it.
        """
        units = (self.ways[0], *(way for way in self.ways[1:] if not way.nested(classes)))
        common = [variance(sums, way) - variance(sums, way.crossed(classes)) for way in units]
        return float(np.sqrt(max(0.0, *common) + self.of_runs(sums)))


def variance(sums: Sums, units: BlockGrids) -> float:
    """Return the variance of an estimate clustered by some units: n / (n - 1) Σ_g S_g², the mean over their grids.

    S_g is what a unit adds to the deviation of the estimate, n the effective number of units: the linearised variance
    of a ratio of totals (Cochran 1977, 6.3).

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques. Wiley, 3rd edition.
    """
    n = units.effective
    return float(n / (n - 1) * np.mean([(each**2).sum() for each in sums(units)]))


def clusters_of(sites: Sites, *, least: int, by_class: bool = False, finest: bool = False) -> Clustering:
    """Return the units of some pixels: blocks crossed with fields, or with classes.

    Nobody knows beforehand whether errors come in patches, field by field or class by class. Blocks alone are too
    small where whole fields, larger than a block, are right or wrong together, or whole classes. Classes hold whole
    fields; where they do not, as groups are sites of several classes, these are units, too.

    Parameters
    ----------
    sites : Sites
    least : int
        Smallest side of a block [pixels].
    by_class : bool
        Take classes instead of fields where there are effectively `MANY_CLASSES` or more: fewer do not show how much
        classes vary.
    finest : bool
        Lay blocks of the smallest side.
    """
    blocks = fixed_blocks(sites, side=least) if finest else make_blocks(sites, least=least)
    fields, runs = whole_fields(sites), run_units(sites.runs, sites.fields)
    if by_class and (classes := whole_groups(sites.classes)).effective >= MANY_CLASSES:
        third = () if fields.nested(sites.classes) else (fields,)
        return Clustering((blocks, classes, *third), None if finest else blocks.crossed(sites.classes), runs)
    return Clustering((blocks, fields), None if finest else blocks.crossed(sites.fields), runs)


def run_units(runs: np.ndarray | None, groups: np.ndarray) -> tuple[BlockGrids, BlockGrids] | None:
    """Return several runs, and the groups of samples within each, as units; None where all samples are of one run."""
    if runs is None or len(runs) == 0 or runs.max() == runs.min():
        return None
    return whole_groups(runs), whole_groups(runs.astype(np.int64) * (int(groups.max()) + 1) + groups)


def deviations(values: np.ndarray) -> Sums:
    """Return what units add to the deviation of the mean of values, float of shape (samples,)."""
    centred = values - values.mean()
    centred /= len(values)
    return lambda units: units.sums(centred)


def share_bounds(right: np.ndarray, sites: Sites, *, least: int, by_class: bool = False) -> Bounds:
    """Return the 95 % interval of a share of pixels, such as an accuracy; undefined without any.

    Parameters
    ----------
    right : ndarray of bool, shape (pixels,)
    sites : Sites
        Where they lie.
    least, by_class
        See `clusters_of`.
    """
    if len(right) == 0:
        return UNDEFINED
    alike = bool(right.all() or not right.any())
    clusters = clusters_of(sites, least=least, by_class=by_class, finest=alike)
    return ratio_bounds(right, clusters, most=sites.distinct)


def ratio_bounds(right: np.ndarray, clusters: Clustering, *, most: int, weights: np.ndarray | None = None) -> Bounds:
    """Return the 95 % interval of the share of right samples, each of which may have a weight.

    The limits are Wilson's, with the number of independent samples that would have the same standard error and with
    Student's t for the number of units, as in surveys of clusters (Dean, Pagano 2015). Where all or none are right no
    unit differs from another, which says nothing of those that were not seen: there each unit counts as one trial.

    Parameters
    ----------
    right : ndarray of bool, shape (samples,)
    clusters : Clustering
    most : int
        Number of independent samples than whose interval this is no narrower.
    weights : ndarray of int, shape (samples,), optional

    Returns
    -------
    Bounds
        Undefined where a single block or field holds all the samples.

    References
    ----------
    Dean, N., Pagano, M. (2015). Evaluating confidence interval methods for binomial proportions in clustered surveys.
    Journal of Survey Statistics and Methodology 3.
    """
    if not clusters.several:
        return UNDEFINED
    hits = right if weights is None else right * weights
    total = len(right) if weights is None else int(weights.sum())
    share = float(np.count_nonzero(hits) if hits.dtype == bool else hits.sum()) / total
    if share in {0, 1}:
        return wilson_limits(share, clusters.effective, clusters.quantile)

    def sums(units: BlockGrids) -> list[np.ndarray]:
        sizes = units.sizes if weights is None else units.sums(weights)
        return [(one - share * size) / total for one, size in zip(units.sums(hits), sizes, strict=True)]

    return wilson_limits(share, trials(share, clusters.error(sums), most), clusters.quantile)


def kappa_bounds(kappa: float, oa: float, error: float, clusters: Clustering, *, most: int) -> Bounds:
    """Return the 95 % interval of kappa: Wilson's limits of OA with the standard error of kappa.

    kappa = (OA - e) / (1 - e) with e the chance agreement, so that (1 - e) times the error of kappa is one on the scale
    of OA. Limits symmetric about kappa miss the truth more often where kappa is large.

    Returns
    -------
    Bounds
        Undefined where kappa is, or where no unit differs from another.
    """
    if not clusters.several or np.isnan(kappa) or not error > ROUNDING or oa in {0, 1}:
        return UNDEFINED
    agreed = (1 - oa) / (1 - kappa)  # 1 - e
    low, high = wilson_limits(oa, trials(oa, agreed * error, most), clusters.quantile)
    return Bounds(max(-1.0, 1 - (1 - low) / agreed), min(1.0, 1 - (1 - high) / agreed))


def difference_bounds(gain: np.ndarray, clusters: Clustering) -> tuple[Bounds, float]:
    """Return the 95 % interval of the mean of `gain`, 1, 0 or -1 per sample, and the p-value of no difference.

    Both are those of Student's t with the same standard error, so that p is below 0.05 where the interval excludes 0.
    What is easy or hard for both cancels in each sample. Where no unit differs from another, but all are in favour of
    one, p is that of as many coins.

    Returns
    -------
    bounds : Bounds
        Undefined where a single unit holds all the samples, or no unit differs from another.
    p : float
        1 where nothing shows a difference.
    """
    mean = float(gain.mean())
    if not clusters.several or not gain.any():
        return UNDEFINED, 1.0
    error = clusters.error(deviations(gain))
    if error < ROUNDING:
        return UNDEFINED, float(min(1.0, 2 * 0.5**clusters.effective))
    half = clusters.quantile * error
    p = float(2 * stdtr(clusters.effective - 1, -abs(mean) / error))
    return Bounds(max(-1.0, mean - half), min(1.0, mean + half)), p


def mean_bounds(values: np.ndarray, bounds: list[Bounds]) -> Bounds:
    """Return the interval of the mean of independent estimates from theirs, by Zou and Donner's (2008) recovery.

    low = mean - √(Σ (value - low)²) / n, high likewise. This is that of AA and macro F1:
    classes lie in few blocks each, so that blocks of all classes vary too little. An undefined interval counts as 0…1:
    of a class in a single block nothing is known.

    Parameters
    ----------
    values : ndarray of float, shape (estimates,)
    bounds : list of Bounds

    Returns
    -------
    Bounds
        Undefined where all are.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.
    """
    if all(np.isnan(one.low) for one in bounds):
        return UNDEFINED
    ends = np.array([(0, 1) if np.isnan(one.low) else one for one in bounds])
    down, up = (float(np.sqrt(((values - ends[:, end]) ** 2).sum()) / len(values)) for end in (0, 1))
    mean = float(values.mean())
    return Bounds(max(0.0, mean - down), min(1.0, mean + up))


def cluster_error(values: np.ndarray, groups: np.ndarray) -> float:
    """Return the standard error of a mean of values that are alike within groups, NaN for a single group.

    √(n / (n - 1) · Σ_g (Σ_{i in g} (y_i - ȳ))²) / N, with n the effective number of groups and N that of the values;
    see `variance`.
    """
    units = whole_groups(groups)
    return float("nan") if units.effective <= 1 else float(np.sqrt(variance(deviations(values), units)))


def widened(bounds: Bounds, value: float, half: float, *, least: float = 0.0) -> Bounds:
    """Return the interval of a figure that varies by `half` in addition, for another reason (Zou, Donner 2008)."""
    if np.isnan(bounds.low) or not half > 0:
        return bounds
    low, high = value - np.hypot(value - bounds.low, half), value + np.hypot(bounds.high - value, half)
    return Bounds(max(least, float(low)), min(1.0, float(high)))


def trials(share: float, error: float, most: int) -> float:
    """Return the number of independent trials that would give a share, neither 0 nor 1, this standard error."""
    return most if error == 0 else min(most, share * (1 - share) / error**2)


def wilson_limits(share: float, count: float, t: float) -> Bounds:
    """Return Wilson's limits of a share of `count` trials; `t` is the quantile that belongs to the level."""
    centre = (share + t**2 / (2 * count)) / (1 + t**2 / count)
    half = t / (1 + t**2 / count) * np.sqrt(share * (1 - share) / count + (t / (2 * count)) ** 2)
    # With a share of 0 or 1 one limit is the share, but for rounding.
    return Bounds(max(0.0, min(share, float(centre - half))), min(1.0, max(share, float(centre + half))))
