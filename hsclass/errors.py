"""All exceptions of hsclass.

Each message is one sentence that names the file or option, what was found, what was expected and what to do.
Each class is also a builtin exception, so that library users can catch it without importing hsclass, and carries
the exit status that the command line returns.
"""


class HsclassError(Exception):
    """Base class of all exceptions that hsclass raises on purpose."""

    exit_status = 1


class UsageError(HsclassError, ValueError):
    """An option or a configuration key is unknown, or its value is not valid."""

    exit_status = 2


class KeptError(UsageError):
    """An output is there already, and holds what somebody filled in or what another program wrote."""


class DataError(HsclassError, ValueError):
    """A scene, reference labels, a split or a model file has invalid contents."""


class FetchError(HsclassError, OSError):
    """A file of a data set is available from none of its sources, or differs from the published one."""


class WriteError(HsclassError, OSError):
    """An output could not be written completely, for example because the disk is full."""


class WorkerError(HsclassError, ConnectionError):
    """A worker of a distributed training did not start, or was lost."""


class OutOfMemoryError(HsclassError, MemoryError):
    """The memory of the machine or of its GPU is not sufficient."""


class LeakageError(HsclassError, RuntimeError):
    """A split shares windows or pixels between its parts and does not declare itself leaky."""

    exit_status = 3
