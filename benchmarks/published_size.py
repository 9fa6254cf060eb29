"""The full published size: speed and memory of training and mapping, on a synthetic scene of random numbers.

    python benchmarks/published_size.py [--threads 2] [--part 4000]

The largest published experiment with the 3D-CNN (Lange et al. 2018) uses the whole Indian Pines scene: 58 classes,
33,424 training and 300,821 test windows of 9 x 9 pixels and 220 bands. This script generates 1417 x 614 pixels with as
many bands, trains on the first `--part` windows of one epoch (0: all), and maps the scene, which contains every test
window. Accuracies have no meaning here. Each figure is a line; memory [MB] is the peak of the process so far, 766 MB of
it the cube.
"""

import argparse
import time

import numpy as np

from hsclass.backend import aligned_array
from hsclass.models import model_class
from hsclass.models.classifier import Sample
from hsclass.resources import peak_memory_mb

ROWS, COLS, BANDS, CLASSES, WINDOW = 1417, 614, 220, 58, 9
TRAIN, TEST = 33_424, 300_821


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", type=int, default=4000, help="windows of the epoch that are trained; 0: all")
    parser.add_argument("--rows", type=int, default=0, help="rows of the scene that are mapped; 0: all")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    cube = rng.standard_normal(out=aligned_array((ROWS, COLS, BANDS)), dtype=np.float32)  # as the normaliser gives it
    drawn = rng.permutation(ROWS * COLS)[: TRAIN + TEST]
    pixels = np.stack(np.divmod(drawn, COLS), axis=1).astype(np.int32)
    targets = rng.integers(0, CLASSES, len(pixels)).astype(np.int32)
    print(f"cube {cube.nbytes / 1e6:.0f} MB; peak {peak_memory_mb():.0f} MB")

    family = model_class("cnn3d")
    windows = min(options.part or TRAIN, TRAIN)
    network = family(
        family.Options(epochs=1, patience=None), window=WINDOW, n_features=BANDS, n_classes=CLASSES,
        threads=options.threads,
    )  # fmt: skip
    learned = Sample(pixels[:windows], targets[:windows])
    report = network.fit(cube, learned, Sample(pixels[:0], targets[:0]), seed=0)
    seconds = float(report.history[0]["seconds"])
    print(
        f"trained on {windows} of {TRAIN} windows, with the building of the graph: {seconds:.1f} s,"
        f" {windows / seconds:.1f} windows a second; peak {peak_memory_mb():.0f} MB"
    )

    rows = options.rows or ROWS
    start = time.perf_counter()
    mapped = network.predict_map(cube, slice(0, rows))
    seconds = time.perf_counter() - start
    tested = int((pixels[TRAIN:, 0] < rows).sum())
    print(
        f"mapped {mapped.shape[0] * mapped.shape[1]} pixels, with {tested} of {TEST} test windows among them:"
        f" {seconds:.1f} s, {mapped.shape[0] * mapped.shape[1] / seconds:.0f} pixels a second;"
        f" peak {peak_memory_mb():.0f} MB"
    )


if __name__ == "__main__":
    main()
