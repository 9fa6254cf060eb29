"""Read all results of an experiment into memory, in the order in which the experiment lists its parts."""

import csv
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from hsclass.errors import DataError
from hsclass.report.loading import load, require
from hsclass.report.measures import Comparison, Metrics
from hsclass.report.pictures import backdrop
from hsclass.report.records import Audit, Card, Epoch, Experiment, Mapping, RunEntry, Training
from hsclass.report.studies import Study, read_study
from hsclass.scene import CUBE_FILE, LABELS_FILE, LandCover, read_scene
from hsclass.split import Split, read_split


@dataclass(frozen=True)
class SceneResult:
    """A scene as the page shows it: ground truth (rows, cols) and a picture (rows, cols, 3) instead of the cube."""

    name: str
    title: str
    source: str
    note: str
    digest: str
    shape: tuple[int, int, int]
    wavelengths: tuple[float, float] | None
    labels: np.ndarray
    classes: tuple[LandCover, ...]
    picture: np.ndarray
    natural: bool

    def class_name(self, identity: int) -> str:
        """Return the name of a class id, or the id itself where the legend has no such class."""
        return next((cover.name for cover in self.classes if cover.id == identity), str(identity))


@dataclass(frozen=True)
class SplitResult:
    """A split of one seed, its audit, and the comparison of the models under it where there is one."""

    scene: str
    name: str
    seed: int
    folder: Path
    split: Split
    audit: Audit
    comparison: Comparison | None = None

    @property
    def leaky(self) -> bool:
        """True where the split declares itself leaky, or the audit measured a shared window."""
        return self.audit.leaky or (self.audit.overlap_share or 0) > 0


@dataclass(frozen=True)
class Run:
    """One trained model, its accuracy and its map, and the search that it won where there was one."""

    entry: RunEntry
    split: SplitResult
    metrics: Metrics
    training: Training
    card: Card
    mapping: Mapping
    history: tuple[Epoch, ...]
    study: Study | None = None

    @property
    def map_file(self) -> Path:
        """The predicted classes of the whole scene."""
        return self.entry.folder / "map.tif"


@dataclass(frozen=True)
class Results:
    """All that the report shows."""

    experiment: Experiment
    scenes: tuple[SceneResult, ...]
    runs: tuple[Run, ...]

    @cached_property
    def splits(self) -> tuple[SplitResult, ...]:
        """The splits of all runs, each once."""
        return tuple({run.entry.split_folder: run.split for run in self.runs}.values())

    def of_scene(self, scene: str) -> tuple[Run, ...]:
        """Return the runs on one scene."""
        return tuple(run for run in self.runs if run.entry.scene == scene)


def read_results(experiment_file: Path) -> Results:
    """Read everything that an experiment's runs left, except the maps.

    Parameters
    ----------
    experiment_file : Path
        `experiment.json`; the folders in it are relative to the current folder.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes; the message names the file and the stage.
    """
    experiment = load(Experiment, experiment_file, "experiment")
    if not experiment.runs:
        raise DataError(f"{experiment_file}: lists no runs; expected at least one; check the experiment's lists")
    scenes = {entry.scene: entry.scene_folder for entry in experiment.runs}
    splits: dict[Path, SplitResult] = {}
    for entry in experiment.runs:
        if entry.split_folder not in splits:
            splits[entry.split_folder] = _read_split(entry, experiment_file.parent)
    return Results(
        experiment=experiment,
        scenes=_told_apart(tuple(_read_scene(name, folder) for name, folder in scenes.items())),
        runs=tuple(
            _read_run(entry, splits[entry.split_folder], searched=entry.model in experiment.searched)
            for entry in experiment.runs
        ),
    )


def _read_scene(name: str, folder: Path) -> SceneResult:
    require(folder / CUBE_FILE, "scene")
    require(folder / LABELS_FILE, "scene")
    scene = read_scene(folder)
    picture, natural = backdrop(scene)
    centres = scene.wavelengths
    return SceneResult(
        name=name,
        title=scene.title or name,
        source=scene.source,
        note=scene.note,
        digest=scene.digest,
        shape=scene.shape,
        wavelengths=None if centres is None else (float(centres.min()), float(centres.max())),
        labels=scene.require_labels(),
        classes=scene.classes,
        picture=picture,
        natural=natural,
    )


def _told_apart(scenes: tuple[SceneResult, ...]) -> tuple[SceneResult, ...]:
    """Add the names to the titles of scenes that are cut from one data set."""
    titles = [scene.title for scene in scenes]
    return tuple(
        replace(scene, title=f"{scene.title} ({scene.name})") if titles.count(scene.title) > 1 else scene
        for scene in scenes
    )


def _read_split(entry: RunEntry, reports: Path) -> SplitResult:
    split, _ = read_split(require(entry.split_folder / "split.tif", "split"))
    audit = load(Audit, entry.split_folder / "audit.json", "audit")
    compared = reports / "comparison" / entry.scene / f"{entry.split}-{entry.seed}.json"
    comparison = load(Comparison, compared, "compare") if compared.exists() else None
    return SplitResult(entry.scene, entry.split, entry.seed, entry.split_folder, split, audit, comparison)


def _read_run(entry: RunEntry, split: SplitResult, *, searched: bool) -> Run:
    folder = entry.folder
    run = Run(
        entry=entry,
        split=split,
        training=load(Training, folder / "model" / "training.json", "train"),
        card=load(Card, folder / "model" / "model.json", "train"),
        history=read_history(folder / "model" / "history.csv"),
        mapping=load(Mapping, folder / "map.json", "predict"),
        metrics=load(Metrics, folder / "metrics.json", "evaluate"),
        study=read_study(folder / "tuned") if searched else None,
    )
    require(run.map_file, "predict")
    return run


def read_history(path: Path) -> tuple[Epoch, ...]:
    """Only networks leave a history; an empty cell is a figure that was not measured."""
    if not path.exists():
        return ()
    with path.open(newline="", encoding="utf-8") as file:
        rows = [{key: value or None for key, value in row.items() if key} for row in csv.DictReader(file)]
    try:
        return tuple(Epoch.model_validate(row) for row in rows)
    except ValidationError as error:
        problem = error.errors()[0]
        raise DataError(
            f"{path}: column '{problem['loc'][0]}' is wrong: {problem['msg']}; expected the file that the train stage"
            " writes; run it again"
        ) from None
