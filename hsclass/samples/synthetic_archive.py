"""A small synthetic archive in BigEarthNet's folder layout, to try the pipeline without the 66 GB of the real one."""

import json
from pathlib import Path

import numpy as np
import rasterio

from hsclass.raster import quiet
from hsclass.samples.bigearthnet import BANDS, CLASSES, LABELS, SIDES

_BLOCK = 20  # pixels of 10 m a side, the size of one pixel of 200 m


def make_archive(folder: Path, *, patches: int, classes: int = 43) -> None:
    """Write patches of one to four classes: fields of 200 m in the reflectance of their class, with noise.

    Parameters
    ----------
    folder : Path
        Made anew.
    patches : int
    classes : int
        The first ones of the 43 to use.
    """
    rng = np.random.default_rng(0)
    spectra = rng.uniform(200, 4000, (classes, len(BANDS)))
    for number in range(patches):
        name = f"S2A_MSIL2A_20170613T101031_{number // 100}_{number % 100}"
        chosen = rng.permutation(classes)[: rng.integers(1, 5)]
        chosen[0] = number % classes  # so that no class is without patches
        chosen = np.unique(chosen)
        fields = rng.choice(chosen, (120 // _BLOCK, 120 // _BLOCK))
        fields.ravel()[: len(chosen)] = chosen
        (folder / name).mkdir(parents=True)
        for place, band in enumerate(BANDS):
            side = SIDES.get(band, 60)
            values = np.kron(spectra[fields, place], np.ones((_BLOCK, _BLOCK)))
            values = values.reshape(side, 120 // side, side, 120 // side).mean(axis=(1, 3))
            values += rng.normal(0, 100, values.shape)
            _write_band(folder / name / f"{name}_{band}.tif", values.clip(0, 10_000).astype(np.uint16))
        about = {"labels": [CLASSES[place] for place in chosen], "projection": "EPSG:32633"}
        (folder / name / f"{name}{LABELS}").write_text(json.dumps(about))


def _write_band(path: Path, values: np.ndarray) -> None:
    form = {"width": values.shape[1], "height": values.shape[0], "count": 1, "dtype": "uint16"}
    with quiet(), rasterio.open(path, "w", driver="GTiff", **form) as file:
        file.write(values, 1)
