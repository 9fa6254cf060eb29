"""What each job of an experiment will take, in proportion to jobs that ran before."""

import statistics
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Generic, TypeVar

from hsclass.experiment import Experiment
from hsclass.planning.jobs import Job
from hsclass.planning.needs import Needs
from hsclass.planning.timings import Subject, Timing, subject_of

TIMED_AS = {"predict_part": "predict", "tune": "train", "winner": "train"}
"""Rules whose jobs do what those of another rule do."""

TRAIN = {"train", "train_images"}
"""Rules whose jobs run epochs and leave a model."""

APART = 1.5  # factor between the work of two jobs from which on a line through them says something


@dataclass(frozen=True)
class Forecast:
    """What a job will take.

    Attributes
    ----------
    seconds, cpu_seconds : float
    memory_mb, disk_mb : float
        MB [10^6 bytes].
    like : str
        How near the timed jobs are: "same", "other options", "other features".
    """

    seconds: float
    cpu_seconds: float
    memory_mb: float
    disk_mb: float
    like: str


_Planned = TypeVar("_Planned")
_Asking = TypeVar("_Asking")


class Forecaster(ABC, Generic[_Planned, _Asking]):
    """Foretells jobs; what a job has to do, and what it is like, a branch of the workflow says.

    Times go along a line through those of timed jobs, start-up and work apart; where all had about as much to do, in
    proportion to the work beyond the start.

    Parameters
    ----------
    experiment : Experiment
    needs : Needs or ImageNeeds
        What its jobs ask for.
    timings : sequence of Timing
        Of jobs that ran before.
    """

    held: ClassVar[float]
    """MB that a job may hold for each MB that its data are larger than those of the timed job."""

    def __init__(self, experiment: _Planned, needs: _Asking, timings: Sequence[Timing]) -> None:
        self._experiment = experiment
        self._needs = needs
        self._timings = timings
        self._known: dict[tuple[str, ...], Forecast | None] = {}

    def __call__(self, job: Job) -> Forecast | None:
        """Return what a job will take, None where no job of its kind was timed."""
        names = ("scene", "split", "features", "model")
        key = (job.rule, *(job.wildcards.get(name, "") for name in names))
        if key not in self._known:
            self._known[key] = self._foretold(job)
        return self._known[key]

    @abstractmethod
    def work_of(self, job: Job) -> float:
        """Return how much a job has to do."""

    @abstractmethod
    def _subject(self, job: Job) -> Subject:
        """Return kinds and options of model and features, of a job that has them."""

    @abstractmethod
    def _megabytes(self, job: Job) -> float | None:
        """Return the MB of the data that a job reads, None of one without a data set."""

    def _limited(self, job: Job, seconds: float, start: float) -> float:
        """Return the seconds of a job that is ended when its time is up."""
        del job, start
        return seconds

    def _telling(self, timed: list[Timing]) -> list[Timing]:
        """Return those of the timed jobs of a kind whose seconds tell how the time goes with the work."""
        return larger([timing for timing in timed if timing.paced]) or timed

    def _least(self, timing: Timing) -> float:
        """Return the seconds that no job takes less than."""
        del timing
        return self._start

    @cached_property
    def _start(self) -> float:
        return min((timing.seconds for timing in self._timings), default=0.0)

    def _foretold(self, job: Job) -> Forecast | None:
        rule = TIMED_AS.get(job.rule, job.rule)
        timed, like = self._like(job, [timing for timing in self._timings if timing.rule == rule])
        if not timed:
            return None
        work = self.work_of(job)
        if like == "same" and rule in TRAIN:
            work *= statistics.median(timing.epochs_share for timing in timed)
        near = self._telling(timed)
        starts = [timing.start or min(self._least(timing), timing.seconds) for timing in near]
        seconds = line([timing.work for timing in near], [timing.seconds for timing in near], starts=starts, work=work)
        seconds = self._limited(job, seconds, statistics.median(starts))
        load = sum(timing.cpu_seconds for timing in timed) / max(1e-3, sum(timing.seconds for timing in timed))
        most = max(timed, key=lambda timing: timing.memory_mb)
        megabytes = self._megabytes(job)
        data = most.data_mb if megabytes is None else megabytes
        disk = statistics.median(timing.disk_mb / (timing.data_mb or 1) for timing in timed) * (data or 1)
        if rule in TRAIN:
            disk = max(timing.disk_mb for timing in timed) if job.rule in TRAIN else 0.0
        return Forecast(
            seconds=seconds,
            cpu_seconds=seconds * load,
            memory_mb=most.memory_mb + self.held * max(0.0, data - most.data_mb),
            disk_mb=disk,
            like=like,
        )

    def _like(self, job: Job, timed: list[Timing]) -> tuple[list[Timing], str]:
        """Return the timed jobs that are nearest in kind, and how near they are."""
        if not timed or timed[0].subject is None:
            return timed, "same"
        wanted = self._subject(job)
        levels = {"same": (0, 1, 2, 3), "other options": (0, 2), "other features": (0,)}
        for like, places in levels.items():
            found = [t for t in timed if t.subject and all(t.subject[place] == wanted[place] for place in places)]
            if found:
                return found, like
        return [], ""


class SceneForecaster(Forecaster[Experiment, Needs]):
    """Foretells the jobs of an experiment on scenes."""

    held = 5.0

    def work_of(self, job: Job) -> float:
        """Return how much a job has to do.

        Numbers looked at, for jobs of models (of all fits that a search may make, of the share of a part of a map) and
        of scenes; runs, for the report; pixels, for the others.
        """
        if "model" in job.wildcards and job.rule not in {"evaluate", "gather"}:
            return self._model_work(job)
        if "scene" in job.wildcards:
            size = self._needs.sizes[job.wildcards["scene"]]
            return float(size.pixels * (size.bands if job.rule == "scene" else 1))
        return float(len(list(self._experiment.runs()))) if job.rule == "report" else 1.0

    def _model_work(self, job: Job) -> float:
        task = self._needs.task(job.wildcards)
        if job.rule.startswith("predict"):
            return task.map_values / (self._experiment.plan.map_tiles if job.rule == "predict_part" else 1)
        search = self._experiment.models[job.wildcards["model"]].search
        if job.rule == "train" or search is None:
            return task.train_values
        if job.rule == "winner":  # it finds the budget spent
            return 0.0
        return search.trials * (search.folds - 1) * task.train_values / search.workers

    def _limited(self, job: Job, seconds: float, start: float) -> float:
        search = self._experiment.models[job.wildcards["model"]].search if job.rule == "tune" else None
        if search is None or not search.timeout:
            return seconds
        fold = (seconds - start) / max(1, search.trials / search.workers)
        return min(seconds, search.timeout + fold + start)

    def _megabytes(self, job: Job) -> float | None:
        return self._needs.sizes[job.wildcards["scene"]].megabytes if "scene" in job.wildcards else None

    def _subject(self, job: Job) -> Subject:
        model, features = (self._experiment.models, self._experiment.features)
        name, feature_name = job.wildcards["model"], job.wildcards["features"]
        options = model[name].all_options
        feature_options = features[feature_name].all_options
        return subject_of(model[name].kind, options, features[feature_name].kind, feature_options)


def larger(timed: list[Timing]) -> list[Timing]:
    """Leave the smaller jobs away: they are mostly start, and a line through these would be one of chance."""
    most = max((timing.work for timing in timed), default=0)
    return [timing for timing in timed if APART * timing.work >= most]


def line(done: Sequence[float], seconds: Sequence[float], *, starts: Sequence[float], work: float) -> float:
    """Return the seconds that `work` takes by those that other work took.

    Parameters
    ----------
    done, seconds, starts : sequence of float
        Of each timed job: its work, its seconds, and those of them before its own work began.
    work : float

    Notes
    -----
    Where the most and the least work differ enough: the least-squares line, but no line that falls or that begins below
    0. Else in proportion to the work, beyond the median start.
    """
    if max(done) >= APART * max(min(done), 1e-12):
        centre, mean = statistics.fmean(done), statistics.fmean(seconds)
        spread = sum((value - centre) ** 2 for value in done)
        slope = sum((x - centre) * (y - mean) for x, y in zip(done, seconds, strict=True)) / spread
        if slope > 0:
            base = mean - slope * centre
            return base + slope * work if base >= 0 else mean * work / centre
        return mean
    start = statistics.median(starts)
    return start + max(0.0, statistics.median(seconds) - start) * work / max(statistics.median(done), 1e-12)
