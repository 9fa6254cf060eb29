"""What a job is granted on a cluster: memory, minutes and disk, with room to spare, more on each retry."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from hsclass.experiment import Experiment
from hsclass.planning.size import Size, Task, run_task, scene_size

# MB [10^6 bytes] of a process before it holds any of the scene. Measured on one of 8 MB: models without a network 430
# to 470, networks 1,370 to 1,430; a network's batches and graphs grow with its options.
_PROGRAM, _CLASSICAL, _NETWORK = 500, 1500, 3000
_STEP = 100  # MB that memory is rounded up to
_START = 10  # minutes that every job gets for its start and for a slow file system
_GROWTH = 0.5  # of the memory, more on each retry
# Numbers a second that a stage looks at, on a slow core: some five times fewer than were measured, since a job that
# ends at its limit is lost.
_TRAINED, _MAPPED, _COMPARED = 1e6, 2e6, 1e5


class Grants(ABC):
    """What jobs ask for, rounded and grown on each retry; a branch of the workflow says how much each needs."""

    def memory(self, stage: str, wildcards: Mapping[str, str], attempt: int = 1) -> int:
        """Return the MB [10^6 bytes] of a job: what its arrays take, and half as much again on each retry.

        Parameters
        ----------
        stage : str
            Name of the rule.
        wildcards : mapping
            Of the job; a job without `scene` is asked for the largest one.
        attempt : int
            From 1.
        """
        needed = self._memory(stage, wildcards) * (1 + _GROWTH * (attempt - 1))
        return math.ceil(needed / _STEP) * _STEP

    def minutes(self, stage: str, wildcards: Mapping[str, str], attempt: int = 1) -> int:
        """Return the minutes after which a job may be ended, as many again on each retry; arguments as of `memory`."""
        return math.ceil((_START + self._seconds(stage, wildcards) / 60) * attempt)

    def disk(self, stage: str, wildcards: Mapping[str, str]) -> int:
        """Return the MB [10^6 bytes] that a job writes, at most; arguments as of `memory`."""
        return math.ceil((_STEP + self._disk(stage, wildcards)) / _STEP) * _STEP

    @abstractmethod
    def unknown(self) -> list[str]:
        """Return a sentence for each data set whose size is guessed."""

    @abstractmethod
    def _memory(self, stage: str, wildcards: Mapping[str, str]) -> float: ...

    @abstractmethod
    def _seconds(self, stage: str, wildcards: Mapping[str, str]) -> float: ...

    @abstractmethod
    def _disk(self, stage: str, wildcards: Mapping[str, str]) -> float: ...


class Needs(Grants):
    """What the jobs of an experiment ask for.

    Parameters
    ----------
    experiment : Experiment
    folder : Path
        Where it runs: a scene whose descriptor has no `shape` is measured there once it is built.
    """

    def __init__(self, experiment: Experiment, folder: Path = Path()) -> None:
        self._experiment = experiment
        self._folder = folder
        self._tasks: dict[tuple[str, ...], Task] = {}

    @cached_property
    def sizes(self) -> dict[str, Size]:
        """The size of each scene, by its name."""
        return {scene: scene_size(self._experiment, scene, self._folder) for scene in self._experiment.scenes}

    def task(self, wildcards: Mapping[str, str]) -> Task:
        """Return what the run of these wildcards (scene, split, features, model) has to do."""
        key = tuple(wildcards[name] for name in ("scene", "split", "features", "model"))
        if key not in self._tasks:
            self._tasks[key] = run_task(self._experiment, *key, size=self.sizes[key[0]])
        return self._tasks[key]

    def unknown(self) -> list[str]:
        """Return a sentence for each scene whose size is guessed."""
        return [
            f"scene {name}: its size is not known before it is built; {size.rows} x {size.cols} pixels and {size.bands}"
            " bands are taken; give 'shape' in its descriptor"
            for name, size in self.sizes.items()
            if not size.known
        ]

    def _memory(self, stage: str, wildcards: Mapping[str, str]) -> float:
        size = self._size(wildcards)
        if "model" in wildcards and stage in {"train", "tune", "winner", "predict", "predict_part"}:
            task = self.task(wildcards)
            base = _NETWORK if task.network else _CLASSICAL
            featured = 4e-6 * size.pixels * task.features
            if stage.startswith("predict"):
                # Half of it goes to --memory, in which a scene is mapped strip by strip where its features allow.
                return base if task.bounded else base + 3 * (size.megabytes + featured)
            # The scene as it is stored, normalised, as features; a network's copy of these beside.
            return base + 2 * size.megabytes + (3 if task.network else 1.5) * featured
        rasters = 60e-6 * size.pixels * (len(self._runs) if stage in {"compare", "report"} else 1)
        cube = {"scene": 4, "split": 2, "report": 2}.get(stage, 0) * size.megabytes
        return _PROGRAM + cube + rasters

    def _seconds(self, stage: str, wildcards: Mapping[str, str]) -> float:
        size = self._size(wildcards)
        if stage == "fetch":
            return 3600
        if "model" not in wildcards or stage in {"evaluate", "gather"}:
            several = len(self._runs) if stage in {"compare", "report"} else 1
            return (size.pixels * several + size.labelled) / _COMPARED + size.pixels * size.bands / _MAPPED
        task = self.task(wildcards)
        if stage.startswith("predict"):
            return task.map_values / _MAPPED / self._experiment.plan.map_tiles
        # Support vector machines hold each training pixel against each other.
        once = (task.train_values + (0 if task.network else task.n_train**2 * task.features / 10)) / _TRAINED
        search = self._experiment.models[wildcards["model"]].search
        if stage == "train" or search is None:
            return once
        trials = search.trials * search.folds * once / search.workers
        return trials if search.timeout is None else min(trials, search.timeout + search.folds * once)

    def _disk(self, stage: str, wildcards: Mapping[str, str]) -> float:
        size = self._size(wildcards)
        cubes = {"fetch": 2, "scene": 2}.get(stage, 0)
        rasters = 20e-6 * size.pixels if stage in {"split", "predict", "predict_part", "gather"} else 0
        models = 500 if stage in {"train", "tune", "winner"} else 0
        return models + cubes * size.megabytes + rasters

    def _size(self, wildcards: Mapping[str, str]) -> Size:
        if "scene" in wildcards:
            return self.sizes[wildcards["scene"]]
        return max(self.sizes.values(), key=lambda size: size.megabytes)

    @cached_property
    def _runs(self) -> list[tuple[str, str]]:
        """Features and models that are held against each other on a split."""
        return [(features, model) for features in self._experiment.features for model in self._experiment.models]
