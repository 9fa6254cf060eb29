"""What all tests and doctests share."""

import os
from collections.abc import Iterator

import pytest

# The tests start hundreds of interpreters. Each would compile the package again where bytecode may not be kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Several workers share the cores. Threads that wait for each other should leave these to others: KMeans took four times
# the processor time without it.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(autouse=True, scope="session")
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fetched files out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HSCLASS_DATA", str(tmp_path_factory.mktemp("data")))
        yield
