"""What each job of an experiment will take, in proportion to jobs that ran before."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.features.frozen import FrozenOptions
from hsclass.planning.dag import Job
from hsclass.planning.pace import stage_seconds
from hsclass.planning.resources import DELIVERY, JobResources
from hsclass.planning.timings import Subject, Timing, dataset_subject, delivery_subject, subject_of

TIMED_AS = {"predict_part": "predict", "tune": "train", "winner": "train"}
"""Rules whose jobs do what those of another rule do."""

_APART = 1.5  # factor between the work of two jobs from which on a line through them says something
_LEVELS = {"same": (0, 1, 2, 3), "other options": (0, 2), "other features": (0,)}  # places of a subject that agree
_NAMES = ("scene", "split", "features", "model", "dataset")


@dataclass(frozen=True)
class JobEstimate:
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


class Estimator:
    """Estimates jobs.

    Times, and processor times likewise, go along a line through those of timed jobs, start-up and work apart; where all
    had about as much to do, in proportion to the work beyond the start.

    Parameters
    ----------
    resources : JobResources
        Of the experiment.
    timings : sequence of Timing
        Of jobs that ran before.
    """

    def __init__(self, resources: JobResources, timings: Sequence[Timing]) -> None:
        self._resources = resources
        self._experiment = resources.experiment
        self._timings = timings
        self._known: dict[tuple[str, ...], JobEstimate | None] = {}
        self._least = {
            network: min((timed.seconds for timed in timings if timed.network >= network), default=0.0)
            for network in (False, True)
        }

    def __call__(self, job: Job) -> JobEstimate | None:
        """Return what a job will take, None where no job of its kind was timed."""
        key = (job.rule, *(job.wildcards.get(name, "") for name in _NAMES))  # jobs that differ in the seed are alike
        if key not in self._known:
            self._known[key] = self._estimated(job)
        return self._known[key]

    def work_of(self, job: Job) -> float:
        """Return how much a job has to do: seconds of a slow core; runs, for the report."""
        if job.rule in {"experiment", "fetch"}:
            return 1.0
        if job.rule == "report":
            return float(len(list(self._experiment.runs())))
        if job.rule == "winner":  # it finds the budget spent
            return 0.0
        if job.rule == "tune":
            search = self._experiment.models[job.wildcards["model"]].search
            assert search is not None
            once = self._resources.seconds("train", job.wildcards)
            return search.trials * (search.folds - 1) * once / search.workers
        if job.rule in DELIVERY:
            return stage_seconds(job.rule, self._resources.work.size(job.wildcards))
        return self._resources.seconds(job.rule, job.wildcards)

    def _estimated(self, job: Job) -> JobEstimate | None:
        rule = TIMED_AS.get(job.rule, job.rule)
        timed, like = self._like(job, [timing for timing in self._timings if timing.rule == rule])
        if not timed:
            return None
        work = self.work_of(job)
        if like == "same":
            work *= statistics.median(timing.epochs_share for timing in timed)
        near = larger([timing for timing in timed if timing.paced]) or timed
        starts = [timing.start or min(self._least[timing.network], timing.seconds) for timing in near]
        done, taken = [timing.work for timing in near], [timing.seconds for timing in near]
        busy = [timing.cpu_seconds / max(1e-3, timing.seconds) for timing in near]
        whole = line(done, taken, starts=starts, work=work)
        cpu = line(
            done, [timing.cpu_seconds for timing in near], work=work,
            starts=[start * share for start, share in zip(starts, busy, strict=True)],
        )  # fmt: skip
        seconds = self._limited(job, whole, statistics.median(starts))
        most = max(timed, key=lambda timing: timing.memory_mb)
        disk = max(timing.disk_mb for timing in timed) if job.rule == rule else 0.0
        if rule != "train" and most.data_mb:
            disk *= self._resources.work.size(job.wildcards).megabytes / most.data_mb
        return JobEstimate(
            seconds=seconds,
            cpu_seconds=cpu * seconds / max(1e-3, whole),
            memory_mb=self._memory(job, rule, most),
            disk_mb=disk,
            like=like,
        )

    def _memory(self, job: Job, rule: str, most: Timing) -> float:
        if job.rule in DELIVERY:
            return most.memory_mb * max(1.0, self._resources.work.size(job.wildcards).megabytes / most.data_mb)
        return most.memory_mb + max(0.0, self._resources.held(rule, job.wildcards) - most.held_mb)

    def _limited(self, job: Job, seconds: float, start: float) -> float:
        """Return the seconds of a search that is ended when its time is up."""
        search = self._experiment.models[job.wildcards["model"]].search if job.rule == "tune" else None
        if search is None or not search.timeout:
            return seconds
        fold = (seconds - start) / max(1, search.trials / search.workers)
        return min(seconds, search.timeout + fold + start)

    def _like(self, job: Job, timed: list[Timing]) -> tuple[list[Timing], str]:
        """Return the timed jobs that are nearest in kind, and how near they are."""
        if not timed or timed[0].subject is None:
            return timed, "same"
        wanted = self._subject(job)
        for like, places in _LEVELS.items():
            found = [t for t in timed if t.subject and all(t.subject[place] == wanted[place] for place in places)]
            if found:
                return found, like
        return [], ""

    def _subject(self, job: Job) -> Subject:
        """Return kinds and options of a job's model and features, or its data set."""
        if job.rule == "fetch":
            return dataset_subject(job.wildcards["dataset"])
        if job.rule in DELIVERY:
            return delivery_subject(candidate.as_dict() for candidate in self._experiment.candidates())
        features = self._experiment.features[job.wildcards["features"]]
        kind = features.options.backbone if isinstance(features.options, FrozenOptions) else features.kind
        if "model" not in job.wildcards:
            return subject_of("", {}, kind, features.all_options)
        model = self._experiment.models[job.wildcards["model"]]
        return subject_of(model.kind, model.all_options, kind, features.all_options)


def larger(timed: list[Timing]) -> list[Timing]:
    """Leave the smaller jobs out: they are mostly start, and a line through these would be one of chance."""
    most = max((timing.work for timing in timed), default=0)
    return [timing for timing in timed if _APART * timing.work >= most]


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
    if max(done) >= _APART * max(min(done), 1e-12):
        centre, mean = statistics.fmean(done), statistics.fmean(seconds)
        spread = sum((value - centre) ** 2 for value in done)
        slope = sum((x - centre) * (y - mean) for x, y in zip(done, seconds, strict=True)) / spread
        if slope > 0:
            base = mean - slope * centre
            return base + slope * work if base >= 0 else mean * work / centre
        return mean
    start = statistics.median(starts)
    return start + max(0.0, statistics.median(seconds) - start) * work / max(statistics.median(done), 1e-12)
