"""Read all results of an experiment on images, as runs that the tables and charts of scenes take, too."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsclass.report.collect import Run, SplitResult
from hsclass.results import (
    Audit,
    ExperimentRecord,
    ImageSetRecord,
    Metrics,
    ModelCard,
    PredictionRecord,
    RunEntry,
    TrainingRecord,
    read_history,
    read_record,
)
from hsclass.samples import ImageSamples, read_index
from hsclass.split import Split, read_split


@dataclass(frozen=True)
class ImageSetResult:
    """A set of images as the page shows it."""

    name: str
    title: str
    index: ImageSamples
    odd: ImageSetRecord
    several_labels: bool


@dataclass(frozen=True)
class ImageResults:
    """All that the report shows; the windows of its runs are single pixels, which means nothing here."""

    experiment: ExperimentRecord
    sets: tuple[ImageSetResult, ...]
    runs: tuple[Run, ...]


def read_image_results(experiment_file: Path) -> ImageResults:
    """Read everything that the runs of an experiment on images left.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes.
    """
    experiment = read_record(ExperimentRecord, experiment_file, "experiment")
    sets: dict[str, ImageSetResult] = {}
    splits: dict[Path, SplitResult] = {}
    runs = []
    for entry in experiment.runs:
        if entry.scene not in sets:
            sets[entry.scene] = _read_set(entry)
        if entry.split_folder not in splits:
            splits[entry.split_folder] = _read_split(entry, sets[entry.scene].index)
        runs.append(_read_run(entry, splits[entry.split_folder]))
    return ImageResults(experiment, tuple(sets.values()), tuple(runs))


def _read_set(entry: RunEntry) -> ImageSetResult:
    index = read_index(entry.scene_folder / "index.csv")
    odd = read_record(ImageSetRecord, entry.scene_folder / "index.json", "images index")
    return ImageSetResult(entry.scene, odd.title or entry.scene, index, odd, index.several_labels)


def _read_split(entry: RunEntry, index: ImageSamples) -> SplitResult:
    found, _ = read_split(entry.split_folder / "split.csv", index)
    audit = read_record(Audit, entry.split_folder / "audit.json", "images audit")
    split = Split(found.roles[np.newaxis], 1, found.sampler, found.seed, dict(found.options), found.leaky)
    return SplitResult(entry.scene, entry.split, entry.seed, entry.split_folder, split, audit)


def _read_run(entry: RunEntry, split: SplitResult) -> Run:
    folder = entry.folder
    metrics = read_record(Metrics, folder / "metrics.json", "images evaluate")
    if metrics.several_labels:  # the accuracy of several labels is that of the whole answer
        whole = {"oa": metrics.subset, "oa_low": metrics.subset_low, "oa_high": metrics.subset_high}
        metrics = metrics.model_copy(update=whole)
    return Run(
        entry=entry,
        split=split,
        metrics=metrics.model_copy(update={"window": 1}),
        training=read_record(TrainingRecord, folder / "model" / "training.json", "images train"),
        card=read_record(ModelCard, folder / "model" / "model.json", "images train").model_copy(update={"reach": 0}),
        mapping=read_record(PredictionRecord, folder / "predictions.json", "images predict"),
        history=read_history(folder / "model" / "history.csv"),
    )
