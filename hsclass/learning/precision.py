"""Mixed precision: the network computes in 16 bits, its weights and its probabilities stay in 32."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from hsclass.backend import compute_capability, device_name, has_bfloat16
from hsclass.learning.recipes import Precision

_LOG = logging.getLogger(__name__)


@contextmanager
def building_in(precision: Precision) -> Iterator[None]:
    """Create the layers inside with that precision, channels last, and restore what the user's Keras has afterwards."""
    policy, layout = keras.config.dtype_policy(), keras.config.image_data_format()
    keras.config.set_dtype_policy(mixed_policy() if precision == "mixed" else "float32")
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
        keras.config.set_image_data_format(layout)


def output_layer(network: Any) -> Any | None:
    """Return the layer that makes the output of a network; None where its last layer does not, or nothing says so."""
    last = network.layers[-1]
    made = getattr(network, "outputs", None) or [None]
    return last if len(made) == 1 and made[0] is not None and made[0] is getattr(last, "output", None) else None


def keep_output_exact(network: Any) -> None:
    """Make the last layer of a network compute in float32, which small probabilities and their logarithms need."""
    (output_layer(network) or network.layers[-1]).dtype_policy = keras.DTypePolicy("float32")


def mixed_policy() -> str:
    """Return `mixed_float16` for a GPU older than compute capability 8.0, else `mixed_bfloat16`.

    bfloat16 has the range of float32, so that gradients need no scaling; older GPUs do not support it.
    """
    capability = compute_capability()
    if device_name() == "CPU" and not has_bfloat16():
        _LOG.warning(
            "precision: mixed, but this processor cannot compute in 16 bits: float32 trains several times faster"
        )
    return "mixed_float16" if capability is not None and capability < (8, 0) else "mixed_bfloat16"
