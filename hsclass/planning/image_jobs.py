"""The jobs of an experiment on whole images, as the workflow makes them of its runs."""

from hsclass.experiment import Experiment
from hsclass.plan import RAW
from hsclass.planning.jobs import Job, JobList

_THREADS = 2  # of what runs a network


def image_jobs(experiment: Experiment) -> list[Job]:
    """Return all jobs of an experiment, each after those whose files it reads; none is counted as done already."""
    jobs = JobList()
    ends = [jobs.add("experiment", {"experiment": experiment.plan.experiment})]
    places: dict[tuple[str, ...], int] = {}

    def once(rule: str, wildcards: dict[str, str], *after: int, threads: int = 1) -> int:
        key = (rule, *wildcards.values())
        if key not in places:
            places[key] = jobs.add(rule, wildcards, *after, threads=threads)
        return places[key]

    for run in experiment.runs():
        images = {"scene": run.scene}
        fetched = once("fetch", {"dataset": experiment.descriptors[run.scene].name})
        indexed = once("index_images", images, fetched)
        about = {**images, "split": run.split, "seed": str(run.seed)}
        audited = once("audit_images", about, once("split_images", about, indexed))
        before = [audited]
        if run.features != RAW:
            before.append(once("image_features", {**images, "features": run.features}, indexed, threads=_THREADS))
        about = {**about, "features": run.features, "model": run.model}
        trained = jobs.add("train_images", about, *before, threads=_THREADS)
        predicted = jobs.add("predict_images", about, trained, threads=_THREADS)
        ends += [audited, jobs.add("evaluate_images", about, predicted)]
    jobs.add("image_report", {"experiment": experiment.plan.experiment}, *dict.fromkeys(ends))
    return jobs.jobs
