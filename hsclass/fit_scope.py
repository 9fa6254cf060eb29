"""The fit scope: which samples each part of a model was fitted on, and how far around them it looked."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hsclass.atomic import write_text
from hsclass.errors import DataError
from hsclass.raster import Grid, read_raster, write_raster

SCOPE_FILE = "fit_scope.tif"
SCOPE_LIST = "fit_scope.json"
"""The same of images, which have no raster."""

PARTS = ("normalizer", "extractor", "model", "validation")
_UNBOUNDED = "unbounded"


@dataclass(frozen=True)
class FitScope:
    """The samples that a fit used, stored with the model so that an evaluation can refuse to test on them.

    Attributes
    ----------
    parts : mapping of str to ndarray of bool, shape (rows, cols) or (n,)
        The samples that normaliser, extractor and model were fitted on, and those that validated: `PARTS`.
    reach : int or None
        How far [pixels] features and model together look around a pixel; None: without bound.
    identity : str
        Of the scene or image set, `Scene.identity`; empty when unknown.
    grid : Grid
    """

    parts: Mapping[str, np.ndarray]
    reach: int | None
    identity: str = ""
    grid: Grid = field(default_factory=Grid)

    @property
    def counts(self) -> dict[str, int]:
        """How many samples each part saw."""
        return {part: int(seen.sum()) for part, seen in self.parts.items()}

    @property
    def seen(self) -> np.ndarray:
        """All samples that any part saw, ndarray of bool of the samples' shape."""
        return np.logical_or.reduce(list(self.parts.values()))


def marked(places: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an ndarray of bool of `shape`, (rows, cols) or (n,), that is True at `places`, shape (k, 2) or (k, 1)."""
    mask = np.zeros(shape, bool)
    mask[tuple(places.T)] = True
    return mask


def write_fit_scope(scope: FitScope, folder: str | os.PathLike[str]) -> None:
    """Write a fit scope into the folder of a model.

    Of pixels it is a GeoTIFF with a band of 0 and 1 for each part, of images a JSON file with their places.
    """
    if scope.parts[PARTS[0]].ndim == 1:
        listed = {part: np.flatnonzero(scope.parts[part]).tolist() for part in PARTS}
        about = {
            "samples": len(scope.parts[PARTS[0]]),
            "reach": scope.reach,
            "identity": scope.identity,
            "parts": listed,
        }
        write_text(Path(folder) / SCOPE_LIST, json.dumps(about))
        return
    reach = _UNBOUNDED if scope.reach is None else scope.reach
    bands = np.stack([scope.parts[part] for part in PARTS]).astype(np.uint8)
    tags = {"reach": reach, "identity": scope.identity, "fit_scope": ",".join(PARTS)}
    descriptions = [f"seen by {part}" for part in PARTS]
    write_raster(Path(folder) / SCOPE_FILE, bands, grid=scope.grid, tags=tags, descriptions=descriptions)


def read_fit_scope(folder: str | os.PathLike[str]) -> FitScope:
    """Read what `write_fit_scope` wrote into the folder of a model.

    Raises
    ------
    DataError
        If the file is missing or is something else.
    """
    if (path := Path(folder) / SCOPE_LIST).exists():
        return _read_list(path)
    path = Path(folder) / SCOPE_FILE
    raster = read_raster(path)
    reach = raster.tags.get("reach", "")
    whole = raster.tags.get("fit_scope") == ",".join(PARTS) and len(raster.bands) == len(PARTS)
    if not whole or not (reach == _UNBOUNDED or reach.isdigit()):
        raise _foreign(path)
    parts = dict(zip(PARTS, raster.bands > 0, strict=True))
    return FitScope(parts, None if reach == _UNBOUNDED else int(reach), raster.tags.get("identity", ""), raster.grid)


def _read_list(path: Path) -> FitScope:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        shape = (int(about["samples"]),)
        parts = {part: marked(np.array(about["parts"][part], np.int64).reshape(-1, 1), shape) for part in PARTS}
        return FitScope(parts, about["reach"], str(about["identity"]))
    except (OSError, KeyError, TypeError, ValueError, IndexError) as error:
        raise _foreign(path) from error


def _foreign(path: Path) -> DataError:
    return DataError(f"{path}: is not the fit scope of a model that hsclass train wrote; train the model again")
