"""The estimate of an experiment: jobs, hours, memory and disk of each rule, and of the whole."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hsclass.experiment import Experiment
from hsclass.planning.forecast import Forecast, Forecaster, SceneForecaster
from hsclass.planning.image_forecast import ImageForecaster
from hsclass.planning.image_jobs import image_jobs
from hsclass.planning.image_needs import ImageNeeds
from hsclass.planning.image_timings import timed_image_jobs
from hsclass.planning.jobs import Job, counted, experiment_jobs
from hsclass.planning.needs import Grants, Needs
from hsclass.planning.schedule import schedule
from hsclass.planning.timings import Timing, timed_jobs

CALIBRATION = "calibration"
"""Folder, in that of the experiment, of a run that was made to be timed."""

_SCORED = {"evaluate", "gather", "evaluate_images"}  # told of as one, whatever their model
_OVERHEAD = 0.2  # s that Snakemake takes for each job itself; see benchmarks/RESULTS.md, "Cost of growth"


_Foretold = list[tuple[Job, Forecast | None]]


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
class Estimate:
    """What an experiment will take.

    Attributes
    ----------
    rules : tuple of RuleEstimate
    cores : int
    wall_seconds, memory_mb : float
        From start to end on so many cores, and the most that jobs beside each other hold; of what has a basis.
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


def estimate(experiment: Experiment, *, cores: int, folder: Path) -> Estimate:
    """Estimate what an experiment takes, from nothing to its report.

    Parameters
    ----------
    experiment : Experiment
    cores : int
        That its jobs share.
    folder : Path
        Where earlier experiments ran (their `logs` and `results` are the basis), and where calibration runs did.
    """
    jobs = _jobs(experiment)
    needs, timings, foretell = _basis(experiment, folder)
    forecasts = [foretell(job) for job in jobs]
    rules = tuple(_of_rule(found, needs) for found in _by_rule(jobs, forecasts))
    placed = schedule(
        jobs, [_OVERHEAD + (found.seconds if found else 0.0) for found in forecasts],
        [found.memory_mb if found else 0.0 for found in forecasts], cores=cores,
    )  # fmt: skip
    known = [(job, found) for job, found in zip(jobs, forecasts, strict=True) if found]
    return Estimate(
        rules=rules,
        cores=cores,
        wall_seconds=placed.seconds,
        memory_mb=placed.memory_mb,
        cpu_hours=sum(found.cpu_seconds for _, found in known) / 3600,
        gpu_hours=sum(job.gpus * found.seconds for job, found in known) / 3600,
        disk_mb=sum(found.disk_mb for _, found in known),
        timed=len(timings),
        notes=_notes(experiment, needs, rules),
    )


def job_counts(experiment: Experiment) -> dict[str, int]:
    """Return how many jobs each rule has, as `snakemake -n` counts them where nothing is done yet."""
    return {rule: len(jobs) for rule, jobs in counted(_jobs(experiment))}


def _jobs(experiment: Experiment) -> list[Job]:
    return image_jobs(experiment) if experiment.samples == "images" else experiment_jobs(experiment)


def _basis(experiment: Experiment, folder: Path) -> tuple[Grants, list[Timing], Forecaster]:
    """Return what jobs ask for, which ones were timed, and what foretells by these."""
    folders = [folder, *sorted((folder / CALIBRATION).glob("*"))]
    if experiment.samples == "images":
        found = [timing for place in folders for timing in timed_image_jobs(place)]
        image_needs = ImageNeeds(experiment, folder)
        return image_needs, found, ImageForecaster(experiment, image_needs, found)
    found = [timing for place in folders for timing in timed_jobs(place)]
    needs = Needs(experiment, folder)
    return needs, found, SceneForecaster(experiment, needs, found)


def _subject(job: Job) -> str:
    names = [job.wildcards[name] for name in ("features", "model") if name in job.wildcards]
    return "" if job.rule in _SCORED else "/".join(names)


def _by_rule(jobs: Sequence[Job], forecasts: Sequence[Forecast | None]) -> Iterable[_Foretold]:
    found: dict[tuple[str, str], _Foretold] = {}
    for job, forecast in zip(jobs, forecasts, strict=True):
        found.setdefault((job.rule, _subject(job)), []).append((job, forecast))
    return found.values()


def _of_rule(found: _Foretold, needs: Grants) -> RuleEstimate:
    rule = found[0][0].rule
    known = [(job, forecast) for job, forecast in found if forecast]
    whole = len(known) == len(found)
    # Jobs that differ in the seed alone ask for the same.
    unlike = {tuple((k, v) for k, v in job.wildcards.items() if k != "seed"): job for job, _ in found}.values()
    return RuleEstimate(
        rule=rule,
        subject=_subject(found[0][0]),
        jobs=len(found),
        seconds=sum(f.seconds for _, f in known) if whole else None,
        cpu_seconds=sum(f.cpu_seconds for _, f in known) if whole else None,
        gpu_seconds=sum(job.gpus * f.seconds for job, f in known) if whole else None,
        memory_mb=max(f.memory_mb for _, f in known) if whole else None,
        asked_mb=max(needs.memory(rule, job.wildcards) for job in unlike),
        minutes=max(needs.minutes(rule, job.wildcards) for job in unlike),
        disk_mb=sum(f.disk_mb for _, f in known) if whole else None,
        basis=known[0][1].like if whole and known[0][1] else "",
    )


def _notes(experiment: Experiment, needs: Grants, rules: Sequence[RuleEstimate]) -> tuple[str, ...]:
    notes = needs.unknown()
    if lacking := [" ".join((found.rule, found.subject)).strip() for found in rules if found.seconds is None]:
        notes.append(f"not counted, as no such job was timed: {', '.join(lacking)}")
    near = [f"{found.rule} {found.subject} ({found.basis})" for found in rules if found.basis.startswith("other")]
    if near:
        notes.append(f"derived from jobs that are like them: {', '.join(near)}")
    if any(entry.search for entry in experiment.models.values()):
        notes.append("searches: at most; trials that are given up take less")
    return tuple(notes)
