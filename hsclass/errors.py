"""The one error vocabulary of hsclass.

Every error is one sentence that names the file or option, what was found, what was expected and what to do.
Each class is also a builtin, so that library users can catch it without importing hsclass, and carries the
exit status that the command line returns for it.
"""


class HsclassError(Exception):
    """Base of all errors that hsclass raises on purpose."""

    exit_status = 1


class UsageError(HsclassError, ValueError):
    """An option or a configuration key is unknown or has an impossible value."""

    exit_status = 2


class DataError(HsclassError, ValueError):
    """A scene, ground truth, split or model file does not hold what it must."""


class FetchError(HsclassError, OSError):
    """A file of a data set could not be had from any of its sources, or is not the published one."""


class WriteError(HsclassError, OSError):
    """An output could not be written to its end, as when the disk is full."""


class WorkerError(HsclassError, ConnectionError):
    """A worker of a training that several share did not come, or is gone."""


class ShortageError(HsclassError, MemoryError):
    """Memory, of the machine or of its graphics card, does not suffice."""


class LeakageError(HsclassError, RuntimeError):
    """A split that does not declare itself leaky leaks."""

    exit_status = 3
