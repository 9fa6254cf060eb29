"""Blocks of rows, so that temporary arrays stay small."""

from collections.abc import Iterator

import numpy as np

_MOST = 500_000  # as many as stay in a processor's cache from one step to the next


def row_blocks(values: np.ndarray, most: int = _MOST) -> Iterator[slice]:
    """Yield the rows of an array from the top, in blocks of at most so many values, or of one row."""
    rows = values.shape[0]
    step = max(1, most * rows // max(1, values.size))
    yield from (slice(top, min(top + step, rows)) for top in range(0, rows, step))
