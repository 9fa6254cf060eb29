"""Mixed precision: the network computes in 16 bits, its weights and its probabilities stay in 32."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from hsclass.models.learning.recipes import Precision


@contextmanager
def building_in(precision: Precision) -> Iterator[None]:
    """Let layers that are made inside compute in that precision; outside all is as it was."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(mixed_policy() if precision == "mixed" else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def keep_output_exact(network: Any) -> None:
    """Let the last layer of a network compute in float32: small probabilities, and their logarithms, need it."""
    network.layers[-1].dtype_policy = keras.DTypePolicy("float32")


def mixed_policy() -> str:
    """Return `mixed_float16` for a graphics card older than compute capability 8.0, else `mixed_bfloat16`.

    bfloat16 has float32's range, so that gradients need no scaling; older cards do not compute in it.
    """
    capability = _compute_capability()
    return "mixed_float16" if capability is not None and capability < (8, 0) else "mixed_bfloat16"


def _compute_capability() -> tuple[int, int] | None:
    """Of the card that the backend computes on; None for a processor."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        cards = tf.config.list_physical_devices("GPU")
        return tf.config.experimental.get_device_details(cards[0]).get("compute_capability") if cards else None
    if backend == "jax":
        import jax

        found = getattr(jax.devices()[0], "compute_capability", None)
        return None if found is None else (int(str(found).split(".")[0]), int(str(found).split(".")[-1]))
    import torch

    return torch.cuda.get_device_capability() if torch.cuda.is_available() else None
