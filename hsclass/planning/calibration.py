"""A small run of the models and features of an experiment, on made scenes of its bands, to be timed."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from hsclass.atomic import atomic_path, write_text
from hsclass.datasets.descriptor import Descriptor
from hsclass.errors import DataError, UsageError
from hsclass.experiment import Experiment
from hsclass.planning.size import Size, scene_size

SIDES = {"small": 48, "large": 96}
"""Sides [pixels] of the two scenes: apart enough for a line through the times to tell start and work apart."""

_EPOCHS = 3  # the first one compiles the network, the others tell its pace
_FIELD = 8  # side [pixels] of the fields that the made scenes consist of


def write_calibration(experiment: Experiment, folder: Path) -> Path:
    """Write two made scenes, of the most bands and classes that the experiment's have, and an experiment on them.

    It has the features and models of the experiment, without searches and with three epochs, and one split.

    Returns
    -------
    Path
        The experiment's file.
    """
    sizes = [(scene_size(experiment, name), name) for name in experiment.scenes]
    size, largest = max(sizes, key=lambda pair: pair[0].bands)
    descriptor = experiment.descriptors[largest]
    assert isinstance(descriptor, Descriptor)
    wavelengths = descriptor.kept_wavelengths
    for name, side in SIDES.items():
        _write_scene(folder, name, side, size, wavelengths)
    plan = experiment.plan
    config: dict[str, Any] = {
        "experiment": "calibration",
        "scenes": [str((folder / f"{name}.yaml").resolve()) for name in SIDES],
        "window": plan.window,
        "fractions": plan.fractions.model_dump(),
        "seeds": [0],
        "splits": ["random"],
        "features": [{"features": e.kind, "name": e.name, **e.given} for e in experiment.features.values()],
        "models": [
            {"model": e.kind, "name": e.name, **few_epochs(e.given, e.all_options)} for e in experiment.models.values()
        ],
    }
    file = folder / "experiment.yaml"
    write_text(file, yaml.safe_dump(config, sort_keys=False))
    return file


def few_epochs(given: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that an experiment gives a model, with fewer epochs; `options` are all of them."""
    return {**given, **({"epochs": min(_EPOCHS, options["epochs"])} if "epochs" in options else {})}


def _write_scene(folder: Path, name: str, side: int, size: Size, wavelengths: tuple[float, ...] | None) -> None:
    rng = np.random.default_rng(0)
    # Every class has a field: the classes follow each other before the rest is drawn.
    count = (side // _FIELD) ** 2
    classes = min(size.classes, count)
    drawn = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)])
    fields = rng.permutation(drawn).reshape(side // _FIELD, -1)
    labels = np.kron(fields, np.ones((_FIELD, _FIELD), np.int64)) + 1
    spectra = rng.normal(3000, 300, (classes + 1, size.bands))
    cube = spectra[labels] + rng.normal(0, 300, (side, side, size.bands))
    for part, array in (("cube", cube.clip(0, 30000).astype(np.int16)), ("labels", labels.astype(np.uint8))):
        with atomic_path(folder / f"{name}-{part}.npy") as path:
            np.save(path, array)
    about = {"title": f"made scene, {name}", "cube": f"{name}-cube.npy", "labels": f"{name}-labels.npy"}
    shape = {"shape": [side, side, size.bands]}
    centres = {} if wavelengths is None else {"wavelengths": [float(centre) for centre in wavelengths]}
    write_text(folder / f"{name}.yaml", yaml.safe_dump({**about, **shape, **centres}))


def run_calibration(file: Path, snakefile: Path, *, cores: int) -> None:
    """Run the workflow on a calibration experiment, in the folder of its file; what cannot be run is left out.

    Raises
    ------
    UsageError
        If there is no Snakefile.
    DataError
        If nothing came to its end.
    """
    if not snakefile.is_file():
        raise UsageError(
            f"--calibrate: {snakefile}: no such file; run it where the Snakefile is, or say where with --snakefile"
        )
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile.resolve()), "--directory", "."]
    options = ["--cores", str(cores), "--configfile", file.name, "--keep-going", "--quiet"]
    done = subprocess.run([*command, *options], cwd=file.parent, check=False, capture_output=True, text=True)
    if done.returncode and not list(file.parent.glob("logs/*/**/*.tsv")):
        raise DataError(f"{file}: no job of the calibration came to its end; see {file.parent}/.snakemake/log for why")
