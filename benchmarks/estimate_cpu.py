"""Processor seconds that `hsclass estimate` derives from a calibration, compared with those that jobs of a run took.

    hsclass estimate CONFIG --calibrate --folder DIR
    python benchmarks/estimate_cpu.py CONFIG DIR RUN

For a machine with other work, which stretches the clock more than processor time; RUN is the folder of the run, or what
is there of it. The last line is `estimate_cpu_ratio=…`, the sum over the jobs that are in both.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hsclass.experiment import load_experiment
from hsclass.planning.dag import planned_jobs
from hsclass.planning.estimate import CALIBRATION
from hsclass.planning.resources import JobResources
from hsclass.planning.scaling import Estimator
from hsclass.planning.timings import Timing, timed_jobs


def by_processor(folder: Path, *, images: bool) -> Iterator[Timing]:
    """Timed jobs as if they had had a processor for themselves."""
    for timing in timed_jobs(folder, images=images):
        load = timing.cpu_seconds / max(1e-3, timing.seconds)
        yield replace(timing, seconds=timing.cpu_seconds, start=timing.start * load)


def main() -> None:
    config, calibrated, run = map(Path, sys.argv[1:])
    experiment = load_experiment(config)
    images = experiment.samples == "images"
    timings = [found for place in (calibrated / CALIBRATION).glob("*") for found in by_processor(place, images=images)]
    estimator = Estimator(JobResources(experiment, run), timings)
    estimated: dict[str, list[float]] = defaultdict(list)
    for job in planned_jobs(config, cores=2):
        if each := estimator(job):
            names = [job.wildcards[name] for name in ("features", "model") if name in job.wildcards]
            estimated[f"{job.rule} {'-'.join(names)}"].append(each.seconds)
    taken: dict[str, list[float]] = defaultdict(list)
    for path in (run / "logs").rglob("*.tsv"):
        with path.open() as file:
            seconds = next(csv.DictReader(file, delimiter="\t"))["cpu_time"]
        rule = path.relative_to(run).parts[1]
        named = f"{rule} {path.stem}" if f"{rule} {path.stem}" in estimated else f"{rule} "
        if seconds not in {"NA", "-"} and named in estimated:
            taken[named].append(float(seconds))
    total = [0.0, 0.0]
    print("| rule | jobs | CPU s of a job estimated | taken |\n|---|---|---|---|")
    for named, seconds in sorted(taken.items()):
        expected = sum(estimated[named]) / len(estimated[named])
        total[0] += expected * len(seconds)
        total[1] += sum(seconds)
        print(f"| {named.strip()} | {len(seconds)} | {expected:.1f} | {sum(seconds) / len(seconds):.1f} |")
    print(f"{sum(map(len, taken.values()))} jobs: {total[0]:.0f} CPU s estimated, {total[1]:.0f} taken")
    print(f"estimate_cpu_ratio={total[0] / total[1]:.2f}")


if __name__ == "__main__":
    main()
