"""Read all results of an experiment into memory, in the order in which the experiment lists its parts."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from hsclass.datasets.opening import read_scene
from hsclass.errors import DataError
from hsclass.report.pictures import backdrop
from hsclass.results import (
    Audit,
    Comparison,
    Epoch,
    ExperimentRecord,
    Metrics,
    ModelCard,
    PredictionRecord,
    RunEntry,
    SearchRecord,
    TrainingRecord,
    read_history,
    read_record,
    read_search,
    require_file,
)
from hsclass.scene import CUBE_FILE, LABELS_FILE, LandCover
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
    training: TrainingRecord
    card: ModelCard
    mapping: PredictionRecord
    history: tuple[Epoch, ...]
    study: SearchRecord | None = None

    @property
    def map_file(self) -> Path:
        """The predicted classes of the whole scene."""
        return self.entry.folder / "map.tif"


@dataclass(frozen=True)
class Results:
    """All that the report shows."""

    experiment: ExperimentRecord
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
    experiment = read_record(ExperimentRecord, experiment_file, "experiment")
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
    require_file(folder / CUBE_FILE, "scene")
    require_file(folder / LABELS_FILE, "scene")
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
    split, _ = read_split(require_file(entry.split_folder / "split.tif", "split"))
    audit = read_record(Audit, entry.split_folder / "audit.json", "audit")
    compared = reports / "comparison" / entry.scene / f"{entry.split}-{entry.seed}.json"
    comparison = read_record(Comparison, compared, "compare") if compared.exists() else None
    return SplitResult(entry.scene, entry.split, entry.seed, entry.split_folder, split, audit, comparison)


def _read_run(entry: RunEntry, split: SplitResult, *, searched: bool) -> Run:
    folder = entry.folder
    run = Run(
        entry=entry,
        split=split,
        training=read_record(TrainingRecord, folder / "model" / "training.json", "train"),
        card=read_record(ModelCard, folder / "model" / "model.json", "train"),
        history=read_history(folder / "model" / "history.csv"),
        mapping=read_record(PredictionRecord, folder / "map.json", "predict"),
        metrics=read_record(Metrics, folder / "metrics.json", "evaluate"),
        study=read_search(folder / "tuned") if searched else None,
    )
    require_file(run.map_file, "predict")
    return run
