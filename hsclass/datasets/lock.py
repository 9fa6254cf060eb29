"""One run at a time fetches a data set: another waits until it is there."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hsclass.errors import UsageError

_LOG = logging.getLogger(__name__)


@contextmanager
def fetch_lock(folder: Path, name: str) -> Iterator[None]:
    """Hold the data set `name` of a data folder; the system lets go of it when a run ends, also when it is killed.

    Where the file system knows no locks, as some of clusters, nothing is held.

    Raises
    ------
    UsageError
        If the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f".{name}.lock").open("a")
    except OSError as error:
        raise UsageError(
            f"output {folder}: cannot write into {folder} ({error.strerror}); choose another output folder"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _LOG.warning("%s: another run fetches %s; waiting for it", folder, name)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            _LOG.debug("%s: cannot be locked (%s)", folder, error.strerror)
        yield
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
