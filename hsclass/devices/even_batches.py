"""Batches that divide evenly among the devices of JAX, which it asks for."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from hsclass.learning.batches import Batches


class EvenBatches(keras.utils.PyDataset):
    """The same batches, each filled up with examples that weigh nothing.

    Keras divides the loss of a batch by its examples, those that weigh nothing too, so the others weigh more to make up
    for it.

    Parameters
    ----------
    batches : Batches
        Those to fill up.
    devices : int
        What the number of examples in each is to be a multiple of.
    learning : bool
        True: the loss, and so the gradient, of each batch is that without the filling. False: so is the mean over all
        batches.
    """

    def __init__(self, batches: "Batches", devices: int, *, learning: bool) -> None:
        super().__init__()
        self.batches, self.devices, self.learning = batches, devices, learning

    def __len__(self) -> int:
        """Batches an epoch."""
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[Any, Any, np.ndarray]:
        """Return inputs, targets and weights of a batch of the present epoch."""
        inputs, targets, *given = self.batches[index]
        weights = given[0] if given else np.ones(len(targets), np.float32)
        empty = -len(targets) % self.devices

        def filled(values: Any) -> Any:
            return keras.tree.map_structure(
                lambda array: np.concatenate([array, array[:1].repeat(empty, axis=0)]), values
            )

        return (
            filled(inputs),
            filled(targets),
            np.append(weights, np.zeros(empty, np.float32)) * self._share(len(targets)),
        )

    def _share(self, size: int) -> np.float32:
        """How many times more examples there are with the filling, in a batch of that size or in all."""
        count, step = len(self.batches.order), self.batches.batch_size
        sizes = [size] if self.learning else [*[step] * (count // step), *([count % step] if count % step else [])]
        return np.float32(sum(-(-size // self.devices) * self.devices for size in sizes) / sum(sizes))
