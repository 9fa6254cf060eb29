"""Whether labels collected where `hsclass suggest` says raise the accuracy more than others; docs/suggest.md.

    python benchmarks/suggest.py [--scene indian_pines] [--replicates 20] [--model svm] [--visits 5 10] [--json FILE]

In each replicate, of the fields of each class about 40 % of the pixels test; of the others one field, drawn at random,
trains with up to 50 pixels, and the rest can be visited. The model maps the scene; k cells of 5 x 5 pixels are chosen
by each strategy, and what a visit adds to training are the pixels of the field that the place lies in, in that cell.
The accuracy on the test fields is that of the model trained anew. Replicates with fewer than 1,500 pixels to visit are
drawn again. Strategies:

    suggest         uncertainty times dissimilarity, spread over map and classes (what the command does)
    uncertainty     the same without dissimilarity
    dissimilarity   the same without uncertainty
    random          cells drawn at random

Differences are means over replicates with 95 % intervals by Student's t. Replicates deal the same fields of one scene
anew and are not independent: the intervals are of other deals of these fields, not of other fields or scenes, for which
they are too narrow.
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.stats import t as student

import hsclass
from hsclass.assess.campaign import Cells, cells_of, choose
from hsclass.samplers.regions import find_regions
from hsclass.scene import Scene
from hsclass.split import Role, Split

CELL, PIXELS, TESTED, LEAST = 5, 50, 0.4, 1500
STRATEGIES = ("suggest", "uncertainty", "dissimilarity", "random")


def replicate(fields: list[list[np.ndarray]], rng: np.random.Generator) -> tuple[list[np.ndarray], ...]:
    """Deal the fields of each class to test, to the start and to those that can be visited."""
    test, start, pool = [], [], []
    for of_class in fields:
        order = [of_class[place] for place in rng.permutation(len(of_class))]
        wanted = TESTED * sum(map(len, order))
        while len(order) > 1 and wanted > 0:
            test.append(order.pop())
            wanted -= len(test[-1])
        start.append(order[0])
        pool += order[1:]
    return test, start, pool


def some(field: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(field)[:PIXELS]


def trained(scene: Scene, places: list[np.ndarray], model: str) -> hsclass.TrainedModel:
    roles = np.zeros(scene.shape[:2], np.uint8)
    roles[tuple(np.concatenate(places).T)] = Role.TRAIN
    return hsclass.fit(scene, Split(roles, 1, "fixed", 0, {}, False), model)


def accuracy(scene: Scene, model: hsclass.TrainedModel, cube: np.ndarray, test: np.ndarray) -> float:
    ids = np.array([cover.id for cover in scene.classes])
    found = ids[model.classifier.predict_proba(cube, test).argmax(axis=1)]
    return float((found == scene.require_labels()[tuple(test.T)]).mean())


def visitable(scene: Scene, model: hsclass.TrainedModel, cube: np.ndarray, number: np.ndarray) -> Cells:
    """Return the cells of a map where `number`, that of the field of each pixel, is not 0."""
    mapped = hsclass.predict_scene(model, scene)
    assert model.applicability is not None
    index = model.applicability.dissimilarity(cube.reshape(-1, cube.shape[2])).reshape(number.shape)
    classes = np.where(number > 0, mapped.classes, 0)
    layers = (classes, mapped.confidence, index)
    strips = ((top, *(layer[top : top + CELL] for layer in layers)) for top in range(0, len(classes), CELL))
    return cells_of(strips, side=CELL)


def visits(cells: Cells, number: np.ndarray, count: int) -> list[np.ndarray]:
    """Return the pixels that visits to so many places label: those of the field of each, in its cell."""
    found = []
    for row, col in cells.pixels[choose(cells, count).cells]:
        corner = np.array([row, col]) // CELL * CELL
        part = number[corner[0] : corner[0] + CELL, corner[1] : corner[1] + CELL]
        found.append(np.argwhere(part == number[row, col]) + corner)
    return found


def strategies(cells: Cells, rng: np.random.Generator) -> Iterator[tuple[str, Cells]]:
    same = np.ones(len(cells))
    drawn = rng.random(len(cells))
    yield "suggest", cells
    yield "uncertainty", replace(cells, dissimilarity=same)
    yield "dissimilarity", replace(cells, confidence=same)
    yield "random", replace(cells, confidence=same, dissimilarity=drawn, classes=np.arange(len(cells)))


def interval(values: np.ndarray) -> tuple[float, float, float]:
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="indian_pines")
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--model", default="svm")
    parser.add_argument("--visits", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    scene = hsclass.open_scene(given.scene)
    labels = scene.require_labels()
    fields = [find_regions(labels == one, eps=1.5, min_samples=5) for one in np.unique(labels[labels > 0])]
    found: dict[str, list[float]] = {"start": []}
    for seed in range(given.replicates):
        rng = np.random.default_rng(seed)
        test, start, pool = replicate(fields, rng)
        while sum(map(len, pool)) < LEAST:
            test, start, pool = replicate(fields, rng)
        tested, begun = np.concatenate(test), [some(field, rng) for field in start]
        number = np.zeros(labels.shape, np.int64)
        for place, field in enumerate(pool, 1):
            number[tuple(field.T)] = place
        model = trained(scene, begun, given.model)
        cube = model.features(scene)
        found["start"].append(accuracy(scene, model, cube, tested))
        for name, cells in strategies(visitable(scene, model, cube, number), rng):
            for count in given.visits:
                again = trained(scene, begun + visits(cells, number, count), given.model)
                found.setdefault(f"{name} {count}", []).append(accuracy(scene, again, again.features(scene), tested))
        print(f"replicate {seed + 1} of {given.replicates}: {len(cells)} cells in {len(pool)} fields", flush=True)
    results = {name: np.array(values) for name, values in found.items()}
    print(f"start: OA {results['start'].mean():.3f}")
    for count in given.visits:
        for name in STRATEGIES:
            values = results[f"{name} {count}"]
            line = f"{count} places, {name}: OA {values.mean():.3f}"
            if name != "random":
                line += " minus random {:+.3f} ({:+.3f} to {:+.3f})".format(
                    *interval(values - results[f"random {count}"])
                )
            if name == "suggest":
                gain = interval(values - results[f"uncertainty {count}"])
                line += " minus uncertainty {:+.3f} ({:+.3f} to {:+.3f})".format(*gain)
            print(line)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
