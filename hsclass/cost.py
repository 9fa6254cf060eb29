"""What models and features cost, known from their options before anything runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

READ = 10
"""Multiply-adds that a number which is read counts as."""

SORT = 300
"""Multiply-adds that a number which is sorted, to divide a node of a tree, counts as."""

SOLVER = 1000
"""Samples that a step of L-BFGS takes as long as, next to the products with the training samples."""


@dataclass(frozen=True)
class Task:
    """What one run of a model has to do.

    Attributes
    ----------
    train, validation : int
        Samples that the model learns from, and that steer it.
    predict : int
        Samples that are predicted: all pixels of a scene, the test images of an image set.
    side : int
        Side [pixels] of the windows of the experiment, or of the images.
    features : int
        Features of a pixel, or channels of an image.
    classes : int
    """

    train: int
    validation: int
    predict: int
    side: int
    features: int
    classes: int


@dataclass(frozen=True)
class Cost:
    """What a run of a model costs.

    Attributes
    ----------
    train, predict : float
        Multiply-adds of the whole training, of as many epochs as it may take, and of the whole prediction.
    parameters : float
    train_bytes, predict_bytes : float
        Memory next to that of the program and of the samples as they are read.
    prepared : bool
        Whether much of the training comes before its first epoch.
    """

    train: float
    predict: float
    parameters: float = 0.0
    train_bytes: float = 0.0
    predict_bytes: float = 0.0
    prepared: bool = False


class Layers:
    """Layers in a row: multiply-adds, numbers put out and weights of one sample, counted without building them.

    Parameters
    ----------
    shape : int
        Of a sample: its sides, and its channels last.
    """

    def __init__(self, *shape: int) -> None:
        self.shape: tuple[int, ...] = shape
        self.inputs = math.prod(shape)
        self.macs = self.values = self.parameters = self.widest = 0.0
        self.ends: list[float] = []

    def count(self, shape: Sequence[int], *, weights: float, uses: float) -> "Layers":
        """Count a layer that puts out `shape` and uses each of its `weights` so many times."""
        self.shape = tuple(shape)
        self.macs += weights * uses
        self.values += math.prod(shape)
        self.widest = max(self.widest, math.prod(shape))
        self.parameters += weights
        return self

    def convolve(
        self, filters: int, *kernel: int, padded: Sequence[bool] | bool = False, stride: int = 1, each: bool = False
    ) -> "Layers":
        """Count a convolution; `each` True: one filter for each channel (depthwise)."""
        *sides, channels = self.shape
        same = [padded] * len(sides) if isinstance(padded, bool) else padded
        out = [
            -(-side // stride) if keep else (side - width) // stride + 1
            for side, width, keep in zip(sides, kernel, same, strict=True)
        ]
        weights = math.prod(kernel) * (channels if each else channels * filters)
        return self.count((*out, channels if each else filters), weights=weights, uses=math.prod(out))

    def pool(self, *sizes: int, padded: bool = False) -> "Layers":
        """Count a pooling, which has no weights."""
        *sides, channels = self.shape
        out = [-(-side // size) if padded else side // size for side, size in zip(sides, sizes, strict=True)]
        return self.count((*out, channels), weights=0, uses=0)

    def dense(self, *units: int) -> "Layers":
        """Count dense layers on all values of a sample in a row."""
        for count in units:
            self.count((count,), weights=math.prod(self.shape) * count, uses=1)
        return self

    def end_block(self) -> "Layers":
        """Remember how many numbers the block that ends here puts out."""
        self.ends.append(math.prod(self.shape))
        return self


BACKWARD = 3
"""Passes forward that a training step costs: one forward, two back."""

PREDICTED = 64
"""Samples that a network predicts at a time."""

_WEIGHT = 5 * 4  # bytes of a weight, its gradient, two moments and the best one


def network_cost(
    layers: Layers, options: Any, task: Task, *, train: float | None = None, maps: float = 0.0, repeats: int = 1,
    prepared: bool = False,
) -> Cost:  # fmt: skip
    """Return what a network costs.

    Parameters
    ----------
    layers : Layers
    options : NetworkOptions
    task : Task
    train : float, optional
        Passes of a sample through the network in the whole training; as many epochs of steps by default.
    maps : float
        Bytes that are computed before the first epoch and kept.
    repeats : int
        Passes that a prediction averages.
    prepared : bool
        Whether much of the training comes before the first epoch.
    """
    if train is None:
        train = options.epochs * (BACKWARD * task.train + task.validation)
    sample = layers.macs + READ * layers.inputs
    return Cost(
        train=train * sample,
        predict=float(task.predict) * repeats * sample,
        parameters=layers.parameters,
        train_bytes=_WEIGHT * layers.parameters + 4 * options.batch_size * layers.values + maps,
        predict_bytes=4 * layers.parameters + 4 * PREDICTED * layers.widest,
        prepared=prepared,
    )
