"""What jobs on whole images took that ran before, with how much each had to do."""

import json
import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import UsageError
from hsclass.images.frozen import FeatureOptions
from hsclass.plan import RAW
from hsclass.planning.image_needs import features_macs
from hsclass.planning.image_size import Shares, held_megabytes, image_task
from hsclass.planning.timings import (
    Subject,
    Timing,
    measured_jobs,
    megabytes_of,
    of_images,
    report_runs,
    seconds_of_epochs,
    subject_of,
)

RULES = {
    "experiment": "experiment", "fetch": "fetch", "index": "index_images", "split": "split_images",
    "audit": "audit_images", "features": "image_features", "train": "train_images", "predict": "predict_images",
    "evaluate": "evaluate_images", "report": "image_report",
}  # fmt: skip
"""The rules, by the folders of their logs."""


def feature_subject(options: FeatureOptions) -> tuple[str, str]:
    """Return kind and options of features as they are compared; random weights of any seed take as long."""
    own = options.model_dump(mode="json", exclude={"backbone", "seed"})
    return options.backbone, json.dumps(own, sort_keys=True)


def whole_subject(model: str, options: Any, features: FeatureOptions | None) -> Subject:
    """Return kinds and options of a run as they are compared."""
    kind, own, _, _ = subject_of(model, options, "", {})
    return (kind, own, *(feature_subject(features) if features else (RAW, "{}")))


def timed_image_jobs(folder: Path) -> list[Timing]:
    """Return the jobs of earlier runs on images in a folder whose figures and results are still there."""
    return [
        replace(found, rule=rule)
        for logs, rule in RULES.items()
        for timed, names in measured_jobs(folder, logs)
        for found in _timing(folder, rule, names, timed)
    ]


def _timing(folder: Path, rule: str, names: tuple[str, ...], timed: Timing) -> Iterator[Timing]:
    if rule in {"experiment", "fetch", "image_report"}:
        if of_images(folder, rule, names[0]):
            yield replace(timed, work=report_runs(folder, names[0]) if rule == "image_report" else 1.0)
        return
    home = folder / "results" / names[0]
    try:
        index = json.loads((home / "index.json").read_text())
        images, shape = int(index["images"]), tuple(index["shape"])
        timed = replace(timed, work=float(images), data_mb=held_megabytes(images, shape, most=float("inf")))
        if rule == "image_features":
            yield _of_features(home / f"features/{names[1]}.npz", images, timed)
        elif rule in {"train_images", "predict_images"}:
            features, _, model = names[2].partition("-")
            yield _of_model(home / names[1], home / names[1] / features / model, shape, timed, rule)
        elif rule == "index_images":
            yield replace(timed, work=timed.data_mb, disk_mb=megabytes_of(home / "index.csv"))
        else:
            yield timed
    except (OSError, ValueError, KeyError, TypeError, UsageError):
        return  # of another version, or being written


def _of_features(file: Path, images: int, timed: Timing) -> Timing:
    with np.load(file, allow_pickle=False) as held:
        about = json.loads(str(held["about"]))
    options = FeatureOptions.model_validate(about["options"])
    return replace(
        timed,
        work=features_macs(options, about["size"], images),
        subject=("features", "", *feature_subject(options)),
        disk_mb=megabytes_of(file),
    )


def _of_model(split: Path, run: Path, shape: tuple[int, int, int], timed: Timing, rule: str) -> Timing:
    about = json.loads((run / "model/model.json").read_text())
    training = json.loads((run / "model/training.json").read_text())
    divided = json.loads((split / "split.json").read_text())
    epochs = training["epochs"] or 1
    given = about["options"]
    asked = given.get("epochs", epochs)
    parts = Shares(divided["n_train"], divided["n_validation"], divided["n_test"])
    ran = {**given, "epochs": epochs} if "epochs" in given else given
    task = image_task(about["model"], ran, shape=shape, classes=len(about["classes"]), parts=parts)
    learned = rule == "train_images"
    features = FeatureOptions.model_validate(about["features"]["options"]) if about["features"] else None
    return replace(
        timed,
        work=task.train_macs if learned else task.predict_macs,
        start=_start(run, timed.seconds, training["seconds"], prepared=task.prepared) if learned else 0.0,
        data_mb=task.held_mb + (task.maps_mb if learned else 0),
        subject=whole_subject(about["model"], given, features),
        epochs_share=epochs / asked,
        disk_mb=megabytes_of(run / "model" if learned else run / "predictions.csv"),
    )


def _start(run: Path, whole: float, fitting: float, *, prepared: bool) -> float:
    """Return the seconds before epochs go at their pace: loading, and compiling in the first one.

    Where a network is prepared, by a head or maps of its early blocks, that is work, and all of the fit counts but for
    what the first epoch took longer than the others.
    """
    seconds = seconds_of_epochs(run / "model")
    if len(seconds) < 2:
        return 0.0
    usual = statistics.median(seconds[1:])
    return max(0.0, whole - fitting + seconds[0] - usual if prepared else whole - len(seconds) * usual)
