"""Labels as a picture: each pixel in the colour that a legend gives its class."""

import logging
import re

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.datasets.descriptor import ClassEntry
from hsclass.errors import DataError
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
_COLOR = re.compile("#[0-9a-fA-F]{6}")
_BLACK = 0
_MOST = 256  # colours of a legend; a photograph, or a picture that was compressed with losses, has more
_SHOWN = 5


def ids_of_colours(raster: Cube, entries: tuple[ClassEntry, ...]) -> np.ndarray:
    """Return the class ids of a picture, shape (rows, cols); masked pixels, and black where no class has it, are 0.

    Parameters
    ----------
    raster : Cube
        Red, green and blue, from 0 to 255.
    entries : tuple of ClassEntry
        Known by the colours among their `values`, else by their `color`.

    Raises
    ------
    DataError
        If it holds a colour of no class.
    """
    shown = raster.mask()
    codes = raster.stored().astype(np.int64) @ [1 << 16, 1 << 8, 1]
    codes = codes if shown is None else np.where(shown, codes, _BLACK)
    known = {int(color[1:], 16): entry.id for entry in entries for color in _colors(entry)}
    found, index, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if len(found) > _MOST:
        raise DataError(
            f"{raster.path}: has 3 bands with {len(found)} colours; expected one band of class ids, or the few colours"
            " of a legend; export the labels without smoothing and lossy compression, as PNG or GeoTIFF"
        )
    foreign = sorted((-n, code) for code, n in zip(found.tolist(), counts.tolist(), strict=True) if code not in known)
    if named := [f"#{code:06x} ({-n} pixels)" for n, code in foreign if code != _BLACK]:
        raise DataError(
            f"{raster.path}: has 3 bands with the colours of a legend, and {len(named)} of them belong to no class:"
            f" {', '.join(named[:_SHOWN])}{', …' if len(named) > _SHOWN else ''}; expected one band of class ids, or"
            " the colour of each class by 'color' or 'values' of 'classes' in the descriptor; add them"
        )
    black = int(((codes == _BLACK) if shown is None else (codes == _BLACK) & shown).sum())
    if black and _BLACK not in known:
        _LOG.warning(
            "%s: %s black, a colour of no class, and unlabelled", raster.path,
            counted(black, "pixel is", "pixels are"),
        )  # fmt: skip
    return np.array([known.get(code, 0) for code in found.tolist()])[index].reshape(codes.shape)


def _colors(entry: ClassEntry) -> list[str]:
    given = [value for value in entry.values if isinstance(value, str) and _COLOR.fullmatch(value)]
    return given or ([entry.color] if entry.color else [])
