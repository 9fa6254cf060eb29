"""An experiment on images is checked before any job starts."""

import pytest

from hsclass.errors import UsageError
from hsclass.experiment import open_experiment
from hsclass.images.experiment import ImageExperiment


def config(**changes: object) -> dict[str, object]:
    return {"experiment": "toy", "images": ["digits"], "splits": ["random"], "models": ["softmax", "cnn"]} | changes


def test_models_of_features_run_on_each_and_models_of_pixels_once() -> None:
    features = [
        "efficientnet_lite0",
        {"features": "backbone", "name": "r50", "backbone": "ResNet50", "weights": "none"},
    ]
    experiment = ImageExperiment(config(features=features, models=["logistic", "softmax"], seeds=[0, 1]))
    assert [(run.seed, run.features, run.model) for run in experiment.runs()] == [
        (seed, *rest)
        for seed in (0, 1)
        for rest in (("efficientnet_lite0", "logistic"), ("r50", "logistic"), ("pixels", "softmax"))
    ]
    assert experiment.given_options("features", "efficientnet_lite0") == {"backbone": "efficientnet_lite0"}
    assert next(experiment.runs()).folder == "results/digits/random-0/efficientnet_lite0/logistic"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"image": ["digits"]}, "unknown option 'image'; expected one of experiment, features, images"),
        ({"window": 9}, "unknown option 'window'"),
        ({"images": ["digit"]}, "unknown set of images 'digit': expected one of bigearthnet, digits"),
        ({"images": [{"images": "digits", "layuot": "x"}]}, "images digits: unknown option 'layuot'"),
        ({"splits": ["dbscan_area"]}, "unknown sampler of images 'dbscan_area': expected one of published, random"),
        ({"models": ["cnn3d"]}, "unknown model of images 'cnn3d'"),
        ({"models": ["logistic"]}, "model logistic: takes features of a frozen network; add a list 'features'"),
        ({"models": [{"model": "fine_tune", "backbone": "ResNet51"}]}, "unknown backbone 'ResNet51'"),
        ({"models": [{"model": "fine_tune", "size": 16}]}, "images of 16 x 16 pixels are too small"),
        ({"models": [{"model": "softmax", "tune": True}]}, "option 'tune' is for scenes"),
        ({"features": [{"features": "ResNet50", "weights": "no.h5"}]}, "there is no such file"),
        ({"features": [{"features": "ResNet50", "name": "pixels"}]}, "is the name of no features at all"),
        ({"training": {"strategy": "multi_worker", "workers": 2}}, "'strategy: multi_worker' is for scenes"),
        ({"scenes": ["indian_pines"]}, "has 'scenes' and 'images'; give one of the two"),
    ],
)
def test_wrong_experiment_is_one_sentence(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_experiment(config(**changes))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
