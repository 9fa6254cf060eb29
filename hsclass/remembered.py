"""What was read of files, remembered by their content from one process to the next, as Python remembers bytecode."""

import contextlib
import json
import sys
import uuid
from pathlib import Path

_MOST = 2000
"""Files that are remembered: several times as many as the package has, so that edits do not fill the disk."""


class Remembered:
    """Texts about files, by the digest of their content, in one file of their own.

    A file that cannot be read, or that other rules wrote, holds nothing; one that cannot be written is left alone.

    Parameters
    ----------
    file : Path
        In which they are kept.
    rules : str
        By which the texts were found: those found by others are forgotten.
    """

    def __init__(self, file: Path, rules: str) -> None:
        self._file, self._rules = file, rules
        self._held: dict[str, list[str]] | None = None
        self._new = False

    def get(self, digest: str) -> list[str] | None:
        """Return what was kept of the content with that digest, None if nothing was."""
        if self._held is None:
            self._held = self._read()
        return self._held.get(digest)

    def keep(self, digest: str, texts: list[str]) -> list[str]:
        """Keep what was found of a content; `write` makes it last."""
        self._held = {**(self._read() if self._held is None else self._held), digest: texts}
        self._new = True
        return texts

    def write(self) -> None:
        """Write what is new, so that other processes find the file of before or the whole new one."""
        if not self._new or self._held is None or sys.dont_write_bytecode:
            return
        self._new = False
        held = dict(list(self._held.items())[-_MOST:])
        partial = self._file.with_name(f"{self._file.name}.{uuid.uuid4().hex}.tmp")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            try:
                partial.write_text(json.dumps({"rules": self._rules, "held": held}), encoding="utf-8")
                partial.replace(self._file)
            finally:
                partial.unlink(missing_ok=True)

    def _read(self) -> dict[str, list[str]]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return dict(found["held"]) if found["rules"] == self._rules else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
