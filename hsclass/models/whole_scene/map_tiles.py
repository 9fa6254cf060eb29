"""The pieces that a network maps a scene in: large, because what surrounds each is computed anew, but within memory."""

from collections.abc import Iterator
from math import ceil

_FLOAT = 4
_INPUTS = 3
_SPARE = 1.5


def bytes_a_pixel(features: int, numbers: int) -> int:
    """Return the memory that one pixel of a piece takes, its surroundings counted as pixels too.

    That is the input three times (cut out, handed to the backend, reshaped), and one and a half times what the layer
    that takes and gives most does, for the copies in another order that fast convolutions make: a little more than was
    measured (benchmarks/map.py).

    Parameters
    ----------
    features : int
        Of a pixel.
    numbers : int
        The most that a layer takes and gives, together, for one pixel.
    """
    return ceil(_FLOAT * (_INPUTS * features + _SPARE * numbers))


def tile_shape(rows: int, cols: int, *, reach: int, pixels: int) -> tuple[int, int]:
    """Return height and width of the tiles, all alike, that cover a scene with the fewest pixels computed.

    Parameters
    ----------
    rows, cols : int
        Of the scene.
    reach : int
        Rows and columns around a tile that are computed with it, on each side.
    pixels : int
        That a tile may have, with those around it. A tile has one pixel of its own at least.
    """
    fewest, best = None, (1, 1)
    for across in range(1, cols + 1):
        width = ceil(cols / across)
        most = min(rows, pixels // (width + 2 * reach) - 2 * reach)
        if most < 1:
            continue
        down = ceil(rows / most)
        height = ceil(rows / down)
        computed = down * across * (height + 2 * reach) * (width + 2 * reach)
        if fewest is None or computed < fewest:
            fewest, best = computed, (height, width)
    return best


def corners(rows: int, cols: int, shape: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the first row and column of each tile; the last ones are moved back so that all have one shape.

    A backend that compiles for shapes does so once.
    """
    height, width = shape
    for top in range(0, rows, height):
        for left in range(0, cols, width):
            yield min(top, rows - height), min(left, cols - width)
