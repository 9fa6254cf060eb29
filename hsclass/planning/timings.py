"""What jobs took that ran before: the figures that the workflow keeps of each, with how much each had to do."""

import csv
import json
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.cost import Task
from hsclass.errors import UsageError
from hsclass.features import feature_class
from hsclass.features.frozen import FrozenOptions
from hsclass.memory import stage_megabytes, table_megabytes
from hsclass.planning.pace import macs_seconds, stage_seconds
from hsclass.planning.resources import DELIVERY
from hsclass.planning.size import Size, built_cube, built_images
from hsclass.planning.work import features_cost, run_work
from hsclass.results.final import CandidateChoice
from hsclass.results.record import read_record

Subject = tuple[str, str, str, str]
"""Kind and options of the model, kind and options of the features."""

_MIB = 1024**2 / 1e6
_LEAST = 1e-6  # s


@dataclass(frozen=True)
class Timing:
    """One job that ran.

    Attributes
    ----------
    rule : str
    work : float
        How much it had to do: seconds of a slow core.
    seconds, start : float
        From its start to its end; of these before its own work began, or 0 where that is not known.
    cpu_seconds : float
        Processor time.
    memory_mb, held_mb : float
        The most that it held, and what it is modelled to hold next to its program [MB, 10^6 bytes].
    subject : Subject
        Of a job that has a model or features.
    paced : bool
        Whether `start` is what the median epoch leaves of `seconds`.
    epochs_share : float
        Epochs run over epochs asked for.
    disk_mb, data_mb : float
        What it left, and the size of its scene or images.
    network : bool
        Whether it loads Keras.
    """

    rule: str
    work: float
    seconds: float
    start: float
    cpu_seconds: float
    memory_mb: float
    held_mb: float = 0.0
    subject: Subject | None = None
    paced: bool = False
    epochs_share: float = 1.0
    disk_mb: float = 0.0
    data_mb: float = 0.0
    network: bool = False


def subject_of(model: str, options: Mapping[str, Any], features: str, feature_options: Mapping[str, Any]) -> Subject:
    """Return kinds and options as they are compared.

    Without the epochs, which are counted as work, and the seed of random weights.
    """

    def text(given: Mapping[str, Any], *less: str) -> str:
        return json.dumps({name: value for name, value in given.items() if name not in less}, sort_keys=True)

    return model, text(options, "epochs"), features, text(feature_options, "backbone", "seed")


def dataset_subject(name: str) -> Subject:
    """Return the subject of a job that fetches a data set."""
    return "", "", name, ""


def timed_jobs(folder: Path, *, images: bool) -> list[Timing]:
    """Return the jobs of earlier runs in a folder whose figures (`logs/*/….tsv`) and results are still there.

    Parameters
    ----------
    folder : Path
    images : bool
        Whether those on images are wanted, or those on scenes.
    """
    found: list[Timing] = []
    for table in sorted((folder / "logs").rglob("*.tsv")):
        rule, *names = table.relative_to(folder / "logs").with_suffix("").parts
        if (timed := _measured(rule, table)) and names:
            found += _timing(folder, names, timed, images=images)
    return found


def _measured(rule: str, table: Path) -> Timing | None:
    """Return what a job took, its work not yet known."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if not rows:
        return None
    # A job that ended before its first look at it has "NA" or "-" for its memory.
    seconds, memory, cpu = (_number(rows[-1].get(name)) for name in ("s", "max_rss", "cpu_time"))
    return Timing(rule, 1.0, seconds, 0.0, cpu, memory * _MIB)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _timing(folder: Path, names: list[str], timed: Timing, *, images: bool) -> Iterator[Timing]:
    if timed.rule in {"experiment", "fetch", "report"}:
        work = _report_runs(folder, names[0]) if timed.rule == "report" else 1.0
        yield replace(timed, work=work, subject=dataset_subject(names[0]) if timed.rule == "fetch" else None)
        return
    home = folder / "results" / (names[1] if timed.rule == "compare" else names[0])
    try:
        size = _built_size(home)
        if size is None or size.images != images:
            return
        timed = replace(timed, data_mb=size.megabytes)
        if timed.rule == "features":
            yield _of_features(home / f"features/{names[1]}.npz", size, timed)
        elif timed.rule in {"train", "predict"}:
            if run := _run_folder(home / names[1], names[2]):
                yield _of_model(run, size, timed)
        elif timed.rule in DELIVERY:
            yield _of_delivery(home / "final/folds", names[1:], size, timed)
        else:
            held = table_megabytes(size.samples)
            if not images:
                held = stage_megabytes(timed.rule, cube=size.megabytes, pixels=size.samples)
            left = _megabytes_of(home / ("index.csv" if images else "cube.tif")) if timed.rule == "scene" else 0.0
            yield replace(timed, work=max(_LEAST, stage_seconds(timed.rule, size)), held_mb=held, disk_mb=left)
    except (OSError, ValueError, KeyError, TypeError, UsageError):
        return  # of another version, or being written


def _of_delivery(folds: Path, fold: list[str], size: Size, timed: Timing) -> Timing:
    """Return the timing of a job of a delivered map: its work is its scene, as only the same candidates compare."""
    number = fold[0] if fold else str(max(int(path.name) for path in folds.iterdir()))
    choice = read_record(CandidateChoice, folds / number / "choice.json", "deliver")
    return replace(
        timed,
        work=max(_LEAST, stage_seconds(timed.rule, size)),
        subject=delivery_subject(candidate.model_dump() for candidate in choice.candidates),
    )


def delivery_subject(candidates: Iterable[Mapping[str, Any]]) -> Subject:
    """Return all candidates for a delivered map as one subject."""
    listed = list(candidates)
    models, features = ("+".join(str(candidate[name]) for candidate in listed) for name in ("model", "features"))
    given, feature_options = (
        {str(place): candidate[name] for place, candidate in enumerate(listed)}
        for name in ("options", "feature_options")
    )
    return subject_of(models, given, features, feature_options)


def _built_size(home: Path) -> Size | None:
    if shape := built_cube(home):
        return Size(shape[0] * shape[1], 0, shape, 0)
    return built_images(home)


def _run_folder(split: Path, name: str) -> Path | None:
    """Return the folder of features and model that a name joins by a hyphen, which each may hold itself."""
    parts = name.split("-")
    folders = (split / "-".join(parts[:place]) / "-".join(parts[place:]) for place in range(1, len(parts)))
    return next((folder for folder in folders if (folder / "model").is_dir()), None)


def _of_features(file: Path, size: Size, timed: Timing) -> Timing:
    with np.load(file, allow_pickle=False) as held:
        about = json.loads(str(held["about"]))
    options = FrozenOptions.model_validate(about["options"])
    cost = features_cost(options, size, about["size"])
    return replace(
        timed,
        work=macs_seconds(cost.predict, network=True),
        held_mb=table_megabytes(size.samples) + 1e-6 * cost.predict_bytes,
        subject=subject_of("", {}, options.backbone, options.model_dump(mode="json")),
        disk_mb=_megabytes_of(file),
        network=True,
    )


def _of_model(run: Path, size: Size, timed: Timing) -> Timing:
    about, training = (json.loads((run / "model" / name).read_text()) for name in ("model.json", "training.json"))
    given, asked = dict(about["options"]), about["options"].get("epochs")
    epochs = training["epochs"] or 1
    if asked is not None:
        given["epochs"] = min(epochs, asked)  # a network that is tuned afterwards has more
    task, features, more = _task_of(about, run, size)
    size = replace(size, classes=task.classes)
    work = run_work(about["model"], given, task, size, **more)
    train = timed.rule == "train"
    seconds = _epoch_seconds(run / "model") if train else []
    paced = len(seconds) > 1
    inner = training["seconds"] if train else json.loads(_prediction_file(run).read_text())["seconds"]
    own = len(seconds) * statistics.median(seconds[1:]) if paced else inner
    if paced and work.cost.prepared:  # what comes before the first epoch is work, too
        own = inner - (seconds[0] - statistics.median(seconds[1:]))
    left = [run / "model"] if train else [run / name for name in ("map.tif", "confidence.tif", "predictions.csv")]
    return replace(
        timed,
        work=max(_LEAST, work.train_seconds if train else work.predict_seconds),
        seconds=max(timed.seconds, own),  # a training that was killed has epochs of earlier jobs
        start=max(0.0, timed.seconds - own),
        held_mb=work.train_mb if train else work.predict_mb,
        subject=subject_of(about["model"], about["options"], *features),
        paced=paced,
        epochs_share=given["epochs"] / asked if asked else 1.0,
        disk_mb=sum(_megabytes_of(path) for path in left),
        network=work.network,
    )


def _task_of(about: dict[str, Any], run: Path, size: Size) -> tuple[Task, tuple[str, dict[str, Any]], dict[str, Any]]:
    """Return the task of a trained model, kind and options of its features, and what else its work follows from."""
    classes = len(about["classes"])
    if size.images:
        audit = json.loads((run.parents[1] / "audit.json").read_text())
        parts = (audit["n_train"], audit["n_validation"], audit["n_test"])
        task = Task(*parts, about["window"], about["n_features"], classes)
        if about["images"]:
            return task, ("raw", {}), {}
        options = about["feature_options"]
        return task, (options["backbone"], options), {}
    scope, kind, options = about["fit_scope"], about["features"], about["feature_options"]
    task = Task(scope["model"], scope.get("validation", 0), size.samples, about["window"], about["n_features"], classes)
    extractor = feature_class(kind)(**options)
    more = {
        "feature_macs": size.samples * extractor.cost(size.shape[2], about["n_features"]),
        "bounded": extractor.reach is not None,
    }
    return task, (kind, options), more


def _prediction_file(run: Path) -> Path:
    return next(path for name in ("map.json", "predictions.json") if (path := run / name).is_file())


def _epoch_seconds(model: Path) -> list[float]:
    """Return the seconds of each epoch of a saved model's training; none of a model without epochs.

    The first one compiles the network, and says nothing of the pace.
    """
    file = model / "history.csv"
    if not file.is_file():
        return []
    with file.open(newline="", encoding="utf-8") as opened:
        return [float(row["seconds"]) for row in csv.DictReader(opened)]


def _report_runs(folder: Path, experiment: str) -> float:
    """Return how many runs an experiment that was reported has."""
    try:
        return float(len(json.loads((folder / "reports" / experiment / "experiment.json").read_text())["runs"]))
    except (OSError, ValueError, KeyError):
        return 1.0


def _megabytes_of(path: Path) -> float:
    """Return the MB [10^6 bytes] of a file, of all files in a folder, or of nothing."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6
