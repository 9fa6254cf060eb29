"""Choose among pipelines by inner scores alone and test the choice on unseen fields; docs/best.md shows the result.

    python benchmarks/decisions.py [--scene indian_pines] [--design folds] [--splits N] [--first SEED] [--csv FILE]

Designs: `folds`, five folds (`dbscan_area`, window 9: large fields are cut) that test every labelled pixel once, or
`regions`, ten replicate splits (a tenth for training, window 9). In each, three inner folds by field of the training
pixels, a window apart, score every candidate; the one with the most correct pixels is chosen, trained on all training
pixels, and tested. Candidates look no farther than the window allows, or are smoothed over segments of the whole scene;
the other rows are only measured. The held-out predictions of the inner folds calibrate the models of the outer one, as
`calibration_folds: 3` does; those of the other inner folds calibrate an inner model. Empirical Bayes is that of the R
package sits: the logit of a class is drawn towards the mean of the higher half of those in its window, the more so, the
smaller their variance is compared with a prior one. Differences in OA, and their intervals, are those of
`hsclass.compare`.
"""

import argparse
import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import hsclass
from hsclass.features.chain import built
from hsclass.features.extractor import Origin
from hsclass.models.calibration import ProbabilityCalibration, fit_calibration, held_out_folds
from hsclass.models.classifier import Sample
from hsclass.models.members import built as built_model
from hsclass.models.members import resolved
from hsclass.models.smoothing import fit_guide, segment_means, segments, window_means
from hsclass.normalize import Normalizer, normalize_scene
from hsclass.scene import Scene
from hsclass.split import Role, Split

WINDOW, INNER = 9, 3
MEMBERS = {"lda": {"model": "lda", "shrinkage": 0.003}, "svm": {"model": "svm"}, "logistic": {"model": "logistic"}}
THREE = "mean of the three"
CHAIN = [{"features": "restore"}, {"features": "spectrum"}, {"features": "mnf"}]
FEATURES = {
    "raw": [],
    "restore + norm + mnf": CHAIN,
    "restore + bilateral + norm + mnf": [CHAIN[0], {"features": "bilateral", "radius": 2, "width": 1.4}, *CHAIN[1:]],
}
CALIBRATIONS = ("temperature", "none", "isotonic")
MEANS = {"mean 5 x 5": 5, "mean 9 x 9": 9, "mean 15 x 15": 15, "mean 21 x 21": 21, "mean of logarithms 9 x 9": 9}
SEGMENTS = {"segments": 50, "segments of 20 or more": 20, "segments of 150 or more": 150}
BAYES = {f"empirical Bayes {side} x {side}, variance {one}": (side, one) for side, one in ((5, 20), (9, 20), (5, 1))}
UNTRAINED = "segments, training pixels left out"
SMOOTHINGS = ("none", *MEANS, *SEGMENTS, UNTRAINED, *BAYES)
Row = tuple[str, str, str, str]
FIRST: Row = ("raw", "svm", "none", "none")
CHOSEN, VOTE, BEST = ("chosen by inner scores", "", "", ""), ("vote of the best five", "", "", ""), 5
MEAN: Row = ("mean of the best five", "", "", "")
LEFT_OUT = ("chosen by inner scores, training pixels left out of segments", "", "", "")


def is_candidate(row: Row) -> bool:
    wide = ("mean 9 x 9",) if "bilateral" not in row[0] else ()
    return row[2] == "temperature" and row[3] in ("none", "mean 5 x 5", "segments", *wide)


def is_measured(row: Row) -> bool:
    compared = row[2] == "temperature" and (row[1] == THREE or is_candidate(row))
    return compared or row[3] in ("none", "segments")


def bayes_means(values: np.ndarray, mask: np.ndarray, side: int, variance: float) -> np.ndarray:
    """Return probabilities by empirical Bayes on logits, in windows of `side` pixels and with that prior variance."""
    clipped = np.clip(values, 1e-4, 1 - 1e-4)
    logits = np.log(clipped / (1 - clipped))
    found = np.empty(values.shape)
    for number in range(values.shape[2]):
        plane = np.where(mask, logits[..., number], np.nan)
        near = sliding_window_view(np.pad(plane, side // 2, constant_values=np.nan), (side, side))
        near = -np.sort(-near.reshape(*plane.shape, -1), axis=2)  # NaN last
        half = np.ceil(np.isfinite(near).sum(axis=2) / 2)
        near[np.arange(side**2) >= half[..., np.newaxis]] = np.nan
        mean, spread = np.nanmean(near, axis=2), np.nanvar(near, axis=2, ddof=1)
        own = spread / (spread + variance)
        smooth = np.where(mask, own * plane + (1 - own) * mean, logits[..., number])
        found[..., number] = 1 / (1 + np.exp(-smooth))
    return found


class Trained:
    """Class probabilities of the whole scene, by features and member, of models trained on some of its pixels."""

    def __init__(self, scene: Scene, train: Sample) -> None:
        known = np.zeros(scene.shape[:2], np.int64)
        known[tuple(train.places.T)] = train.targets + 1
        normalizer = Normalizer().fit(scene.cube[known > 0])
        cube = normalize_scene(normalizer, scene)
        origin = Origin(scene.wavelengths, normalizer.offset_, normalizer.scale_)
        self.mask, self.untrained, self.seen = scene.mask, scene.mask & (known == 0), np.unique(train.targets)
        self.maps: dict[tuple[str, str], np.ndarray] = {}
        self.segments: dict[tuple[str, str], np.ndarray] = {}
        none = Sample(np.empty((0, 2), np.int32), np.empty(0, np.int32))
        for features, steps in FEATURES.items():
            found = cube
            if steps:
                extractor = built({"features": "chain", "steps": steps}, "candidate")
                found = np.ascontiguousarray(extractor.fit(cube, known, origin=origin).transform(cube))
            guide = fit_guide(found, train)(found)
            for name, least in SEGMENTS.items():
                self.segments[features, name] = segments(guide, least)
            for name, spec in MEMBERS.items():
                sizes = {"window": WINDOW, "n_features": found.shape[2], "n_classes": len(scene.classes)}
                model = built_model(resolved(spec, "standard", 1), **sizes)
                model.fit(found, train, none, seed=0)
                self.maps[features, name] = model.predict_map(found)

    def at(self, held: Sample) -> dict[tuple[str, str], np.ndarray]:
        """Return the probabilities of some samples."""
        return {key: found[tuple(held.places.T)] for key, found in self.maps.items()}

    def smoothed(self, found: np.ndarray, features: str, smoothing: str) -> np.ndarray:
        """Return smoothed probabilities, or their logarithms."""
        if smoothing in SEGMENTS:
            return segment_means(found, self.segments[features, smoothing], self.mask)
        if smoothing == UNTRAINED:
            return segment_means(found, self.segments[features, "segments"], self.untrained)
        if smoothing in BAYES:
            smooth = np.zeros_like(found)
            smooth[..., self.seen] = bayes_means(found[..., self.seen], self.mask, *BAYES[smoothing])
            return smooth
        if smoothing == "none":
            return found
        if "logarithms" in smoothing:
            found = np.log(np.maximum(found, 1e-4))
        return window_means(found, self.mask, MEANS[smoothing] // 2)

    def decisions(self, held: "list[HeldOut]", wanted: Callable[[Row], bool]) -> Iterator[tuple[Row, np.ndarray]]:
        """Yield class indices of the scene, from `probabilities`."""
        for row, found in self.probabilities(held, wanted):
            yield row, found.argmax(axis=2).astype(np.uint8)

    def probabilities(self, held: "list[HeldOut]", wanted: Callable[[Row], bool]) -> Iterator[tuple[Row, np.ndarray]]:
        """Yield probabilities of the scene, of models calibrated on what others predicted of held-out pixels."""
        targets = np.concatenate([sample.targets for sample, _ in held])
        for features, calibration in product(FEATURES, CALIBRATIONS):
            rows = product([features], [*MEMBERS, THREE], [calibration], SMOOTHINGS)
            if not any(map(wanted, rows)):
                continue
            maps = {}
            for name in MEMBERS:
                found = self.maps[features, name]
                how = ProbabilityCalibration.none()
                if calibration != "none":
                    how = fit_calibration(calibration, np.concatenate([at[features, name] for _, at in held]), targets)
                maps[name] = np.zeros_like(found)
                maps[name][..., self.seen] = how(found)[..., self.seen]
                maps[name] /= maps[name].sum(axis=2, keepdims=True)
            maps[THREE] = np.mean(list(maps.values()), axis=0)
            for (name, found), smoothing in product(maps.items(), SMOOTHINGS):
                row = (features, name, calibration, smoothing)
                if wanted(row):
                    yield row, self.smoothed(found, features, smoothing)


HeldOut = tuple[Sample, dict[tuple[str, str], np.ndarray]]


def nested(scene: Scene, split: Split) -> tuple[dict[Row, float], dict[Row, np.ndarray]]:
    """Return the inner score of each row, and its class ids of the scene; those of the test pixels count."""
    labels, ids = scene.require_labels(), np.array([cover.id for cover in scene.classes])
    places = split.places(Role.TRAIN).astype(np.int32)
    train = Sample(places, np.searchsorted(ids, labels[tuple(places.T)]).astype(np.int32))
    inner = [
        (Trained(scene, part), held)
        for part, held in held_out_folds(train, labels.shape, window=WINDOW, folds=INNER, seed=0)
    ]
    predicted = [(held, trained.at(held)) for trained, held in inner]
    right: Counter[Row] = Counter()
    for number, (trained, held) in enumerate(inner):
        others = predicted[:number] + predicted[number + 1 :]
        for row, found in trained.decisions(others or predicted, is_candidate):
            right[row] += int((found[tuple(held.places.T)] == held.targets).sum())
    total = sum(len(held) for _, held in inner)
    scores = {row: count / total for row, count in right.items()}
    best = sorted(scores, key=lambda row: scores[row], reverse=True)[:BEST]
    trained = Trained(scene, train)
    found = dict(trained.decisions(predicted, is_measured))
    left_out = (*best[0][:3], UNTRAINED if best[0][3] in SEGMENTS else best[0][3])
    found[LEFT_OUT] = dict(trained.decisions(predicted, lambda row: row == left_out))[left_out]
    print(f"  {', '.join(best[0])}: inner score {scores[best[0]]:.3f}", flush=True)
    mean = sum(found_of for _, found_of in trained.probabilities(predicted, lambda row: row in best))
    votes = sum(np.eye(len(ids))[found[row]] for row in best) + 0.5 * np.eye(len(ids))[found[best[0]]]
    scores[CHOSEN] = scores[best[0]]
    found |= {CHOSEN: found[best[0]], VOTE: votes.argmax(axis=2), MEAN: mean.argmax(axis=2)}
    return scores, {row: ids[index].astype(np.uint16) for row, index in found.items()}


def outer_splits(scene: Scene, design: str, count: int | None, first: int) -> list[Split]:
    seeds = range(first, first + (count or {"regions": 10, "folds": 5}[design]))
    if design == "regions":
        return [hsclass.make_split(scene, "regions", window=WINDOW, seed=seed) for seed in seeds]
    return [
        hsclass.make_split(scene, "dbscan_area", window=WINDOW, seed=seed, folds=5, validation=0.0) for seed in seeds
    ]


def references(row: Row) -> dict[str, Row]:
    """Return what a row is compared with."""
    features, members, calibration, smoothing = row
    found = {"svm": FIRST}
    if smoothing not in ("none", ""):
        found["unsmoothed"] = (features, members, calibration, "none")
    if smoothing in BAYES:
        found["mean"] = (features, members, calibration, "mean 5 x 5")
    if calibration not in ("none", "") and is_measured(plain := (features, members, "none", smoothing)):
        found["uncalibrated"] = plain
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="indian_pines")
    parser.add_argument("--design", choices=("folds", "regions"), default="folds")
    parser.add_argument("--splits", type=int, help="only so many of the splits")
    parser.add_argument("--first", type=int, default=0, help="seed of the first split; others than 0 are other folds")
    parser.add_argument("--csv", type=Path)
    given = parser.parse_args()
    scene = hsclass.open_scene(given.scene)
    labels, splits = scene.require_labels(), outer_splits(scene, given.design, given.splits, given.first)
    scores, maps = [], []
    for number, split in enumerate(splits, 1):
        print(f"split {number} of {len(splits)}", flush=True)
        inner, found = nested(scene, split)
        scores.append(inner)
        maps.append(found)
    rows = []
    inner_scores = {row: float(np.mean([inner[row] for inner in scores])) for row in scores[0]}
    for row in sorted(maps[0], key=lambda row: -inner_scores.get(row, 0)):
        found = [of[row] for of in maps]
        line = dict(zip(("features", "members", "calibration", "smoothing"), row, strict=True))
        line["inner_score"] = f"{inner_scores[row]:.4f}" if row in inner_scores else ""
        line["oa"] = f"{hsclass.pool(found, labels, splits, scene.classes).oa:.4f}"
        for name, other in references(row).items():
            against = [of[other] for of in maps]
            if row != other:
                pair = hsclass.compare({"a": found, "b": against}, labels, splits).pairs[0]
                values = {"minus": pair.difference, "low": pair.low, "high": pair.high}
                line |= {f"{key}_{name}": "" if value is None else f"{value:.4f}" for key, value in values.items()}
        rows.append(line)
        print(line, flush=True)
    if given.csv:
        names = list(dict.fromkeys(name for line in rows for name in line))
        with given.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
