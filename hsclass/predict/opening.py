"""Open what a map is asked of; apart from the rest, so that a map does not hang on how data sets are read."""

import os
from pathlib import Path

from hsclass.datasets.listing import catalogue
from hsclass.datasets.opening import open_scene
from hsclass.datasets.readers import RASTERS
from hsclass.predict.pixels import Pixels, RasterPixels, ScenePixels
from hsclass.scene import CUBE_FILE


def open_pixels(source: str | os.PathLike[str]) -> Pixels:
    """Open what a map is asked of.

    Parameters
    ----------
    source : str or path-like
        A folder of the scene stage or its `cube.tif`, or another raster that GDAL reads: both are read strip by strip.
        Or what `open_scene` takes beyond, which is read as a whole: the name of a data set, a descriptor.

    Raises
    ------
    DataError, UsageError, FetchError
        As `open_scene`, or if the raster cannot be read.
    """
    path = Path(source)
    if path.name == CUBE_FILE or (path / CUBE_FILE).exists():
        return RasterPixels(path if path.name == CUBE_FILE else path / CUBE_FILE, own=True)
    if path.is_file() and path.suffix.lower() in RASTERS and os.fspath(source) not in catalogue():
        return RasterPixels(path)
    return ScenePixels(open_scene(source))
