"""The three-dimensional convolutional network of Lange et al. (2018)."""

from typing import Any

from pydantic import Field, PositiveInt

from hsclass.backend import load_keras
from hsclass.errors import UsageError
from hsclass.models.network import NetworkClassifier
from hsclass.models.recipes import NetworkOptions

_POOLS = (3, 3, 2)


class Cnn3dOptions(NetworkOptions):
    """Options of the three-dimensional convolutional network; the defaults are the published sizes."""

    filters: tuple[PositiveInt, PositiveInt, PositiveInt] = Field((48, 32, 32), description="of the three convolutions")
    dense: tuple[PositiveInt, ...] = Field((128, 128), description="units of the dense layers")


class Convolutional3D(NetworkClassifier):
    """3D-CNN on windows of the cube.

    Three convolutions of 3 × 3 pixels × 5 bands, unpadded in space, each followed by max-pooling along the bands
    (by 3, 3 and 2); the band axis is padded by 2 on each side before the second and third. Then two dense layers and
    a softmax. Needs windows of 7 pixels or more, because each convolution takes one pixel off each side.

    References
    ----------
    J. Lange, G. Cavallaro, M. Götz, E. Erlingsson, M. Riedel: The Influence of Sampling Methods on Pixel-Wise
    Hyperspectral Image Classification with 3D Convolutional Neural Networks. IGARSS 2018, 2087-2090.
    """

    Options = Cnn3dOptions

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where a convolution or pooling would be left without input."""
        if window < 7:
            raise UsageError(
                f"model cnn3d: window {window} does not fit, its three unpadded 3x3 convolutions need 7 pixels or more;"
                " set window to 7, 9 or larger"
            )
        bands = n_features - 4
        for pool in _POOLS[:-1]:
            bands = max(bands, 0) // pool
        if bands // _POOLS[-1] < 1:
            raise UsageError(
                f"model cnn3d: {n_features} bands do not fit, its convolutions and poolings along the bands need 22 or"
                " more; use more bands, or a model that takes few (ann, rf, svm)"
            )

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        layers, options = keras.layers, self.options
        stack = [keras.Input((self.side, self.side, self.n_features)), layers.Reshape((self.side, self.side, -1, 1))]
        for step, (filters, pool) in enumerate(zip(options.filters, _POOLS, strict=True)):
            if step:
                stack.append(layers.ZeroPadding3D(((0, 0), (0, 0), (2, 2))))
            stack += [layers.Conv3D(filters, (3, 3, 5), activation="relu"), layers.MaxPooling3D((1, 1, pool))]
        stack.append(layers.Flatten())
        for units in options.dense:
            stack += [layers.Dense(units, activation="relu"), layers.Dropout(options.dropout)]
        return keras.Sequential([*stack, layers.Dense(self.n_classes, activation="softmax")])
