"""What the blocks that do not learn make of images, computed once, so that an epoch costs the other blocks only."""

from typing import Any

import numpy as np

from hsclass.backbones import blocks
from hsclass.backend import predicted
from hsclass.progress import progress
from hsclass.samples.image_source import ImageSource
from hsclass.samples.symmetries import turned

MOST_BYTES = 4_000_000_000
"""Maps that would take more are not kept; the early blocks are then computed with every batch."""

_CHUNK = 64


class EarlyMaps:
    """Source of the later blocks' inputs: maps of each image under its symmetries, in half precision.

    Parameters
    ----------
    images : ImageSource
    early : keras.Model
        The blocks that do not learn.
    symmetries : int
        1, or 8 where images are to be turned at random.
    seed : int
        Of the turns.
    """

    def __init__(self, images: ImageSource, early: Any, *, symmetries: int, seed: int) -> None:
        self.images, self.early, self.symmetries = images, early, symmetries
        self.seed = seed
        self.turns = np.zeros(len(images), np.int64)
        self.rows = np.full(len(images), -1, np.int64)
        self.turned_until = 0

    def __len__(self) -> int:
        return len(self.images)

    def prepare(self, train: np.ndarray, validation: np.ndarray) -> None:
        """Compute the maps: of images to learn from under all symmetries, of the others as they are."""
        validation = np.setdiff1d(validation, train)
        shape = self.early.output_shape[1:]
        self.train_maps = np.empty((self.symmetries, len(train), *shape), np.float16)
        self.other_maps = np.empty((len(validation), *shape), np.float16)
        self.rows[train] = np.arange(len(train))
        self.rows[validation] = len(train) + np.arange(len(validation))
        self.turned_until = len(train)
        with progress("early blocks", len(train) + len(validation), unit="images") as bar:
            for start in range(0, len(train), _CHUNK):
                images = self.images.take(train[start : start + _CHUNK])
                for symmetry in range(self.symmetries):
                    maps = predicted(self.early, turned(images, symmetry))
                    self.train_maps[symmetry, start : start + len(images)] = maps
                bar.update(len(images))
            for start in range(0, len(validation), _CHUNK):
                images = self.images.take(validation[start : start + _CHUNK])
                self.other_maps[start : start + len(images)] = predicted(self.early, images)
                bar.update(len(images))

    def start(self, epoch: int) -> None:
        """Draw how each image is turned in an epoch, from the seed and the epoch alone."""
        self.turns = np.random.default_rng([self.seed, epoch, 1]).integers(0, self.symmetries, len(self))

    def take(self, places: np.ndarray) -> np.ndarray:
        """Return maps of the images at `places`, float32: training images turned at random."""
        rows = self.rows[places]
        maps = np.empty((len(places), *self.other_maps.shape[1:]), np.float32)
        learned = rows < self.turned_until
        maps[learned] = self.train_maps[self.turns[places[learned]], rows[learned]]
        maps[~learned] = self.other_maps[rows[~learned] - self.turned_until]
        return maps


def map_bytes(early: Any, count: int, symmetries: int) -> int:
    """Return the memory [bytes] that the maps of `count` images take, each under so many symmetries."""
    return 2 * count * symmetries * int(np.prod(early.output_shape[1:]))


def divide_network(network: Any, base: Any, frozen: int) -> tuple[Any, Any]:
    """Divide a network behind the blocks that do not learn.

    Parameters
    ----------
    network : keras.Sequential
        Image, backbone and head.
    base : keras.Model
        The backbone in it.
    frozen : int
        Blocks of it that do not learn.

    Returns
    -------
    early, late : keras.Model or None
        From images to maps, and from maps to probabilities; they share the network's weights. None and the network
        itself where nothing is frozen, or the network cannot be divided: it has something before the backbone, or is
        nested in another, as Keras' applications are.
    """
    import keras

    parts = blocks(base)
    nested = any(hasattr(layer, "layers") for layer in base.layers)
    if not frozen or nested or network.layers[0] is not base:
        return None, network
    border = base.output if frozen == len(parts) else parts[frozen - 1][-1].output
    early = keras.Model(base.input, border)
    late_input = keras.Input(border.shape[1:])
    late = [] if frozen == len(parts) else [keras.Model(border, base.output)]
    return early, keras.Sequential([late_input, *late, *network.layers[1:]])
