"""The blocks of a network: the last ones can be trained while the others stay frozen."""

import hashlib
from typing import Any

import numpy as np

from hsclass.backend import load_keras

_JOINS = ("Add", "Concatenate")
_NORMALISATIONS = ("BatchNormalization", "LayerNormalization", "GroupNormalization")


def blocks(network: Any) -> list[list[Any]]:
    """Return the layers of a network that `backbone` built, block by block, in the order of the signal.

    A block ends where branches join and no other connection passes it, so that later layers depend on earlier ones
    through it alone. A strided part without a branch belongs to the next block, and the layers after the last join are
    one more block. In a network without branches, each layer with a kernel starts a block.

    Parameters
    ----------
    network : keras.Model

    Returns
    -------
    list of list of keras.layers.Layer
        At least one block.
    """
    inner = next((layer for layer in network.layers if hasattr(layer, "layers")), network)
    operations = list(inner.operations)
    joints = [place for place in _bottlenecks(operations) if type(operations[place]).__name__ in _JOINS]
    if joints:
        ends = [place + 1 for place in joints]
        if any(_learns(operation) for operation in operations[ends[-1] :]):
            ends.append(len(operations))
        else:
            ends[-1] = len(operations)
        starts = [0, *ends[:-1]]
    else:
        starts = [place for place, operation in enumerate(operations) if _learns(operation)]
        starts[0] = 0
        ends = [*starts[1:], len(operations)]
    return [
        [operation for operation in operations[start:end] if hasattr(operation, "weights")]
        for start, end in zip(starts, ends, strict=True)
    ]


def _bottlenecks(operations: list[Any]) -> list[int]:
    """Return the operations on whose result alone the later ones depend."""
    places = {id(result): place for place, operation in enumerate(operations) for result in _tensors(operation.output)}
    used = [0] * len(operations)
    for place, operation in enumerate(operations):
        for tensor in _tensors(operation.input):
            source = places.get(id(tensor), place)
            used[source] = max(used[source], place)
    found, farthest = [], 0
    for place in range(len(operations)):
        if farthest <= place:
            found.append(place)
        farthest = max(farthest, used[place])
    return found


def _tensors(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _learns(operation: Any) -> bool:
    return bool(getattr(operation, "weights", ())) and type(operation).__name__ not in _NORMALISATIONS


def weights_digest(network: Any) -> str:
    """Return the SHA-256 of a network's weights, values and shapes, as a hexadecimal text."""
    keras = load_keras()
    digest = hashlib.sha256()
    for weight in network.weights:
        array = np.ascontiguousarray(keras.ops.convert_to_numpy(weight), np.float32)
        digest.update(f"{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
