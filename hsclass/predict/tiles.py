"""The tiles of a map: rows that are predicted together, and strips of them that are read together.

A matrix product may round a pixel's numbers differently among other pixels. So the tiles follow from the scene and the
model alone: neither memory, nor the strips, nor how a map is scattered or resumed changes which pixels meet in a tile,
and the map is the same, byte for byte. Only a network works on smaller pieces of a tile where memory is scarce, which
can change the last digits of its probabilities.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hsclass.errors import UsageError
from hsclass.models.classifier import BLOCK

MOST_ROWS = 64
_MOST = 8 * BLOCK


@dataclass(frozen=True)
class Tiles:
    """Rows of a scene, cut into tiles of one height; the last may be lower.

    Attributes
    ----------
    rows : int
        Of the scene.
    height : int
        Rows of a tile.
    reach : int or None
        Rows and columns that the model looks beyond a pixel; None: without bound, so that there is one tile.
    """

    rows: int
    height: int
    reach: int | None

    @classmethod
    def of(cls, rows: int, cols: int, reach: int | None) -> "Tiles":
        """Return the tiles of a scene.

        A tile holds about `BLOCK` pixels, but not so few rows that those around it, which are read with it and
        computed in part, outweigh its own, unless the scene is so wide that they would be more than `_MOST` pixels.
        Powers of two fit the blocks that rasters are stored in.
        """
        if reach is None:
            return cls(rows, rows, None)
        by_size = 1 << (max(1, BLOCK // cols).bit_length() - 1)
        by_reach = 1 << max(0, 8 * reach - 1).bit_length()
        while by_reach >= 4 * reach > 0 and (by_reach + 2 * reach) * cols > _MOST:
            by_reach //= 2
        return cls(rows, min(MOST_ROWS, max(by_size, by_reach)), reach)

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return -(-self.rows // self.height)

    def around(self, rows: slice) -> slice:
        """Return rows with their neighbours that the model looks at, as far as the scene has them."""
        reach = self.rows if self.reach is None else self.reach
        return slice(max(0, rows.start - reach), min(self.rows, rows.stop + reach))

    def within(self, rows: slice) -> Iterator[slice]:
        """Yield the rows of each tile in rows that begin and end between tiles."""
        for top in range(rows.start, rows.stop, self.height):
            yield slice(top, min(top + self.height, rows.stop))

    def part(self, number: int, parts: int) -> slice:
        """Return the rows of one of `parts` nearly equal parts, counted from 1.

        Raises
        ------
        UsageError
            If there is no such part, or there are more parts than tiles.
        """
        if not 1 <= number <= parts:
            raise UsageError(f"--part {number}/{parts}: there is no such part; expected 1/{parts} to {parts}/{parts}")
        if parts > self.count:
            raise UsageError(
                f"--part {number}/{parts}: the map has {self.count} tiles of {self.height} rows, which {parts} parts"
                f" cannot share; expected at most {self.count}"
            )
        ends = [min(self.rows, self.count * step // parts * self.height) for step in (number - 1, number)]
        return slice(*ends)

    def strips(self, rows: slice, most: int, block: int = 1) -> Iterator[slice]:
        """Yield strips of whole tiles that together are `rows`, each at most `most` rows high, but one tile at least.

        Where it can be, they end where the blocks of `block` rows end that the raster is stored in.
        """
        height = max(self.height, most // self.height * self.height)
        if height >= block and block % self.height == 0:
            height = height // block * block
        elif block % self.height == 0:
            while block % height:
                height -= self.height
        top = rows.start
        while top < rows.stop:
            stop = min(rows.stop, (top // height + 1) * height)
            yield slice(top, stop)
            top = stop
