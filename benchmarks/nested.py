"""Choose among pipelines by inner scores alone and test the choice on unseen fields; docs/best.md shows the result.

    python benchmarks/nested.py [--scene indian_pines] [--repetition 0] [--features raw] [--csv FILE]

Outer: five folds by field (`dbscan_area`, `folds: 5`, window 9) test every labelled pixel once. Inner: in each outer
fold, three folds by field of its training pixels, a window apart, score every candidate; the one with the most correct
pixels is chosen, trained on all training pixels of the fold, and tested. Features and models are fitted anew for each
training set. No candidate looks farther than 4 pixels in all. Differences in OA from `svm` on raw bands are those of
`hsclass.compare`: the interval is the widest of those over blocks, fields and classes.
"""

import argparse
import csv
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import hsclass
from hsclass.features.chain import built
from hsclass.features.extractor import Origin
from hsclass.models.calibration import held_out_folds
from hsclass.models.classifier import Sample
from hsclass.models.ensemble import Ensemble
from hsclass.models.smoothing import smoothed
from hsclass.normalize import Normalizer, normalize_scene
from hsclass.options import parse_options
from hsclass.scene import Scene
from hsclass.split import Role, Split

WINDOW, OUTER, INNER = 9, 5, 3
MEMBERS = {"lda": {"model": "lda", "shrinkage": 0.003}, "svm": {"model": "svm"}, "logistic": {"model": "logistic"}}
SIZES = {"raw": (1, 5, 9), "restore + norm + mnf": (1, 5, 9), "restore + bilateral 5 x 5 + norm + mnf": (1, 5)}
FIRST = "raw, svm"
CHOSEN = "chosen by inner scores"


def feature_cubes(scene: Scene, train: Sample, wanted: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the wanted feature cubes, fitted on training pixels, as `hsclass.fit` does."""
    known = np.zeros(scene.shape[:2], np.int64)
    known[tuple(train.places.T)] = train.targets + 1
    normalizer = Normalizer().fit(scene.cube[known > 0])
    cube = normalize_scene(normalizer, scene)
    origin = Origin(scene.wavelengths, normalizer.offset_, normalizer.scale_)
    yield "raw", cube
    if wanted == ["raw"]:
        return

    def step(cube: np.ndarray, name: str, **options: object) -> np.ndarray:
        return built({"features": name, **options}, "candidate").fit(cube, known, origin=origin).transform(cube)

    restored = step(cube, "restore")
    smooth = step(restored, "bilateral", radius=2, width=1.4)
    yield "restore + norm + mnf", step(step(restored, "spectrum"), "mnf")
    yield "restore + bilateral 5 x 5 + norm + mnf", step(step(smooth, "spectrum"), "mnf")


def candidate_maps(scene: Scene, train: Sample, wanted: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each candidate's class indices of the scene, of models trained on `train`."""
    none = Sample(np.empty((0, 2), np.int32), np.empty(0, np.int32))
    for features, cube in feature_cubes(scene, train, wanted):
        if features not in wanted:
            continue
        maps = {}
        for name, member in MEMBERS.items():
            asked = {"members": [member], "calibrate": "temperature", "calibration_folds": 3, "smooth": None}
            options = parse_options(Ensemble.Options, asked, "candidate")
            model = Ensemble(options, window=WINDOW, n_features=cube.shape[2], n_classes=len(scene.classes))
            model.fit(np.ascontiguousarray(cube), train, none, seed=0)
            maps[name] = model.predict_map(cube)
        maps["mean of the three"] = np.mean(list(maps.values()), axis=0)
        for name, found in maps.items():
            for size in SIZES[features]:
                mean = smoothed(found, scene.mask, how="mean", radius=size // 2) if size > 1 else found
                yield f"{features}, {name}" + f", mean of {size} x {size}" * (size > 1), mean.argmax(axis=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="indian_pines")
    parser.add_argument("--repetition", type=int, default=0)
    parser.add_argument("--features", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--csv", type=Path)
    given = parser.parse_args()
    scene = hsclass.open_scene(given.scene)
    labels, ids = scene.require_labels(), np.array([cover.id for cover in scene.classes])
    whole: dict[str, np.ndarray] = {}
    inner_right: dict[str, list[float]] = {}
    tested = np.zeros(labels.shape, bool)
    for fold in range(OUTER):
        seed = given.repetition * OUTER + fold
        split = hsclass.make_split(scene, "dbscan_area", window=WINDOW, seed=seed, folds=OUTER, validation=0.0)
        places = split.places(Role.TRAIN).astype(np.int32)
        train = Sample(places, np.searchsorted(ids, labels[tuple(places.T)]).astype(np.int32))
        right: dict[str, int] = {}
        total = 0
        for part, held in held_out_folds(train, labels.shape, window=WINDOW, folds=INNER, seed=0):
            total += len(held)
            for name, found in candidate_maps(scene, part, given.features):
                right[name] = right.get(name, 0) + int((found[tuple(held.places.T)] == held.targets).sum())
        best = max(right, key=lambda name: right[name])
        for name, count in right.items():
            inner_right.setdefault(name, []).append(count / total)
        inner_right.setdefault(CHOSEN, []).append(right[best] / total)
        test = split.roles == Role.TEST
        tested |= test
        for name, found in candidate_maps(scene, train, given.features):
            for row in (name, CHOSEN) if name == best else (name,):
                whole.setdefault(row, np.zeros(labels.shape, int))[test] = ids[found[test]]
        print(f"fold {fold + 1} of {OUTER}: {best}, inner score {right[best] / total:.3f}", flush=True)
    pooled = Split(
        np.where(tested, Role.TEST, Role.UNUSED).astype(np.uint8), WINDOW, "dbscan_area", given.repetition, {}, False
    )
    rows = []
    for name, found in whole.items():
        row = {"candidate": name, "inner_score": round(float(np.mean(inner_right[name])), 4)}
        row |= {"oa": round(float((found == labels)[tested].mean()), 4), "difference": "", "low": "", "high": ""}
        if (found != whole[FIRST]).any():
            pair = hsclass.compare({"a": found, "b": whole[FIRST]}, labels, pooled).pairs[0]
            row |= {key: round(getattr(pair, key), 4) for key in ("difference", "low", "high")}
        rows.append(row)
        print(row, flush=True)
    if given.csv:
        with given.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(sorted(rows, key=lambda row: -row["inner_score"]))


if __name__ == "__main__":
    main()
