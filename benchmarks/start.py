"""How long a job takes to start: the imports of each stage as a whole process, compared with bare Python.

    python benchmarks/start.py [--root CHECKOUT ...]

Prints the processor seconds (median of the runs, of user and system together, as other work on the machine distorts
wall time) up to the point where a stage's own work begins. `--root` measures other checkouts, too, in turn with this
one. The last line, `start_seconds=…`, is the slowest stage of this checkout that needs no network.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STAGES = {
    "bare python": "pass",
    "import sklearn.base": "import sklearn.base",
    "hsclass --help": "from hsclass.cli import app; import typer.main; typer.main.get_command(app)",
    "plan": "import hsclass.sources, hsclass.experiment, hsclass.planning.resources",
    "fetch": "import hsclass.cli, hsclass.datasets.fetch",
    "scene": "import hsclass.cli, hsclass.datasets.build",
    "split": "import hsclass.cli, hsclass.samplers; hsclass.samplers.sampler_for('dbscan_area', 'pixels')",
    "audit": "import hsclass.cli, hsclass.audit",
    "train rf": "import hsclass.cli, hsclass.training; hsclass.training.model_class('rf')",
    "predict rf": "import hsclass.cli, hsclass.predict; hsclass.models.model_class('rf')",
    "evaluate": "import hsclass.cli, hsclass.assess",
}
RUNS = 5


def seconds(code: str, root: Path) -> float:
    """Return the processor seconds of a process."""
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(root)}, cwd=root)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{root}: failed: {code}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, nargs="*", default=[])
    roots = [*(root.resolve() for root in parser.parse_args().root), ROOT]
    print("| stage | " + " | ".join("this one" if root == ROOT else root.name for root in roots) + " |")
    print("|---|" + "---|" * len(roots))
    worst = 0.0
    for name, code in STAGES.items():
        runs = [[seconds(code, root) for root in roots] for _ in range(RUNS)]
        took = [statistics.median(column) for column in zip(*runs, strict=True)]
        worst = max(worst, took[-1])
        print(f"| {name} | " + " | ".join(f"{value:.2f}" for value in took) + " |", flush=True)
    print(f"start_seconds={worst:.2f}")


if __name__ == "__main__":
    main()
