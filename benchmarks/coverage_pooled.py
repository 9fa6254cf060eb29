"""How often intervals over several runs hold the truth: of pooled OA, AA and kappa, and of paired differences.

    python benchmarks/coverage_pooled.py [--runs 300]

The test pixels are those of Indian Pines. Pooled figures (window 9): five folds of a cross-validation over regions, two
and five draws of whole fields (`regions`), and two and five seeds of a model under one split. Paired differences
(window 7): two and five draws of `regions` and of the matched splits of each, which share their test pixels.

In each simulation every test is right or wrong: where a Gaussian field is below a quantile, that of the expected
accuracy of its class. A wrong test is of the next class. The variance of the field has these parts, in percent:

    fields         of the field, the same in all runs
    patches        smooth over 3 pixels, the same in all runs
    classes        of the class, the same in all runs
    training       of field and run: what another training set changes in a field
    seeds          of pixel and run
    run            the same for all tests of a run: a training set that is better or worse everywhere

First table: expected accuracies of the classes from 0.4 to 0.8; in percent of the simulations the intervals that hold
the expectation over fields, splits and seeds, and the mean widths. Second table: expected OA of 0.9 where training is
at random, 0.75 in the same fields apart and 0.45 in unseen fields, or of 0.6 in all three; the splits of a seed share
the parts of fields, patches and classes, and each has training, seeds and run of its own. In percent the intervals of
the differences that hold the true ones, and the mean width of the last.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri

import hsclass
from hsclass.assess.blocks import whole_fields
from hsclass.assess.confusion import summaries
from hsclass.assess.figures import main_figures
from hsclass.assess.intervals import difference_bounds
from hsclass.assess.sample import EvaluatedSamples, join, take_samples
from hsclass.assess.units import BlockUnits, units_of
from hsclass.samples.fields import fields_of
from hsclass.scene import Scene
from hsclass.split import Split, write_split

PARTS = {  # fields, patches, classes, training, seeds, run
    "pixels": (0, 0, 0, 0, 100, 0),
    "patches": (0, 70, 0, 0, 30, 0),
    "fields": (60, 20, 0, 0, 20, 0),
    "classes": (25, 10, 35, 20, 10, 0),
    "fields, training": (40, 10, 0, 40, 10, 0),
    "fields, run 5": (40, 10, 0, 35, 10, 5),
    "fields, run 20": (40, 10, 0, 20, 10, 20),
}
FIGURES = ("oa", "aa", "kappa")
STEPS = ("random - apart", "apart - unseen", "random - unseen")
RUNGS = {"0.90, 0.75, 0.45": (0.9, 0.75, 0.45), "0.60, all": (0.6, 0.6, 0.6)}


class Errors:
    """Draws of the Gaussian field of a scene; the shared parts are drawn at once, those of a run by `run`."""

    def __init__(self, labels: np.ndarray, parts: Sequence[float], rng: np.random.Generator) -> None:
        self.fields, self.rng = fields_of(labels), rng
        of_field, patches, classes, *self.own = np.sqrt(np.array(parts) / 100)
        smooth = gaussian_filter(rng.normal(size=labels.shape), 3, mode="reflect")
        of_class = rng.normal(size=int(labels.max()) + 1)[labels]
        self.shared = of_field * self.each_field() + patches * smooth / smooth.std() + classes * of_class

    def each_field(self) -> np.ndarray:
        """Return a normal variate of each field at its pixels."""
        return self.rng.normal(size=int(self.fields.max()) + 1)[self.fields]

    def run(self, places: np.ndarray) -> np.ndarray:
        """Return the values of another run at the places of its tests."""
        training, seeds, run = self.own
        own = training * self.each_field() + seeds * self.rng.normal(size=self.fields.shape) + run * self.rng.normal()
        return (self.shared + own)[tuple(places.T)]


def pooled_splits(scene: Scene) -> Iterator[tuple[str, list[Split]]]:
    """Yield the splits of each kind of runs."""
    one = hsclass.make_split(scene, "dbscan_area", window=9)
    draws = [hsclass.make_split(scene, "regions", window=9, seed=seed) for seed in range(5)]
    yield "5 folds", [hsclass.make_split(scene, "dbscan_area", window=9, seed=seed, folds=5) for seed in range(5)]
    for runs in (2, 5):
        yield f"{runs} draws of fields", draws[:runs]
        yield f"{runs} model seeds", [one] * runs


def pooled_table(scene: Scene, simulations: int) -> None:
    labels, ids = scene.require_labels(), np.array([cover.id for cover in scene.classes])
    accuracies = np.zeros(ids.max() + 1)
    accuracies[ids] = np.linspace(0.4, 0.8, len(ids))
    print("| runs | effective fields | errors | " + " | ".join(f"{name} | width" for name in FIGURES) + " |")
    print("|---" * (3 + 2 * len(FIGURES)) + "|")
    for kind, splits in pooled_splits(scene):
        runs = [take_samples(labels, labels, split) for split in splits]
        reference = (samples := join(runs)).reference
        units = units_of(samples, labels, splits)
        assert isinstance(units, BlockUnits)
        effective = whole_fields(units.sites).effective
        matrix = np.diag(np.bincount(reference, minlength=len(accuracies)) * accuracies)[np.ix_(ids, ids)]
        wrong = (np.bincount(reference, minlength=len(accuracies)) * (1 - accuracies))[ids]
        truth = summaries(matrix + np.roll(np.diag(wrong), 1, axis=1))
        for name, parts in PARTS.items():
            rng, found = np.random.default_rng(0), []
            for _ in range(simulations):
                errors = Errors(labels, parts, rng)
                values = np.concatenate([errors.run(run.places) for run in runs])
                predicted = np.where(values < ndtri(accuracies[reference]), reference, reference % len(ids) + 1)
                figures = main_figures(EvaluatedSamples(samples.places, reference, predicted), scene.classes, units)
                ends = [(figures[f"{each}_low"], figures[f"{each}_high"]) for each in FIGURES]
                found.append([(low <= truth[each] <= high, high - low) for each, (low, high) in
                              zip(FIGURES, ends, strict=True)])  # fmt: skip
            shown = " | ".join(f"{100 * held:.1f} | {width:.2f}" for held, width in np.mean(np.array(found, float), 0))
            print(f"| {kind} | {effective:.1f} | {name} | {shown} |", flush=True)


def ladder(scene: Scene, seeds: int) -> list[list[Split]]:
    """Return the splits of each rung: matched random, matched apart, unseen fields."""
    unseen = [hsclass.make_split(scene, "regions", window=7, seed=seed) for seed in range(seeds)]
    rungs: list[list[Split]] = [[], [], unseen]
    with tempfile.TemporaryDirectory() as folder:
        for seed, split in enumerate(unseen):
            write_split(split, of := Path(folder) / f"{seed}.tif")
            for rung, sampler in zip(rungs, ("matched_random", "matched_apart"), strict=False):
                rung.append(hsclass.make_split(scene, sampler, window=7, seed=seed, of=str(of)))
    return rungs


def ladder_table(scene: Scene, simulations: int) -> None:
    labels = scene.require_labels()
    print("| draws | effective fields | OA | errors | " + " | ".join(STEPS) + " | width |\n" + "|---" * 8 + "|")
    for seeds in (2, 5):
        random, apart, unseen = ladder(scene, seeds)
        runs = [take_samples(labels, labels, split) for split in apart]
        assert all(np.isin(np.flatnonzero(one.roles == 3), np.flatnonzero(other.roles == 3)).all()
                   for one, other in zip(apart + apart, random + unseen, strict=True))  # fmt: skip
        units = units_of(join(runs), labels, apart)
        assert isinstance(units, BlockUnits)
        effective = whole_fields(units.sites).effective
        for expected, rungs in RUNGS.items():
            for name, parts in PARTS.items():
                rng, found = np.random.default_rng(0), []
                for _ in range(simulations):
                    errors = Errors(labels, parts, rng)
                    right = [np.concatenate([errors.run(run.places) for run in runs]) < ndtri(oa) for oa in rungs]
                    row: list[float] = []
                    for upper, lower in ((0, 1), (1, 2), (0, 2)):
                        (low, high), _ = difference_bounds(right[upper].astype(np.int8) - right[lower], units.clusters)
                        row += low <= rungs[upper] - rungs[lower] <= high, high - low
                    found.append(row)
                means = np.mean(np.array(found, float), axis=0)
                shown = " | ".join(f"{100 * held:.1f}" for held in means[::2])
                print(
                    f"| {seeds} | {effective:.1f} | {expected} | {name} | {shown} | {means[-1]:.2f} |",
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=300, help="simulations")
    parser.add_argument("--tables", nargs="*", default=["pooled", "ladder"], choices=["pooled", "ladder"])
    options = parser.parse_args()
    scene = hsclass.open_scene("indian_pines")
    for name, table in (("pooled", pooled_table), ("ladder", ladder_table)):
        if name in options.tables:
            table(scene, options.runs)


if __name__ == "__main__":
    main()
