"""How often the pooled interval of OA holds the truth, over folds, replicate splits and seeds of a model.

    python benchmarks/coverage_pooled.py [--runs 400]

The test pixels are those of Indian Pines (window 9) in five runs: the folds of a 5-fold cross-validation over regions,
five draws of whole fields, and five seeds of a model under one split. In each simulation every test is right or wrong:
where a Gaussian field is below its 0.6 quantile, so that the expected OA is 0.6. The variance of the field has these
parts, in percent:

    fields         of the field, the same in all runs
    patches        smooth over 3 pixels, the same in all runs
    training       of field and run: what another training set changes in a field
    seeds          of pixel and run
    run            the same for all tests of a run: a training set that is better or worse everywhere

Columns, in percent of the simulations: pooled intervals that hold 0.6, the expectation over fields, splits and seeds;
envelopes of the runs' own intervals, from the lowest limit to the highest, that hold it; mean widths of both.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri

import hsclass
from hsclass.assess.sample import join, take_samples
from hsclass.assess.units import BlockUnits, units_of
from hsclass.samples.fields import fields_of
from hsclass.split import Split

OA, RUNS = 0.6, 5
SCENARIOS = {  # fields, patches, training, seeds, run
    "pixels": (0, 0, 0, 100, 0),
    "patches": (0, 70, 0, 30, 0),
    "fields": (60, 20, 0, 20, 0),
    "fields, training": (40, 10, 40, 10, 0),
    "fields, run 5": (40, 10, 35, 10, 5),
    "fields, run 20": (40, 10, 20, 10, 20),
}


def replicates() -> dict[str, list[Split]]:
    """Return five splits of each kind."""
    scene = hsclass.open_scene("indian_pines")
    one = hsclass.make_split(scene, "dbscan_area", window=9)
    return {
        "folds": [hsclass.make_split(scene, "dbscan_area", window=9, seed=seed, folds=5) for seed in range(RUNS)],
        "replicates": [hsclass.make_split(scene, "regions", window=9, seed=seed) for seed in range(RUNS)],
        "model seeds": [one] * RUNS,
    }


def simulate(
    runs: list[np.ndarray], fields: np.ndarray, parts: tuple[float, ...], rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield the right tests of each run, given their places."""
    of_field, patches, training, seeds, whole = np.sqrt(np.array(parts) / 100)
    smooth = gaussian_filter(rng.normal(size=fields.shape), 3, mode="reflect")
    count = int(fields.max()) + 1
    shared = of_field * rng.normal(size=count)[fields] + patches * smooth / smooth.std()
    for places in runs:
        own = training * rng.normal(size=count)[fields] + seeds * rng.normal(size=fields.shape) + whole * rng.normal()
        yield (shared + own < ndtri(OA))[tuple(places.T)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--kinds", nargs="*", default=["folds", "replicates", "model seeds"])
    options = parser.parse_args()
    labels = hsclass.open_scene("indian_pines").require_labels()
    fields = fields_of(labels)
    print("| five | effective fields | errors | pooled | width | envelope | width |\n" + "|---" * 7 + "|")
    for kind, splits in replicates().items():
        if kind not in options.kinds:
            continue
        runs = [take_samples(labels, labels, split) for split in splits]
        together = units_of(join(runs), labels, splits)
        alone = [units_of(run, labels, split) for run, split in zip(runs, splits, strict=True)]
        assert isinstance(together, BlockUnits)
        for name, parts in SCENARIOS.items():
            rng, found = np.random.default_rng(0), []
            for _ in range(options.runs):
                right = list(simulate([run.places for run in runs], fields, parts, rng))
                low, high = together.share(np.concatenate(right), np.ones(sum(map(len, right)), bool))
                ends = np.array(
                    [units.share(one, np.ones(len(one), bool)) for units, one in zip(alone, right, strict=True)]
                )
                first, last = ends[:, 0].min(), ends[:, 1].max()
                found.append((low <= OA <= high, high - low, first <= OA <= last, last - first))
            held, width, enclosed, wide = np.mean(np.array(found, float), axis=0)
            print(
                f"| {kind} | {together.fields.effective:.1f} | {name} | {100 * held:.1f} | {width:.2f} |"
                f" {100 * enclosed:.1f} | {wide:.2f} |",
                flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
