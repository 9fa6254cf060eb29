"""How far labelled pixels of a cube that is still in its file are alike, and how large blocks must be for that."""

from math import ceil
from typing import Any

import numpy as np

from hsclass.datasets.cube import Cube
from hsclass.samples.autocorrelation import sampled_places, spectra_range

_STRIP_BYTES = 32_000_000


def autocorrelation_facts(cube: Cube, labels: Cube) -> dict[str, Any]:
    """Return the range of spatial autocorrelation of the labelled spectra, and what follows for a split.

    Parameters
    ----------
    cube, labels : Cube
        On one grid.
    """
    values, valid, _ = labels.strip(slice(0, labels.shape[0])).read(slice(0, labels.shape[0]))
    places = sampled_places(valid & (values[..., 0] > 0))
    found = spectra_range(*_spectra(cube.keep(cube.good), places), cube.grid)
    facts: dict[str, Any] = {"spectra_range": found.worded()}
    if found.range:
        size = ceil(found.range)
        facts["advice"] = (
            f"labelled spectra are alike up to {size} pixels: keep test pixels that far from training, by whole fields"
            f" (sampler regions) or by blocks of {size} pixels or more (sampler blocks, size: auto)"
        )
    return facts


def _spectra(cube: Cube, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return those of the places, (row, col) in ascending order, that hold data, and their spectra."""
    rows, cols, bands = cube.shape
    step = max(1, _STRIP_BYTES // max(1, cols * bands * cube.dtype.itemsize))
    kept, spectra = [np.zeros((0, 2), int)], [np.zeros((0, bands))]
    with cube.store.held_open():
        for start in range(0, rows, step):
            inside = places[(places[:, 0] >= start) & (places[:, 0] < start + step)]
            if len(inside) == 0:
                continue
            strip = slice(start, min(start + step, rows))
            values, valid, _ = cube.strip(strip).read(strip)
            inside = inside[valid[inside[:, 0] - start, inside[:, 1]]]
            kept.append(inside)
            spectra.append(values[inside[:, 0] - start, inside[:, 1]])
    return np.concatenate(kept), np.concatenate(spectra)
