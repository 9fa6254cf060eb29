"""Running out of memory is told in one sentence with what to try."""

import numpy as np
import pytest
import tensorflow as tf

from hsclass.devices.memory import explained_out_of_memory
from hsclass.errors import OutOfMemoryError


def test_an_array_too_large_for_the_machine() -> None:
    told = r"^training ran out of memory; set batch_size to 3 or less$"
    with (
        pytest.raises(OutOfMemoryError, match=told) as caught,
        explained_out_of_memory("training", "set batch_size to 3 or less"),
    ):
        np.ones((2**24, 2**24))
    assert isinstance(caught.value, MemoryError)


@pytest.mark.parametrize(
    "error",
    [
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[50,7,7,196,48]"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 17179869184 bytes."),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    ],
)
def test_words_of_the_backends(error: Exception) -> None:
    with pytest.raises(OutOfMemoryError), explained_out_of_memory("training", "take less"):
        raise error


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="shape"), explained_out_of_memory("training", "take less"):
        raise ValueError("shape")
