"""The fit scope: which pixels each part of a model was fitted on, and how far around them it looked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hsclass.errors import DataError
from hsclass.raster import Grid, read_raster, write_raster

SCOPE_FILE = "fit_scope.tif"
PARTS = ("normalizer", "extractor", "model", "validation")
_UNBOUNDED = "unbounded"


@dataclass(frozen=True)
class FitScope:
    """The samples that a fit used, stored with the model so that an evaluation can refuse to test on them.

    Attributes
    ----------
    parts : mapping of str to ndarray of bool, shape (rows, cols)
        The pixels that normaliser, extractor and model were fitted on, and those that validated: `PARTS`.
    reach : int or None
        How far [pixels] features and model together look around a pixel; None: without bound.
    digest : str
        Of the scene; empty when unknown.
    grid : Grid
    """

    parts: Mapping[str, np.ndarray]
    reach: int | None
    digest: str = ""
    grid: Grid = field(default_factory=Grid)

    @property
    def counts(self) -> dict[str, int]:
        """How many pixels each part saw."""
        return {part: int(pixels.sum()) for part, pixels in self.parts.items()}

    @property
    def seen(self) -> np.ndarray:
        """All pixels that any part saw, ndarray of bool, shape (rows, cols)."""
        return np.logical_or.reduce(list(self.parts.values()))


def marked(pixels: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return an ndarray of bool of `shape` (rows, cols) that is True at the (row, col) in `pixels`, shape (n, 2)."""
    mask = np.zeros(shape, bool)
    mask[tuple(pixels.T)] = True
    return mask


def write_fit_scope(scope: FitScope, path: str | os.PathLike[str]) -> None:
    """Write a fit scope as a GeoTIFF with a band of 0 and 1 for each part."""
    reach = _UNBOUNDED if scope.reach is None else scope.reach
    bands = np.stack([scope.parts[part] for part in PARTS]).astype(np.uint8)
    tags = {"reach": reach, "digest": scope.digest, "fit_scope": ",".join(PARTS)}
    write_raster(path, bands, grid=scope.grid, tags=tags, descriptions=[f"seen by {part}" for part in PARTS])


def read_fit_scope(path: str | os.PathLike[str]) -> FitScope:
    """Read what `write_fit_scope` wrote.

    Raises
    ------
    DataError
        If the file is missing or is something else.
    """
    path = Path(path)
    raster = read_raster(path)
    reach = raster.tags.get("reach", "")
    if raster.tags.get("fit_scope") != ",".join(PARTS) or not (reach == _UNBOUNDED or reach.isdigit()):
        raise DataError(f"{path}: is not the fit scope of a model that hsclass train wrote; train the model again")
    parts = dict(zip(PARTS, raster.bands > 0, strict=True))
    return FitScope(parts, None if reach == _UNBOUNDED else int(reach), raster.tags.get("digest", ""), raster.grid)
