"""Read all results of an experiment on images, as runs that the tables and charts of scenes take, too."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ConfigDict, Field

from hsclass.images.division import read_division
from hsclass.images.index import ImageIndex, read_index
from hsclass.report.collect import Run, SplitResult, read_history
from hsclass.report.loading import Record, load
from hsclass.report.measures import Metrics
from hsclass.report.records import Audit, Card, Mapping, RunEntry, Training
from hsclass.split import Split


class ImageRunEntry(Record):
    """One run of an experiment on images, and the folders that hold its results."""

    images: str
    split: str
    seed: int
    features: str
    model: str
    images_folder: Path
    split_folder: Path
    folder: Path


class PublishedFigure(Record):
    """A figure from elsewhere."""

    name: str
    oa: float


class ImageExperiment(Record):
    """`experiment.json` of an experiment on images."""

    experiment: str
    seeds: list[int]
    hsclass: str = ""
    images: list[dict[str, Any]]
    splits: list[dict[str, Any]]
    features: list[dict[str, Any]]
    models: list[dict[str, Any]]
    runs: list[ImageRunEntry]
    published: list[PublishedFigure] = Field(default_factory=list)


class ShownPair(Record):
    """A pair of near-duplicates in two parts."""

    paths: list[str]
    parts: list[str]
    classes: list[list[str]]
    distance: int


class ImageAudit(Audit):
    """`audit.json` of a division of images."""

    threshold: int
    overlap: int
    given: bool
    pairs: dict[str, int]
    shown: list[ShownPair]
    notes: list[str] = Field(default_factory=list)


class Mistake(Record):
    """A test image that was given other classes than it has."""

    path: str
    truth: list[str]
    predicted: list[str]
    confidence: float


class ImageMetrics(Metrics):
    """`metrics.json` of images; with several labels, accuracy is the share of images with exactly the right classes."""

    several_labels: bool
    mistakes: list[Mistake] = Field(default_factory=list)
    micro_f1: float | None = None
    subset: float | None = None


class Oddities(Record):
    """`index.json`: what a set of images holds, and what is odd about it."""

    name: str
    title: str
    note: str = ""
    origin: str = ""
    images: int
    classes: dict[str, int]
    empty_classes: list[str]
    unreadable: dict[str, str]
    shape: list[int]
    other_sizes: dict[str, int]
    other_bands: dict[str, int]
    identical: list[list[str]]


@dataclass(frozen=True)
class ImageSetResult:
    """A set of images as the page shows it."""

    name: str
    title: str
    index: ImageIndex
    odd: Oddities
    several_labels: bool


@dataclass(frozen=True)
class ImageResults:
    """All that the report shows; the windows of its runs are single pixels, which means nothing here."""

    experiment: ImageExperiment
    sets: tuple[ImageSetResult, ...]
    runs: tuple[Run, ...]


def read_image_results(experiment_file: Path) -> ImageResults:
    """Read everything that the runs of an experiment on images left.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes.
    """
    experiment = load(ImageExperiment, experiment_file, "experiment")
    sets: dict[str, ImageSetResult] = {}
    splits: dict[Path, SplitResult] = {}
    runs = []
    for entry in experiment.runs:
        if entry.images not in sets:
            sets[entry.images] = _read_set(entry)
        if entry.split_folder not in splits:
            splits[entry.split_folder] = _read_split(entry, sets[entry.images].index)
        runs.append(_read_run(entry, splits[entry.split_folder]))
    return ImageResults(experiment, tuple(sets.values()), tuple(runs))


def _read_set(entry: ImageRunEntry) -> ImageSetResult:
    index = read_index(entry.images_folder / "index.csv")
    odd = load(Oddities, entry.images_folder / "index.json", "images index")
    return ImageSetResult(entry.images, odd.title or entry.images, index, odd, index.several_labels)


def _read_split(entry: ImageRunEntry, index: ImageIndex) -> SplitResult:
    division = read_division(entry.split_folder / "split.csv", index)
    audit = load(ImageAudit, entry.split_folder / "audit.json", "images audit")
    split = Split(
        division.roles[np.newaxis], 1, division.sampler, division.seed, dict(division.options), division.leaky
    )
    return SplitResult(entry.images, entry.split, entry.seed, entry.split_folder, split, audit)


def _read_run(entry: ImageRunEntry, split: SplitResult) -> Run:
    folder = entry.folder
    metrics = load(_Stored, folder / "metrics.json", "images evaluate").as_metrics()
    card = json.loads((folder / "model" / "model.json").read_text(encoding="utf-8"))
    return Run(
        entry=RunEntry(
            scene=entry.images, split=entry.split, seed=entry.seed, features=entry.features, model=entry.model,
            scene_folder=entry.images_folder, split_folder=entry.split_folder, folder=folder,
        ),
        split=split,
        metrics=metrics,
        training=load(Training, folder / "model" / "training.json", "images train"),
        card=Card(options=card["options"], reach=0, versions=card["versions"]),
        mapping=load(Mapping, folder / "predictions.json", "images predict"),
        history=read_history(folder / "model" / "history.csv"),
    )  # fmt: skip


class _Stored(Record):
    """`metrics.json` as it is on disk, before what only scenes have is filled in."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def as_metrics(self) -> ImageMetrics:
        """Return the figures; the accuracy of several labels is that of the whole answer."""
        given = dict(self.__pydantic_extra__ or {})
        if given["several_labels"]:
            given |= {"oa": given["subset"], "oa_low": given["subset_low"], "oa_high": given["subset_high"]}
        return ImageMetrics.model_validate({"window": 1, **given})
