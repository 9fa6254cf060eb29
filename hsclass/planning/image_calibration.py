"""A small run of the models and features of an experiment on images, on made images of its size, to be timed."""

import warnings
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from hsclass.atomic import atomic_path, write_text
from hsclass.datasets.image_set import ImageSet
from hsclass.experiment import Experiment
from hsclass.planning.calibration import few_epochs
from hsclass.planning.image_size import ImageSize, image_size
from hsclass.samples.synthetic_archive import make_archive

_CLASSES = 5
_LEAST, _MOST = 100, 2000  # images
_VALUES = 2e7  # numbers of all images, where that many images hold them: work that stands out beside the start


def write_image_calibration(experiment: Experiment, folder: Path) -> Path:
    """Write made images, as large as the largest of the experiment's, and an experiment on them.

    It has the features and models of the experiment, three epochs each, and one split.

    Returns
    -------
    Path
        The experiment's file.
    """
    sizes = [(image_size(experiment, name), described) for name, described in experiment.descriptors.items()]
    size, largest = max(sizes, key=lambda pair: pair[0].shape)
    assert isinstance(largest, ImageSet)
    made = folder / "made"
    count = int(min(max(_VALUES / prod(size.shape), _LEAST), _MOST))
    if not made.exists():
        with atomic_path(made) as partial:
            if largest.several_labels:
                make_archive(partial, patches=count, classes=_CLASSES)
            else:
                _write_folder(partial, count, size)
    config: dict[str, Any] = {
        "experiment": "calibration",
        "images": [{"images": str(made.resolve()), "layout": largest.layout}],
        "fractions": {"train": 0.6, "validation": 0.2},
        "seeds": [0],
        "splits": [{"sampler": "random", "keep_together": False}],
        "features": [{"features": e.kind, "name": e.name, **e.given} for e in experiment.features.values()],
        "models": [
            {"model": e.kind, "name": e.name, **few_epochs(e.given, e.all_options)}
            for e in experiment.models.values()
        ],
    }  # fmt: skip
    file = folder / "experiment.yaml"
    write_text(file, yaml.safe_dump(config, sort_keys=False))
    return file


def _write_folder(folder: Path, count: int, size: ImageSize) -> None:
    """Write GeoTIFF files of bytes: they hold any number of bands."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    rng = np.random.default_rng(0)
    rows, cols, bands = size.shape
    form = {"driver": "GTiff", "height": rows, "width": cols, "count": bands, "dtype": "uint8"}
    for number in range(count):
        home = folder / f"class{number % _CLASSES}"
        home.mkdir(parents=True, exist_ok=True)
        pixels = rng.normal(60 + 30 * (number % _CLASSES), 40, (bands, rows, cols)).clip(0, 255).astype(np.uint8)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(home / f"{number:03d}.tif", "w", **form) as file:
                file.write(pixels)
