"""Keras, imported only when a network is needed, with the backend and its threads set first."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def load_keras(threads: int = 1) -> Any:
    """Import Keras and return it.

    The backend is TensorFlow unless the environment variable `KERAS_BACKEND` names another. `threads` bounds the
    processor threads; TensorFlow reads the bound once, when it is first used in a process. Its operations are made
    repeatable, which costs no measurable time on a CPU.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_DETERMINISTIC_OPS", "1")
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(threads))
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _hushed():
        import keras

    return keras


@contextmanager
def _hushed() -> Iterator[None]:
    """Hold back what libraries write to standard error, and let it out only where something fails.

    TensorFlow greets with lines that no setting silences, because its own logging is not set up yet.
    """
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(original, held.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)


def device_name() -> str:
    """Return "CPU", or the name of the accelerator that the loaded backend computes on."""
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        cards = tf.config.list_physical_devices("GPU")
        return tf.config.experimental.get_device_details(cards[0]).get("device_name", "GPU") if cards else "CPU"
    if backend == "jax":
        import jax

        device = jax.devices()[0]
        return "CPU" if device.platform == "cpu" else device.device_kind
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else "CPU"
