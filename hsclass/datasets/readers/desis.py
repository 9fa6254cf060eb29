"""DESIS: a folder with a spectral image and a METADATA.xml, laid out as those of EnMAP.

Elements as DLR's products hold them and as two independent readers take them. The quality raster of level 2A
(QL_QUALITY-2) is read, whose flags four independent readers take in the same order; the raster with a band for each of
the image (QL_QUALITY) is not, as its values are not known from a second source.
"""

from pathlib import Path

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.enmap import Layer, companions, main_file, open_image
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import Mission

_FLAGS = {"shadow": (1,), "land": (2,), "snow": (3,), "haze": (4, 5), "cloud": (6, 7), "water": (8,)}
"""Bands of the quality raster, from 1; haze and cloud have one over land and one over water."""

_LAYERS = {name: Layer("-QL_QUALITY-2.tif", bands) for name, bands in _FLAGS.items()}


def open_desis(path: Path, wanted: Wanted) -> Cube:
    """Open a product of level 1B, 1C or 2A; band centres, widths, gains and offsets come from the metadata.

    The flags of the quality raster of level 2A are quality layers; none masks unless `quality` names it.
    """
    return open_image(path, wanted, DESIS.name, _LAYERS)


DESIS = Mission(
    "DESIS (L1B, L1C, L2A)", "the folder, its METADATA.xml or its SPECTRAL_IMAGE", main_file("DESIS"), open_desis,
    companions(_LAYERS),
)  # fmt: skip
