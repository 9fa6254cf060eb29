"""Out of memory, in one sentence, whichever backend ran out of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from hsclass.errors import OutOfMemoryError

_SIGNS = ("RESOURCE_EXHAUSTED", "ResourceExhausted", "OutOfMemory", "out of memory", "OOM when allocating", "bad_alloc")


@contextmanager
def explained_out_of_memory(what: str, remedy: str) -> Iterator[None]:
    """Raise OutOfMemoryError "WHAT ran out of memory; REMEDY" where memory does not suffice for what is done inside.

    TensorFlow, JAX and PyTorch each have an exception of their own for it, and none may be imported for its sake.
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
