"""DESIS: a folder with a spectral image and a METADATA.xml, laid out as those of EnMAP.

Elements as DLR's products hold them and as two independent readers take them. Its quality raster is not read: its bands
differ between processor versions.
"""

from pathlib import Path

from hsclass.datasets.cube import Cube
from hsclass.datasets.readers.enmap import companions, main_file, open_image
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import Mission


def open_desis(path: Path, wanted: Wanted) -> Cube:
    """Open a product of level 1B, 1C or 2A; band centres, widths, gains and offsets come from the metadata."""
    return open_image(path, wanted, DESIS.name, {})


DESIS = Mission(
    "DESIS (L1B, L1C, L2A)", "the folder, its METADATA.xml or its SPECTRAL_IMAGE", main_file("DESIS"), open_desis,
    companions,
)  # fmt: skip
