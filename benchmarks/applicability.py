"""Measure how fast dissimilarity indices are computed, to all training samples and to those of a pixel's class.

    python benchmarks/applicability.py [--threads 2] [--pixels 400000] [--samples 5000] [--features 200] [--rounds 5]

Spectra of 16 classes in 64 fields; a fifth of the pixels are of another class than most near them. Prints pixels per
processor second of all threads together, the highest of the rounds, and pixels per second, which other work slows down.
"""

import argparse
import time

import numpy as np

from hsclass.models.applicability import fit_applicability

CLASSES, FIELDS = 16, 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pixels", type=int, default=400_000)
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--features", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    means = rng.normal(size=(FIELDS, 10)) @ rng.normal(size=(10, given.features))

    def spectra(count: int) -> tuple[np.ndarray, np.ndarray]:
        fields = rng.integers(FIELDS, size=count)
        return (means[fields] + rng.normal(size=(count, given.features))).astype(np.float32), fields

    trained, fields = spectra(given.samples)
    known = fit_applicability(trained, fields % CLASSES, fields, threads=given.threads)
    values, fields = spectra(given.pixels)
    classes = np.where(rng.random(given.pixels) < 0.2, rng.integers(CLASSES, size=given.pixels), fields % CLASSES)
    known.dissimilarities(values[:1000], classes[:1000], threads=given.threads)
    busy, elapsed = [], []
    for _ in range(given.rounds):
        start = time.process_time(), time.perf_counter()
        for first in range(0, given.pixels, 32768):  # as many as a tile of a map holds
            part = slice(first, first + 32768)
            known.dissimilarities(values[part], classes[part], threads=given.threads)
        busy.append(given.pixels / (time.process_time() - start[0]))
        elapsed.append(given.pixels / (time.perf_counter() - start[1]))
    print(f"threads={given.threads} axes={known.samples.shape[1] - 1} samples={given.samples}")
    print(f"pixels_per_processor_second={max(busy):.0f}")
    print(f"pixels_per_second={max(elapsed):.0f}")


if __name__ == "__main__":
    main()
