"""Batches of a training: which examples stand in which batch of which epoch follows from the seed alone."""

import math
from typing import Any, Protocol

import keras
import numpy as np

from hsclass.learning.balance import balanced_order


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
    balanced : bool
        Every class comes up equally often (`balanced_order`); needs one-hot targets and a seed.
    mixup : float, optional
        Parameter of the beta distribution that shares are drawn from: a batch's inputs are then (inputs, partners,
        shares), for the layer `Mixup`, and its targets and weights are blended. 0 blends nothing, but has that form.
    """

    def __init__(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        *,
        batch_size: int,
        seed: int | None = None,
        weights: np.ndarray | None = None,
        balanced: bool = False,
        mixup: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.inputs, self.targets, self.weights = inputs, targets, weights
        self.batch_size = batch_size
        self.seed = seed
        self.balanced = balanced
        self.mixup = mixup
        self.start(0)

    def start(self, epoch: int) -> None:
        """Draw the order of an epoch, counted from 0, and who is blended with whom."""
        self.order = np.arange(len(self.inputs))
        rng = np.random.default_rng(None if self.seed is None else [self.seed, epoch])
        if self.balanced:
            self.order = balanced_order(self.targets.argmax(axis=1), rng)
        elif self.seed is not None:
            self.order = rng.permutation(self.order)
        if self.mixup:
            self.partners = rng.permutation(self.order)
            self.shares = rng.beta(self.mixup, self.mixup, len(self.order)).astype(np.float32)
        elif self.mixup is not None:
            self.partners, self.shares = self.order, np.ones(len(self.order), np.float32)

    @property
    def in_memory(self) -> bool:
        """Whether `inputs` are what goes into the network, and not what `read` reads."""
        return type(self).read is Batches.read

    @property
    def examples(self) -> tuple[np.ndarray, ...]:
        """Inputs, targets and, where there are any, weights of all examples."""
        return (self.inputs, self.targets) if self.weights is None else (self.inputs, self.targets, self.weights)

    @property
    def drawn(self) -> tuple[np.ndarray, ...]:
        """The order of the present epoch and, with mixup, partners and shares."""
        return (self.order,) if self.mixup is None else (self.order, self.partners, self.shares)

    def read(self, places: np.ndarray) -> Any:
        """Return the inputs of the examples at `places`."""
        return self.inputs[places]

    def __len__(self) -> int:
        """Batches an epoch."""
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Return inputs, targets and, where there are any, weights of a batch of the present epoch."""
        part = slice(index * self.batch_size, (index + 1) * self.batch_size)
        batch = self._examples(self.order[part])
        if self.mixup is None:
            return batch
        inputs, *figures = batch
        partners, *others = self._examples(self.partners[part])
        shares = self.shares[part]
        blended = [_blend(shares, ours, theirs) for ours, theirs in zip(figures, others, strict=True)]
        return ((inputs, partners, shares[:, np.newaxis]), *blended)

    def _examples(self, places: np.ndarray) -> tuple[Any, ...]:
        batch = self.read(places), self.targets[places]
        return batch if self.weights is None else (*batch, self.weights[places])


class ExampleSource(Protocol):
    """What a batch's inputs are taken from by their places, such as an `ImageSource`."""

    def take(self, places: np.ndarray) -> np.ndarray:
        """Return the examples at `places`, shape (n,): float32 of shape (n, ...)."""


class SourceBatches(Batches):
    """Batches whose inputs are read from a source when they are needed.

    Parameters
    ----------
    source : ExampleSource
        Where it has a method `start`, that is called with the number of each epoch before it begins.
    places : ndarray of int, shape (n,)
        Of the examples in the source.
    targets : ndarray of float32, shape (n, n_classes)
    **arguments
        Of `Batches`.
    """

    def __init__(self, source: ExampleSource, places: np.ndarray, targets: np.ndarray, **arguments: Any) -> None:
        self.source = source
        super().__init__(places, targets, **arguments)

    def start(self, epoch: int) -> None:
        """Draw the order of an epoch; a source that changes at random draws its changes, too."""
        super().start(epoch)
        if self.seed is not None and hasattr(self.source, "start"):
            self.source.start(epoch)

    def read(self, places: np.ndarray) -> np.ndarray:
        """Return the examples whose places in the source stand at `places`."""
        return self.source.take(self.inputs[places])


def _blend(shares: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    shares = shares.reshape(-1, *(1,) * (ours.ndim - 1))
    return shares * ours + (1 - shares) * theirs
