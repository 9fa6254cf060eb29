"""An experiment on images is checked before any job starts."""

from pathlib import Path

import pytest

from hsclass.errors import UsageError
from hsclass.experiment import Experiment


def config(**changes: object) -> dict[str, object]:
    return {"experiment": "toy", "images": ["digits"], "splits": ["random"], "models": ["softmax", "cnn"]} | changes


def test_models_of_features_run_on_each_and_models_of_pixels_once() -> None:
    features = [
        "efficientnet_lite0",
        {"features": "backbone", "name": "r50", "backbone": "ResNet50", "weights": "none"},
    ]
    experiment = Experiment(config(features=features, models=["logistic", "softmax"], seeds=[0, 1]))
    assert [(run.seed, run.features, run.model) for run in experiment.runs()] == [
        (seed, *rest)
        for seed in (0, 1)
        for rest in (("efficientnet_lite0", "logistic"), ("r50", "logistic"), ("raw", "softmax"))
    ]
    assert experiment.features["efficientnet_lite0"].given == {"backbone": "efficientnet_lite0"}
    assert next(experiment.runs()).folder == Path("results/digits/random-0/efficientnet_lite0/logistic")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"image": ["digits"]},
            "unknown option 'image'; expected one of experiment, features, final, fractions, images",
        ),
        ({"window": 9}, "option 'window' is for scenes, and this experiment has images; take it out"),
        ({"map_tiles": 4}, "option 'map_tiles' is for scenes"),
        ({"fractions": {"train": 0.7, "validation": 0.4}}, "must add up to less than 1"),
        (
            {"published": {"source": "x", "figures": [{"features": "pca", "model": "cnn", "oa": 0.9}]}},
            "names cnn on pca",
        ),
        ({"images": ["digit"]}, "unknown data set 'digit': expected one of bigearthnet, digits"),
        ({"images": [{"images": "digits", "layuot": "x"}]}, "images digits: unknown option 'layuot'"),
        (
            {"splits": ["dbscan_area"]},
            "sampler dbscan_area: splits pixels, not images; expected one of lists, matched_random, random",
        ),
        ({"models": ["cnn3d"]}, "model cnn3d: takes windows of a scene, and these samples are images"),
        (
            {"models": ["logistic"]},
            "model logistic: takes features, and features raw of images are none; take features of a backbone",
        ),
        ({"models": [{"model": "backbone", "backbone": "ResNet51"}]}, "unknown backbone 'ResNet51'"),
        ({"models": [{"model": "backbone", "size": 16}]}, "images of 16 x 16 pixels are too small"),
        (
            {"models": [{"model": "softmax", "tune": True}]},
            "model softmax: option 'tune' searches on spatial folds, which images do not have",
        ),
        ({"features": [{"features": "ResNet50", "weights": "no.h5"}]}, "there is no such file"),
        ({"features": [{"features": "ResNet50", "name": "raw"}]}, "'raw' names the samples themselves"),
        ({"training": {"strategy": "multi_worker"}}, "'strategy: multi_worker' needs 'workers', 2 or more"),
        ({"scenes": ["indian_pines"]}, "has 'scenes' and 'images'; give one of the two"),
    ],
)
def test_wrong_experiment_is_one_sentence(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        Experiment(config(**changes))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_published_figures_name_runs_or_methods_from_elsewhere() -> None:
    figures = [{"features": "raw", "model": "cnn", "oa": 0.9}, {"name": "somebody", "oa": 0.8}]
    published = Experiment(config(published={"source": "a book", "figures": figures})).plan.published
    assert published is not None
    assert [(figure.name, figure.model) for figure in published.figures] == [(None, "cnn"), ("somebody", None)]
    with pytest.raises(UsageError, match="needs 'features' and 'model' of this experiment, or a 'name'"):
        Experiment(config(published={"source": "a book", "figures": [{"model": "cnn", "oa": 0.9}]}))


def test_resolved_experiment_says_what_is_classified_and_where_each_run_is() -> None:
    resolved = Experiment(config(seeds=[3], models=["softmax"])).resolved()
    assert (resolved["samples"], "window" in resolved, "scenes" in resolved) == ("images", False, False)
    assert resolved["images"][0]["name"] == "digits"
    (run,) = resolved["runs"]
    assert (run["scene"], run["scene_folder"]) == ("digits", "results/digits")
    assert run["folder"] == "results/digits/random-3/raw/softmax"
