"""Open what a map is asked of."""

import os
from pathlib import Path

from hsclass.datasets.listing import catalogue
from hsclass.datasets.opening import open_scene
from hsclass.datasets.readers import product_of
from hsclass.predict.pixels import Pixels
from hsclass.scene import CUBE_FILE


def open_pixels(source: str | os.PathLike[str]) -> Pixels:
    """Open what a map is asked of.

    Parameters
    ----------
    source : str or path-like
        A folder of the scene stage, a satellite product, or another file that `open_cube` takes: these are read strip
        by strip.
        Or what `open_scene` takes in addition, which is read as a whole: the name of a data set, a descriptor.

    Raises
    ------
    DataError, UsageError, FetchError
        As `open_scene`, or if the file cannot be read.
    """
    path, named = Path(source), os.fspath(source) in catalogue()
    if (path / CUBE_FILE).exists():
        return Pixels.of_file(path / CUBE_FILE)
    if not named and (product := product_of(path)):
        return Pixels.of_file(product[1])
    descriptor = path.suffix.lower() in {".yaml", ".yml"}
    if not (named or descriptor or path.is_dir()) and (path.is_file() or path.suffix):
        return Pixels.of_file(path)
    return Pixels.of_scene(open_scene(source))
