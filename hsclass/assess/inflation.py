"""Inflation: how much a leaky split raises an accuracy above that of a safe split."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A figure with the ends of its 95 % interval, None where that is undefined."""

    value: float
    low: float | None
    high: float | None


def inflation(leaky: Estimate, safe: Estimate) -> Estimate:
    """Return the accuracy of a leaky twin minus that of its safe split.

    The interval is recovered from the two (Zou, Donner 2008): for d = l - s,

        low = d - √((l - l_low)² + (s_high - s)²),  high = d + √((l_high - l)² + (s - s_low)²).

    This takes the two estimates for independent. They are of one scene, and what is hard there is hard under both
    splits, which makes their difference vary less: the interval is rather too wide than too narrow.

    Parameters
    ----------
    leaky, safe : Estimate
        Accuracies, 0…1, under the twin and under the split whose classes and counts it has.

    Returns
    -------
    Estimate
        Without an interval where either has none.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.

    Examples
    --------
    >>> inflation(Estimate(0.75, 0.71, 0.78), Estimate(0.5, None, None))
    Estimate(value=0.25, low=None, high=None)
    """
    value = leaky.value - safe.value
    if leaky.low is None or leaky.high is None or safe.low is None or safe.high is None:
        return Estimate(value, None, None)
    return Estimate(
        value,
        max(-1.0, value - math.hypot(leaky.value - leaky.low, safe.high - safe.value)),
        min(1.0, value + math.hypot(leaky.high - leaky.value, safe.value - safe.low)),
    )
