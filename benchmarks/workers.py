"""Efficiency of a training that two processes share: the time of one process over twice that of two, alternating.

    python benchmarks/workers.py [--windows 400] [--batch 50] [--epochs 3] [--rounds 3] [--slurm]

The 3D-CNN is trained on windows of 9 pixels and 200 bands, with the same batches: by one process, by one with two
threads, by two processes of one thread (`multi_worker`), and with `--slurm` by two tasks of a job, for which `srun`
must reach a Slurm that has two processors. Time is by the clock, as it has to be here; the first epoch of each is left
out and the fastest of the others counts. `peak` is a float32 product of two matrices of 2048 x 2048, in one process and
in two at once: what the machine itself allows. All weights are compared with those of one process.

The last lines are `peak_efficiency=…`, `threads_efficiency=…`, `workers_efficiency=…` and, asked for,
`tasks_efficiency=…`.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from hsclass.models.trained import TrainedModel
from hsclass.scene import LandCover, Scene, write_scene
from hsclass.split import Split, write_split

BANDS, CLASSES, SIDE = 200, 16, 60
PEAK = """
import os, sys, time
os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3")
import tensorflow as tf
matrix, took = tf.random.normal((2048, 2048)), []
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    start = time.perf_counter()
    (matrix @ matrix).numpy()
    took.append(time.perf_counter() - start)
print(sorted(took)[len(took) // 2])
"""
WAYS = {
    "one": ["--threads", "1", "--strategy", "single"],
    "threads": ["--threads", "2", "--strategy", "single"],
    "workers": ["--threads", "1", "--strategy", "multi_worker", "--workers", "2"],
    "tasks": ["--threads", "1", "--strategy", "multi_worker"],
}


def prepare(folder: Path, windows: int) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(1, CLASSES + 1, (SIDE, SIDE)).astype(np.uint8)
    cube = rng.normal(size=(SIDE, SIDE, BANDS)).astype(np.float32)
    legend = tuple(LandCover(number, f"class {number}", (number, 0, 0)) for number in range(1, CLASSES + 1))
    scene = Scene("workers", cube, labels, None, np.ones((SIDE, SIDE), bool), legend)
    write_scene(scene, folder / "scene")
    roles = np.zeros(SIDE * SIDE, np.uint8)
    roles[rng.permutation(SIDE * SIDE)[:windows]] = 1
    split = Split(roles.reshape(SIDE, SIDE), 9, "fixed", 0, {}, False)
    write_split(split, folder / "split.tif", labels_file="scene/labels.tif")


def train(folder: Path, way: str, epochs: int, batch: int) -> float:
    """Return the seconds of the fastest epoch but the first."""
    started = ["srun", "--ntasks=2", "--cpus-per-task=1", "--mem=0"] if way == "tasks" else []
    options = [f"epochs={epochs + 1}", f"batch_size={batch}", "patience=null", "augment=false", "dropout=0"]
    command = [
        *started, str(Path(sys.executable).with_name("hsclass")), "train", str(folder / "scene"),
        str(folder / "split.tif"), "-o", str(folder / way), *WAYS[way],
        *(text for option in options for text in ("--set", option)),
    ]  # fmt: skip
    subprocess.run(["rm", "-rf", str(folder / way)], check=True)
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    with (folder / way / "history.csv").open() as file:
        return min(float(row["seconds"]) for row in list(csv.DictReader(file))[1:])


def peak(processes: int) -> float:
    """Return the seconds of a product where so many processes compute it at once, of the slowest."""
    command = [sys.executable, "-c", PEAK]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(processes)]
    for one in running:
        one.stdout.readline()
    for one in running:
        one.stdin.write("\n")
        one.stdin.flush()
    return max(float(one.communicate()[0]) for one in running)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=400)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slurm", action="store_true")
    asked = parser.parse_args()
    ways = [way for way in WAYS if way != "tasks" or asked.slurm]
    took: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        prepare(folder, asked.windows)
        for _ in range(asked.rounds):
            for number in (1, 2):
                took.setdefault(f"peak of {number}", []).append(peak(number))
            for way in ways:
                took.setdefault(way, []).append(train(folder, way, asked.epochs, asked.batch))
            print({what: f"{seconds[-1]:.3f}" for what, seconds in took.items()}, flush=True)
        weights = {way: TrainedModel.load(folder / way).classifier.network_.get_weights() for way in ways}
    for way in ways[1:]:
        apart = max(np.abs(a - b).max() for a, b in zip(weights["one"], weights[way], strict=True))
        print(f"weights of {way} differ from those of one process by up to {apart:.1e}")
    best = {what: min(seconds) for what, seconds in took.items()}
    print(f"peak_efficiency={best['peak of 1'] / best['peak of 2']:.2f}")  # each computes a product of its own
    for way in ways[1:]:
        print(f"{way}_efficiency={best['one'] / (2 * best[way]):.2f}")


if __name__ == "__main__":
    main()
