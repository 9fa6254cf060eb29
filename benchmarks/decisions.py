"""What calibrating, averaging and smoothing probabilities changes on unseen fields; docs/ensembles.md shows the result.

    python benchmarks/decisions.py [--scene indian_pines] [--repetition 0] [--members lda svm logistic]
        [--calibrations none temperature isotonic] [--json FILE]

Five folds by field (`dbscan_area`, `folds: 5`, window 9) test every labelled pixel once. Each row is compared with the
first of the same members by `hsclass.compare`: the interval of the difference in OA is the widest of those over blocks,
fields and classes.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import hsclass
from hsclass.models.classifier import Sample
from hsclass.models.ensemble import COMPONENTS
from hsclass.models.smoothing import fit_guide, smoothed
from hsclass.scene import Scene
from hsclass.split import Role, Split

WINDOW, FOLDS = 9, 5
CALIBRATIONS = ("none", "temperature", "isotonic")
SMOOTHINGS = ((None, 0), ("mean", 5), ("mean", 9), ("log_mean", 5), ("log_mean", 9), ("bilateral", 9))


def smooth_all(mean: np.ndarray, mask: np.ndarray, guide: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    for how, size in SMOOTHINGS:
        if how is None:
            yield "plain", mean
        else:
            found = smoothed(mean, mask, how=how, radius=size // 2, guide=guide)
            yield f"{how} {size} x {size}", found


def fold_maps(
    scene: Scene, split: Split, members: list[str], calibrations: list[str]
) -> dict[tuple[str, str, str], np.ndarray]:
    """Return class indices of the scene by members, calibration and smoothing, of models trained on a split."""
    ids = np.array([cover.id for cover in scene.classes])
    found = {}
    for calibrate in calibrations:
        how = None if calibrate == "none" else calibrate
        maps = {}
        for member in members:
            model = hsclass.fit(scene, split, "ensemble", members=member, calibrate=how, smooth=None)
            cube = model.features(scene)
            maps[member] = model.classifier.predict_map(cube)
        learned = split.places(Role.TRAIN)
        targets = np.searchsorted(ids, scene.require_labels()[tuple(learned.T)])
        guide = fit_guide(cube, Sample(learned, targets), COMPONENTS)(cube)
        if len(members) > 1:
            maps[" + ".join(members)] = np.mean(list(maps.values()), axis=0)
        for name, mean in maps.items():
            for smooth, probabilities in smooth_all(mean, scene.mask, guide):
                found[name, calibrate, smooth] = ids[probabilities.argmax(axis=2)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="indian_pines")
    parser.add_argument("--repetition", type=int, default=0)
    parser.add_argument("--members", nargs="+", default=["lda", "svm", "logistic"])
    parser.add_argument("--calibrations", nargs="+", choices=CALIBRATIONS, default=list(CALIBRATIONS))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    scene = hsclass.open_scene(given.scene)
    labels = scene.require_labels()
    whole: dict[tuple[str, str, str], np.ndarray] = {}
    tested = np.zeros(labels.shape, bool)
    for fold in range(FOLDS):
        seed = given.repetition * FOLDS + fold
        split = hsclass.make_split(scene, "dbscan_area", window=WINDOW, seed=seed, folds=FOLDS, validation=0.0)
        test = split.roles == Role.TEST
        tested |= test
        for key, found in fold_maps(scene, split, given.members, given.calibrations).items():
            whole.setdefault(key, np.zeros(labels.shape, int))[test] = found[test]
        print(f"fold {fold + 1} of {FOLDS}", flush=True)
    roles = np.where(tested, Role.TEST, Role.UNUSED).astype(np.uint8)
    pooled = Split(roles, WINDOW, "dbscan_area", given.repetition, {}, False)
    rows = []
    for key, found in whole.items():
        first = whole[key[0], given.calibrations[0], "plain"]
        oa = float((found == labels)[tested].mean())
        row = dict(zip(("members", "calibration", "smoothing"), key, strict=True)) | {"oa": round(oa, 4)}
        if (found != first).any():
            pair = hsclass.compare({"a": found, "b": first}, labels, pooled).pairs[0]
            row |= {"difference": round(pair.difference, 4), "low": pair.low, "high": pair.high}
        rows.append(row)
        gain = f"{row['difference']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})" if "low" in row else ""
        print(f"| {' | '.join(key)} | {oa:.3f} | {gain} |", flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
