"""The published weights in the rebuilt network know what is on photographs that were not made for them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hsclass.backbones.efficientnet_lite import SCALES, efficientnet_lite, packaged_weights, set_torch_weights
from hsclass.backbones.torch_file import read_torch_file
from hsclass.errors import DataError

# Indices of ImageNet's classes that name what is on the photograph.
PHOTOGRAPHS = {
    "chelsea.png": (281, 282, 285),  # tabby, tiger cat, Egyptian cat
    "coffee.png": (967,),  # espresso
    "rocket.jpg": (657,),  # missile
    "camera.png": (872,),  # tripod
    "motorcycle_left.png": (665, 670),  # moped, motor scooter
}


@pytest.fixture(scope="module")
def tensors() -> dict[str, np.ndarray]:
    return read_torch_file(packaged_weights("efficientnet_lite0"))


@pytest.fixture(scope="module")
def network(tensors: dict[str, np.ndarray]) -> Any:
    return with_weights("efficientnet_lite0", tensors)


def with_weights(name: str, tensors: dict[str, np.ndarray]) -> Any:
    built = efficientnet_lite(name, (224, 224, 3), top=True)
    set_torch_weights(built, tensors, "the package")
    return built


def photograph(name: str) -> np.ndarray:
    """The middle of a photograph, seven eighths of its shorter side, in 224 x 224 pixels."""
    skimage = pytest.importorskip("skimage")
    image = Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB")
    side = min(image.size) * 7 // 8
    left, top = ((length - side) // 2 for length in image.size)
    return np.asarray(
        image.crop((left, top, left + side, top + side)).resize((224, 224), Image.Resampling.BICUBIC), np.float32
    )


@pytest.mark.parametrize("name", SCALES)
def test_photographs_get_their_classes_among_the_first_five(name: str) -> None:
    network = with_weights(name, read_torch_file(packaged_weights(name)))
    found = network.predict(np.stack([photograph(name) for name in PHOTOGRAPHS]), verbose=0)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    for classes, probabilities in zip(PHOTOGRAPHS.values(), found, strict=True):
        assert set(classes) & set(np.argsort(probabilities)[::-1][:5].tolist())
        assert probabilities[list(classes)].sum() > 0.1


def test_every_tensor_is_used_once(network: Any, tensors: dict[str, np.ndarray]) -> None:
    """Values tell the tensors apart: each that is no counter stands, turned, in exactly one weight of the network."""
    learned = {name: array for name, array in tensors.items() if array.dtype == np.float32}
    assert len(tensors) == 296
    assert len(tensors) - len(learned) == 49
    assert all(name.endswith(".num_batches_tracked") for name in set(tensors) - set(learned))
    asked = sorted((array.size, float(np.sort(array, axis=None).sum(dtype=float))) for array in learned.values())
    held = sorted(
        (weight.shape.num_elements(), float(np.sort(weight.numpy(), axis=None).sum(dtype=float)))
        for weight in network.weights
    )
    assert held == asked


def test_a_convolution_agrees_with_sums_by_hand(network: Any, tensors: dict[str, np.ndarray]) -> None:
    """The stem at an output pixel: stride 2, so that 224 pixels get one column of zeros, on the right."""
    import keras

    image = np.random.default_rng(0).uniform(-1, 1, (224, 224, 3)).astype(np.float32)
    found = keras.ops.convert_to_numpy(network.get_layer("conv_stem")(image[np.newaxis]))[0]
    kernel = tensors["_conv_stem.weight"]
    inside = np.einsum("oirc,rci->o", kernel, image[20:23, 40:43])
    np.testing.assert_allclose(found[10, 20], inside, rtol=1e-4, atol=1e-5)
    corner = np.einsum("oirc,rci->o", kernel[:, :, :2, :2], image[222:, 222:])
    np.testing.assert_allclose(found[111, 111], corner, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"_bn1.bias": None}, r"tensor '_bn1\.bias' is missing"),
        ({"_bn1.bias": np.zeros(3)}, r"tensor '_bn1\.bias' has shape \(3,\)"),
        ({"_bn1.bias": np.full(1280, np.nan)}, r"tensor '_bn1\.bias' has shape \(1280,\) or is not finite"),
        ({"_blocks.16._bn0.bias": np.zeros(3)}, r"holds 1 tensors more than the 245 .*'_blocks\.16\._bn0\.bias'"),
    ],
)
def test_tensors_of_another_network_are_refused_and_nothing_is_set(
    tensors: dict[str, np.ndarray], change: dict[str, np.ndarray | None], reason: str
) -> None:
    given = {name: array for name, array in {**tensors, **change}.items() if array is not None}
    built = efficientnet_lite("efficientnet_lite0", (32, 32, 3))
    before = [weight.numpy().copy() for weight in built.weights]
    with pytest.raises(DataError, match=f"^net.pth: {reason}"):
        set_torch_weights(built, given, "net.pth")
    for weight, array in zip(built.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), array)
