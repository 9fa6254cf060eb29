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
    class, given   the same, but the truth is the mean of these accuracies: that of the same classes in other fields
    class + field  classes, fields and patches of 2 pixels share the variance: 35, 35 and 30 %

Columns, in per cent of the runs: intervals that hold the truth, 0.6 but for `class, given`, clustered by blocks alone,
fields alone, classes alone; by blocks and fields; by blocks and fields within each class; and as hsclass gives it, by
blocks and classes. Then the mean widths of the last three.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri, stdtrit

import hsclass
from hsclass.assess.blocks import Sites, make_blocks, whole_fields, whole_groups
from hsclass.assess.intervals import (
    LEVEL,
    Bounds,
    Clustering,
    clusters_of,
    ratio_bounds,
    trials,
    variance,
    wilson_limits,
)
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
    single, of_class = rng.random(pixels), rng.beta(OA, 1 - OA, kinds)[classes]
    right = single < of_class
    yield "class", right, OA
    yield "class, given", right, float(of_class.mean())
    shared = np.sqrt(0.35) * (rng.normal(size=kinds)[classes] + rng.normal(size=count)[fields])
    yield "class + field", shared + np.sqrt(0.3) * smooth(2) < level, OA


def within_classes(right: np.ndarray, sites: Sites, blocks: Clustering) -> Bounds:
    """Return an interval in which classes do not vary: each is a stratum, and its blocks and fields are the units.

    The variance between fields is the sum over classes of m / (m - 1) Σ S², with m the effective number of fields of a
    class and S the sum over a field of the deviations from the accuracy of the class. All classes with a single field
    are one stratum (collapsed strata, Cochran 1977, 5A.12). `blocks` are crossed with fields.
    """
    share, total, crossed = float(right.mean()), len(right), blocks.both
    assert crossed is not None
    if share in {0, 1}:
        return wilson_limits(share, blocks.effective, blocks.quantile)
    classes, fields = (np.unique(numbers, return_inverse=True)[1] for numbers in (sites.classes, sites.fields))
    of_field = np.zeros(fields.max() + 1, int)
    of_field[fields] = classes
    stratum = np.where(np.bincount(of_field)[of_field] > 1, of_field, -1)[fields]
    between = free = 0.0
    for one in np.unique(stratum):
        members = stratum == one
        sizes = np.bincount(fields[members])
        count = max(1.2, sizes.sum() ** 2 / (sizes.astype(float) ** 2).sum())
        sums = np.bincount(fields[members], (right[members] - right[members].mean()) / total)
        between += count / (count - 1) * float((sums**2).sum())
        free += count - 1
    inside = (right - (np.bincount(classes, right) / np.bincount(classes))[classes]) / total
    one_way, both = (variance(lambda units: units.sums(inside), units) for units in (blocks.ways[0], crossed))
    error = float(np.sqrt(max(one_way, between, one_way + between - both)))
    t = float(stdtrit(max(1.0, min(free, blocks.ways[0].effective - 1)), (1 + LEVEL) / 2))
    return wilson_limits(share, trials(share, error, total), t)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    scene = hsclass.open_scene("indian_pines")
    labels = scene.require_labels()
    columns = "blocks | fields | classes | blocks, fields | within classes | hsclass | widths"
    print(f"| sampler | effective fields | errors | {columns} |\n" + "|---" * 10 + "|")
    for sampler in SAMPLERS:
        split = hsclass.make_split(scene, sampler, window=9)
        sites = sites_of(take_samples(labels, labels, split), labels, split)
        least, rng = least_side(split), np.random.default_rng(0)
        units = make_blocks(sites, least=least), whole_fields(sites), whole_groups(sites.classes)
        crossed = clusters_of(sites, least=least)
        ways = [*(Clustering((one,)) for one in units), crossed]
        given = clusters_of(sites, least=least, by_class=True)
        held: dict[str, list[list[float]]] = {}
        for _ in range(runs):
            for name, right, truth in errors(sites, labels.shape, rng):
                found = [ratio_bounds(right, clusters, most=len(sites)) for clusters in ways]
                found += [within_classes(right, sites, crossed), ratio_bounds(right, given, most=len(sites))]
                hits = [float(low <= truth <= high) for low, high in found]
                held.setdefault(name, []).append([*hits, *(high - low for low, high in found[-3:])])
        for name, rows in held.items():
            means = np.mean(rows, axis=0)
            shown = " | ".join(f"{100 * share:.1f}" for share in means[:6])
            widths = ", ".join(f"{width:.2f}" for width in means[6:])
            print(f"| {sampler} | {units[1].effective:.1f} | {name} | {shown} | {widths} |", flush=True)


if __name__ == "__main__":
    main()
