"""Memory of devices: what GPUs hold, as far as the loaded backend reports it, and one error where it is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from hsclass.errors import OutOfMemoryError


def peak_gpu_memory_mb() -> float | None:
    """Return the peak memory [MB, 10^6 bytes] of one GPU in this process; None without a GPU."""
    import keras

    backend = keras.backend.backend()
    held = 0
    if backend == "tensorflow":
        import tensorflow as tf

        for number in range(len(tf.config.list_physical_devices("GPU"))):
            held = max(held, tf.config.experimental.get_memory_info(f"GPU:{number}")["peak"])
    elif backend == "jax":
        import jax

        held = max((device.memory_stats() or {}).get("peak_bytes_in_use", 0) for device in jax.local_devices())
    else:
        import torch

        held = max((torch.cuda.max_memory_allocated(number) for number in range(torch.cuda.device_count())), default=0)
    return round(held / 1e6, 1) if held else None


def free_gpu_memory() -> int | None:
    """Return the free bytes of the first GPU; None without a GPU, and with TensorFlow, which does not report it."""
    import keras

    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        known = jax.local_devices()[0].memory_stats() or {}
        return known["bytes_limit"] - known["bytes_in_use"] if "bytes_limit" in known else None
    if backend == "torch":
        import torch

        return torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else None
    return None


_SIGNS = ("RESOURCE_EXHAUSTED", "ResourceExhausted", "OutOfMemory", "out of memory", "OOM when allocating", "bad_alloc")


@contextmanager
def explained_out_of_memory(what: str, remedy: str) -> Iterator[None]:
    """Raise OutOfMemoryError "WHAT ran out of memory; REMEDY" if the code inside runs out of memory.

    TensorFlow, JAX and PyTorch each have their own exception for it, and none of them is imported just for this.
    """
    try:
        yield
    except OutOfMemoryError:
        raise
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        if not isinstance(error, MemoryError) and not any(sign in text for sign in _SIGNS):
            raise
        raise OutOfMemoryError(f"{what} ran out of memory; {remedy}") from error
