"""Open samples of either kind by whatever names them."""

import os
from pathlib import Path

from hsclass.datasets.build_images import build_images
from hsclass.datasets.fetch import fetch
from hsclass.datasets.image_set import ImageSet
from hsclass.datasets.listing import catalogue, load_descriptor
from hsclass.datasets.opening import default_folder, open_scene
from hsclass.samples import Samples, read_index
from hsclass.samples.images import INDEX_FILE
from hsclass.scene import CUBE_FILE, LABELS_FILE


def open_samples(source: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None) -> Samples:
    """Open a scene, or an image set.

    Parameters
    ----------
    source : str or path-like
        A folder that holds `index.csv`, or such a table (.csv); the name or descriptor of an image set, which is
        fetched first; else what `hsclass.open_scene` takes.
    folder : path-like, optional
        Where fetched files are kept; see `hsclass.open_scene`.

    Raises
    ------
    UsageError, FetchError, DataError
        As `hsclass.open_scene` and `hsclass.samples.read_index`.
    """
    path, text = Path(source), os.fspath(source)
    if path.suffix == Path(INDEX_FILE).suffix or (path / INDEX_FILE).is_file():
        return read_index(path)
    if (text in catalogue() or path.suffix in {".yaml", ".yml"}) and isinstance(load_descriptor(source), ImageSet):
        folder = default_folder(source) if folder is None else Path(folder)
        fetch(source, folder)
        return build_images(source, folder=folder)[0]
    return open_scene(source, folder=folder)


def labels_file(source: str | os.PathLike[str]) -> Path | None:
    """Return the file that holds the labels of samples on disk: `labels.tif` or the index; None where there is none."""
    path = Path(source)
    if path.suffix == Path(INDEX_FILE).suffix:
        return path
    home = path.parent if path.name == CUBE_FILE else path
    return next((home / name for name in (INDEX_FILE, LABELS_FILE) if (home / name).is_file()), None)
