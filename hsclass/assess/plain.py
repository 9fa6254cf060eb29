"""Numbers as JSON knows them."""

import math


def plain(value: float) -> float | None:
    """Return a number of Python's own, None for NaN."""
    return None if math.isnan(value) else float(value)
