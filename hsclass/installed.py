"""Which hsclass runs: the jobs of a workflow run the one that planned them, whose digests decide what is re-run."""

import hashlib
import os
from pathlib import Path

from hsclass.errors import UsageError

PLANNED = "HSCLASS_PLANNED"
"""The environment variable that hands `installed` of the plan to the jobs."""

_PACKAGE = Path(__file__).resolve().parent
_FILES = ("**/*.py", "datasets/catalogue/*.yaml")


def installed() -> str:
    """Return the folder of this hsclass and a digest of its files, separated by a colon."""
    return f"{_PACKAGE}:{_digest()}"


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _FILES for path in _PACKAGE.glob(pattern)):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def require_planned() -> None:
    """Make sure that a job of a workflow runs the hsclass that planned it: the same folder, or one of the same files.

    Raises
    ------
    UsageError
        If it runs another one.
    """
    folder, _, digest = os.environ.get(PLANNED, "").rpartition(":")
    if folder and folder != str(_PACKAGE) and digest != _digest():
        raise UsageError(
            f"{_PACKAGE}: differs from {folder}, with which the workflow was planned; install that one where the jobs"
            " run: in the active environment, or make the environment of conda or the container again"
        )
