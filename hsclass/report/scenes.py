"""Pictures of a scene: the splits drawn on it, and the maps."""

from dataclasses import dataclass

import numpy as np

from hsclass.report.collect import Run, SceneResult, SplitResult
from hsclass.report.pictures import Picture, class_picture, colour_picture, shown_step, split_picture
from hsclass.report.table import SetResults
from hsclass.scene import read_classes


@dataclass(frozen=True)
class ScenePictures:
    """A scene and its reference labels as pictures; every `step`-th pixel is shown.

    `layout` is "wide", "tall" or "square".
    """

    natural: Picture
    reference: Picture
    step: int
    layout: str


@dataclass(frozen=True)
class SplitsPart:
    """The splits of a scene, each with its seeds."""

    scene: ScenePictures
    splits: dict[str, tuple[tuple[SplitResult, Picture], ...]]


@dataclass(frozen=True)
class MapsPart:
    """The maps of a scene by split, and for each seed of it the runs with their maps."""

    scene: ScenePictures
    maps: dict[str, tuple[tuple[SplitResult, tuple[tuple[Run, str, Picture], ...]], ...]]


def splits_part(results: SetResults) -> SplitsPart | None:
    """Return every split and seed drawn on the scene; None for images."""
    scene = results.samples
    if not isinstance(scene, SceneResult):
        return None
    pictures = _scene_pictures(results, scene)
    return SplitsPart(pictures, {
        name: tuple(
            (split, split_picture(split.split.roles, scene.picture, pictures.step)) for split in seeds_of(results, name)
        )
        for name in results.leaky
    })  # fmt: skip


def maps_part(results: SetResults) -> MapsPart | None:
    """Return the map of every run; None for images."""
    scene = results.samples
    if not isinstance(scene, SceneResult):
        return None
    pictures = _scene_pictures(results, scene)
    labels = results.table.label
    return MapsPart(pictures, {
        name: tuple(
            (split, tuple((run, labels[row], class_picture(*read_classes(run.map_file), pictures.step))
                          for row, run in results.runs.items() if run.split is split))
            for split in seeds_of(results, name)
        )
        for name in results.leaky
    })  # fmt: skip


def seeds_of(results: SetResults, name: str) -> tuple[SplitResult, ...]:
    """Return the seeds of a split."""
    return tuple(split for split in results.splits if split.name == name)


def is_one_split(seeds: tuple[SplitResult, ...]) -> bool:
    """Return whether several seeds gave one and the same split, so that they say something of the models alone."""
    first, *others = (seed.split.roles for seed in seeds)
    return bool(others) and all(np.array_equal(first, other) for other in others)


def _scene_pictures(results: SetResults, scene: SceneResult) -> ScenePictures:
    experiment = results.experiment
    folders = {entry.split_folder for entry in experiment.runs}
    scenes = {entry.scene for entry in experiment.runs}
    step = shown_step(scene.labels.shape, len(experiment.runs) + len(folders) + 3 * len(scenes))
    rows, cols = scene.labels.shape
    return ScenePictures(
        natural=colour_picture(scene.picture, step),
        reference=class_picture(scene.labels, scene.classes, step),
        step=step,
        layout="wide" if cols > 2.2 * rows else "tall" if rows > 1.6 * cols else "square",
    )
