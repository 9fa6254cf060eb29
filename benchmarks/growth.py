"""How processor time grows with pixels, bands, classes and runs, for the stages of a pixel pipeline.

    python benchmarks/growth.py --csv benchmarks/growth.csv --chart docs/images/growth.svg

One of the four grows at a time, the others stay as in `BASE`. Prints for each stage the exponent between the last two
sizes: 1 is linear, 0 constant. The scenes are synthetic: each pixel belongs to the field whose random centre is
nearest, about 900 pixels each, all are labelled. Files are downloaded from a server in this process, and the report is
that of an experiment with `regions` and `lda`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.spatial import cKDTree
from threadpoolctl import threadpool_limits

import hsclass
from hsclass.assess import compare
from hsclass.datasets.fetch import fetch
from hsclass.raster import Grid, write_raster
from hsclass.report import write_report
from hsclass.scene import LandCover, Scene, write_scene


@dataclass(frozen=True)
class Size:
    """How large a scene and its experiment are; `pixels` are all pixels of a square scene."""

    pixels: int = 40_000
    bands: int = 50
    classes: int = 8
    runs: int = 2


ROOT, PORT = Path(__file__).resolve().parents[1], 8731
BASE = Size()
GROWING = {"pixels": [10_000, 40_000, 160_000], "bands": [50, 100, 200], "classes": [4, 8, 16], "runs": [1, 2, 4]}


def make_scene(size: Size) -> Scene:
    rng, side = np.random.default_rng(0), round(size.pixels**0.5)
    centres = rng.uniform(0, side, (max(8 * size.classes, size.pixels // 900), 2))
    rows, cols = np.mgrid[:side, :side]
    field = cKDTree(centres).query(np.stack([rows.ravel(), cols.ravel()], axis=1))[1].reshape(side, side)
    labels = (1 + field % size.classes).astype(np.uint8)
    spectra = rng.uniform(0.1, 0.6, (size.classes + 1, size.bands)).astype(np.float32)
    cube = spectra[labels] + rng.normal(0, 0.2, (side, side, size.bands)).astype(np.float32)
    legend = tuple(LandCover(k, f"class {k}", (k, 0, 0)) for k in range(1, size.classes + 1))
    return Scene("growth", cube, labels, None, np.ones(labels.shape, bool), legend)


def stages(size: Size) -> Iterator[tuple[str, float]]:
    """Yield the processor seconds of each stage; of all runs together."""
    scene, took = make_scene(size), dict[str, float]()
    labels = scene.require_labels()

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        start = time.process_time()
        yield
        took[stage] = took.get(stage, 0) + time.process_time() - start

    with tempfile.TemporaryDirectory() as folder, timed("write and open"):
        write_scene(scene, folder)
        hsclass.open_scene(folder)
    splits, maps = [], []
    for seed in range(size.runs):
        for sampler in ("dbscan_area", "blocks", "regions"):
            with timed(f"split {sampler}"):
                split = hsclass.make_split(scene, sampler, window=5, seed=seed)
        with timed("audit"):
            hsclass.audit_split(split, scene)
        with timed("train lda"):
            model = hsclass.fit(scene, split, "lda")
        with timed("train lda on pca"):
            hsclass.fit(scene, split, "lda", features="pca", applicability=False)
        with timed("train ann"):
            network = hsclass.fit(scene, split, "ann", epochs=3, patience=None, applicability=False)
        with timed("predict ann"):
            hsclass.predict_scene(network, scene)
        with timed("predict lda"):
            predicted = hsclass.predict_scene(model, scene).classes
        with timed("evaluate"):
            hsclass.evaluate(predicted, labels, split, scene.classes)
        splits.append(split)
        maps.append(predicted)
    others = [np.where(np.random.default_rng(1).random(one.shape) < 0.1, 1, one) for one in maps]
    with timed("compare"):
        compare({"one": maps, "other": others}, labels, splits)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(write_experiment(folder, scene, size.runs)), timed("download"):
            fetch(folder / "growth.yaml", folder / "data")
        command = [sys.executable, "-m", "hsclass", "run", "experiment.yaml", "--cores", "1"]
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        os.chdir(folder)  # the folders of runs are relative to it
        with timed("report"):
            write_report("reports/growth/experiment.json", "report")
        os.chdir(ROOT)
    yield from took.items()


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """Serve a folder at the port that its descriptor names."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", PORT), partial(quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def write_experiment(folder: Path, scene: Scene, runs: int) -> Path:
    """Write the files of a scene, their descriptor and an experiment; return the folder of the files."""
    files = folder / "files"
    files.mkdir()
    write_raster(files / "cube.tif", np.moveaxis(scene.cube, 2, 0), grid=Grid())
    write_raster(files / "labels.tif", scene.require_labels(), grid=Grid())
    where, legend = f"http://127.0.0.1:{PORT}", [{"id": one.id, "name": one.name} for one in scene.classes]
    parts = {"cube": f"{where}/cube.tif", "labels": f"{where}/labels.tif", "classes": legend}
    (folder / "growth.yaml").write_text(json.dumps(parts))
    chosen = {"scenes": ["growth.yaml"], "seeds": list(range(runs)), "splits": ["regions"], "models": ["lda"]}
    (folder / "experiment.yaml").write_text(json.dumps({"experiment": "growth", "window": 5, **chosen}))
    return files


def draw(table: pd.DataFrame, path: Path) -> None:
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    for axes, (growing, rows) in zip(
        figure.subplots(1, 4, sharey=True), table.groupby("growing", sort=False), strict=True
    ):
        for stage, of_stage in rows.groupby("stage", sort=False):
            axes.loglog(of_stage["value"], of_stage["seconds"], marker="o", markersize=3, linewidth=1, label=stage)
        values = np.array(GROWING[str(growing)])
        axes.loglog(values, rows["seconds"].min() * values / values[0], color="0.6", linestyle="--", label="linear")
        axes.set_xlabel(str(growing))
        axes.set_xticks(values, [f"{value:,}" for value in values], fontsize=7)
        axes.minorticks_off()
    figure.axes[0].set_ylabel("processor seconds")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right", fontsize=8, frameon=False)
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--csv", type=Path, default=Path("benchmarks/growth.csv"))
    parser.add_argument("--chart", type=Path, default=Path("docs/images/growth.svg"))
    asked = parser.parse_args()
    rows = []
    with threadpool_limits(1):
        list(stages(replace(BASE, pixels=10_000)))  # libraries are loaded
        for growing, values in GROWING.items():
            for value in values:
                for stage, seconds in stages(replace(BASE, **{growing: value})):
                    rows.append({"growing": growing, "value": value, "stage": stage, "seconds": round(seconds, 4)})
    table = pd.DataFrame(rows)
    table.to_csv(asked.csv, index=False)
    draw(table, asked.chart)
    for (growing, stage), of_stage in table.groupby(["growing", "stage"], sort=False):
        last = of_stage.tail(2)
        exponent = np.diff(np.log(last["seconds"]))[0] / np.diff(np.log(last["value"]))[0]
        print(f"{growing:8} {stage:18} {last['seconds'].iloc[-1]:8.2f} s  exponent={exponent:.2f}")


if __name__ == "__main__":
    main()
