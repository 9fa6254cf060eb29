"""One error for missing memory, whichever backend raises it."""

from collections.abc import Iterator
from contextlib import contextmanager

from hsclass.errors import OutOfMemoryError

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
