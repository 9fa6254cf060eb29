"""The estimate of an experiment: jobs, hours, memory and disk of each rule, and of the whole."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hsclass.experiment import Experiment, read_config
from hsclass.planning.dag import Job, planned_jobs
from hsclass.planning.resources import JobResources
from hsclass.planning.scaling import Estimator, JobEstimate
from hsclass.planning.timings import timed_jobs


@dataclass(frozen=True)
class Schedule:
    """Seconds from the first job's start to the last one's end, and the most MB held at once."""

    seconds: float
    memory_mb: float


def schedule(jobs: Sequence[Job], seconds: Sequence[float], memory: Sequence[float], *, cores: int) -> Schedule:
    """Place jobs on cores: each as soon as those before it have ended and there are threads for it, the longest first.

    Parameters
    ----------
    jobs : sequence of Job
    seconds, memory : sequence of float
        Of each job.
    cores : int
        A job that asks for more threads gets these, as Snakemake gives it.
    """
    waiting = [len(job.after) for job in jobs]
    followers: list[list[int]] = [[] for _ in jobs]
    for place, job in enumerate(jobs):
        for before in job.after:
            followers[before].append(place)
    threads = [min(cores, job.threads) for job in jobs]
    ready: dict[int, list[tuple[float, int]]] = {count: [] for count in sorted(set(threads))}
    for place, count in enumerate(waiting):
        if count == 0:
            heapq.heappush(ready[threads[place]], (-seconds[place], place))
    running: list[tuple[float, int]] = []
    now, free, held, most = 0.0, cores, 0.0, 0.0
    while running or any(ready.values()):
        while heaps := [heap for count, heap in ready.items() if heap and count <= free]:
            _, place = heapq.heappop(min(heaps))
            free -= threads[place]
            held += memory[place]
            most = max(most, held)
            heapq.heappush(running, (now + seconds[place], place))
        now, place = heapq.heappop(running)
        free += threads[place]
        held -= memory[place]
        for follower in followers[place]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready[threads[follower]], (-seconds[follower], follower))
    return Schedule(now, most)


CALIBRATION = "calibration"
"""Folder, in that of the experiment, of a run that was made to be timed."""

_SCORED = {"evaluate", "gather"}  # shown as one, whatever their model
_OVERHEAD = 0.2  # s that Snakemake takes for each job itself; see benchmarks/RESULTS.md, "Cost of growth"

_Estimated = list[tuple[Job, JobEstimate | None]]


@dataclass(frozen=True)
class RuleEstimate:
    """What the jobs of one rule (of one model, where the rule has models) will take.

    Attributes
    ----------
    rule, subject : str
        Name of the rule; features and model, or nothing.
    jobs : int
    seconds, cpu_seconds, gpu_seconds : float or None
        Of all of them; None where no such job was timed.
    memory_mb : float or None
        Of the one that holds most.
    asked_mb, minutes : int
        What the workflow asks a cluster for, for the largest of them.
    disk_mb : float or None
        Of all.
    basis : str
        What it is derived from: "same" kind of job, the model with "other options" or on "other features", or nothing.
    """

    rule: str
    subject: str
    jobs: int
    seconds: float | None
    cpu_seconds: float | None
    gpu_seconds: float | None
    memory_mb: float | None
    asked_mb: int
    minutes: int
    disk_mb: float | None
    basis: str


@dataclass(frozen=True)
class ExperimentEstimate:
    """What an experiment will take.

    Attributes
    ----------
    rules : tuple of RuleEstimate
    cores : int
    wall_seconds, memory_mb : float
        From start to end on so many cores, and the most that jobs hold at the same time; of what has a basis.
    cpu_hours, gpu_hours, disk_mb : float
        Of what has a basis.
    timed : int
        Jobs that the estimate is derived from.
    notes : tuple of str
        What is not counted, and what is counted as at most.
    """

    rules: tuple[RuleEstimate, ...]
    cores: int
    wall_seconds: float
    memory_mb: float
    cpu_hours: float
    gpu_hours: float
    disk_mb: float
    timed: int
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return all figures, for JSON."""
        return asdict(self)


def estimate(config: Path, *, cores: int, folder: Path) -> ExperimentEstimate:
    """Estimate what an experiment takes, from nothing to its report.

    Parameters
    ----------
    config : Path
        Experiment file.
    cores : int
        That its jobs share.
    folder : Path
        Where earlier experiments ran (their `logs` and `results` are the basis), and where calibration runs did.
    """
    experiment = Experiment(read_config(config))
    jobs = planned_jobs(config, cores=cores)
    images = experiment.samples == "images"
    folders = [folder, *sorted((folder / CALIBRATION).glob("*"))]
    timings = [timing for place in folders for timing in timed_jobs(place, images=images)]
    resources = JobResources(experiment, folder)
    estimator = Estimator(resources, timings)
    found = [(job, estimator(job)) for job in jobs]
    rules = tuple(_of_rule(group) for group in _by_rule(found))
    placed = schedule(
        jobs, [_OVERHEAD + (each.seconds if each else 0.0) for _, each in found],
        [each.memory_mb if each else 0.0 for _, each in found], cores=cores,
    )  # fmt: skip
    known = [(job, each) for job, each in found if each]
    return ExperimentEstimate(
        rules=rules,
        cores=cores,
        wall_seconds=placed.seconds,
        memory_mb=placed.memory_mb,
        cpu_hours=sum(each.cpu_seconds for _, each in known) / 3600,
        gpu_hours=sum(job.gpus * each.seconds for job, each in known) / 3600,
        disk_mb=sum(each.disk_mb for _, each in known),
        timed=len(timings),
        notes=_notes(experiment, resources, rules),
    )


def _subject(job: Job) -> str:
    names = [job.wildcards[name] for name in ("features", "model") if name in job.wildcards]
    return "" if job.rule in _SCORED else "/".join(names)


def _by_rule(found: _Estimated) -> Iterable[_Estimated]:
    groups: dict[tuple[str, str], _Estimated] = {}
    for job, each in found:
        groups.setdefault((job.rule, _subject(job)), []).append((job, each))
    return groups.values()


def _of_rule(found: _Estimated) -> RuleEstimate:
    known = [(job, each) for job, each in found if each]
    whole = len(known) == len(found)
    return RuleEstimate(
        rule=found[0][0].rule,
        subject=_subject(found[0][0]),
        jobs=len(found),
        seconds=sum(each.seconds for _, each in known) if whole else None,
        cpu_seconds=sum(each.cpu_seconds for _, each in known) if whole else None,
        gpu_seconds=sum(job.gpus * each.seconds for job, each in known) if whole else None,
        memory_mb=max(each.memory_mb for _, each in known) if whole else None,
        asked_mb=max(job.memory_mb for job, _ in found),
        minutes=max(job.minutes for job, _ in found),
        disk_mb=sum(each.disk_mb for _, each in known) if whole else None,
        basis=known[0][1].like if whole and known[0][1] else "",
    )


def _notes(experiment: Experiment, resources: JobResources, rules: Sequence[RuleEstimate]) -> tuple[str, ...]:
    notes = resources.unknown()
    if lacking := [" ".join((found.rule, found.subject)).strip() for found in rules if found.seconds is None]:
        notes.append(f"not counted, as no such job was timed: {', '.join(lacking)}")
    near = [f"{found.rule} {found.subject} ({found.basis})" for found in rules if found.basis.startswith("other")]
    if near:
        notes.append(f"derived from jobs that are like them: {', '.join(near)}")
    if any(entry.search for entry in experiment.models.values()):
        notes.append("searches: at most; trials that are stopped early take less")
    return tuple(notes)
