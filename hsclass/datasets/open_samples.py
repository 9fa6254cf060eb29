"""Open samples of either kind by whatever names them."""

import os
from pathlib import Path

from hsclass.datasets.opening import open_scene
from hsclass.samples import Samples, read_index
from hsclass.samples.images import INDEX_FILE


def open_samples(source: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None) -> Samples:
    """Open a scene, or the index of an image set.

    Parameters
    ----------
    source : str or path-like
        A folder that holds `index.csv`, or such a table (.csv); else what `hsclass.open_scene` takes.
    folder : path-like, optional
        Where fetched files are kept; see `hsclass.open_scene`.

    Raises
    ------
    UsageError, FetchError, DataError
        As `hsclass.open_scene` and `hsclass.samples.read_index`.
    """
    path = Path(source)
    if path.suffix == Path(INDEX_FILE).suffix or (path / INDEX_FILE).is_file():
        return read_index(path)
    return open_scene(source, folder=folder)


def labels_file(source: str | os.PathLike[str]) -> Path | None:
    """Return the file that holds the labels of samples on disk: `labels.tif` or the index; None where there is none."""
    from hsclass.scene import LABELS_FILE

    path = Path(source)
    candidates = (path / INDEX_FILE, path if path.suffix == Path(INDEX_FILE).suffix else path / LABELS_FILE)
    return next((file for file in candidates if file.is_file()), None)
