"""Batches of a training: which examples stand in which batch of which epoch follows from the seed alone."""

import math
from typing import Any

import keras
import numpy as np


class Batches(keras.utils.PyDataset):
    """Examples in batches, in an order that is drawn anew for each epoch from (seed, epoch).

    A training that is taken up again, and each worker of one that runs on several, therefore sees the batches that an
    unbroken one on a single worker sees. What does not fit in memory is read batch by batch where a subclass overrides
    `read`.

    Parameters
    ----------
    inputs : ndarray, shape (n, ...)
        What goes into the network, example by example: pixel coordinates, images, or names for a subclass's `read`.
    targets : ndarray of float32, shape (n, n_classes)
        One-hot classes, or several labels an example.
    batch_size : int
        Examples a batch; the last one of an epoch may hold fewer.
    seed : int, optional
        Of the order; without one the examples stay in theirs, as validation wants it.
    weights : ndarray of float32, shape (n,), optional
        How much each example counts in the loss.
    """

    def __init__(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        *,
        batch_size: int,
        seed: int | None = None,
        weights: np.ndarray | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.inputs, self.targets, self.weights = inputs, targets, weights
        self.batch_size = batch_size
        self.seed = seed
        self.start(0)

    def start(self, epoch: int) -> None:
        """Draw the order of an epoch, counted from 0."""
        count = len(self.inputs)
        self.order = (
            np.arange(count) if self.seed is None else np.random.default_rng([self.seed, epoch]).permutation(count)
        )

    def read(self, places: np.ndarray) -> Any:
        """Return the inputs of the examples at `places`."""
        return self.inputs[places]

    def __len__(self) -> int:
        """Batches an epoch."""
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Return inputs, targets and, where there are any, weights of a batch of the present epoch."""
        places = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        batch = self.read(places), self.targets[places]
        return batch if self.weights is None else (*batch, self.weights[places])
