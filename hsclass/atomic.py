"""Atomic writes: an output is either complete or absent, also after a kill."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hsclass.errors import UsageError, WriteError

_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@contextmanager
def atomic_path(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path next to `target` to write a file or folder to, and rename it to `target` on success.

    The temporary name keeps the suffix, because writers choose the format by it. A temporary file of
    the same name that a killed run left is removed first.

    Raises
    ------
    UsageError
        If the folder of `target` cannot be created or written to, or a folder stands where a file is to be written.
    WriteError
        If the disk is full or fails.
    """
    target = Path(target)
    partial = target.with_name(f".partial-{target.name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove(partial)
    except OSError as error:
        raise _no_folder(target, error) from error
    try:
        yield partial
        if partial.is_dir() and target.is_dir():
            shutil.rmtree(target)
        elif target.is_dir():
            raise UsageError(f"output {target}: is a folder, but a file is to be written; choose another name")
        partial.replace(target)
    except OSError as error:
        if error.errno in _FORBIDDEN and str(error.filename).startswith(str(partial)):
            raise _no_folder(target, error) from error
        if error.errno not in _DISK_FULL:
            raise
        raise WriteError(
            f"output {target}: could not be written ({error.strerror}); free some space and run again"
        ) from error
    finally:
        _remove(partial)


def _no_folder(target: Path, error: OSError) -> UsageError:
    return UsageError(
        f"output {target}: cannot write into {target.parent} ({error.strerror}); choose another output folder"
    )


def write_text(target: str | os.PathLike[str], text: str) -> None:
    """Write `text` to the file `target` atomically, in UTF-8."""
    with atomic_path(target) as partial:
        partial.write_text(text, encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
