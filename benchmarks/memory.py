"""Memory of training: windows gathered from the cube compared with windows stored beforehand, in one run.

    python benchmarks/memory.py [--windows 20000]

Trains one epoch of a small 3D-CNN on 9 x 9 windows of a 145 x 145 x 200 cube, each way in its own process. Prints the
peak memory in addition to that of the same training on 100 windows. The last line is `memory_ratio=…`, stored over
gathered.
"""

import argparse
import subprocess
import sys

import numpy as np

WINDOW, BANDS, CLASSES = 9, 200, 16
SLIM = {"filters": (2, 2, 2), "dense": (8,), "epochs": 1, "augment": False, "batch_size": 50}


def gathered(windows: int) -> None:
    from hsclass.models import model_class
    from hsclass.models.classifier import Sample

    cube, pixels, targets = data(windows)
    network = family_of(model_class("cnn3d"))
    network.fit(cube, Sample(pixels, targets), Sample(pixels[:0], targets[:0]), seed=0)


def ready_made(windows: int) -> None:
    from hsclass.backend import load_keras
    from hsclass.learning.recipes import compile_arguments
    from hsclass.models import model_class

    keras = load_keras(2)
    keras.utils.set_random_seed(0)
    cube, pixels, targets = data(windows)
    reach = WINDOW // 2
    padded = np.pad(cube, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")
    ready = np.stack([padded[row : row + WINDOW, col : col + WINDOW] for row, col in pixels])
    family = family_of(model_class("cnn3d"))
    network = family.build()
    network.compile(**{**compile_arguments(keras, family.options), "jit_compile": False})
    network.fit(ready, np.eye(CLASSES, dtype=np.float32)[targets], batch_size=50, epochs=1, verbose=0)


def family_of(family: type) -> object:
    return family(family.Options(**SLIM), window=WINDOW, n_features=BANDS, n_classes=CLASSES, threads=2)


def data(windows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    cube = rng.normal(size=(145, 145, BANDS)).astype(np.float32)
    pixels = rng.integers(0, 145, (windows, 2)).astype(np.int32)
    return cube, pixels, rng.integers(0, CLASSES, windows).astype(np.int32)


def peak(way: str, windows: int) -> float:
    command = [sys.executable, __file__, "--windows", str(windows), "--way", way]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=20000)
    parser.add_argument("--way", choices=["gathered", "ready_made"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        from hsclass.resources import peak_memory_mb

        {"gathered": gathered, "ready_made": ready_made}[options.way](options.windows)
        print(peak_memory_mb())
        return
    extra = {}
    for way in ("gathered", "ready_made"):
        few, many = peak(way, 100), peak(way, options.windows)
        extra[way] = many - few
        print(f"{way:10} {few:7.0f} MB with 100 windows, {many:7.0f} MB with {options.windows}")
    print(f"memory_ratio={extra['ready_made'] / max(extra['gathered'], 1):.1f}")


if __name__ == "__main__":
    main()
