"""Map a large scene from a sparse file, and a small one in memory: peak memory and the ratio of their speeds.

    python benchmarks/map_large.py 10000 10000 --bands 200 --model lda

The file takes no space: its blocks are not written, and GDAL reads them as zeros. The large map is timed from the
opened scene to the finished file, reading and writing included; the small one is the prediction alone. Processor time
separates the ratio from whatever else the machine is doing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio

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


def sparse_file(path: Path, rows: int, cols: int, bands: int) -> None:
    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": bands, "dtype": "int16", "tiled": True,
        "blockxsize": 256, "blockysize": 256, "interleave": "band", "sparse_ok": True, "bigtiff": "yes",
        "compress": "deflate",
    }  # fmt: skip
    with quiet(), rasterio.open(path, "w", **profile):
        pass


def map_large(model: Path, scene: Path, memory: float) -> None:
    trained, pixels = TrainedModel.load(model), open_pixels(scene)
    wall, processor = time.perf_counter(), time.process_time()
    report = map_file(trained, pixels, scene.with_name("map.tif"), MapRequest(memory=memory), folder=model)
    figures = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
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
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        map_large(*asked.child, asked.memory)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene = make_scene(asked.bands)
        train(scene, asked.model, folder / "model")
        sparse_file(folder / "large.tif", asked.rows, asked.cols, asked.bands)
        before = map_small(folder / "model", scene)
        size = [str(asked.rows), str(asked.cols), "--memory", str(asked.memory)]
        command = [sys.executable, __file__, *size, "--child", str(folder / "model"), str(folder / "large.tif")]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
        after = map_small(folder / "model", scene)
    print(f"{asked.model}, {asked.rows} x {asked.cols} x {asked.bands}: peak_memory_mb={found['peak']:.0f}")
    for clock in ("wall", "processor"):
        small = 2 * SMALL * SMALL / (before[clock] + after[clock])
        large = found["pixels"] / found[clock]
        print(f"{clock}: {large:.0f} pixels/s, in memory {small:.0f}, ratio={large / small:.2f}")
    print(f"of {found['wall']:.0f} s, {found['predicting']:.0f} s predicting")


if __name__ == "__main__":
    main()
