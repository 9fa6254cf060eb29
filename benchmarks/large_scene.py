"""Accuracy figures and splits of a scene of 4000 x 4000 labelled pixels: processor seconds and peak memory.

    python benchmarks/large_scene.py [--side 4000] [--folder FOLDER] [--root CHECKOUT] [--split blocks] [--rounds 1]

The scene consists of squares of 50 x 50 pixels of 16 classes drawn at random; squares of one class that touch are one
field. Two maps have a fifth of the pixels wrong, independently; confidences are random. Whole commands are measured, in
processes of their own with one thread; splits are made within a process that has imported hsclass, whose processor
seconds do not count. `--root` measures another checkout, in turn; what the commands print must be the same. With
`--split` the test pixels are those of a sampler at window 7, which trains on a tenth, else all pixels. `--report` runs
an experiment with `regions` and `lda` on such a scene of 8 classes and 3 noisy bands, and prints the size of its page.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hsclass.raster import Grid, write_raster
from hsclass.samplers import make_split
from hsclass.scene import LandCover, write_classes
from hsclass.split import Split, write_split

ROOT = Path(__file__).resolve().parents[1]
CLASSES, SQUARE, WINDOW = 16, 50, 7
SPLITTING = """
import sys, time
import numpy as np
from hsclass.scene import read_classes
from hsclass.samplers import make_split
labels = read_classes(sys.argv[1])[0]
start = time.process_time()
split = make_split(labels, sys.argv[2], window=int(sys.argv[3]), train=0.1, validation=0.05)
took = time.process_time() - start
import hashlib
print(hashlib.sha256(split.roles.tobytes()).hexdigest(), split.classes)
print(took)
"""


def make_files(folder: Path, side: int, sampler: str | None) -> None:
    rng = np.random.default_rng(0)
    squares = rng.integers(1, CLASSES + 1, (-(-side // SQUARE),) * 2).astype(np.uint8)
    labels = squares.repeat(SQUARE, axis=0).repeat(SQUARE, axis=1)[:side, :side]
    classes = tuple(LandCover(one, f"class {one}", (15 * one, 0, 255 - 15 * one)) for one in range(1, CLASSES + 1))
    write_classes(folder / "labels.tif", labels, classes=classes, grid=Grid())
    for name in ("a.tif", "b.tif"):
        wrong = rng.random(labels.shape, np.float32) < 0.2
        drawn = rng.integers(1, CLASSES + 1, labels.shape, np.uint8)
        write_classes(folder / name, np.where(wrong, drawn, labels), classes=classes, grid=Grid())
    confidence = rng.random(labels.shape, np.float32)
    write_raster(folder / "confidence.tif", confidence, grid=Grid())
    split = Split(np.full(labels.shape, 3, np.uint8), WINDOW, "fixed", 0, {}, False)
    if sampler is not None:
        split = make_split(labels, sampler, window=WINDOW, train=0.1, validation=0.05)
    write_split(split, folder / "split.tif", labels_file="labels.tif")


def report_size(folder: Path, side: int) -> int:
    """Run an experiment in a folder, and return the bytes of the page of its report."""
    rng = np.random.default_rng(0)
    squares = rng.integers(1, 9, (-(-side // SQUARE),) * 2).astype(np.uint8)
    labels = squares.repeat(SQUARE, axis=0).repeat(SQUARE, axis=1)[:side, :side]
    spectra = rng.uniform(60, 190, (9, 3)).astype(np.float32)
    noise = (25 * rng.standard_normal(labels.shape, np.float32) for _ in range(3))
    bands = [
        (of_class[labels] + each).clip(0, 255).astype(np.uint8) for of_class, each in zip(spectra.T, noise, strict=True)
    ]
    write_raster(folder / "cube.tif", np.stack(bands), grid=Grid())
    write_raster(folder / "labels.tif", labels, grid=Grid())
    classes = ", ".join(f"{{id: {one}, name: class {one}}}" for one in range(1, 9))
    (folder / "large.yaml").write_text(f"cube: cube.tif\nlabels: labels.tif\nclasses: [{classes}]\n")
    lists = "scenes: [large.yaml]\nseeds: [0]\nsplits: [regions]\nmodels: [lda]\n"
    (folder / "experiment.yaml").write_text(f"experiment: large\nwindow: {WINDOW}\n{lists}")
    command = [sys.executable, "-m", "hsclass", "run", "experiment.yaml", "--cores", "1"]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return (folder / "reports/large/index.html").stat().st_size


def measured(command: Sequence[str], root: Path) -> tuple[float, float, str]:
    """Return the processor seconds and the peak memory [MB] of a command, and what it prints."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GDAL_NUM_THREADS"), "1")
    env = {**os.environ, **threads, "PYTHONPATH": str(root)}
    child = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, env=env, cwd=root, text=True)
    assert child.stdout is not None
    printed = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)}: ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, printed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=4000)
    parser.add_argument("--folder", type=Path, help="keep the files there, or take those that are there")
    parser.add_argument("--root", type=Path, action="append", default=[ROOT], help="a checkout to measure, too")
    parser.add_argument("--split", help="sampler that draws the test pixels")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", nargs="+", help="of evaluate, compare, dbscan_area, blocks, regions")
    parser.add_argument("--report", action="store_true", help="print the size of a report instead")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = (asked.folder or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if asked.report:
            print(f"report_mb={report_size(folder, asked.side) / 1e6:.2f}")
            return
        if not (folder / "split.tif").exists():
            make_files(folder, asked.side, asked.split)
        split, a, b = (str(folder / f"{one}.tif") for one in ("split", "a", "b"))
        jobs = {
            "evaluate": ["evaluate", a, "--split", split, "--confidence", str(folder / "confidence.tif"), "--json"],
            "compare": ["compare", f"a={a}", f"b={b}", "--split", split, "--json"],
        }
        jobs = {job: ["-m", "hsclass", *command] for job, command in jobs.items()}
        for sampler in ("dbscan_area", "blocks", "regions"):
            jobs[sampler] = ["-c", SPLITTING, str(folder / "labels.tif"), sampler, str(WINDOW)]
        for job, command in jobs.items():
            if asked.only and job not in asked.only:
                continue
            results = set()
            for _ in range(asked.rounds):
                for root in asked.root:
                    seconds, megabytes, printed = measured(command, root.resolve())
                    if command[0] == "-c":
                        printed, took = printed.strip().rsplit("\n", 1)
                        seconds = float(took)
                    results.add(printed)
                    print(f"{job}, {root}: {seconds:.1f} s, {megabytes:.0f} MB", flush=True)
            if asked.rounds * len(asked.root) > 1:
                print(f"{job}: {'the same results' if len(results) == 1 else 'DIFFERENT results'}")


if __name__ == "__main__":
    main()
