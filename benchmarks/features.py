"""Accuracy of every feature extractor under a random and a spatial split, as docs/features.md shows it.

    python benchmarks/features.py [--scene indian_pines] [--seed 0] [--window 9] [--features NAME …] [--compare]

Trains a random forest and a support vector machine with default options on a tenth of the labelled pixels. Prints a row
for each extractor and its options other than defaults: number of features, overall accuracy on the test pixels, and
seconds to fit the extractor and to transform the whole scene. With `--compare` its difference from OA on raw bands
follows, on the same test pixels, with the 95 % interval.
"""

import argparse
import time
from typing import Any

import numpy as np

import hsclass
from hsclass.features import FEATURES, feature_class
from hsclass.features.extractor import Origin
from hsclass.scene import Scene
from hsclass.split import Role, Split

SPLITS, MODELS = ("random", "dbscan_area"), ("rf", "svm")
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "bands": [{"drop_water": True}],
    "spectrum": [{}, {"scale": "snv"}, {"scale": "none", "continuum": True}, {"derivative": 1}],
    "pca": [{}, {"components": 0.999}],
    "mnf": [{}, {"components": 10}],
    "sdap": [{}, {"rule": "subtractive"}],
}


def tested(scene: Scene, split: Split, model: str, features: str, options: dict[str, Any]) -> tuple[np.ndarray, int]:
    """Return a map of the test pixels, 0 elsewhere, and the number of features."""
    trained = hsclass.fit(scene, split, model, features=features, feature_options=options)
    cube = trained.features(scene)
    test = np.argwhere(split.roles == Role.TEST)
    ids = np.array([cover.id for cover in trained.classes])
    found = np.zeros(split.roles.shape, np.int64)
    found[tuple(test.T)] = ids[trained.classifier.predict_proba(cube, test).argmax(axis=1)]
    return found, cube.shape[2]


def in_words(scene: Scene, split: Split, mapped: np.ndarray, raw: np.ndarray | None) -> str:
    """Write OA and, next to a map from raw bands, the paired difference from its OA."""
    labels, test = scene.require_labels(), split.roles == Role.TEST
    oa = f"{(mapped == labels)[test].mean():.3f}"
    if raw is None or np.array_equal(mapped, raw):
        return oa
    (pair,) = hsclass.compare({"features": mapped, "raw": raw}, labels, split).pairs
    return f"{oa} ({pair.difference:+.3f}, {pair.low:+.3f} to {pair.high:+.3f})"


def seconds(scene: Scene, split: Split, features: str, options: dict[str, Any]) -> tuple[float, float]:
    known = np.where(split.roles == Role.TRAIN, scene.require_labels(), 0)
    cube = scene.cube.astype(np.float32)
    cube = (cube - cube.mean(axis=(0, 1))) / cube.std(axis=(0, 1))
    extractor = feature_class(features)(**options)
    start = time.perf_counter()
    extractor.fit(cube, known, origin=Origin(scene.wavelengths))
    fitted = time.perf_counter()
    extractor.transform(cube)
    return fitted - start, time.perf_counter() - fitted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="indian_pines")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--window", type=int, default=9)
    parser.add_argument("--features", nargs="+", choices=list(FEATURES), default=list(FEATURES))
    parser.add_argument("--compare", action="store_true")
    given = parser.parse_args()
    scene = hsclass.open_scene(given.scene)
    splits = [hsclass.make_split(scene, name, window=given.window, seed=given.seed) for name in SPLITS]
    heads = [f"{model}, {split}" for split in SPLITS for model in MODELS]
    cases = [(split, model) for split in splits for model in MODELS]
    raws = [tested(scene, *case, "raw", {})[0] if given.compare else None for case in cases]
    print("|".join(["", "extractor", "n", *heads, "fit [s]", "transform [s]", ""]))
    for name in given.features:
        for options in VARIANTS.get(name, [{}]):
            cells = [tested(scene, *case, name, options) for case in cases]
            row = [" ".join([name, *(f"{key}={value}" for key, value in options.items())]), str(cells[0][1])]
            row += [in_words(scene, case[0], cell[0], raw) for case, cell, raw in zip(cases, cells, raws, strict=True)]
            row += [f"{took:.2f}" for took in seconds(scene, splits[0], name, options)]
            print("|".join(["", *row, ""]), flush=True)


if __name__ == "__main__":
    main()
