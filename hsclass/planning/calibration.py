"""A small run of the models and features of an experiment, on synthetic scenes or images, to be timed."""

import subprocess
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from hsclass.atomic import atomic_path, write_text
from hsclass.datasets.image_set import ImageSet
from hsclass.errors import DataError
from hsclass.experiment import Experiment
from hsclass.launch import environment, snakemake_command
from hsclass.planning.size import Size, sample_size
from hsclass.raster import quiet
from hsclass.samples.synthetic_archive import make_archive

SIDES = {"small": 48, "large": 96}
"""Sides [pixels] of the two scenes: apart enough for a line through the times to separate start and work."""

_VALUES = {"small": 1e7, "large": 3e7}  # numbers of all images of the two sets, of at least and at most so many images
_LEAST, _MOST = {"small": 60, "large": 180}, {"small": 700, "large": 2000}
_EPOCHS = 3  # the first one compiles the network, the others show its pace
_PATCHES = 8  # in a row of a synthetic image
_FIELD = 8  # side [pixels] of the fields that the synthetic scenes consist of


def write_calibration(experiment: Experiment, folder: Path) -> Path:
    """Write two synthetic scenes or sets of images, as the largest of the experiment's, and an experiment on them.

    It has the features and models of the experiment, without searches and with three epochs, and one split.

    Returns
    -------
    Path
        The experiment's file.
    """
    images = experiment.samples == "images"
    sizes = {name: sample_size(experiment, name) for name in experiment.scenes}
    largest = max(sizes, key=lambda name: sizes[name].shape if images else sizes[name].shape[2])
    described, plan = experiment.descriptors[largest], experiment.plan
    if isinstance(described, ImageSet):
        for name in SIDES:
            _write_images(folder / name, name, sizes[largest], several_labels=described.several_labels)
        scenes: dict[str, Any] = {
            "images": [{"images": str((folder / name).resolve()), "layout": described.layout} for name in SIDES]
        }
        split: Any = {"sampler": "random", "keep_together": False}
        shares: dict[str, Any] = {"train": 0.6, "validation": 0.2}
    else:
        for name, side in SIDES.items():
            _write_scene(folder, name, side, sizes[largest], described.kept_wavelengths)
        scenes = {"scenes": [str((folder / f"{name}.yaml").resolve()) for name in SIDES]}
        split, shares = "random", plan.fractions.model_dump()
    config: dict[str, Any] = {
        "experiment": "calibration",
        **scenes,
        **({} if images else {"window": plan.window}),
        "fractions": shares,
        "seeds": [0],
        "splits": [split],
        "features": [{"features": e.kind, "name": e.name, **e.given} for e in experiment.features.values()],
        "models": [
            {"model": e.kind, "name": e.name, **_few_epochs(e.given, e.all_options)} for e in experiment.models.values()
        ],
    }
    file = folder / "experiment.yaml"
    write_text(file, yaml.safe_dump(config, sort_keys=False))
    return file


def _few_epochs(given: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    return {**given, **({"epochs": min(_EPOCHS, options["epochs"])} if "epochs" in options else {})}


def _write_scene(folder: Path, name: str, side: int, size: Size, wavelengths: tuple[float, ...] | None) -> None:
    rng, bands = np.random.default_rng(0), size.shape[2]
    # Every class has a field: the classes follow each other before the rest is drawn.
    count = (side // _FIELD) ** 2
    classes = min(size.classes, count)
    drawn = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)])
    fields = rng.permutation(drawn).reshape(side // _FIELD, -1)
    labels = np.kron(fields, np.ones((_FIELD, _FIELD), np.int64)) + 1
    spectra = rng.normal(3000, 300, (classes + 1, bands))
    cube = spectra[labels] + rng.normal(0, 300, (side, side, bands))
    for part, array in (("cube", cube.clip(0, 30000).astype(np.int16)), ("labels", labels.astype(np.uint8))):
        with atomic_path(folder / f"{name}-{part}.npy") as path:
            np.save(path, array)
    about = {"title": f"synthetic scene, {name}", "cube": f"{name}-cube.npy", "labels": f"{name}-labels.npy"}
    shape = {"shape": [side, side, bands]}
    centres = {} if wavelengths is None else {"wavelengths": [float(centre) for centre in wavelengths]}
    write_text(folder / f"{name}.yaml", yaml.safe_dump({**about, **shape, **centres}))


def _write_images(folder: Path, name: str, size: Size, *, several_labels: bool) -> None:
    if folder.exists():
        return
    count = int(min(max(_VALUES[name] / prod(size.shape), _LEAST[name]), _MOST[name]))
    classes = min(size.classes, count // 10)
    with atomic_path(folder) as partial:
        if several_labels:
            make_archive(partial, patches=count, classes=min(5, classes))
        else:
            _write_folders(partial, count, classes, size)


def _write_folders(folder: Path, count: int, classes: int, size: Size) -> None:
    """Write GeoTIFF files of bytes, which hold any number of bands, in a folder for each class.

    Classes differ by coarse patterns: on what they cannot separate, models would take longer than on real images.
    """
    import rasterio

    rng = np.random.default_rng(0)
    rows, cols, bands = size.shape
    patterns = rng.uniform(20, 235, (classes, bands, _PATCHES, _PATCHES))
    down, right = np.arange(rows) * _PATCHES // rows, np.arange(cols) * _PATCHES // cols
    form = {"driver": "GTiff", "height": rows, "width": cols, "count": bands, "dtype": "uint8"}
    for number in range(count):
        home = folder / f"class{number % classes}"
        home.mkdir(parents=True, exist_ok=True)
        pixels = rng.normal(patterns[number % classes][:, down][..., right], 40)
        with quiet(), rasterio.open(home / f"{number:03d}.tif", "w", **form) as file:
            file.write(pixels.clip(0, 255).astype(np.uint8))


def run_calibration(file: Path, *, cores: int) -> None:
    """Run the workflow on a calibration experiment, in the folder of its file; what cannot be run is left out.

    Raises
    ------
    DataError
        If no job finished.
    """
    options = ["--directory", str(file.parent.resolve()), "--cores", str(cores), "--keep-going", "--quiet"]
    command = snakemake_command(str(file), options)
    done = subprocess.run(command, env=environment(), check=False, capture_output=True)
    if done.returncode and not list(file.parent.glob("logs/*/**/*.tsv")):
        raise DataError(f"{file}: no job of the calibration finished; see {file.parent}/.snakemake/log for why")
