"""The three-dimensional convolutional network of Lange et al. (2018)."""

import math
from typing import Any

from pydantic import Field, PositiveInt, field_validator

from hsclass.backend import load_keras
from hsclass.errors import UsageError
from hsclass.models.network import TRAINING_SPACE, NetworkClassifier
from hsclass.models.recipes import NetworkOptions
from hsclass.space import Choice, search_space

_POOLS = (3, 3, 2)


class Cnn3dOptions(NetworkOptions):
    """Options of the three-dimensional convolutional network; the defaults are the published sizes."""

    filters: tuple[PositiveInt, ...] = Field(
        (48, 32, 32), min_length=1, max_length=3, description="of each convolution, one to three"
    )
    kernel: PositiveInt = Field(5, description="bands that a convolution spans, odd")
    dense: tuple[PositiveInt, ...] = Field((128, 128), description="units of the dense layers")
    window: PositiveInt | None = Field(
        None,
        description="side [pixels] of the windows that the network takes, odd, up to the split's; null: the split's",
    )

    @field_validator("kernel", "window")
    @classmethod
    def _odd(cls, value: int | None) -> int | None:
        if value is not None and value % 2 == 0:
            raise ValueError("it must be odd, so that there is a centre")
        return value


class Convolutional3D(NetworkClassifier):
    """3D-CNN on windows of the cube.

    Three convolutions of 3 × 3 pixels × 5 bands, unpadded in space, each followed by max-pooling along the bands
    (by 3, 3 and 2); the band axis is padded by 2 on each side before the second and third. Then two dense layers and
    a softmax. Needs windows of 7 pixels or more, because each convolution takes one pixel off each side. That is the
    published network; the options make it shallower, or let it span other numbers of bands.

    References
    ----------
    J. Lange, G. Cavallaro, M. Götz, E. Erlingsson, M. Riedel: The Influence of Sampling Methods on Pixel-Wise
    Hyperspectral Image Classification with 3D Convolutional Neural Networks. IGARSS 2018, 2087-2090.
    """

    Options = Cnn3dOptions
    space = search_space(
        filters=Choice(choices=((16, 16), (32, 32), (16, 16, 16), (32, 32, 32), (48, 32, 32), (64, 48, 48))),
        kernel=Choice(choices=(3, 5, 7, 9)),
        dense=Choice(choices=((64,), (128,), (64, 64), (128, 128))),
        window=Choice(choices=(None, 7, 9)),
        augment=Choice(choices=(True, False)),
        **TRAINING_SPACE,
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where a layer would be left without input, or the window is wider than the split's."""
        side, count = options.window or window, len(options.filters)
        if side > window:
            raise UsageError(
                f"model cnn3d: option 'window' is {side}, wider than the {window} pixels that the split keeps apart;"
                f" set it to {window} or less, or make the split with window {side}"
            )
        if side < 2 * count + 1:
            raise UsageError(
                f"model cnn3d: window {side} does not fit, its {count} unpadded 3x3 convolutions need {2 * count + 1}"
                f" pixels or more; set window to {2 * count + 1} or larger, or give fewer 'filters'"
            )
        least = options.kernel - 1 + math.prod(_POOLS[:count])
        if n_features < least:
            raise UsageError(
                f"model cnn3d: {n_features} bands do not fit, its convolutions and poolings along the bands need"
                f" {least} or more; use more bands, or a model that takes few (ann, rf, svm)"
            )

    @property
    def side(self) -> int:
        """Side [pixels] of the windows that the network takes."""
        return self.options.window or self.window

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        layers, options = keras.layers, self.options
        stack = [keras.Input((self.side, self.side, self.n_features)), layers.Reshape((self.side, self.side, -1, 1))]
        half = options.kernel // 2
        for step, (filters, pool) in enumerate(zip(options.filters, _POOLS, strict=False)):
            if step:
                stack.append(layers.ZeroPadding3D(((0, 0), (0, 0), (half, half))))
            convolution = layers.Conv3D(filters, (3, 3, options.kernel), activation="relu")
            stack += [convolution, layers.MaxPooling3D((1, 1, pool))]
        stack.append(layers.Flatten())
        for units in options.dense:
            stack += [layers.Dense(units, activation="relu"), layers.Dropout(options.dropout)]
        return keras.Sequential([*stack, layers.Dense(self.n_classes, activation="softmax")])
