"""How long a job takes to start: a small stage without TensorFlow as a whole process, compared with bare Python.

    python benchmarks/start.py

Prints seconds (median of the runs) and `start_seconds=…`, the slowest of the stages that do not need TensorFlow up to
the point where its own work begins.
"""

import statistics
import subprocess
import sys
import time

STAGES = {
    "hsclass --help": "from hsclass.cli import app; import typer.main; typer.main.get_command(app)",
    "fetch": "import hsclass.cli, hsclass.datasets.fetch",
    "scene": "import hsclass.cli, hsclass.datasets.build",
    "split": "import hsclass.cli, hsclass.samplers.dbscan",
    "audit": "import hsclass.cli, hsclass.audit",
    "train rf": "import hsclass.cli, hsclass.training; hsclass.training.model_class('rf')",
    "predict rf": "import hsclass.cli, hsclass.predict; hsclass.models.model_class('rf')",
    "evaluate": "import hsclass.cli, hsclass.assess",
}
RUNS = 5


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    bare = statistics.median(seconds("pass") for _ in range(RUNS))
    print(f"{'bare python':16} {bare:.2f} s")
    worst = 0.0
    for name, code in STAGES.items():
        took = statistics.median(seconds(code) for _ in range(RUNS))
        worst = max(worst, took)
        print(f"{name:16} {took:.2f} s")
    print(f"start_seconds={worst:.2f}")


if __name__ == "__main__":
    main()
