"""Whole-scene maps by networks, compared with window-by-window prediction and with the computing rate of training.

    python benchmarks/map.py [--threads 1] [--models cnn3d cnn2d hybrid]

Each model has its default options, windows of 9 pixels and 200 bands; the scene has 145 x 145 pixels. Three things are
measured, each in its own process and in turn: the map of the whole scene (`predict_map`), the same probabilities from
windows gathered one by one (`predict_proba`) for some of the pixels, and an epoch of training. Time is processor time.
The fastest of each counts, because other work on the machine disturbed it least. Compilation is left out: each is run
once before.

Operations are counted by the layers of the network, a multiplication and an addition as two: twice the weights of a
convolution or dense layer, times the number of places where it is applied, also where plane products need fewer. A map
needs each layer once per pixel; what is computed twice at the borders of tiles is not counted. A training step counts a
layer once forward, once for the gradient of its weights if they are trained, and once for that of its input if a layer
before it is trained. Activations and poolings do not count.

With `--memory MB ...` the map is made with these budgets instead, and the peak memory of each is printed.

The last line is `map_ratio=…`: pixels per second of the map over those window by window, of the first model.
"""

import argparse
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from math import prod
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from hsclass.memory import MAP_MEMORY
from hsclass.models import model_class
from hsclass.models.classifier import Sample

SIDE, WINDOW, BANDS, CLASSES, BATCH = 145, 9, 200, 16, 50


def make(name: str, threads: int, **options: Any) -> Any:
    import keras

    from hsclass.backend import load_keras

    load_keras(threads)
    keras.utils.set_random_seed(0)
    family = model_class(name)
    model = family(family.Options(**options), window=WINDOW, n_features=BANDS, n_classes=CLASSES, threads=threads)
    model.network_ = model.build()
    return model


def scene(rows: int = SIDE) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, SIDE, BANDS)).astype(np.float32)


def fastest(work: Callable[[], Any], rounds: int) -> float:
    work()
    took = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)


def by_map(name: str, count: int, threads: int) -> float:
    model, cube = make(name, threads), scene()
    return SIDE * SIDE / fastest(lambda: model.predict_map(cube), 3)


def by_windows(name: str, count: int, threads: int) -> float:
    model, cube = make(name, threads), scene()
    pixels = np.argwhere(np.ones((SIDE, SIDE)))[:count].astype(np.int32)
    return count / fastest(lambda: model.predict_proba(cube, pixels), 2)


def by_training(name: str, count: int, threads: int) -> float:
    model, cube = make(name, threads, epochs=4, batch_size=BATCH, augment=False, patience=None), scene()
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, SIDE, (count, 2)).astype(np.int32)
    nothing = Sample(pixels[:0], pixels[:0, 0])
    sample = Sample(pixels, rng.integers(0, CLASSES, count).astype(np.int32))
    from hsclass.learning import history

    history.time = SimpleNamespace(perf_counter=time.process_time)
    report = model.fit(cube, sample, nothing, seed=0)
    return count / min(row["seconds"] for row in report.history[1:])


def by_memory(name: str, megabytes: int, threads: int) -> float:
    """Return the megabytes that a map of 64 rows took beyond those of one of few pixels."""
    model, cube = make(name, threads), scene(64)
    model.predict_map(cube[:2, :12], memory=1e6)
    before, seen, done = held(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            seen.append(held())

    watcher = threading.Thread(target=watch)
    watcher.start()
    model.predict_map(cube, memory=megabytes * 1e6)
    done.set()
    watcher.join()
    return max(seen) - before


def held() -> float:
    """Return the resident memory of this process [MB], from /proc."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


WAYS = {"map": by_map, "windows": by_windows, "training": by_training, "memory": by_memory}


def operations(name: str) -> tuple[float, float]:
    """Return the operations of a pixel of a map, and of a window that is trained on."""
    network = make(name, 1).network_
    a_pixel, a_window, learning = 0, 0, False
    for layer in network.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None:
            continue
        # A dense layer behind the flattening has no places; any other layer has rows and columns of the window first.
        places = tuple(layer.output.shape[1:-1])
        if hasattr(layer, "convolved"):  # the bands before the pooling in the same layer
            places = (*places[:2], layer.convolved(layer.input.shape[3]))
        a_place = 2 * prod(kernel.shape)
        a_pixel += a_place * prod(places[2:])
        a_window += a_place * prod(places) * (1 + layer.trainable + learning)
        learning = learning or layer.trainable
    return a_pixel, a_window


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--models", nargs="+", default=["cnn3d", "cnn2d", "hybrid"])
    parser.add_argument("--windows", type=int, default=1000, help="to predict one by one, and to train on")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each")
    parser.add_argument(
        "--memory", type=int, nargs="+", metavar="MB", help="print the peak memory of these budgets instead"
    )
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        way, name, count = options.one
        print(WAYS[way](name, int(count), options.threads))
        return

    def measured(way: str, name: str, count: int) -> float:
        command = [sys.executable, __file__, "--threads", str(options.threads), "--one", way, name, str(count)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])

    if options.memory:
        for name in options.models:
            for budget in options.memory:
                print(f"{name}: budget {budget} MB, took {measured('memory', name, budget):.0f} MB", flush=True)
        print(f"(the default budget is {MAP_MEMORY / 1e6:.0f} MB)")
        return
    ratios = []
    for name in options.models:
        rates = dict.fromkeys(("map", "windows", "training"), 0.0)
        for _ in range(options.rounds):
            for way, rate in rates.items():
                rates[way] = max(rate, measured(way, name, options.windows))
        a_pixel, a_window = operations(name)
        mapping, training = rates["map"] * a_pixel / 1e9, rates["training"] * a_window / 1e9
        ratios.append(rates["map"] / rates["windows"])
        print(
            f"{name}: map {rates['map']:.0f} pixels a second, by windows {rates['windows']:.0f},"
            f" ratio={ratios[-1]:.1f}; {a_pixel / 1e6:.2f} million operations a pixel: {mapping:.0f} billion a second;"
            f" training {rates['training']:.0f} windows a second: {training:.0f} billion,"
            f" share={mapping / training:.2f}",
            flush=True,
        )
    print(f"map_ratio={ratios[0]:.1f}")


if __name__ == "__main__":
    main()
