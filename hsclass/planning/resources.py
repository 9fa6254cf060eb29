"""What a job asks a cluster for: memory, minutes and disk, with a margin, more on each retry."""

import math
from collections.abc import Mapping
from pathlib import Path

from hsclass.experiment import Experiment
from hsclass.memory import program_megabytes, stage_megabytes, table_megabytes
from hsclass.planning.pace import macs_seconds, reading_seconds, stage_seconds
from hsclass.planning.work import RunWork, Work

MODEL_STAGES = {
    "train": "train", "tune": "train", "winner": "train", "predict": "predict", "predict_part": "predict",
    "features": "features",
}  # fmt: skip
"""The stages whose jobs load a model, and which of the three they are like."""

STAGES = {"train_workers": "train"}
"""Stages of the rules that are not named after theirs."""

DELIVERY = ("deliver_fold", "deliver")
"""The stages that make a map with all labels."""

_STEP = 100  # MB that memory and disk are rounded up to
_START = 10  # minutes that every job gets for its start and for a slow file system
_GROWTH = 0.5  # of the memory, more on each retry


class JobResources:
    """What the jobs of an experiment ask for.

    Parameters
    ----------
    experiment : Experiment
    folder : Path
        Where it runs.
    """

    def __init__(self, experiment: Experiment, folder: Path = Path()) -> None:
        self.experiment = experiment
        self.work = Work(experiment, folder)

    def memory(self, stage: str, wildcards: Mapping[str, str], attempt: int = 1) -> int:
        """Return the MB [10^6 bytes] of a job: what its arrays take, and half as much again on each retry.

        Parameters
        ----------
        stage : str
            Name of the rule.
        wildcards : mapping
            Of the job; a job without `scene` asks for the largest one.
        attempt : int
            From 1.
        """
        like = MODEL_STAGES.get(stage, stage)
        network = like == "features" or any(run.network for run in self._runs(stage, wildcards))
        needed = program_megabytes("train" if stage in DELIVERY else like, network=network) + self.held(
            stage, wildcards
        )
        return math.ceil(needed * (1 + _GROWTH * (attempt - 1)) / _STEP) * _STEP

    def _runs(self, stage: str, wildcards: Mapping[str, str]) -> list[RunWork]:
        """Return the runs that a job trains or predicts with."""
        if stage in DELIVERY:
            return self.work.delivery(wildcards)
        return [self.work.run(wildcards)] if MODEL_STAGES.get(stage) in {"train", "predict"} else []

    def held(self, stage: str, wildcards: Mapping[str, str]) -> float:
        """Return the MB [10^6 bytes] that a job holds next to its program."""
        like, size = MODEL_STAGES.get(stage, stage), self.work.size(wildcards)
        if stage in DELIVERY:
            return max(max(run.train_mb, run.predict_mb) for run in self.work.delivery(wildcards))
        if like == "train":
            return self.work.run(wildcards).train_mb
        if like == "predict":
            return self.work.run(wildcards).predict_mb
        if like == "features":
            return table_megabytes(size.samples) + 1e-6 * self.work.features_cost(wildcards).predict_bytes
        if size.images:
            return table_megabytes(size.samples)
        return stage_megabytes(stage, cube=size.megabytes, pixels=size.samples, runs=self.work.pairs)

    def minutes(self, stage: str, wildcards: Mapping[str, str], attempt: int = 1) -> int:
        """Return the minutes after which a job may be ended, as many again on each retry; arguments as of `memory`."""
        seconds = self.seconds(stage, wildcards) + self._reading(stage, wildcards)
        return math.ceil((_START + seconds / 60) * attempt)

    def seconds(self, stage: str, wildcards: Mapping[str, str]) -> float:
        """Return the seconds of a job on a slow core, without its start and without reading the images of a model."""
        if stage == "features":
            return macs_seconds(self.work.features_cost(wildcards).predict, network=True)
        if stage in DELIVERY:
            return self._delivery_seconds(stage, wildcards)
        if stage not in MODEL_STAGES:
            return stage_seconds(stage, self.work.size(wildcards), runs=self.work.pairs)
        run = self.work.run(wildcards)
        if MODEL_STAGES[stage] == "predict":
            return run.predict_seconds / (self.experiment.plan.map_tiles if stage == "predict_part" else 1)
        search = self.experiment.models[wildcards["model"]].search
        once = run.train_seconds
        if stage == "train" or search is None:
            return once
        trials = search.trials * search.folds * once / search.workers
        return trials if search.timeout is None else min(trials, search.timeout + search.folds * once)

    def _delivery_seconds(self, stage: str, wildcards: Mapping[str, str]) -> float:
        runs, final = self.work.delivery(wildcards), self.experiment.plan.final
        assert final is not None
        once = max(run.train_seconds + run.predict_seconds for run in runs)
        if stage == "deliver" or len(runs) == 1:
            return once
        return once + final.inner_folds * sum(run.train_seconds for run in runs)

    def _reading(self, stage: str, wildcards: Mapping[str, str]) -> float:
        like, size = MODEL_STAGES.get(stage), self.work.size(wildcards)
        reads = {"features": 1, None: 0}.get(like)
        if reads is None:
            run = self.work.run(wildcards)
            reads = run.reads if like == "train" else min(1, run.reads)
        return reads * reading_seconds(size)

    def disk(self, stage: str, wildcards: Mapping[str, str]) -> int:
        """Return the MB [10^6 bytes] that a job writes, at most; arguments as of `memory`."""
        size = self.work.size(wildcards)
        written = {"fetch": 2, "scene": 0 if size.images else 2}.get(stage, 0) * size.megabytes
        if MODEL_STAGES.get(stage) == "train":
            # With the state of a training that was stopped.
            written += max(0 if size.images else 500, 20e-6 * self.work.run(wildcards).cost.parameters)
        elif stage == "features":
            written += 1e-6 * self.work.features_cost(wildcards).predict_bytes
        elif stage in {"split", "predict", "predict_part", "gather", *DELIVERY}:
            written += (1e-3 if size.images else 20e-6) * size.samples
        return math.ceil((_STEP + written) / _STEP) * _STEP

    def unknown(self) -> list[str]:
        """Return a sentence for each scene or set of images whose size is guessed."""
        hint = {False: "'shape'", True: "'images' and 'shape'"}
        return [
            f"{'images' if size.images else 'scene'} {name}: the size is not known before it is built; {size.guess} are"
            f" assumed; give {hint[size.images]} in the descriptor"
            for name, size in self.work.sizes.items()
            if not size.known
        ]
