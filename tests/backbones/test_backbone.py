"""Networks by name, weights from files, and blocks."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.backbones import BACKBONES, backbone, blocks, check_backbone, weights_digest
from hsclass.backbones.efficientnet_lite import packaged_weights
from hsclass.errors import DataError, FetchError, UsageError


@pytest.fixture(scope="module")
def lite0() -> Any:
    return backbone("efficientnet_lite0", input_shape=(64, 64, 3))


@pytest.fixture(scope="module")
def mobilenet() -> Any:
    import keras

    keras.utils.set_random_seed(0)
    return backbone("MobileNetV2", weights="none", input_shape=(32, 32, 3))


def test_the_default_is_a_map_of_features_of_an_image(lite0: Any) -> None:
    images = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    found = lite0.predict(images, verbose=0)
    assert found.shape == (2, 2, 2, 1280)
    assert found.min() >= 0
    assert found.max() <= 6


def test_published_weights_are_the_same_by_name_and_by_file(lite0: Any) -> None:
    by_file = backbone("efficientnet_lite0", weights=packaged_weights("efficientnet_lite0"), input_shape=(32, 48, 3))
    assert by_file.input_shape == (None, 32, 48, 3)
    assert weights_digest(by_file) == weights_digest(lite0)
    random = backbone("efficientnet_lite0", weights="none", input_shape=(32, 32, 3))
    assert weights_digest(random) != weights_digest(lite0)


def test_random_weights_follow_keras_seed(mobilenet: Any) -> None:
    import keras

    keras.utils.set_random_seed(0)
    again = backbone("MobileNetV2", weights="none", input_shape=(32, 32, 3))
    assert weights_digest(again) == weights_digest(mobilenet)


def test_every_name_that_keras_is_said_to_carry_it_carries() -> None:
    import keras

    names = [target.removeprefix("keras.applications:") for target in BACKBONES.values() if target.startswith("keras")]
    assert sorted(set(BACKBONES) - set(names)) == ["efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"]
    assert [name for name in names if not callable(getattr(keras.applications, name, None))] == []


def test_what_an_application_expects_of_the_values_is_its_first_layers(mobilenet: Any) -> None:
    """MobileNetV2 takes -1 to 1; black, grey and white are its ends and its middle."""
    import keras

    inner = next(layer for layer in mobilenet.layers if hasattr(layer, "layers"))
    images = np.stack([np.full((32, 32, 3), value, np.float32) for value in (0, 127.5, 255)])
    expected = inner.predict(np.stack([np.full((32, 32, 3), value, np.float32) for value in (-1, 0, 1)]), verbose=0)
    np.testing.assert_allclose(mobilenet.predict(images, verbose=0), expected, atol=1e-5)
    assert keras.ops.shape(expected) == (3, 1, 1, 1280)


def test_a_file_of_keras_weights_is_read_back(mobilenet: Any, tmp_path: Path) -> None:
    inner = next(layer for layer in mobilenet.layers if hasattr(layer, "layers"))
    file = tmp_path / "net.weights.h5"
    inner.save_weights(file)
    again = backbone("MobileNetV2", weights=file, input_shape=(32, 32, 3))
    assert weights_digest(again) == weights_digest(mobilenet)


def test_weights_of_another_network_are_one_sentence(mobilenet: Any, tmp_path: Path) -> None:
    inner = next(layer for layer in mobilenet.layers if hasattr(layer, "layers"))
    file = tmp_path / "net.weights.h5"
    inner.save_weights(file)
    with pytest.raises(DataError, match=r"net\.weights\.h5: are not those of efficientnet_lite0 .*245 arrays"):
        backbone("efficientnet_lite0", weights=file, input_shape=(32, 32, 3))
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(DataError, match=r"text\.h5: are not those of MobileNetV2"):
        backbone("MobileNetV2", weights=tmp_path / "text.h5", input_shape=(32, 32, 3))
    with pytest.raises(DataError, match=r"\.pth: is not a file of weights that MobileNetV2 can read"):
        backbone("MobileNetV2", weights=packaged_weights("efficientnet_lite0"), input_shape=(32, 32, 3))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    expected = re.escape(f"weights {tmp_path / 'none.h5'}: there is no such file; expected imagenet, none or a file")
    with pytest.raises(DataError, match=expected):
        backbone("efficientnet_lite0", weights=tmp_path / "none.h5", input_shape=(32, 32, 3))


def test_offline_no_application_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSCLASS_OFFLINE", "1")
    with pytest.raises(FetchError, match=r"weights imagenet of ResNet50: are not to be had \(HSCLASS_OFFLINE is set"):
        backbone("ResNet50", input_shape=(32, 32, 3))


def test_a_missing_package_is_one_sentence() -> None:
    with pytest.raises(DataError, match=r"package efficientnet-lite9-pytorch-model .* is not installed; install it"):
        packaged_weights("efficientnet_lite9")


def test_unknown_names_and_small_images_are_refused_before_keras_is_asked() -> None:
    with pytest.raises(UsageError, match=r"unknown backbone 'resnet50': expected one of .*did you mean 'ResNet50'"):
        check_backbone("resnet50", 64)
    with pytest.raises(UsageError, match=r"backbone Xception: images of 64 x 64 pixels are too small, it needs 71"):
        check_backbone("Xception", 64)
    check_backbone("Xception", 71)


def names(part: list[Any]) -> set[str]:
    return {layer.name for layer in part}


def test_blocks_end_where_branches_join(lite0: Any) -> None:
    """Of its 16 blocks those of stride 2 or other width have no branch and belong to the one behind: 9, and the end."""
    found = blocks(lite0)
    assert len(found) == 10
    assert [layer for part in found for layer in part] == lite0.layers
    assert {"block_15_depthwise_conv", "conv_head", "bn1_relu"} <= names(found[-1])
    assert names(found[-2]) == {name for name in names(lite0.layers) if name.startswith("block_14_")}
    assert {"conv_stem", "block_0_depthwise_conv", "block_2_add"} <= names(found[0])


def test_blocks_of_a_network_without_branches_begin_at_its_kernels() -> None:
    found = blocks(backbone("VGG16", weights="none", input_shape=(32, 32, 3)))
    assert len(found) == 13
    assert names(found[-1]) == {"block5_conv3", "block5_pool"}


def test_blocks_of_an_application_are_those_of_its_layers(mobilenet: Any) -> None:
    found = blocks(mobilenet)
    inner = next(layer for layer in mobilenet.layers if hasattr(layer, "layers"))
    assert sum(len(layer.weights) for part in found for layer in part) == len(inner.weights) == len(mobilenet.weights)
    assert {"block_16_project", "Conv_1", "out_relu"} <= names(found[-1])
    assert {"block_15_add"} <= names(found[-2])
