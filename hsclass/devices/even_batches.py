"""Batches that divide evenly among devices, as JAX requires."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from hsclass.learning.batches import Batches


class EvenBatches(keras.utils.PyDataset):
    """The same batches, each padded with examples of weight 0.

    Keras divides the loss of a batch by the number of its examples, including those of weight 0; the weights of the
    others are increased to compensate.

    Parameters
    ----------
    batches : Batches
        The batches to pad.
    devices : int
        The number of examples in each becomes a multiple of it.
    learning : bool
        True: the loss of each batch, and so its gradient, equals that without padding. False: the mean over all batches
        does.
    """

    def __init__(self, batches: "Batches", devices: int, *, learning: bool) -> None:
        super().__init__()
        self.batches, self.devices, self.learning = batches, devices, learning

    def __len__(self) -> int:
        """Batches per epoch."""
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
        """Return the ratio of examples with and without padding, in a batch of that size or in all."""
        count, step = len(self.batches.order), self.batches.batch_size
        sizes = [size] if self.learning else [*[step] * (count // step), *([count % step] if count % step else [])]
        return np.float32(sum(-(-size // self.devices) * self.devices for size in sizes) / sum(sizes))
