"""The error vocabulary: each class is also a builtin and knows its exit status."""

import pytest

from hsclass.errors import DataError, FetchError, HsclassError, LeakageError, UsageError, WorkerError


@pytest.mark.parametrize(
    ("error", "builtin", "status"),
    [
        (UsageError, ValueError, 2),
        (DataError, ValueError, 1),
        (FetchError, OSError, 1),
        (WorkerError, ConnectionError, 1),
        (LeakageError, RuntimeError, 3),
    ],
)
def test_class_is_a_builtin_and_has_an_exit_status(
    error: type[HsclassError], builtin: type[Exception], status: int
) -> None:
    with pytest.raises(builtin, match="one sentence") as caught:
        raise error("one sentence")
    assert isinstance(caught.value, HsclassError)
    assert caught.value.exit_status == status
