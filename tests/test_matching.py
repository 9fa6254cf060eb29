"""Which models and features go with which samples, said in one sentence."""

import pytest

from hsclass.errors import UsageError
from hsclass.features import FEATURES, feature_names
from hsclass.matching import check_match
from hsclass.models import MODELS, model_names


@pytest.mark.parametrize(
    ("samples", "model", "features", "message"),
    [
        ("pixels", "cnn", "raw", "model cnn: takes whole images, and these samples are pixels"),
        ("pixels", "rf", "ResNet50", "features ResNet50: are features of whole images, and these samples are pixels"),
        ("images", "cnn3d", "raw", "model cnn3d: takes windows of a scene, and these samples are images"),
        ("images", "rf", "raw", "model rf: takes features, and features raw of images are none"),
        ("images", "rf", "pca", "model rf: takes features, and features pca of images are none"),
        ("images", "softmax", "backbone", "model softmax: takes images as they are, not their features"),
    ],
)
def test_what_does_not_match_is_refused(samples: str, model: str, features: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_match(samples, model, features)


def test_each_table_serves_pixels_and_images() -> None:
    for model in model_names("pixels"):
        check_match("pixels", model, "raw")
    for model in model_names("images"):
        check_match("images", model, "raw" if model in ("backbone", "cnn", "dense", "softmax") else "MobileNet")
    assert {*model_names("pixels"), *model_names("images")} == set(MODELS)
    assert {*feature_names("pixels"), *feature_names("images")} >= set(FEATURES)
