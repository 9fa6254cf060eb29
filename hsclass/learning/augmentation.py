"""Layers that change the windows of training batches at random."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from hsclass.learning.recipes import NetworkOptions


class Augmentation(keras.layers.Layer):
    """Base class of the layers: computes in float32, has its own random generator, keeps the shape of its input.

    Parameters
    ----------
    seed : int
        Of the generator, whose state is a variable of the layer.
    """

    def __init__(self, seed: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, windows: Any, training: bool = False) -> Any:
        """Return `windows`, shape (batch, rows, cols, features), changed when `training`."""
        return self.change(windows) if training else windows

    def change(self, windows: Any) -> Any:
        """Return changed windows."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the input."""
        return input_shape


class RandomSymmetry(Augmentation):
    """Rotate and mirror each window at random: the eight symmetries of the square.

    Land cover has no preferred direction in an aerial view, so all eight are equally likely.
    """

    def change(self, windows: Any) -> Any:
        """Mirror the rows, the columns and the diagonal, each for about half of the windows."""
        for flip in (lambda x: ops.flip(x, 1), lambda x: ops.flip(x, 2), lambda x: ops.transpose(x, (0, 2, 1, 3))):
            chosen = keras.random.uniform((ops.shape(windows)[0], 1, 1, 1), seed=self.generator) < 0.5
            windows = ops.where(chosen, flip(windows), windows)
        return windows


class BandJitter(Augmentation):
    """Give each band of each window a random gain and offset, as illumination and calibration do.

    Parameters
    ----------
    spread : float
        Standard deviation of the gains about 1 and, in units of the normalised cube, of the offsets about 0.
    seed : int
    """

    def __init__(self, spread: float, seed: int, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        self.spread = spread

    def change(self, windows: Any) -> Any:
        """Return gain × value + offset; both have one value per window and band."""
        shape = (ops.shape(windows)[0], 1, 1, windows.shape[-1])
        gain = keras.random.normal(shape, mean=1.0, stddev=self.spread, seed=self.generator)
        offset = keras.random.normal(shape, stddev=self.spread, seed=self.generator)
        return windows * gain + offset


class Mixup(keras.layers.Layer):
    """Blend each window of a training batch with that of its partner.

    The shares and the blended targets come with the batch (`Batches`), so that they do not depend on the number of
    devices that share it. H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz: mixup: Beyond Empirical
    Risk Minimization. ICLR 2018, equation 1.
    """

    def call(self, parts: tuple[Any, Any, Any], training: bool = False) -> Any:
        """Return share × window + (1 - share) × partner if `training`, otherwise the window.

        `parts` are windows and partners, of one shape (batch, ...), and float32 shares, shape (batch, 1).
        """
        windows, partners, shares = parts
        if not training:
            return windows
        shares = ops.reshape(ops.cast(shares, windows.dtype), (-1,) + (1,) * (len(windows.shape) - 1))
        return shares * windows + (1 - shares) * partners

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the windows."""
        return input_shape[0]


def augmentation_layers(options: "NetworkOptions", seed: int, *, side: int) -> list[keras.layers.Layer]:
    """Return the layers for `options` and windows of `side` pixels, each with its own seed."""
    layers: list[keras.layers.Layer] = []
    if options.augment and side > 1:
        layers.append(RandomSymmetry(seed))
    if options.jitter:
        layers.append(BandJitter(options.jitter, _seed(seed, 1)))
    if options.noise:
        layers.append(keras.layers.GaussianNoise(options.noise, seed=_seed(seed, 2), dtype="float32"))
    return layers


def _seed(seed: int, layer: int) -> int:
    return int(np.random.SeedSequence([seed, layer]).generate_state(1)[0] >> 1)
