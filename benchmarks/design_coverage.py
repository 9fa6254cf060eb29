"""Coverage of the 95 % intervals of probability samples, for each design, by simulation.

    python benchmarks/design_coverage.py --runs 1000

A map of four classes on 400 x 400 pixels and its true classes, with errors in patches, are drawn once; so is one of a
class with 97 % of the pixels and nine rare ones, and one of two classes, `change` in 10 % of the pixels, or in 3 % and
with fewer errors. Each run draws a sample, labels it with the true classes and assesses the map. Prints the share of
the intervals that contain the true value, for overall accuracy and pooled over the classes for user's and producer's
accuracy and area.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from hsclass.assess.design.assessment import _design_of, _estimated
from hsclass.assess.design.drawing import draw_sample
from hsclass.raster import Grid, write_raster

SIDE = 400
DESIGNS = {
    "simple, 400": {"design": "simple", "size": 400},
    "systematic, 400": {"design": "systematic", "size": 400},
    "stratified, good practice, 400": {"design": "stratified", "size": 400},
    "stratified, equal, 200": {"design": "stratified", "size": 200, "allocation": "equal"},
    "stratified, strata of another map, 400": {"design": "stratified", "size": 400, "strata_file": "strata.tif"},
    "stratified, one large and nine rare, 500": {"design": "stratified", "size": 500, "allocation": "equal"},
    "stratified, change, good practice, 400": {"design": "stratified", "size": 400},
    "simple, change, 400": {"design": "simple", "size": 400},
    "stratified, few errors, good practice, 400": {"design": "stratified", "size": 400},
    "blocks, 60 of 20 x 20 pixels, 10 each": {"design": "blocks", "size": 600, "block_side": 20, "per_block": 10},
    "blocks, 30 of 20 x 20 pixels, 10 each": {"design": "blocks", "size": 300, "block_side": 20, "per_block": 10},
    "blocks, 10 of 20 x 20 pixels, 40 each": {"design": "blocks", "size": 400, "block_side": 20, "per_block": 40},
    "blocks, 5 of 20 x 20 pixels, 40 each": {"design": "blocks", "size": 200, "block_side": 20, "per_block": 40},
}


def make_world(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return map, truth and another stratification, all of patches."""
    fields = np.stack([gaussian_filter(rng.normal(size=(SIDE, SIDE)), 12, mode="wrap") for _ in range(4)])
    fields /= fields.std(axis=(1, 2), keepdims=True)
    noise = np.stack([gaussian_filter(rng.normal(size=(SIDE, SIDE)), 3, mode="wrap") for _ in range(4)])
    noise /= noise.std(axis=(1, 2), keepdims=True)
    offset = np.array([0.9, 0.4, 0.0, -0.6])[:, np.newaxis, np.newaxis]
    truth = (fields + offset).argmax(axis=0) + 1
    mapped = (fields + offset + 0.35 * noise).argmax(axis=0) + 1
    strata = 1 + (fields[0] > 0) + (fields[1] > 0.5)
    return mapped.astype(np.uint8), truth.astype(np.int64), strata.astype(np.uint8)


def make_rare(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return map and truth: a class with 97 % of the pixels, 97 % of them right, and nine with 80 % right."""
    pixels = SIDE**2
    mapped = np.minimum(10, 1 + np.ceil(np.maximum(0, np.arange(pixels) / pixels - 0.97) * 300)).astype(np.uint8)
    wrong = rng.random(pixels) < np.where(mapped == 1, 0.03, 0.2)
    truth = np.where(wrong, (mapped - 1 + rng.integers(1, 10, pixels)) % 10 + 1, mapped).astype(np.int64)
    return mapped.reshape(SIDE, SIDE), truth.reshape(SIDE, SIDE)


def make_change(rng: np.random.Generator, share: float, right: float) -> tuple[np.ndarray, np.ndarray]:
    """Return map and truth: a share of the pixels is mapped as change, 90 % of it right; so many of the others are."""
    pixels = SIDE**2
    mapped = np.where(np.arange(pixels) < share * pixels, 2, 1).astype(np.uint8)
    wrong = rng.random(pixels) < np.where(mapped == 1, 1 - right, 0.1)
    truth = np.where(wrong, 3 - mapped, mapped).astype(np.int64)
    return mapped.reshape(SIDE, SIDE), truth.reshape(SIDE, SIDE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--designs", nargs="*", default=list(DESIGNS), choices=list(DESIGNS), metavar="DESIGN")
    options = parser.parse_args()
    runs = options.runs
    *patches, strata = make_world(np.random.default_rng(0))
    rare, change = make_rare(np.random.default_rng(1)), make_change(np.random.default_rng(2), 0.1, 0.99)
    few = make_change(np.random.default_rng(3), 0.03, 0.9865)
    with tempfile.TemporaryDirectory() as folder:
        write_raster(Path(folder) / "strata.tif", strata, grid=Grid())
        for name in options.designs:
            mapped, truth = (
                rare if "rare" in name else change if "change" in name else few if "few" in name else patches
            )
            ids = np.unique(mapped)
            sizes = {int(k): int((mapped == k).sum()) for k in ids}
            facts = {
                "users": [(truth == k)[mapped == k].mean() for k in ids],
                "producers": [(mapped == k)[truth == k].mean() for k in ids],
                "area": [float((truth == k).sum()) for k in ids],
            }
            oa = float((mapped == truth).mean())
            write_raster(Path(folder) / "map.tif", mapped, grid=Grid())
            given = {k: str(Path(folder) / v) if k == "strata_file" else v for k, v in DESIGNS[name].items()}
            held: dict[str, list[bool]] = {"oa": [], "users": [], "producers": [], "area": []}
            for seed in range(runs):
                drawn = draw_sample(Path(folder) / "map.tif", seed=seed, **given)
                at = tuple(drawn.pixels.T)
                kept = np.ones(len(drawn), bool)
                design, _ = _design_of(drawn, kept, mapped[at], sizes, "sample")
                found = _estimated(
                    design, drawn, mapped[at].astype(np.int64), truth[at], sizes, {}, ("pixels", 1.0), missing=0,
                    agreement=None, notes=[], units=drawn.strata,
                )  # fmt: skip
                held["oa"].append(found.oa.low <= oa <= found.oa.high)
                for place, entry in enumerate(found.classes):
                    for figure, values in facts.items():
                        estimate = getattr(entry, figure)
                        if not np.isnan(estimate.value):
                            held[figure].append(estimate.low <= values[place] <= estimate.high)
            shares = "  ".join(f"{figure} {np.mean(hits):.3f}" for figure, hits in held.items())
            print(f"{name:42} {shares}  of OA {oa:.3f}", flush=True)


if __name__ == "__main__":
    main()
