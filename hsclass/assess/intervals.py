"""Intervals of accuracies by bootstrap over what may be right or wrong together: blocks, fields, classes."""

from functools import lru_cache
from math import ceil, log
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from hsclass.assess.blocks import BlockGrids, Sites, fixed_blocks, make_blocks, whole_fields, whole_groups
from hsclass.assess.confusion import summaries

LEVEL = 0.95
REPLICATES = 2000
ROUNDING = 1e-12
_SHARED = 2**24  # weights that are kept for the next figure, or else drawn at a time: 128 MiB
FEW_FIELDS = 10
"""Effective number of fields below which an interval is not to be relied on."""

MANY_CLASSES = 5
"""Effective number of classes from which they are units, too."""

METHOD = (
    "the widest of three: spatial block bootstrap, bootstrap over whole fields and, for figures of all classes, over"
    " classes; standard error of replicates with random weights, Student's t for the effective number of units,"
    " Wilson's limits; wider by what several runs differ in as a whole"
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


def widest(bounds: list[Bounds]) -> Bounds:
    """Return the interval that holds all of them; undefined where one of them is."""
    if any(np.isnan(one.low) for one in bounds):
        return UNDEFINED
    return Bounds(min(one.low for one in bounds), max(one.high for one in bounds))


def share_bounds(right: np.ndarray, sites: Sites, *, least: int, by_class: bool = False, seed: int = 0) -> Bounds:
    """Return the 95 % interval of a share of pixels, such as an accuracy.

    Nobody knows beforehand whether errors come in patches, field by field or class by class. Blocks alone are too
    narrow where whole fields, larger than a block, are right or wrong together; so the interval is the widest of those
    over blocks, over fields and, for figures over all classes, over classes. benchmarks/coverage.py measures each on
    the geometry of a real test set.

    Parameters
    ----------
    right : ndarray of bool, shape (pixels,)
    sites : Sites
        Where they lie.
    least : int
        Smallest side of a block [pixels].
    by_class : bool
        Take classes for units, too, where there are effectively `MANY_CLASSES` or more: fewer do not show how much
        classes vary.
    seed : int
        Of the weights.

    Returns
    -------
    Bounds
        Undefined where a single block or field holds all the pixels.
    """
    if len(right) == 0:
        return UNDEFINED
    all_alike = float(right.mean()) in {0, 1}
    units = [fixed_blocks(sites, side=least) if all_alike else make_blocks(sites, least=least)]
    units.append(whole_fields(sites))
    if by_class and (classes := whole_groups(sites.classes)).effective >= MANY_CLASSES:
        units.append(classes)
    return widest([unit_bounds(right, blocks, seed=seed, most=sites.distinct) for blocks in units])


def unit_bounds(right: np.ndarray, blocks: BlockGrids, *, seed: int = 0, most: int | None = None) -> Bounds:
    """Return the 95 % interval of a share of pixels under one choice of units.

    It is no narrower than that of `most` independent pixels; by default, of all.

    The standard error is that of replicates over the units. The limits are Wilson's, with the number of independent
    pixels that would have this standard error and with Student's t for the number of units, as in surveys of clusters
    (Dean, Pagano 2015). Where all or none are right no unit differs from another, which says nothing of those that were
    not seen: there each unit counts as one trial.

    References
    ----------
    Dean, N., Pagano, M. (2015). Evaluating confidence interval methods for binomial proportions in clustered surveys.
    Journal of Survey Statistics and Methodology 3.
    """
    share = float(right.mean())
    if not blocks.several:
        return UNDEFINED
    if share in {0, 1}:
        return wilson(share, blocks.effective, blocks)
    sums = replicate(share_tables(right, blocks), seed)
    error = standard_error(sums[:, 0] / sums[:, 1], blocks)
    return wilson(share, trials(share, error, most or len(right)), blocks)


def share_tables(values: np.ndarray, blocks: BlockGrids) -> list[np.ndarray]:
    """Return the sum of values and the number of samples of each block, shape (blocks, 2), grid by grid."""
    return [np.stack(columns, axis=1) for columns in zip(blocks.sums(values), blocks.sizes, strict=True)]


def summary_bounds(
    confusions: list[np.ndarray], blocks: BlockGrids, *, seed: int = 0, most: int | None = None
) -> dict[str, Bounds]:
    """Return the 95 % intervals of `kappa` and `macro_f1` from replicates over blocks.

    Those of kappa are symmetric, those of macro F1 Wilson's.

    Parameters
    ----------
    confusions : list of ndarray of int, each of shape (blocks, classes, classes)
        One for each grid of the blocks: the confusion matrix of every block.
    blocks : BlockGrids
        Over all the pixels.
    seed : int
        Of the weights.
    most : int, optional
        Number of independent pixels than whose interval that of macro F1 is no narrower; by default, of all.

    Returns
    -------
    dict of str to Bounds
        Undefined where a single block holds all the pixels, where the figure is, and where no replicate differs from
        another, as with a map that is right everywhere.
    """
    size = confusions[0].shape[-1]
    total = confusions[0].sum(axis=0)
    found = {name: float(value) for name, value in summaries(total).items()}
    bounds = {"kappa": UNDEFINED, "macro_f1": UNDEFINED}
    if not blocks.several:
        return bounds
    sums = replicate([matrices.reshape(len(matrices), -1) for matrices in confusions], seed)
    replicates = summaries(sums.reshape(len(sums), size, size))
    errors = {name: standard_error(replicates[name], blocks) for name in bounds}
    if errors["kappa"] > ROUNDING:
        half = quantile(blocks) * errors["kappa"]
        bounds["kappa"] = Bounds(max(-1.0, found["kappa"] - half), min(1.0, found["kappa"] + half))
    if errors["macro_f1"] > ROUNDING:
        count = trials(found["macro_f1"], errors["macro_f1"], most or int(total.sum()))
        bounds["macro_f1"] = wilson(found["macro_f1"], count, blocks)
    return bounds


def mean_bounds(values: np.ndarray, bounds: list[Bounds]) -> Bounds:
    """Return the interval of the mean of independent estimates from theirs, by Zou and Donner's (2008) recovery.

    low = mean - √(Σ (value - low)²) / n, high likewise. This is AA's: its classes lie in few blocks each, so that
    replicates over blocks of all classes vary too little. An undefined interval counts as 0…1: of a class in a single
    block nothing is known.

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

    √(n / (n - 1) · Σ_g (Σ_{i in g} (y_i - ȳ))²) / N, with n the effective number of groups and N that of the values:
    the linearised error of a ratio of group totals (Cochran 1977, 6.3).

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques. Wiley, 3rd edition.
    """
    units = whole_groups(groups)
    if (effective := units.effective) <= 1:
        return float("nan")
    sums = np.bincount(units.grids[0], values - values.mean())
    return float(np.sqrt(effective / (effective - 1) * (sums**2).sum()) / len(values))


def run_error(values: np.ndarray, runs: np.ndarray | None, groups: np.ndarray) -> float:
    """Return the standard error of a mean that comes from runs which are better or worse as a whole.

    An interval over fields does not contain it. √(V_r - V_rf), 0 where that is negative: V_r the variance with runs as
    clusters, V_rf with the tests of a run in a field as clusters, which the interval over fields does contain (two-way
    clustering, Cameron, Gelbach, Miller 2011).

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    runs, groups : ndarray of int, shape (n,)
        The run and the field of each; no runs where there is one.

    References
    ----------
    Cameron, A. C., Gelbach, J. B., Miller, D. L. (2011). Robust inference with multiway clustering. Journal of Business
    and Economic Statistics 29.
    """
    if runs is None or runs.max() == runs.min():
        return 0.0
    within = runs.astype(np.int64) * (int(groups.max()) + 1) + groups
    return float(np.sqrt(max(0.0, cluster_error(values, runs) ** 2 - cluster_error(values, within) ** 2)))


def widened(bounds: Bounds, value: float, half: float, *, least: float = 0.0) -> Bounds:
    """Return the interval of a figure that varies by `half` in addition, for another reason (Zou, Donner 2008)."""
    if np.isnan(bounds.low) or not half > 0:
        return bounds
    low, high = value - np.hypot(value - bounds.low, half), value + np.hypot(bounds.high - value, half)
    return Bounds(max(least, float(low)), min(1.0, float(high)))


def replicate(tables: list[np.ndarray], seed: int) -> np.ndarray:
    """Return sums over blocks with random weights (Rubin 1981).

    Weights from the exponential distribution instead of the counts of a resample: they are never 0, so that a class
    that lies in one block of ten does not vanish from a third of the replicates.

    Parameters
    ----------
    tables : list of ndarray, each of shape (blocks, figures)
        One for each grid: what each block adds to each sum.
    seed : int

    Returns
    -------
    ndarray of float64, shape (REPLICATES, figures)
        The same number from each grid.

    References
    ----------
    Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9.
    """
    each = REPLICATES // len(tables)
    ends = np.cumsum([each * len(table) for table in tables])
    if ends[-1] <= _SHARED:
        weights = np.split(_drawn(seed, 4 ** ceil(log(ends[-1], 4)))[: ends[-1]], ends[:-1])
        return np.concatenate([part.reshape(each, -1) @ table for part, table in zip(weights, tables, strict=True)])
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [
            rng.standard_exponential((min(rows, each - top), len(table))) @ table
            for table in tables
            for rows in [max(1, _SHARED // len(table))]
            for top in range(0, each, rows)
        ]
    )


@lru_cache
def _drawn(seed: int, count: int) -> np.ndarray:
    """Return the first weights that a seed gives, which all figures of an evaluation begin with."""
    return np.random.default_rng(seed).standard_exponential(count)


def standard_error(replicates: np.ndarray, blocks: BlockGrids) -> float:
    """Return the standard error that replicates show, shape (replicates,).

    The variance of a mean of n equal blocks under exponential weights is S / (n (n + 1)), with S the sum of squared
    deviations; S / (n (n - 1)) is unbiased.
    """
    n = blocks.effective
    return float(np.std(replicates) * np.sqrt((n + 1) / (n - 1)))


def trials(share: float, error: float, most: int) -> float:
    """Return the number of independent trials that would give a share, neither 0 nor 1, this standard error."""
    return most if error == 0 else min(most, share * (1 - share) / error**2)


def wilson(share: float, count: float, blocks: BlockGrids) -> Bounds:
    """Return Wilson's limits of a share of `count` trials, with Student's t for the number of blocks."""
    return wilson_limits(share, count, quantile(blocks))


def wilson_limits(share: float, count: float, t: float) -> Bounds:
    """Return Wilson's limits of a share of `count` trials; `t` is the quantile that belongs to the level."""
    centre = (share + t**2 / (2 * count)) / (1 + t**2 / count)
    half = t / (1 + t**2 / count) * np.sqrt(share * (1 - share) / count + (t / (2 * count)) ** 2)
    # With a share of 0 or 1 one limit is the share, but for rounding.
    return Bounds(max(0.0, min(share, float(centre - half))), min(1.0, max(share, float(centre + half))))


def quantile(blocks: BlockGrids) -> float:
    """Return the upper quantile of Student's t that belongs to the level and the number of blocks."""
    return float(stdtrit(blocks.effective - 1, (1 + LEVEL) / 2))
