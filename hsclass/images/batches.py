"""Batches of images: read when they are needed, in the order that the seed and the epoch say."""

from typing import Any

import numpy as np

from hsclass.images.early_maps import EarlyMaps
from hsclass.images.inputs import Inputs
from hsclass.learning.batches import Batches


class InputBatches(Batches):
    """Batches whose inputs are taken from images or features by their places.

    Parameters
    ----------
    source : Inputs
        All images.
    places : ndarray of int, shape (n,)
        Those to take.
    targets : ndarray of float32, shape (images, classes)
        Of all images.
    **arguments
        Of `Batches`.
    """

    def __init__(self, source: Inputs, places: np.ndarray, targets: np.ndarray, **arguments: Any) -> None:
        super().__init__(places, targets[places], **arguments)
        self.source = source
        self.start(0)

    def start(self, epoch: int) -> None:
        """Draw the order of an epoch; maps that are turned at random draw their turns, too."""
        super().start(epoch)
        source = getattr(self, "source", None)
        if self.seed is not None and isinstance(source, EarlyMaps):
            source.start(epoch)

    def read(self, places: np.ndarray) -> np.ndarray:
        """Return the images whose places stand at `places`."""
        return self.source.take(self.inputs[places])
