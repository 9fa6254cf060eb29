"""Design-based estimators of accuracy and area: every figure is a ratio of two estimated totals.

With y and x of each sample unit, and w the number of map pixels that it stands for, R = Σ w y / Σ w x. Overall accuracy
has y = 1 where map and reference agree and x = 1; user's accuracy of class k has x = 1 where the map says k; producer's
accuracy has x = 1 where the reference says k; the share of class k has y = 1 where the reference says k and x = 1. The
variance of R is that of Σ w z / X with z = y - R x (Stehman 2014, eqs. 24 to 28), under the design that was used.

References
----------
Stehman, S. V. (2014). Estimating area and map accuracy for stratified random sampling when the strata are different
from the map classes. International Journal of Remote Sensing 35, 4923-4939.
Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E., Wulder, M. A. (2014). Good practices for
estimating area and assessing accuracy of land change. Remote Sensing of Environment 148, 42-57.
Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Sections 5A.9 (post-stratification) and 11 (two stages).
Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a general approach. Statistics
in Medicine 27, 1693-1702.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

Z = 1.96
"""Of the 95 % intervals of samples of pixels, as in Olofsson et al. (2014)."""

ROUNDING = 1e-10
"""Deviations of units that are alike, relative to their values: of rounding alone."""


class Estimate(NamedTuple):
    """A figure, its standard error and the ends of its 95 % interval; NaN where it is not defined."""

    value: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class SampleDesign(ABC):
    """How the units were drawn, which gives each its weight and every total its variance.

    Attributes
    ----------
    strata : ndarray of int, shape (n,)
        Stratum of each unit, an index into `sizes`; for post-strata and two-stage samples see the subclasses.
    sizes : ndarray of int, shape (strata,)
        Map pixels of each stratum.
    """

    strata: np.ndarray
    sizes: np.ndarray

    @property
    @abstractmethod
    def weights(self) -> np.ndarray:
        """Map pixels that each unit stands for, shape (n,)."""

    @abstractmethod
    def variance(self, z: np.ndarray) -> float:
        """Return the estimated variance of Σ w z."""

    def ratio(
        self, y: np.ndarray, x: np.ndarray, *, other: tuple[np.ndarray, np.ndarray] | None = None,
        accuracy: bool = True,
    ) -> Estimate:  # fmt: skip
        """Return the ratio of the totals of y and x with its standard error and interval.

        Parameters
        ----------
        y, x : ndarray of float, shape (n,)
            0 or 1, y no larger than x.
        other : tuple of ndarray, each of shape (n,), optional
            y and x of each unit if its reference label were the other one; by default x - y and x, as x is known from
            the map. Units that agree do not show that all of their stratum would.
        accuracy : bool
            False for the share of a class, of which the strata of the map say much. Of its errors they say little, and
            so does a sample that holds few of them.
        """
        total = float(self.weights @ x)
        if total <= 0:
            return Estimate(np.nan, np.nan, np.nan, np.nan)
        value = float(self.weights @ y) / total
        se = float(np.sqrt(self.variance(y - value * x))) / total
        low, high = self.limits(value, se, y, x, other, accuracy)
        return Estimate(value, se, min(max(low, 0.0), value), max(min(high, 1.0), value))

    @abstractmethod
    def limits(
        self, value: float, se: float, y: np.ndarray, x: np.ndarray, other: tuple[np.ndarray, np.ndarray] | None,
        accuracy: bool,
    ) -> tuple[float, float]:  # fmt: skip
        """Return the ends of the 95 % interval of a ratio; see `ratio`."""


@dataclass(frozen=True)
class Stratified(SampleDesign):
    """Simple random sampling within strata; a single stratum is simple random sampling."""

    @property
    def counts(self) -> np.ndarray:
        """Units of each stratum, shape (strata,)."""
        return np.bincount(self.strata, minlength=len(self.sizes))

    @property
    def weights(self) -> np.ndarray:
        """Map pixels that each unit stands for: size over units of its stratum."""
        return (self.sizes / np.maximum(self.counts, 1))[self.strata]

    def variance(self, z: np.ndarray) -> float:
        """Return Σ N_h² s²_h / n_h, without a finite population correction, as Olofsson et al. (2014, eqs. 5 to 10)."""
        return float((self.sizes**2 * self.spread(z) / np.maximum(self.counts, 1)).sum())

    def spread(self, z: np.ndarray) -> np.ndarray:
        """Return the sample variance of z in each stratum, shape (strata,); 0 where there is a single unit."""
        counts = np.maximum(self.counts, 1)
        means = np.bincount(self.strata, z, len(self.sizes)) / counts
        squares = np.bincount(self.strata, (z - means[self.strata]) ** 2, len(self.sizes))
        rounding = squares <= ROUNDING**2 * max(1.0, float((z**2).max(initial=0))) * counts
        return np.where(rounding, 0.0, squares / np.maximum(counts - 1, 1))

    def limits(
        self, value: float, se: float, y: np.ndarray, x: np.ndarray, other: tuple[np.ndarray, np.ndarray] | None,
        accuracy: bool,
    ) -> tuple[float, float]:  # fmt: skip
        """Return Wilson's limits of an accuracy, else value ± `Z` se, wider by strata whose units agree.

        Where all is in one stratum Wilson's limits are those of its units, else of as many units as would have that
        standard error, but no more than there are. Strata that agree show no variance, although they are not certain:
        Wilson's limit of n of n units is that a share Z² / (n + Z²) of the stratum is otherwise. What each would change
        is combined in squares with these limits (Zou, Donner 2008).
        """
        if len(self.sizes) == 1 or (other is None and len(np.unique(self.strata[x != 0])) == 1):
            return wilson(value, int(np.count_nonzero(x)))
        other_y, other_x = (x - y, x) if other is None else other
        agree = (self.spread(y - value * x) == 0)[self.strata]
        changes = agree & ((other_y != y) | (other_x != x))
        units = np.bincount(self.strata[changes], minlength=len(self.sizes))
        share = Z**2 / (units + Z**2)
        more_y, more_x = (
            share * np.bincount(self.strata, self.weights * changes * (one - now), len(self.sizes))
            for one, now in ((other_y, y), (other_x, x))
        )
        changed = (self.weights @ y + more_y) / (self.weights @ x + more_x) - value
        ends = np.array([value - Z * se, value + Z * se])
        if accuracy and se > 0 and 0 < value < 1:
            ends = np.array(wilson(value, min(len(y), value * (1 - value) / se**2)))
        down, up = (
            np.hypot(end - value, np.sqrt((changed[side] ** 2).sum()))
            for end, side in zip(ends, (changed < 0, changed > 0), strict=True)
        )
        return float(value - down), float(value + up)


@dataclass(frozen=True)
class PostStratified(Stratified):
    """Simple random or systematic sampling; the map's classes, whose sizes are known, are post-strata."""

    def variance(self, z: np.ndarray) -> float:
        """Return N² (Σ W_h s²_h / n + Σ (1 - W_h) s²_h / n²) (Cochran 1977, eq. 5A.42)."""
        n, total = len(self.strata), float(self.sizes.sum())
        share, spread = self.sizes / total, self.spread(z)
        return float(total**2 * ((share * spread).sum() / n + ((1 - share) * spread).sum() / n**2))


@dataclass(frozen=True)
class TwoStage(SampleDesign):
    """Blocks drawn by simple random sampling, pixels by simple random sampling within each.

    `strata` is the block of each unit, `sizes` the mapped pixels of the drawn blocks.

    Attributes
    ----------
    blocks : int
        Blocks of the whole map that hold mapped pixels.
    """

    blocks: int

    @property
    def weights(self) -> np.ndarray:
        """Map pixels that each unit stands for: those of its block over its units, times blocks over drawn blocks."""
        counts = np.bincount(self.strata, minlength=len(self.sizes))
        return (self.sizes / np.maximum(counts, 1))[self.strata] * self.blocks / len(self.sizes)

    def variance(self, z: np.ndarray) -> float:
        """Return the variance between the blocks' estimated totals, which holds that within them, too.

        As if blocks were drawn with replacement (Cochran 1977, section 11.8): slightly too large where many are drawn.
        """
        drawn = len(self.sizes)
        totals = np.bincount(self.strata, self.weights * z, drawn) * drawn
        totals[np.abs(totals) <= ROUNDING * np.abs(self.weights * z).sum()] = 0.0
        return float(totals.var(ddof=1) / drawn) if drawn > 1 else float("nan")

    def limits(
        self, value: float, se: float, y: np.ndarray, x: np.ndarray, other: tuple[np.ndarray, np.ndarray] | None,
        accuracy: bool,
    ) -> tuple[float, float]:  # fmt: skip
        """Return value ± t se, Wilson's for the number of blocks with x where all units agree.

        Student's t is that for the effective number of blocks with y or of those with x - y, whichever is lower, as the
        variance between blocks is learned from these: of a class in few blocks, ten others say little of its area.
        """
        del other, accuracy
        if se > 0:
            t = float(stdtrit(max(1.0, min(self.effective(y), self.effective(x - y)) - 1), 0.975))
            return value - t * se, value + t * se
        return wilson(value, len(np.unique(self.strata[x != 0])))

    def effective(self, y: np.ndarray) -> float:
        """Return how many blocks of equal totals say as much of the total of y, which is not 0 everywhere."""
        totals = np.bincount(self.strata, self.weights * y)
        return float(totals.sum() ** 2 / (totals**2).sum())


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % limits of a share of n independent units (Wilson 1927), which need not be a whole number."""
    if n == 0:
        return 0.0, 1.0
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return float(centre - half), float(centre + half)
