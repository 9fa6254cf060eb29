"""What `hsclass estimate` says of an experiment, compared with what it then took.

    python benchmarks/estimate.py [config/quick.yaml] [--cores 2] [--folder DIR]

The experiment is calibrated on synthetic scenes or images, estimated, run from nothing to its report, and estimated
once more from its own jobs, all in one folder. Prints a row for each rule and model: seconds of its jobs estimated and
taken, the most memory estimated and taken; and last `estimate_ratio=…`, the time from start to end that was estimated
over that taken.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hsclass.experiment import load_experiment
from hsclass.planning.calibration import run_calibration, write_calibration
from hsclass.planning.estimate import CALIBRATION, estimate
from hsclass.planning.timings import timed_jobs

ROOT = Path(__file__).parents[1]


def taken(folder: Path, rule: str, subject: str) -> tuple[float, float]:
    """Seconds of all jobs of a rule (of one pair of features and model), and the most memory [MB]."""
    features, _, model = subject.partition("/")
    pattern = f"{features}-{model}.tsv" if subject else "*.tsv"
    rows = [
        path.read_text().splitlines()[1].split("\t") for path in (folder / "logs" / rule).rglob(pattern)
        if not path.name.startswith(".")
    ]  # fmt: skip
    memory = [float(row[2]) * 1.048576 for row in rows if row[2] not in {"NA", "-"}]
    return sum(float(row[0]) for row in rows), max(memory, default=0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, nargs="?", default=ROOT / "config/quick.yaml")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="hsclass-estimate-"))
    programs = Path(sys.executable).parent
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = str(ROOT)
    plan = load_experiment(asked.config)
    start = time.monotonic()
    run_calibration(write_calibration(plan, folder / CALIBRATION / "one"), cores=asked.cores)
    print(f"calibration: {time.monotonic() - start:.0f} s", flush=True)
    before = estimate(asked.config, cores=asked.cores, folder=folder)
    command = [str(programs / "snakemake"), "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder), "-q"]
    start = time.monotonic()
    subprocess.run([*command, "--cores", str(asked.cores), "--configfile", str(asked.config.resolve())], check=True)
    wall = time.monotonic() - start
    (folder / CALIBRATION).rename(folder / f"{CALIBRATION}-before")
    after = estimate(asked.config, cores=asked.cores, folder=folder)
    print("| rule | of | jobs | seconds estimated | taken | MB estimated | taken |\n|---|---|---|---|---|---|---|")
    for rule in before.rules:
        seconds, memory = taken(folder, rule.rule, rule.subject)
        expected = ("-", "-") if rule.seconds is None else (f"{rule.seconds:.1f}", f"{rule.memory_mb:.0f}")
        cells = (rule.rule, rule.subject, rule.jobs, expected[0], f"{seconds:.1f}", expected[1], f"{memory:.0f}")
        print("|", " | ".join(map(str, cells)), "|")
    cpu = sum(timing.cpu_seconds for timing in timed_jobs(folder, images=plan.samples == "images")) / 3600
    print(f"CPU hours: {before.cpu_hours:.3f} estimated, {cpu:.3f} taken")
    print(f"from start to end: {before.wall_seconds:.0f} s estimated, {wall:.0f} s taken;", end=" ")
    print(f"estimated from its own jobs {after.wall_seconds:.0f} s")
    print(f"estimate_ratio={before.wall_seconds / wall:.2f}")


if __name__ == "__main__":
    main()
