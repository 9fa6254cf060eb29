"""How long an experiment may take: an order of magnitude, in proportion to runs that were timed."""

import csv
import statistics
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hsclass.datasets.readers.header import read_header
from hsclass.experiment import Experiment


@dataclass(frozen=True)
class Timing:
    """Seconds of one run that was timed, and how large it was."""

    train_seconds: float
    map_seconds: float
    n_train: int
    pixels: int
    bands: int
    window: int
    reach: int


# Medians of the eight runs of each model in config/config.yaml on Indian Pines, on a machine of two cores that other
# work shared.
MEASURED: Mapping[str, Timing] = {
    "rf": Timing(2.6, 0.54, 1097, 21025, 200, 9, 0),
    "svm": Timing(0.74, 0.62, 1097, 21025, 200, 9, 0),
    "ann": Timing(32.1, 0.24, 1097, 21025, 200, 9, 0),
    "cnn3d": Timing(140.6, 1.36, 1097, 21025, 200, 9, 4),
}


@dataclass(frozen=True)
class Estimate:
    """What an experiment may take on one scene.

    Attributes
    ----------
    seconds : dict of str to float
        Of all runs of each model, one after the other, by the model's name.
    unknown : tuple of str
        Models without a timed run.
    runs : int
        Of each model.
    basis : str
        What it is derived from, in words.
    """

    seconds: dict[str, float]
    unknown: tuple[str, ...]
    runs: int
    basis: str


def estimate(experiment: Experiment, *, pixels: int, bands: int, labelled: int, folder: Path) -> Estimate:
    """Estimate the time of an experiment on a scene.

    Training time goes in proportion to training pixels and bands, mapping time to pixels and bands; for models that
    look at windows, both also to the window's area. Searches, features, splits and reports are not counted.

    Parameters
    ----------
    experiment : Experiment
    pixels, bands, labelled : int
        Size of the scene, and its labelled pixels.
    folder : Path
        Where earlier experiments ran: the times in their reports count before the measured ones that hsclass knows.
    """
    earlier = timed_runs(folder)
    runs = len(experiment.splits) * len(experiment.plan.seeds) * len(experiment.features)
    n_train = experiment.plan.fractions.train * labelled
    seconds, unknown, own = {}, [], 0
    for name, entry in experiment.models.items():
        timing = earlier.get(name) or earlier.get(entry.kind) or MEASURED.get(entry.kind)
        if timing is None:
            unknown.append(name)
            continue
        own += name in earlier or entry.kind in earlier
        size = bands / timing.bands
        if timing.reach:
            size *= (experiment.plan.window / timing.window) ** 2
        one = timing.train_seconds * n_train / timing.n_train + timing.map_seconds * pixels / timing.pixels
        seconds[name] = runs * size * one
    source = "earlier runs in this folder" if own else "Indian Pines on a shared machine of two cores"
    if 0 < own < len(seconds):
        source = "earlier runs in this folder, and Indian Pines on a shared machine of two cores for the other models"
    basis = (
        f"in proportion to training pixels ({n_train:.0f}), pixels, bands and window, from times of {source}; without"
        " searches, features and reports, one run after the other; expect an order of magnitude"
    )
    return Estimate(seconds, tuple(unknown), runs, basis)


def timed_runs(folder: Path) -> dict[str, Timing]:
    """Return the medians of the times in the reports of a folder, by model, as far as the scenes are there too."""
    found: dict[str, list[Timing]] = defaultdict(list)
    for report in sorted(folder.glob("reports/*/accuracy.csv")):
        with report.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                cube = folder / "results" / row["scene"] / "cube.tif"
                if not cube.is_file() or not row["train_seconds"] or not row["map_seconds"]:
                    continue
                rows, cols, bands = read_header(cube).shape
                found[row["model"]].append(
                    Timing(float(row["train_seconds"]), float(row["map_seconds"]), int(row["n_train"]), rows * cols,
                           bands, int(row["window"]), int(row.get("reach") or 0))
                )  # fmt: skip
    return {
        model: Timing(
            statistics.median(run.train_seconds for run in runs), statistics.median(run.map_seconds for run in runs),
            int(statistics.median(run.n_train for run in runs)), runs[0].pixels, runs[0].bands, runs[0].window,
            runs[0].reach,
        )
        for model, runs in found.items()
    }  # fmt: skip
