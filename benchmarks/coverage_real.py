"""How often the 95 % interval of OA holds the truth on the geometry of real test sets, for errors of several kinds.

    python benchmarks/coverage_real.py [--runs 400]

The test pixels are those of Indian Pines under four samplers (window 9, seed 0). In each run every test pixel is right
or wrong at random, with an expected OA of 0.6, by one of these rules:

    pixel          each for itself
    patch 5, 10    where a smooth Gaussian field, smoothed with a kernel of so many pixels, is below its 0.6 quantile
    field          each field has an accuracy of its own, from a beta distribution with mean 0.6 (alpha 0.6, beta 0.4)
    whole field    each field is right as a whole with probability 0.6, but for 3 % of its pixels
    field + patch  half of the variance of the Gaussian field belongs to the field, half to patches of 3 pixels
    class          each class has an accuracy of its own, from the same beta distribution
    class + field  classes, fields and patches of 2 pixels share the variance: 35, 35 and 30 %

Columns, in per cent of the runs: intervals that hold 0.6, clustered by blocks alone, fields alone, classes alone, and
as hsclass gives it, by blocks and classes; then its mean width.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri

import hsclass
from hsclass.assess.blocks import Sites, make_blocks, whole_fields, whole_groups
from hsclass.assess.intervals import Clustering, clusters_of, ratio_bounds
from hsclass.assess.sample import take_samples
from hsclass.assess.units import least_side, sites_of

OA = 0.6
SAMPLERS = ("dbscan_area", "stripes", "blocks", "region_growing")


def errors(sites: Sites, shape: tuple[int, int], rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray, float]]:
    """Yield the name, the right pixels and the true OA of each kind of errors."""
    at = tuple(sites.pixels.T)
    fields = np.unique(sites.fields, return_inverse=True)[1]
    classes = np.unique(sites.classes, return_inverse=True)[1]
    count, kinds, pixels = fields.max() + 1, classes.max() + 1, len(fields)

    def smooth(length: float) -> np.ndarray:
        found = gaussian_filter(rng.normal(size=shape), length, mode="reflect")
        return (found / found.std())[at]

    level = ndtri(OA)
    yield "pixel", rng.random(pixels) < OA, OA
    yield "patch 5", smooth(5) < level, OA
    yield "patch 10", smooth(10) < level, OA
    yield "field", rng.random(pixels) < rng.beta(OA, 1 - OA, count)[fields], OA
    whole = rng.random(count) < OA
    yield "whole field", rng.random(pixels) < np.where(whole, 0.97, 0.03)[fields], 0.97 * OA + 0.03 * (1 - OA)
    yield "field + patch", np.sqrt(0.5) * (rng.normal(size=count)[fields] + smooth(3)) < level, OA
    yield "class", rng.random(pixels) < rng.beta(OA, 1 - OA, kinds)[classes], OA
    shared = np.sqrt(0.35) * (rng.normal(size=kinds)[classes] + rng.normal(size=count)[fields])
    yield "class + field", shared + np.sqrt(0.3) * smooth(2) < level, OA


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    scene = hsclass.open_scene("indian_pines")
    labels = scene.require_labels()
    print("| sampler | effective fields | errors | blocks | fields | classes | both | width |\n" + "|---" * 8 + "|")
    for sampler in SAMPLERS:
        split = hsclass.make_split(scene, sampler, window=9)
        sites = sites_of(take_samples(labels, labels, split), labels, split)
        least, rng = least_side(split), np.random.default_rng(0)
        units = make_blocks(sites, least=least), whole_fields(sites), whole_groups(sites.classes)
        ways = [*(Clustering((one,)) for one in units), clusters_of(sites, least=least, by_class=True)]
        held: dict[str, list[list[float]]] = {}
        for _ in range(runs):
            for name, right, truth in errors(sites, labels.shape, rng):
                found = [ratio_bounds(right, clusters, most=len(sites)) for clusters in ways]
                hits = [float(low <= truth <= high) for low, high in found]
                held.setdefault(name, []).append([*hits, found[-1].high - found[-1].low])
        for name, rows in held.items():
            *shares, width = np.mean(rows, axis=0)
            shown = " | ".join(f"{100 * share:.1f}" for share in shares)
            print(f"| {sampler} | {units[1].effective:.1f} | {name} | {shown} | {width:.2f} |", flush=True)


if __name__ == "__main__":
    main()
