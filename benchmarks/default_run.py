"""Processor seconds of the default experiment, from nothing to the report.

    python benchmarks/default_run.py [--cores 2] [--configfile config/quick.yaml]

Runs Snakemake in an empty folder, which is removed afterwards; the data set is downloaded only where it was not before.
The processor seconds are those of all processes, Snakemake included. The last line is `default_cpu_seconds=…`.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--configfile", type=Path, default=ROOT / "config/config.yaml")
    asked = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        where = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", str(asked.configfile.resolve())]
        command = [sys.executable, "-m", "snakemake", "--cores", str(asked.cores), "--directory", folder, *where]
        subprocess.run(command, check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)  # of children and, as each waited for its own, of theirs
    print(f"{time.perf_counter() - start:.0f} s by the clock, peak of a process {used.ru_maxrss / 1e3:.0f} MB")
    print(f"default_cpu_seconds={used.ru_utime + used.ru_stime:.0f}")


if __name__ == "__main__":
    main()
