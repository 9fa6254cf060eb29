"""The jobs of an experiment, as the workflow makes them of its runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hsclass.experiment import Experiment, Run
from hsclass.models import model_class


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes
    ----------
    rule : str
        Name of its rule.
    wildcards : mapping of str to str
    threads : int
    gpus : int
        Cards that all of its processes take together.
    after : tuple of int
        Places in the list of those jobs whose files it reads.
    """

    rule: str
    wildcards: Mapping[str, str] = field(default_factory=dict)
    threads: int = 1
    gpus: int = 0
    after: tuple[int, ...] = ()


def experiment_jobs(experiment: Experiment) -> list[Job]:
    """Return all jobs of an experiment, each after those whose files it reads; none is counted as done already."""
    return _SceneJobs(experiment).jobs


class JobList:
    """Jobs in an order in which they can be run."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def add(self, rule: str, wildcards: Mapping[str, str], *after: int, threads: int = 1, gpus: int = 0) -> int:
        """Add a job behind those at the places `after`, and return its place."""
        self.jobs.append(Job(rule, wildcards, threads, gpus, after))
        return len(self.jobs) - 1


class _SceneJobs(JobList):
    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        self._experiment = experiment
        fetched: dict[str, int] = {}
        ends = [self.add("experiment", {"experiment": experiment.plan.experiment})]
        several = len(experiment.features) * len(experiment.models) > 1
        for scene in experiment.scenes:
            dataset = experiment.descriptors[scene].name
            if dataset not in fetched:
                fetched[dataset] = self.add("fetch", {"dataset": dataset})
            built = self.add("scene", {"scene": scene}, fetched[dataset])
            splits: dict[tuple[str, int], int] = {}
            # A twin is made from the split that it copies.
            for split in sorted(experiment.splits, key=lambda name: experiment.copied_split(name) is not None):
                for seed in experiment.plan.seeds:
                    about = {"scene": scene, "split": split, "seed": str(seed)}
                    copied = experiment.copied_split(split)
                    splits[split, seed] = self.add("split", about, built, *([splits[copied, seed]] if copied else []))
                    audited = self.add("audit", about, splits[split, seed])
                    runs = [self._run(run, audited) for run in experiment.split_runs(scene, split, seed)]
                    ends += [audited, *runs]
                    if several:
                        ends.append(self.add("compare", about, *runs))
        self.add("report", {"experiment": experiment.plan.experiment}, *ends)

    def _run(self, run: Run, audited: int) -> int:
        about = {"scene": run.scene, "split": run.split, "seed": str(run.seed)}
        about |= {"features": run.features, "model": run.model}
        family = model_class(self._experiment.models[run.model].kind)
        threads, training = 2 if family.parallel else 1, self._experiment.plan.training
        cards = training.workers * training.gpus if family.network else 0
        before = audited
        if search := self._experiment.models[run.model].search:
            workers = [
                self.add("tune", {**about, "worker": str(worker)}, audited, threads=threads)
                for worker in range(search.workers)
            ]
            before = self.add("winner", about, *workers, threads=threads)
        trained = self.add("train", about, before, threads=threads, gpus=cards)
        tiles = self._experiment.plan.map_tiles
        if tiles > 1:
            parts = [self.add("predict_part", about, trained, threads=threads) for _ in range(tiles)]
            mapped = self.add("gather", about, *parts)
        else:
            mapped = self.add("predict", about, trained, threads=threads)
        return self.add("evaluate", about, mapped)


def counted(jobs: list[Job]) -> Iterator[tuple[str, list[Job]]]:
    """Yield each rule, in the order of its first job, with its jobs."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(job.rule, []).append(job)
    yield from found.items()
