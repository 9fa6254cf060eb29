"""What a stage took: seconds and peak memory; and with which versions."""

import resource
import sys
import time
from importlib.metadata import PackageNotFoundError, version


class Clock:
    """Wall-clock seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds, to the millisecond."""
        return round(time.perf_counter() - self._start, 3)


def peak_memory_mb() -> float:
    """Return the most memory [MB, 10^6 bytes] that this process has held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of those of the packages that are installed."""
    found = {"python": sys.version.split()[0]}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
