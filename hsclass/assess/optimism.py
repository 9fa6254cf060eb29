"""Random-sampling optimism: how much a matched random split raises an accuracy above that of a spatial split."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class IntervalEstimate:
    """A figure with the ends of its 95 % interval, None where that is undefined."""

    value: float
    low: float | None
    high: float | None


def optimism(random: IntervalEstimate, spatial: IntervalEstimate) -> IntervalEstimate:
    """Return the accuracy under a matched random split minus that under its spatial split.

    The interval is recovered from the two (Zou, Donner 2008): for d = r - s,

        low = d - √((r - r_low)² + (s_high - s)²),  high = d + √((r_high - r)² + (s - s_low)²).

    This takes the two estimates for independent. They are of one scene, and what is hard there is hard under both
    splits, which makes their difference vary less: the interval is rather too wide than too narrow.

    Parameters
    ----------
    random, spatial : IntervalEstimate
        Accuracies, 0…1, under the matched random split and under the split whose class counts it has.

    Returns
    -------
    IntervalEstimate
        Without an interval where either has none.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.

    Examples
    --------
    >>> optimism(IntervalEstimate(0.75, 0.71, 0.78), IntervalEstimate(0.5, None, None))
    IntervalEstimate(value=0.25, low=None, high=None)
    """
    value = random.value - spatial.value
    if random.low is None or random.high is None or spatial.low is None or spatial.high is None:
        return IntervalEstimate(value, None, None)
    return IntervalEstimate(
        value,
        max(-1.0, value - math.hypot(random.value - random.low, spatial.high - spatial.value)),
        min(1.0, value + math.hypot(random.high - random.value, spatial.value - spatial.low)),
    )
