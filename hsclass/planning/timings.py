"""What jobs took that ran before: the figures that the workflow keeps of each, with how much each had to do."""

import csv
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hsclass.datasets.readers import open_cube
from hsclass.errors import UsageError
from hsclass.planning.size import model_side

Subject = tuple[str, str, str, str]
"""Kind and options of the model, kind and options of the features."""

_MIB = 1024**2 / 1e6
_RULES = ("experiment", "fetch", "scene", "split", "audit", "evaluate", "compare", "report", "gather")


@dataclass(frozen=True)
class Timing:
    """One job that ran.

    Attributes
    ----------
    rule : str
    work : float
        How much it had to do, in the unit of `hsclass.planning.forecast.Forecaster.work_of`.
    seconds, start : float
        From its start to its end; of these before its own work began, or 0 where that is not known.
    cpu_seconds : float
        Processor time.
    memory_mb, data_mb : float
        The most that it held, and the scene's cube as float32, or the images [MB, 10^6 bytes].
    subject : Subject
        Of a job that has a model and features.
    paced : bool
        Whether `start` is all that the pace of its epochs leaves of `seconds`.
    epochs_share : float
        Epochs run over epochs asked for.
    disk_mb : float
        What it left.
    """

    rule: str
    work: float
    seconds: float
    start: float
    cpu_seconds: float
    memory_mb: float
    data_mb: float
    subject: Subject | None = None
    paced: bool = False
    epochs_share: float = 1.0
    disk_mb: float = 0.0


def subject_of(model: str, options: Any, features: str, feature_options: Any) -> Subject:
    """Return kinds and options as they are compared: without the epochs, which are counted as work."""
    own = {name: value for name, value in options.items() if name != "epochs"}
    return model, json.dumps(own, sort_keys=True), features, json.dumps(feature_options, sort_keys=True)


def timed_jobs(folder: Path) -> list[Timing]:
    """Return the jobs of earlier runs in a folder whose figures (`logs/*/….tsv`) and results are still there."""
    return [
        found
        for rule in (*_RULES, "train", "predict")
        for timed, names in measured_jobs(folder, rule)
        for found in _timing(folder, rule, names, timed)
    ]


def measured_jobs(folder: Path, rule: str) -> Iterator[tuple[Timing, tuple[str, ...]]]:
    """Yield what each job of a rule took, its work not yet known, and the names that its table's path consists of."""
    for table in sorted((folder / "logs" / rule).rglob("*.tsv")):
        row = _figures(table)
        if row is not None:
            timed = Timing(rule, 1.0, row["s"], 0.0, row["cpu_time"], row["max_rss"] * _MIB, 0.0)
            yield timed, table.relative_to(folder / "logs" / rule).with_suffix("").parts


def _figures(table: Path) -> dict[str, float] | None:
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if not rows:
        return None
    # A job that ended before its first look at it has "NA" or "-" for its memory.
    return {name: _number(rows[-1].get(name)) for name in ("s", "max_rss", "cpu_time")}


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _timing(folder: Path, rule: str, names: tuple[str, ...], timed: Timing) -> Iterator[Timing]:
    if rule in {"experiment", "fetch", "report"}:
        if not of_images(folder, rule, names[0]):
            yield replace(timed, work=report_runs(folder, names[0]) if rule == "report" else 1.0)
        return
    scene = names[1] if rule == "compare" else names[0]
    cube = folder / "results" / scene / "cube.tif"
    if not cube.is_file():
        return
    rows, cols, bands = open_cube(cube).shape
    pixels = float(rows * cols)
    timed = replace(timed, work=pixels, data_mb=4e-6 * pixels * bands)
    if rule in {"train", "predict"}:
        yield from _of_model(folder / "results" / scene / names[1], names[2], timed)
    elif rule == "scene":
        yield replace(timed, work=pixels * bands, disk_mb=megabytes_of(cube))
    else:
        yield timed


def _of_model(split: Path, name: str, timed: Timing) -> Iterator[Timing]:
    features, _, model = name.partition("-")
    run = split / features / model
    try:
        about = json.loads((run / "model/model.json").read_text())
        training = json.loads((run / "model/training.json").read_text())
        inner = training if timed.rule == "train" else json.loads((run / "map.json").read_text())
        side = model_side(about["model"], about["options"], about["window"], about["n_features"], len(about["classes"]))
        epochs = training["epochs"] or 1
        windows = about["fit_scope"]["model"] * epochs if timed.rule == "train" else timed.work
        subject = subject_of(about["model"], about["options"], about["features"], about["feature_options"])
        seconds = seconds_of_epochs(run / "model") if timed.rule == "train" else []
    except (OSError, ValueError, KeyError, UsageError):
        return  # of another version, or being written
    left = [run / "model"] if timed.rule == "train" else [run / "map.tif", run / "confidence.tif"]
    own = len(seconds) * statistics.median(seconds[1:]) if len(seconds) > 1 else inner["seconds"]
    yield replace(
        timed,
        work=float(windows) * side**2 * about["n_features"],
        seconds=max(timed.seconds, own),  # a training that was killed has epochs of earlier jobs
        start=max(0.0, timed.seconds - own),
        subject=subject,
        paced=len(seconds) > 1,
        epochs_share=epochs / about["options"].get("epochs", epochs),
        disk_mb=sum(megabytes_of(path) for path in left),
    )


def seconds_of_epochs(model: Path) -> list[float]:
    """Return the seconds of each epoch of a saved model's training; none of a model without epochs.

    The first one compiles the network, and tells nothing of the pace.
    """
    file = model / "history.csv"
    if not file.is_file():
        return []
    with file.open(newline="", encoding="utf-8") as opened:
        return [float(row["seconds"]) for row in csv.DictReader(opened)]


def of_images(folder: Path, rule: str, name: str) -> bool:
    """Return whether a data set that was fetched, or an experiment that was reported, is of whole images."""
    file, key = (
        (folder / "data" / name / "source.json", "layout")
        if rule == "fetch"
        else (folder / "reports" / name / "experiment.json", "images")
    )
    try:
        return key in json.loads(file.read_text())
    except (OSError, ValueError):
        return False


def report_runs(folder: Path, experiment: str) -> float:
    """Return how many runs an experiment that was reported has."""
    try:
        return float(len(json.loads((folder / "reports" / experiment / "experiment.json").read_text())["runs"]))
    except (OSError, ValueError, KeyError):
        return 1.0


def megabytes_of(path: Path) -> float:
    """Return the MB [10^6 bytes] of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6
