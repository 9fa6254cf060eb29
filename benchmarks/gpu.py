"""Training and mapping on a GPU: seconds per epoch, pixels per second, and the parts of an epoch's time.

    KERAS_BACKEND=jax python benchmarks/gpu.py
    python benchmarks/gpu.py --windows 60 --bands 40 --rows 24 --cols 24 --epochs 3      a trial, also without a GPU

It needs no TensorFlow. The network, 9 x 9 windows and 220 bands are those of the published run (Lange et al. 2018),
whose 1,036 windows took 1.76 s per epoch; the goal is 0.05 s. The first two epochs, which compile the network, are left
out; the median of the others counts. Prints rows for benchmarks/RESULTS.md.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from hsclass.backend import backend_name, device_name, load_keras
from hsclass.learning.fitting import make_trainer
from hsclass.models import model_class
from hsclass.models.classifier import Sample

WINDOW, CLASSES = 9, 16
COMPILING = 2


def scene(rows: int, cols: int, bands: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, cols, bands)).astype(np.float32)


def sample(windows: int, rows: int, cols: int) -> Sample:
    rng = np.random.default_rng(1)
    pixels = np.stack([rng.integers(0, rows, windows), rng.integers(0, cols, windows)], axis=1).astype(np.int32)
    return Sample(pixels, rng.integers(0, CLASSES, windows).astype(np.int32))


def classifier(name: str, bands: int, **options: Any) -> Any:
    family = model_class(name)
    given = family.Options(patience=None, **options)
    return family(given, window=WINDOW, n_features=bands, n_classes=CLASSES, threads=1)


def epoch_seconds(model: Any, cube: np.ndarray, train: Sample) -> float:
    nothing = Sample(train.places[:0], train.targets[:0])
    report = model.fit(cube, train, nothing, seed=0)
    return statistics.median(row["seconds"] for row in report.history[COMPILING:])


def repeated(act: Callable[[], Any], times: int) -> float:
    """Seconds of one call, in the mean, waiting for the last result; a first call compiles."""
    np.asarray(act())
    start = time.perf_counter()
    for _ in range(times):
        result = act()
    np.asarray(result)
    return (time.perf_counter() - start) / times


def parts(model: Any, cube: np.ndarray, train: Sample) -> dict[str, float]:
    """Seconds that an epoch spends on what, each measured by itself."""
    import keras

    from hsclass.learning.batches import Batches
    from hsclass.models.windows import GatherWindows

    size = model.options.batch_size
    batches = Batches(train.places, np.eye(CLASSES, dtype=np.float32)[train.targets], batch_size=size, seed=0)
    steps = len(batches)
    start = time.perf_counter()
    for index in range(steps):
        batches[index]
    reading = time.perf_counter() - start
    model.start(0)
    model.prepare(cube, train)
    trainer = make_trainer(model.network_, model.gathering(cube, 0), model.options, steps=steps)
    inputs, targets = batches[0]
    gather = keras.Sequential([keras.Input((2,), dtype="int32"), GatherWindows(cube, WINDOW)])
    gather.compile(jit_compile=True)
    forward = repeated(lambda: trainer.predict_on_batch(inputs), steps)
    step = repeated(lambda: trainer.train_on_batch(inputs, targets)[0], steps)
    return {
        "drawing the batches": reading,
        "gathering windows, copied back": repeated(lambda: gather.predict_on_batch(inputs), steps) * steps,
        "forward": forward * steps,
        "forward, backward and update": step * steps,
    }


def map_rate(model: Any, cube: np.ndarray) -> float:
    """Pixels a second of a whole map, the second time: the first one compiles."""
    model.predict_map(cube)
    start = time.perf_counter()
    model.predict_map(cube)
    return cube.shape[0] * cube.shape[1] / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("windows", 1036), ("bands", 220), ("rows", 512), ("cols", 512), ("epochs", 12), ("batch", 50)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--model", default="cnn3d")
    asked = parser.parse_args()
    load_keras(1)
    cube, train = scene(asked.rows, asked.cols, asked.bands), sample(asked.windows, asked.rows, asked.cols)
    about = f"{asked.windows} windows of {WINDOW} x {WINDOW} x {asked.bands}, batch {asked.batch}"
    print(f"{asked.model}, {backend_name()} on {device_name()}; {about}; map of {asked.rows} x {asked.cols} pixels\n")
    print("| precision | seconds an epoch | windows a second | pixels mapped a second |\n|---|---|---|---|")
    for precision in ("float32", "mixed"):
        options = {"epochs": asked.epochs + COMPILING, "batch_size": asked.batch, "precision": precision}
        model = classifier(asked.model, asked.bands, **options)
        seconds = epoch_seconds(model, cube, train)
        print(
            f"| {precision} | {seconds:.4f} | {asked.windows / seconds:.0f} | {map_rate(model, cube):.0f} |", flush=True
        )
    print("\n| where an epoch's time goes (each by itself, float32) | seconds |\n|---|---|")
    alone = classifier(asked.model, asked.bands, epochs=1, batch_size=asked.batch)
    for what, seconds in parts(alone, cube, train).items():
        print(f"| {what} | {seconds:.4f} |")


if __name__ == "__main__":
    main()
