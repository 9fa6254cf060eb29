"""Memory of graphics cards, as far as the loaded backend knows it."""

import keras


def peak_gpu_memory_mb() -> float | None:
    """Return the most memory [MB, 10^6 bytes] of one card that this process has held; None without a card."""
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
