"""Read all results of an experiment into memory, in the order in which the experiment lists its parts."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from hsclass.datasets.opening import read_scene
from hsclass.natural_colours import backdrop
from hsclass.report.merging import read_comparisons, read_experiments
from hsclass.results import (
    Audit,
    Comparison,
    Epoch,
    ExperimentRecord,
    ImageSetRecord,
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
from hsclass.samples import ImageSamples, read_index
from hsclass.scene import CUBE_FILE, LABELS_FILE, LandCover
from hsclass.split import Split, read_split


@dataclass(frozen=True)
class SampleSet:
    """A scene or an image set: what was classified."""

    name: str
    title: str
    source: str
    note: str
    classes: tuple[LandCover, ...]

    kind = ""

    def class_name(self, identity: int) -> str:
        """Return the name of a class id, or the id itself where the legend has no such class."""
        return next((cover.name for cover in self.classes if cover.id == identity), str(identity))


@dataclass(frozen=True)
class SceneResult(SampleSet):
    """A scene: reference labels (rows, cols) and a picture (rows, cols, 3) instead of the cube; `valid` pixels."""

    digest: str
    shape: tuple[int, int, int]
    valid: int
    wavelengths: tuple[float, float] | None
    labels: np.ndarray
    picture: np.ndarray
    natural: bool

    kind = "pixels"


@dataclass(frozen=True)
class ImageSetResult(SampleSet):
    """An image set: its index, and what is unusual about it."""

    index: ImageSamples
    about: ImageSetRecord

    kind = "images"


@dataclass(frozen=True)
class SplitResult:
    """A split of one seed, and its audit."""

    scene: str
    name: str
    seed: int
    folder: Path
    split: Split
    audit: Audit

    @property
    def leaky(self) -> bool:
        """True where the split declares itself leaky, or the audit measured a shared window or near-duplicate."""
        return self.audit.leaky or (self.audit.overlap_share or 0) > 0


@dataclass(frozen=True)
class RunResult:
    """One trained model, its accuracy and its prediction, and the search that it won where there was one."""

    entry: RunEntry
    split: SplitResult
    metrics: Metrics
    training: TrainingRecord
    card: ModelCard
    prediction: PredictionRecord
    history: tuple[Epoch, ...]
    search: SearchRecord | None = None

    @property
    def map_file(self) -> Path:
        """The predicted classes of the whole scene."""
        return self.entry.folder / "map.tif"


@dataclass(frozen=True)
class Results:
    """All that the report shows; `comparisons` of the models by the names of scene and split, where there are any."""

    experiment: ExperimentRecord
    sets: tuple[SampleSet, ...]
    runs: tuple[RunResult, ...]
    comparisons: dict[tuple[str, str], Comparison] = field(default_factory=dict)

    @cached_property
    def splits(self) -> tuple[SplitResult, ...]:
        """The splits of all runs, each once."""
        return tuple({run.entry.split_folder: run.split for run in self.runs}.values())


def read_results(*experiment_files: Path) -> Results:
    """Read everything that the runs of one or several experiments left, except the maps.

    Parameters
    ----------
    *experiment_files : Path
        `experiment.json` of each, as `read_experiments` takes them.

    Raises
    ------
    DataError
        If a file of a run is missing or is not what its stage writes; the message names the file and the stage.
    UsageError
        If the experiments do not fit each other.
    """
    experiment = read_experiments(experiment_files)
    sets: dict[str, SampleSet] = {}
    splits: dict[Path, SplitResult] = {}
    for entry in experiment.runs:
        if entry.scene not in sets:
            sets[entry.scene] = _read_images(entry) if experiment.samples == "images" else _read_scene(entry)
        if entry.split_folder not in splits:
            splits[entry.split_folder] = _read_split(entry, sets[entry.scene])
    return Results(
        experiment=experiment,
        sets=_with_distinct_titles(tuple(sets.values())),
        runs=tuple(
            _read_run(entry, splits[entry.split_folder], sets[entry.scene], searched=entry.model in experiment.searched)
            for entry in experiment.runs
        ),
        comparisons=read_comparisons(experiment, experiment_files),
    )


def _read_scene(entry: RunEntry) -> SceneResult:
    for name in (CUBE_FILE, LABELS_FILE):
        require_file(entry.scene_folder / name, "scene")
    scene = read_scene(entry.scene_folder)
    picture, natural = backdrop(scene)
    centres = scene.wavelengths
    return SceneResult(
        name=entry.scene,
        title=scene.title or entry.scene,
        source=scene.source,
        note=scene.note,
        classes=scene.classes,
        digest=scene.digest,
        shape=scene.shape,
        valid=int(scene.mask.sum()),
        wavelengths=None if centres is None else (float(centres.min()), float(centres.max())),
        labels=scene.require_labels(),
        picture=picture,
        natural=natural,
    )


def _read_images(entry: RunEntry) -> ImageSetResult:
    index = read_index(require_file(entry.scene_folder / "index.csv", "scene"))
    about = read_record(ImageSetRecord, entry.scene_folder / "index.json", "scene")
    return ImageSetResult(
        entry.scene, about.title or entry.scene, about.origin, about.note, index.classes, index, about
    )


def _with_distinct_titles(sets: tuple[SampleSet, ...]) -> tuple[SampleSet, ...]:
    """Add the names to the titles of scenes that are cut from one data set."""
    titles = [each.title for each in sets]
    return tuple(
        replace(each, title=f"{each.title} ({each.name})") if titles.count(each.title) > 1 else each for each in sets
    )


def _read_split(entry: RunEntry, samples: SampleSet) -> SplitResult:
    folder = entry.split_folder
    images = samples.index if isinstance(samples, ImageSetResult) else None
    name = "split.tif" if images is None else "split.csv"
    split = read_split(require_file(folder / name, "split"), images)
    audit = read_record(Audit, folder / "audit.json", "audit")
    return SplitResult(entry.scene, entry.split, entry.seed, folder, split, audit)


def _read_run(entry: RunEntry, split: SplitResult, samples: SampleSet, *, searched: bool) -> RunResult:
    folder = entry.folder
    pixels = samples.kind == "pixels"
    run = RunResult(
        entry=entry,
        split=split,
        training=read_record(TrainingRecord, folder / "model" / "training.json", "train"),
        card=read_record(ModelCard, folder / "model" / "model.json", "train"),
        history=read_history(folder / "model" / "history.csv"),
        prediction=read_record(PredictionRecord, folder / ("map.json" if pixels else "predictions.json"), "predict"),
        metrics=read_record(Metrics, folder / "metrics.json", "evaluate"),
        search=read_search(folder / "tuned") if searched else None,
    )
    if pixels:
        require_file(run.map_file, "predict")
    return run
