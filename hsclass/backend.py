"""Keras, imported only when a network is needed, with the backend and its threads set first."""

import logging
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hsclass.errors import UsageError

_DEFAULT = "tensorflow"
_ALIGNED = 64  # bytes; what TensorFlow wants of memory that it takes over
_ENVIRONMENT = {
    "KERAS_BACKEND": _DEFAULT,
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_DETERMINISTIC_OPS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    # Two jobs can share a GPU only where none takes all of its memory at the start.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    # A float32 product is one of float32 numbers: GPUs would take 10 bits of the 23, and maps would not be the CPU's.
    "NVIDIA_TF32_OVERRIDE": "0",
    "JAX_DEFAULT_MATMUL_PRECISION": "highest",
}


def load_keras(threads: int = 1) -> Any:
    """Import Keras and return it.

    The backend is TensorFlow unless the environment variable `KERAS_BACKEND` names another. `threads` bounds the
    processor threads; TensorFlow reads the bound once, when it is first used in a process. Its operations are made
    repeatable, which costs no measurable time on a CPU. A variable that the environment sets already is left as it is.
    """
    for name, value in {**_ENVIRONMENT, "TF_NUM_INTRAOP_THREADS": str(threads)}.items():
        os.environ.setdefault(name, value)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _quiet():
        import keras

    return keras


@contextmanager
def _quiet() -> Iterator[None]:
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


def aligned_array(shape: tuple[int, ...], dtype: type[np.generic] = np.float32) -> np.ndarray:
    """Return an array of any values that `as_tensor` takes over without a copy: it begins at a multiple of 64 bytes."""
    count = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(count + _ALIGNED, np.uint8)
    start = -memory.ctypes.data % _ALIGNED
    return memory[start : start + count].view(dtype).reshape(shape)


def as_tensor(values: np.ndarray) -> Any:
    """Return an array as a tensor of the loaded backend.

    TensorFlow takes over the memory of an `aligned_array`, which must not be changed any more, and copies others once;
    its own conversion holds two copies while it works.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        return keras.ops.convert_to_tensor(values)
    import tensorflow as tf

    flags = values.flags
    if not (flags.c_contiguous and flags.writeable and values.ctypes.data % _ALIGNED == 0):
        original, values = values, aligned_array(values.shape, values.dtype.type)
        values[...] = original
    return tf.experimental.dlpack.from_dlpack(values.__dlpack__())


def predicted(network: Any, batch: np.ndarray) -> np.ndarray:
    """Return what a network makes of a batch.

    Keras gives every device of a distribution strategy the whole batch, and puts the results one behind the other.
    """
    return np.asarray(network.predict_on_batch(batch))[: len(batch)]


def fused(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of tensors, compiled to as few passes over their values as can be.

    JAX compiles the whole that the function is part of, and PyTorch runs it as it is.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    return tf.function(function, jit_compile=True, autograph=False)


def backend_name() -> str:
    """Return the name of the backend that `load_keras` takes, without loading it."""
    return os.environ.get("KERAS_BACKEND", _DEFAULT)


class Devices(NamedTuple):
    """What a backend computes on.

    Attributes
    ----------
    names : tuple of str
        As the backend writes them: the GPUs or, where there is none, the processors.
    gpus : int
        How many of them are GPUs.
    """

    names: tuple[str, ...]
    gpus: int


def use_gpus(asked: int = 0) -> Devices:
    """Return the devices of the loaded backend, no more than `asked` GPUs where that is not 0.

    Raises
    ------
    UsageError
        If the backend sees fewer GPUs than asked for.
    """
    backend = backend_name()
    gpus = _gpus(backend)
    if len(gpus) < asked:
        raise UsageError(
            f"gpus: {asked} requested, but {backend} sees {len(gpus) or 'no'} GPU here; install it with the GPU's"
            " libraries (docs/gpu.md), have the scheduler give the job a GPU, or set gpus to 0"
        )
    if asked and backend == "tensorflow":
        _show_tensorflow(asked)
    gpus = gpus[: asked or None]
    return Devices(gpus or _processors(backend), len(gpus))


def _gpus(backend: str) -> tuple[str, ...]:
    if backend == "tensorflow":
        import tensorflow as tf

        return tuple(f"GPU:{number}" for number in range(len(tf.config.list_physical_devices("GPU"))))
    if backend == "jax":
        import jax

        return tuple(f"{device.platform}:{device.id}" for device in jax.devices() if device.platform != "cpu")
    import torch

    return tuple(f"cuda:{number}" for number in range(torch.cuda.device_count()))


def _processors(backend: str) -> tuple[str, ...]:
    """One, unless tests split it into several."""
    if backend == "tensorflow":
        import tensorflow as tf

        virtual = tf.config.get_logical_device_configuration(tf.config.list_physical_devices("CPU")[0])
        return tuple(f"CPU:{number}" for number in range(len(virtual or [None])))
    if backend == "jax":
        import jax

        return tuple(f"cpu:{device.id}" for device in jax.devices("cpu"))
    return ("cpu",)


def _show_tensorflow(count: int) -> None:
    """Let TensorFlow see the first GPUs only; too late, and without harm, where it has computed on them before."""
    import tensorflow as tf

    with suppress(RuntimeError):
        tf.config.set_visible_devices(tf.config.list_physical_devices("GPU")[:count], "GPU")


def device_name() -> str:
    """Return "CPU", or the name of the accelerator that the loaded backend computes on."""
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU") if gpus else "CPU"
    if backend == "jax":
        import jax

        device = jax.devices()[0]
        return "CPU" if device.platform == "cpu" else device.device_kind
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else "CPU"


def has_bfloat16(about: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether the processor has instructions for bfloat16; True where the system does not say."""
    try:
        return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(about.read_text().split())
    except OSError:
        return True


def compute_capability() -> tuple[int, int] | None:
    """Return the compute capability of the GPU that the loaded backend computes on; None for a processor."""
    backend = backend_name()
    if backend == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        return tf.config.experimental.get_device_details(gpus[0]).get("compute_capability") if gpus else None
    if backend == "jax":
        import jax

        found = getattr(jax.devices()[0], "compute_capability", None)
        return None if found is None else (int(str(found).split(".")[0]), int(str(found).split(".")[-1]))
    import torch

    return torch.cuda.get_device_capability() if torch.cuda.is_available() else None
