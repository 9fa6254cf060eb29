"""A search on a scene: what it scores, what it never sees, and what it leaves."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.svm import SVC

import hsclass
from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.experiment import Experiment
from hsclass.fit_scope import PARTS, FitScope
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.tuning.result import Tuned
from hsclass.tuning.scoring import require_inside

SEARCH = {"trials": 4, "folds": 3}


def tune(scene: Scene, split: Split, model: str = "svm", **given: Any) -> Tuned:
    return hsclass.tune(scene, split, model, **{"search": SEARCH, **given})


def gist(tuned: Tuned) -> list[tuple[Any, ...]]:
    """All of the trials but the seconds."""
    return [(trial.outcome, trial.values, trial.scores) for trial in tuned.trials]


def far_beyond(scene: Scene, split: Split) -> Scene:
    """Change spectra and labels of every pixel that neither trains nor lies in a training window."""
    rng = np.random.default_rng(5)
    kept = np.zeros(split.roles.shape, bool)
    for row, col in split.places(Role.TRAIN):
        kept[max(row - 1, 0) : row + 2, max(col - 1, 0) : col + 2] = True
    cube, labels = scene.cube.copy(), scene.require_labels().copy()
    cube[~kept] = rng.normal(1e3, 1e3, cube[~kept].shape)
    other = split.roles != Role.TRAIN
    labels[other] = rng.choice(np.array([3, 5, 8, 9], labels.dtype), int(other.sum()))
    assert (~kept)[split.roles == Role.TEST].all()
    return replace(scene, cube=cube, labels=labels)


@pytest.mark.parametrize(
    ("model", "features", "options"),
    [
        ("svm", "raw", {}),
        ("rf", "dafe", {"trees": 10}),
        ("multiscale_svm", "raw", {"scales": (1, 3), "machines": 1, "samples": 40}),
        ("ensemble", "raw", {"members": "lda", "calibrate": None, "size": 3}),
        ("ann", "pca", {"epochs": 2, "hidden": (4,), "patience": None}),
    ],
)
def test_the_search_never_sees_a_test_pixel(
    fields: Scene, outer: Split, model: str, features: str, options: dict[str, Any]
) -> None:
    """Other spectra and other labels far beyond the training pixels give one and the same search, bit by bit."""
    few = {"trials": 1, "folds": 2} if model == "ann" else {"trials": 3, "folds": 3}
    search = {**few, "features": features != "raw", "validation": 0.1}
    clean, changed = (
        tune(scene, outer, model, features=features, search=search, **options)
        for scene in (fields, far_beyond(fields, outer))
    )
    assert gist(clean) == gist(changed)
    assert {len(trial.scores) for trial in clean.trials if trial.outcome == "complete"} == {few["folds"]}
    assert clean.options == changed.options
    assert clean.problem.digest == changed.problem.digest


def test_features_without_bound_see_spectra_but_no_label(fields: Scene, outer: Split) -> None:
    other = far_beyond(fields, outer)
    given = {"features": "sdap", "feature_options": {"components": 1, "area": (5.0, 20.0), "inertia": ()}}
    clean = tune(fields, outer, **given)
    assert gist(tune(replace(other, cube=fields.cube), outer, **given)) == gist(clean)
    assert gist(tune(replace(other, labels=fields.labels), outer, **given)) != gist(clean)
    assert clean.record().spectra == "everywhere"


def test_training_pixels_count(fields: Scene, outer: Split) -> None:
    cube = fields.cube.copy()
    cube[outer.roles == Role.TRAIN] += np.random.default_rng(1).normal(0, 2, (8,)).astype(np.float32)
    cube[:6] += 3
    assert gist(tune(replace(fields, cube=cube), outer)) != gist(tune(fields, outer))


def test_a_fit_that_has_seen_another_pixel_stops_the_search(fields: Scene, outer: Split) -> None:
    problem = tune(fields, outer).problem
    parts = dict.fromkeys(PARTS, problem.outer & False)
    parts["extractor"] = parts["extractor"].copy()
    parts["extractor"][50, :3] = True
    with pytest.raises(LeakageError, match=r"pixels that the split does not train \(extractor 3\)"):
        require_inside(FitScope(parts, 0), problem)


def test_guard_too_small_for_the_models_window_stops_the_search(fields: Scene, outer: Split) -> None:
    options = {"scales": (1, 3), "machines": 1, "samples": 40}
    with pytest.raises(LeakageError, match="looks 1 pixels far"):
        tune(fields, outer, "multiscale_svm", search={**SEARCH, "window": 1}, **options)
    assert tune(fields, outer, "svm", search={**SEARCH, "window": 1}).best.value is not None


@pytest.mark.parametrize("metric", ["oa", "aa", "kappa"])
def test_score_is_that_of_the_folds_test_pixels(fields: Scene, outer: Split, metric: str) -> None:
    """Worked out once more with scikit-learn alone, for the model's own options."""
    tuned = tune(fields, outer, search={"trials": 1, "folds": 3, "metric": metric})
    expected = []
    for fold in tuned.problem.folds:
        train, test = fold.roles == Role.TRAIN, fold.roles == Role.TEST
        test &= np.isin(fields.labels, np.unique(fields.require_labels()[train]))
        mean, spread = fields.cube[train].mean(axis=0), fields.cube[train].std(axis=0)
        machine = SVC(C=100.0, break_ties=True).fit((fields.cube[train] - mean) / spread, fields.labels[train])
        truth, found = fields.require_labels()[test], machine.predict((fields.cube[test] - mean) / spread)
        right = found == truth
        shares = [(float(np.mean(truth == label)), float(np.mean(found == label))) for label in (3, 5, 8, 9)]
        chance = sum(one * other for one, other in shares)
        figures = {
            "oa": right.mean(),
            "aa": np.mean([right[truth == label].mean() for label in np.unique(truth)]),
            "kappa": (right.mean() - chance) / (1 - chance),
        }
        expected.append(figures[metric])
    np.testing.assert_allclose(tuned.trials[0].scores, expected, atol=1e-6)
    assert tuned.best.value == pytest.approx(np.mean(expected), abs=1e-6)


def test_same_seed_is_the_same_search_whether_stopped_or_not(fields: Scene, outer: Split, tmp_path: Path) -> None:
    whole = tune(fields, outer, search={"trials": 6, "folds": 3})
    tune(fields, outer, search={"trials": 2, "folds": 3}, folder=tmp_path)
    again = tune(fields, outer, search={"trials": 6, "folds": 3}, folder=tmp_path)
    assert gist(again) == gist(whole)
    assert again.best == replace(whole.best, seconds=again.best.seconds)


def test_search_goes_on_only_where_nothing_that_matters_has_changed(
    fields: Scene, outer: Split, tmp_path: Path, reports: Any
) -> None:
    def begun(**given: Any) -> int:
        reports.updates.clear()
        tune(fields, outer, folder=tmp_path, **{"search": {"trials": 1, "folds": 3}, **given})
        return len(reports.notes)

    assert begun() == 1
    assert begun() == 0
    changes: list[dict[str, Any]] = [
        {"code": "other"}, {"seed": 1}, {"c": 5.0}, {"model": "lda"}, {"features": "dafe"},
        {"search": {"trials": 1, "folds": 2}}, {"search": {"trials": 1, "folds": 3, "metric": "aa"}},
        {"search": {"trials": 1, "folds": 3, "space": {"c": {"high": 50}}}},
    ]  # fmt: skip
    for change in changes:
        assert begun(**change) == 1, change
    assert begun(search={"trials": 1, "folds": 3, "workers": 4, "timeout": 1e6}) == 0


def test_space_is_cut_to_what_scene_and_folds_have_room_for(fields: Scene, outer: Split) -> None:
    tuned = tune(fields, outer, features="dafe", search={**SEARCH, "features": True})
    classes = tuned.problem.least_classes
    assert tuned.space["features.components"].high == classes - 1
    sizes = tune(fields, outer, "multiscale_svm", machines=1, samples=40, scales=(1, 3), search=SEARCH)
    assert sizes.space["side"].choices == (1, 3, 5)
    with pytest.raises(UsageError, match="'scales' holds 7, wider than the window of 3"):
        tune(fields, outer, "multiscale_svm")


def test_winner_is_an_entry_that_train_and_an_experiment_take(fields: Scene, outer: Split, tmp_path: Path) -> None:
    tuned = tune(fields, outer, features="pca", search={**SEARCH, "features": True}, feature_options={"whiten": True})
    tuned.write(tmp_path)
    model = yaml.safe_load((tmp_path / "best.yaml").read_text())
    features = yaml.safe_load((tmp_path / "features.yaml").read_text())
    config = {"experiment": "x", "scenes": ["indian_pines"], "splits": ["dbscan_area"], "models": [model]}
    experiment = Experiment({**config, "features": [features]})
    assert experiment.models["svm"].all_options == tuned.options
    assert experiment.features["pca"].all_options == tuned.feature_options
    assert features["whiten"] is True
    assert features["components"] == tuned.best.values["features.components"]
    trained = hsclass.fit(fields, outer, "svm", features="pca", feature_options=tuned.feature_options, **tuned.options)
    assert trained.card.options["c"] == tuned.best.values["c"] == model["c"]


def test_trials_and_summary_say_what_was_tried(fields: Scene, outer: Split, tmp_path: Path) -> None:
    tuned = tune(fields, outer, gamma="auto")
    tuned.write(tmp_path)
    with (tmp_path / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["trial", "outcome", "value", "fold_0", "fold_1", "fold_2", "c", "class_weight", "reason"]
    assert (rows[0]["c"], rows[0]["class_weight"]) == ("100.0", "null")
    for row in rows:
        scores = [float(row[f"fold_{fold}"]) for fold in range(3)]
        assert float(row["value"]) == pytest.approx(np.mean(scores), abs=1e-6)
    summary = json.loads((tmp_path / "study.json").read_text())
    assert summary["trials"] == {"finished": 4, "complete": 4, "pruned": 0, "unfit": 0}
    assert summary["given"] == {"gamma": "auto"}
    assert summary["best"]["value"] == pytest.approx(max(float(row["value"]) for row in rows), abs=1e-6)
    assert summary["best"]["spread"] == pytest.approx(np.std(summary["best"]["scores"], ddof=1))
    assert summary["start"]["trial"] == 0
    assert summary["spectra"] == "training windows"
    assert [fold["train"] for fold in summary["folds"]] == [
        int((fold.roles == Role.TRAIN).sum()) for fold in tuned.problem.folds
    ]
    assert summary["seconds"] > 0


def test_same_search_writes_the_same_winner_and_trials(fields: Scene, outer: Split, tmp_path: Path) -> None:
    for name in ("one", "two"):
        tune(fields, outer).write(tmp_path / name)
    for file in ("best.yaml", "features.yaml", "trials.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_search_without_a_single_score_says_why(fields: Scene, outer: Split) -> None:
    tuned = tune(fields, outer, "knn", search={**SEARCH, "space": {"neighbours": [5000, 6000]}}, weights="uniform")
    assert tuned.trials[0].outcome == "complete"
    refused = tune(fields, outer, "knn", neighbours=5000)
    with pytest.raises(DataError, match=r"none of 4 trials could be scored .* \(the first: model knn: option 'neigh"):
        refused.write("nowhere")


def test_unknown_option_of_the_search_is_named(fields: Scene, outer: Split) -> None:
    with pytest.raises(
        UsageError, match="search of svm: unknown option 'trial'; expected one of feature_space, features"
    ):
        tune(fields, outer, search={"trial": 3})
