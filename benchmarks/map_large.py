"""Map a large scene from a file, and a small one in memory: peak memory and the ratio of their speeds.

    python benchmarks/map_large.py 10000 10000 --bands 200 --model lda
    python benchmarks/map_large.py 4096 4096 --bands 64 --filled --threads 1 2 --rounds 3

Unless it is filled, the file takes no space: its blocks are not written, and GDAL reads them as zeros. A filled one has
fields of 8 x 8 pixels with noise, compressed. The large map is timed from the opened scene to the finished file,
reading and writing included; the small one is the prediction alone, by one thread. Processor time separates the ratio
from whatever else the machine is doing. Rounds take the numbers of threads in turn. `busy` is the share of so many
cores that a map used, and `ready` the share that it would use if nothing else did: 20 times a second it is counted how
many threads run or wait for a core (Linux).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

import hsclass
from hsclass.models.trained import TrainedModel
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.predict.stream import MapRequest
from hsclass.raster import quiet
from hsclass.resources import peak_memory_mb
from hsclass.scene import LandCover, Scene
from hsclass.split import Split

CLASSES = 16
SMALL = 256


def make_scene(bands: int) -> Scene:
    rng = np.random.default_rng(0)
    labels = rng.integers(1, CLASSES + 1, (SMALL, SMALL)).astype(np.uint8)
    spectra = rng.uniform(500, 5000, (CLASSES + 1, bands))
    cube = (spectra[labels] + rng.normal(0, 200, (SMALL, SMALL, bands))).astype(np.int16)
    classes = tuple(LandCover(identity, f"class {identity}", (identity, 0, 0)) for identity in range(1, CLASSES + 1))
    return Scene("small", cube, labels, None, np.ones((SMALL, SMALL), bool), classes)


def train(scene: Scene, model: str, folder: Path) -> None:
    roles = np.zeros((SMALL, SMALL), np.uint8)
    roles[:20] = 1
    hsclass.fit(scene, Split(roles, 1, "fixed", 0, {}, False), model).save(folder)


def large_file(path: Path, rows: int, cols: int, scene: Scene, *, filled: bool) -> None:
    bands, rng = scene.shape[2], np.random.default_rng(1)
    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": bands, "dtype": "int16", "tiled": True,
        "blockxsize": 256, "blockysize": 256, "interleave": "band", "sparse_ok": True, "bigtiff": "yes",
        "compress": "deflate", "num_threads": "all_cpus",
    }  # fmt: skip
    with quiet(), rasterio.open(path, "w", **profile) as sink:
        for top in range(0, rows if filled else 0, SMALL):
            size = min(SMALL, rows - top), cols
            field = np.ix_(*(np.arange(top, top + SMALL)[: size[0]] // 8 % SMALL, np.arange(cols) // 8 % SMALL))
            values = np.moveaxis(scene.cube[field], 2, 0) + rng.integers(-30, 30, (bands, *size), np.int16)
            sink.write(values, window=Window(0, top, cols, size[0]))


def count_ready(counts: list[int]) -> None:
    """Append how many threads of this process run or wait for a core, but for the one that counts."""
    own = str(threading.get_native_id())
    while True:
        states = []
        for task in Path("/proc/self/task").iterdir():
            with suppress(OSError):  # it may end meanwhile
                states += [(task / "stat").read_text().rpartition(")")[2].split()[0]] * (task.name != own)
        counts.append(states.count("R"))
        time.sleep(0.05)


def map_large(model: Path, scene: Path, memory: float, threads: int) -> None:
    trained, pixels = TrainedModel.load(model, threads=threads), open_pixels(scene)
    counts: list[int] = []
    threading.Thread(target=count_ready, args=[counts], daemon=True).start()
    wall, processor = time.perf_counter(), time.process_time()
    report = map_file(trained, pixels, scene.with_name("map.tif"), MapRequest(memory=memory), folder=model)
    figures = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    figures["ready"] = float(np.minimum(counts, threads).mean()) / threads
    print(json.dumps({**figures, "predicting": report.seconds, "pixels": report.pixels, "peak": peak_memory_mb()}))


def map_small(model: Path, scene: Scene, repeats: int = 20) -> dict[str, float]:
    trained = TrainedModel.load(model)
    hsclass.predict_scene(trained, scene)
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(repeats):
        hsclass.predict_scene(trained, scene)
    return {
        "wall": (time.perf_counter() - wall) / repeats,
        "processor": (time.process_time() - processor) / repeats,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int)
    parser.add_argument("cols", type=int)
    parser.add_argument("--bands", type=int, default=200)
    parser.add_argument("--model", default="lda")
    parser.add_argument("--memory", type=float, default=1200)
    parser.add_argument("--filled", action="store_true")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        map_large(asked.child[0], asked.child[1], asked.memory, asked.threads[0])
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene = make_scene(asked.bands)
        train(scene, asked.model, folder / "model")
        large_file(folder / "large.tif", asked.rows, asked.cols, scene, filled=asked.filled)
        before = map_small(folder / "model", scene)
        size = [str(asked.rows), str(asked.cols), "--memory", str(asked.memory)]
        command = [sys.executable, __file__, *size, "--child", str(folder / "model"), str(folder / "large.tif")]
        runs: dict[int, list[dict[str, float]]] = {threads: [] for threads in asked.threads}
        for threads in asked.threads * asked.rounds:
            done = subprocess.run([*command, "--threads", str(threads)], capture_output=True, text=True, check=True)
            runs[threads].append(json.loads(done.stdout.splitlines()[-1]))
        after = map_small(folder / "model", scene)
    print(f"{asked.model}, {asked.rows} x {asked.cols} x {asked.bands}, load {os.getloadavg()[0]:.1f}")
    first = np.median([run["wall"] for run in runs[asked.threads[0]]])
    for threads, found in runs.items():
        middle = {name: float(np.median([run[name] for run in found])) for name in found[0]}
        print(f"threads={threads}: peak_memory_mb={max(run['peak'] for run in found):.0f}")
        for clock in ("wall", "processor"):
            small = 2 * SMALL * SMALL / (before[clock] + after[clock])
            large = middle["pixels"] / middle[clock]
            print(f"{clock}: {large:.0f} pixels/s, in memory {small:.0f}, ratio={large / small:.2f}")
        busy = middle["processor"] / middle["wall"] / threads
        seconds = f"{middle['predicting']:.1f} s predicting; {middle['processor']:.1f} processor seconds"
        print(f"of {middle['wall']:.1f} s, {seconds}")
        print(f"busy={busy:.2f}, ready={middle['ready']:.2f}")
        print(f"{first / middle['wall']:.2f} times as fast as threads={asked.threads[0]}")


if __name__ == "__main__":
    main()
