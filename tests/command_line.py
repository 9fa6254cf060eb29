"""The command line inside the process of the tests: they are of what it does, not of how a program starts."""

import logging
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from hsclass.cli import main


def hsclass(*arguments: object, cwd: Path) -> CompletedProcess[str]:
    """Run a command in a folder; return its exit status and output. An error that it does not handle is raised."""
    words = ["hsclass", *map(str, arguments)]
    logger, status = logging.getLogger("hsclass"), 0
    before = logger.level, list(logger.handlers)
    with chdir(cwd), redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err, patch("sys.argv", words):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    logger.level, logger.handlers = before
    return CompletedProcess(words, status, out.getvalue(), err.getvalue())
