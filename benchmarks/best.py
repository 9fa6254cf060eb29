"""Choose among pipelines by cross-validation inside the development pixels; docs/best.md explains and shows the result.

    python benchmarks/best.py [--sampler dbscan_area] [--rounds 20] [--only TEXT …] [--test] [--json FILE]

For each candidate, in each round, about half of the regions of every class that has two or more among the training and
validation pixels are held out, the others train; held-out pixels whose windows share a pixel with a window in training
are dropped. The inner score is the recall of each class over all rounds, weighted by the class's share of the
development pixels. The test pixels are not used. With --test, every candidate is then trained on the training pixels of
the split and tested, with model seeds 0 and 1; choose before you look.
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import hsclass
from hsclass.features.chain import built
from hsclass.features.extractor import Origin
from hsclass.models import model_class
from hsclass.models.classifier import Sample
from hsclass.normalize import Normalizer, normalize_scene
from hsclass.options import parse_options
from hsclass.samplers.regions import find_regions
from hsclass.samples.neighbours import within
from hsclass.scene import Scene
from hsclass.split import Role, Split

WINDOW = 9
Spec = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """Features and a model; or, of a mean, those whose probabilities are averaged."""

    name: str
    features: Spec = field(default_factory=dict)
    model: Spec = field(default_factory=dict)
    members: tuple[str, ...] = ()


def chain(*steps: Spec) -> Spec:
    return {"features": "chain", "steps": steps}


RAW: Spec = {"features": "raw"}
RESTORE: Spec = {"features": "restore"}
SMOOTH: Spec = {"features": "bilateral"}
LDA: Spec = {"model": "lda", "shrinkage": 0.003}
CLEAN = chain(RESTORE, SMOOTH)
NORM: Spec = {"features": "spectrum"}
MNF = chain(RESTORE, SMOOTH, {"features": "mnf"})
DAFE = chain(RESTORE, SMOOTH, {"features": "dafe", "shrinkage": 0.003})


def norm_mnf(components: int = 20, scale: str = "norm", smooth: Spec | None = None) -> Spec:
    """Return the chain that the search led to, with one thing changed."""
    mnf = {"features": "mnf", "components": components}
    return chain(RESTORE, {**SMOOTH, **(smooth or {})}, {**NORM, "scale": scale}, mnf)


NORM_MNF = norm_mnf()

CANDIDATES = (
    *(
        Candidate(f"raw, {model}", RAW, {"model": model})
        for model in ("rf", "svm", "logistic", "gradient_boosting", "knn", "sam", "ann", "lda")
    ),
    Candidate("raw, lda 0.003", RAW, LDA),
    Candidate("bands without water, lda 0.003", {"features": "bands", "drop_water": True}, LDA),
    Candidate("spectrum norm, lda 0.003", {"features": "spectrum"}, LDA),
    Candidate("spectrum snv, svm", {"features": "spectrum", "scale": "snv"}, {"model": "svm"}),
    Candidate("pca, svm", {"features": "pca"}, {"model": "svm"}),
    Candidate("mnf, svm", {"features": "mnf"}, {"model": "svm"}),
    Candidate("dafe, svm", {"features": "dafe"}, {"model": "svm"}),
    Candidate("restore, svm", RESTORE, {"model": "svm"}),
    Candidate("restore, lda 0.003", RESTORE, LDA),
    Candidate("restore + mnf, svm", chain(RESTORE, {"features": "mnf"}), {"model": "svm"}),
    Candidate("restore + dafe, svm", chain(RESTORE, {"features": "dafe"}), {"model": "svm"}),
    Candidate("bilateral, lda 0.003", SMOOTH, LDA),
    *(
        Candidate(f"restore + bilateral, {model}", CLEAN, {"model": model})
        for model in ("rf", "svm", "logistic", "gradient_boosting", "knn", "ann", "lda")
    ),
    *(
        Candidate(f"restore + bilateral, lda {weight:g}", CLEAN, {"model": "lda", "shrinkage": weight})
        for weight in (0.0003, 0.001, 0.003, 0.01, 0.03)
    ),
    Candidate("restore + bilateral, lda 0.003 equal priors", CLEAN, {**LDA, "priors": "equal"}),
    *(
        Candidate(f"restore + bilateral {name}, lda 0.003", chain(RESTORE, {**SMOOTH, **options}), LDA)
        for name, options in (
            ("radius 2", {"radius": 2}),
            ("width 0.7", {"width": 0.7}),
            ("width 1.4", {"width": 1.4}),
            ("width 100", {"width": 100.0}),
            ("components 6", {"components": 6}),
        )
    ),
    Candidate("restore + bilateral + norm, lda 0.003", chain(RESTORE, SMOOTH, NORM), LDA),
    *(
        Candidate(
            f"restore + bilateral + {name}, lda 0.003", chain(RESTORE, SMOOTH, {"features": "spectrum", **to}), LDA
        )
        for name, to in (
            ("snv", {"scale": "snv"}),
            ("continuum", {"scale": "none", "continuum": True}),
            ("derivative", {"scale": "none", "derivative": 1}),
        )
    ),
    Candidate("restore + bilateral + mnf, svm", MNF, {"model": "svm"}),
    Candidate("restore + bilateral + mnf, svm C 1", MNF, {"model": "svm", "c": 1.0}),
    Candidate("restore + bilateral + mnf, rf", MNF, {"model": "rf"}),
    Candidate("restore + bilateral + mnf, lda 0.003", MNF, LDA),
    Candidate(
        "restore + bilateral + mnf 40, svm",
        chain(RESTORE, SMOOTH, {"features": "mnf", "components": 40}),
        {"model": "svm"},
    ),
    *(
        Candidate(f"restore + bilateral + norm + mnf, {name}", NORM_MNF, model)
        for name, model in (
            ("svm", {"model": "svm"}),
            ("svm C 10", {"model": "svm", "c": 10.0}),
            ("svm C 1", {"model": "svm", "c": 1.0}),
            ("svm balanced", {"model": "svm", "class_weight": "balanced"}),
            ("lda 0.003", LDA),
            ("knn", {"model": "knn"}),
            ("rf", {"model": "rf"}),
            ("logistic", {"model": "logistic"}),
        )
    ),
    *(
        Candidate(f"restore + bilateral + norm + mnf {count}, svm", norm_mnf(components=count), {"model": "svm"})
        for count in (10, 15, 30)
    ),
    Candidate("restore + bilateral + snv + mnf, svm", norm_mnf(scale="snv"), {"model": "svm"}),
    Candidate("bilateral + norm + mnf, svm", chain(SMOOTH, NORM, {"features": "mnf"}), {"model": "svm"}),
    Candidate("restore + norm + mnf, svm", chain(RESTORE, NORM, {"features": "mnf"}), {"model": "svm"}),
    Candidate("norm + mnf, svm", chain(NORM, {"features": "mnf"}), {"model": "svm"}),
    *(
        Candidate(f"restore + bilateral {name} + norm + mnf, svm", norm_mnf(smooth=options), {"model": "svm"})
        for name, options in (("width 0.7", {"width": 0.7}), ("width 1.4", {"width": 1.4}), ("radius 2", {"radius": 2}))
    ),
    Candidate("restore + bilateral + dafe, svm", DAFE, {"model": "svm"}),
    Candidate("restore + bilateral + dafe, svm C 1 gamma 0.004", DAFE, {"model": "svm", "c": 1.0, "gamma": 0.004}),
    Candidate("restore + bilateral + dafe, knn", DAFE, {"model": "knn"}),
    Candidate("restore + bilateral + dafe, logistic", DAFE, {"model": "logistic", "c": 0.01}),
    Candidate(
        "mean of lda 0.003 with and without norm",
        members=("restore + bilateral, lda 0.003", "restore + bilateral + norm, lda 0.003"),
    ),
    Candidate(
        "mean of norm, lda 0.003 and norm + mnf, svm",
        members=("restore + bilateral + norm, lda 0.003", "restore + bilateral + norm + mnf, svm"),
    ),
    Candidate(
        "mean of lda 0.003, mnf + svm",
        members=("restore + bilateral, lda 0.003", "restore + bilateral + mnf, svm"),
    ),
    Candidate(
        "mean of lda 0.003, dafe + knn, dafe + svm",
        members=(
            "restore + bilateral, lda 0.003",
            "restore + bilateral + dafe, knn",
            "restore + bilateral + dafe, svm C 1 gamma 0.004",
        ),
    ),
)


def rounds(scene: Scene, split: Split, count: int) -> Iterator[np.ndarray]:
    """Yield rasters of roles: whole regions of development pixels train or are held out, with the split's guard."""
    learning = np.isin(split.roles, (Role.TRAIN, Role.VALIDATION))
    labels = np.where(learning, scene.require_labels(), 0)
    regions = [find_regions(labels == one, eps=1.5, min_samples=5) for one in np.unique(labels[labels > 0])]
    rng = np.random.default_rng(0)
    for _ in range(count):
        held = np.zeros(labels.shape, bool)
        for parts in regions:
            half = len(parts) // 2 if len(parts) % 2 == 0 else len(parts) // 2 + int(rng.integers(2))
            for part in rng.permutation(len(parts))[: min(half, len(parts) - 1)]:
                held[tuple(parts[part].T)] = True
        train = learning & ~held
        tested = held & ~within(train, split.window - 1)
        yield np.where(train, Role.TRAIN, np.where(tested, Role.TEST, Role.UNUSED)).astype(np.uint8)


def extracted(scene: Scene, train: np.ndarray, features: Spec) -> np.ndarray:
    """Return what `hsclass.fit` gives a model: the features of the normalised cube, fitted on the training pixels."""
    normalizer = Normalizer().fit(scene.cube[train])
    cube = normalize_scene(normalizer, scene)
    origin = Origin(scene.wavelengths, normalizer.offset_, normalizer.scale_)
    known = np.where(train, scene.require_labels(), 0)
    return np.ascontiguousarray(built(features, "candidate").fit(cube, known, origin=origin).transform(cube))


def probabilities(cube: np.ndarray, labels: np.ndarray, roles: np.ndarray, model: Spec, ids: np.ndarray) -> np.ndarray:
    """Train a model and return its probabilities at the held-out pixels."""
    options = {key: value for key, value in model.items() if key != "model"}
    family = model_class(model["model"])
    classifier = family(
        parse_options(family.Options, options, "candidate"),
        window=WINDOW,
        n_features=cube.shape[2],
        n_classes=len(ids),
    )
    at = {role: np.argwhere(roles == role).astype(np.int32) for role in (Role.TRAIN, Role.TEST)}
    train = Sample(at[Role.TRAIN], np.searchsorted(ids, labels[tuple(at[Role.TRAIN].T)]).astype(np.int32))
    none = Sample(np.empty((0, 2), np.int32), np.empty(0, np.int32))
    classifier.fit(cube, train, none, seed=0)
    return classifier.predict_proba(cube, at[Role.TEST])


def inner_scores(scene: Scene, split: Split, candidates: list[Candidate], count: int) -> dict[str, dict[str, Any]]:
    """Return each candidate's score, the mean of its classes' recalls, and these recalls by class id."""
    labels, ids = scene.require_labels(), np.array([cover.id for cover in scene.classes])
    right = {candidate.name: np.zeros(len(ids)) for candidate in candidates}
    total = np.zeros(len(ids))
    for number, roles in enumerate(rounds(scene, split, count), 1):
        truth = np.searchsorted(ids, labels[roles == Role.TEST])
        np.add.at(total, truth, 1)
        cubes: dict[str, np.ndarray] = {}
        found: dict[str, np.ndarray] = {}
        for candidate in candidates:
            if candidate.members:
                mean = np.mean([found[member] for member in candidate.members], axis=0)
            else:
                key = json.dumps(candidate.features)
                if key not in cubes:
                    cubes[key] = extracted(scene, roles == Role.TRAIN, candidate.features)
                mean = probabilities(cubes[key], labels, roles, candidate.model, ids)
            found[candidate.name] = mean
            np.add.at(right[candidate.name], truth[mean.argmax(axis=1) == truth], 1)
        print(f"round {number} of {count}", flush=True)
    learning = np.isin(split.roles, (Role.TRAIN, Role.VALIDATION))
    weights = np.array([(labels[learning] == one).sum() for one in ids]) * (total > 0)
    scored = total > 0
    return {
        name: {
            "score": float((weights[scored] * hits[scored] / total[scored]).sum() / weights.sum()),
            "mean": float((hits[scored] / total[scored]).mean()),
            "recalls": {int(one): float(h / t) for one, h, t in zip(ids, hits, total, strict=True) if t},
        }
        for name, hits in right.items()
    }


def test(scene: Scene, split: Split, candidates: list[Candidate], seed: int) -> dict[str, dict[str, float]]:
    """Return each candidate's accuracy on the test pixels, with its interval."""
    names = {candidate.name: candidate for candidate in CANDIDATES}
    maps: dict[str, np.ndarray] = {}
    results = {}
    for candidate in candidates:
        for name in candidate.members or (candidate.name,):
            if name not in maps:
                features, model = names[name].features, names[name].model
                trained = hsclass.fit(
                    scene,
                    split,
                    model["model"],
                    features=features["features"],
                    feature_options={key: value for key, value in features.items() if key != "features"},
                    seed=seed,
                    **{key: value for key, value in model.items() if key != "model"},
                )
                maps[name] = trained.classifier.predict_map(trained.features(scene))
        mean = np.mean([maps[name] for name in candidate.members or (candidate.name,)], axis=0)
        ids = np.array([cover.id for cover in scene.classes])
        measured = hsclass.evaluate(ids[mean.argmax(axis=2)], scene.require_labels(), split, scene.classes).as_dict()
        results[candidate.name] = {key: measured[key] for key in ("oa", "oa_low", "oa_high", "aa", "kappa")}
        print(f"tested, seed {seed}: {candidate.name}", flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="indian_pines")
    parser.add_argument("--sampler", default="dbscan_area")
    parser.add_argument("--rounds", type=int, default=20, help="0: no inner scores")
    parser.add_argument("--only", nargs="+", default=[""], help="candidates with any of these in their names")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    scene = hsclass.open_scene(given.scene)
    split = hsclass.make_split(scene, given.sampler, window=WINDOW, seed=0)
    wanted = [one for one in CANDIDATES if any(text in one.name for text in given.only)]
    for one in [one for one in CANDIDATES if any(one.name in other.members for other in wanted)]:
        wanted = wanted if one in wanted else [one, *wanted]
    inner = inner_scores(scene, split, wanted, given.rounds) if given.rounds else {}
    tested = []
    if given.test:
        splits = [hsclass.make_split(scene, given.sampler, window=WINDOW, seed=seed) for seed in (0, 1)]
        tested = [test(scene, split, wanted, seed) for seed, split in enumerate(splits)]
    for name in sorted((one.name for one in wanted), key=lambda name: -inner[name]["score"] if inner else 0):
        cells = [name, f"{inner[name]['score']:.3f}", f"{inner[name]['mean']:.3f}"] if inner else [name]
        cells += [
            f"{seed[name]['oa']:.3f} ({seed[name]['oa_low']:.2f} to {seed[name]['oa_high']:.2f})" for seed in tested
        ]
        print("| " + " | ".join(cells) + " |")
    if given.json:
        given.json.write_text(json.dumps({"inner": inner, "test": tested}, indent=1))


if __name__ == "__main__":
    main()
