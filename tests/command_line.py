"""Commands inside the process of the tests: they are of what these do, not of how a program starts."""

import logging
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from hsclass.cli import main


def hsclass(*arguments: object, cwd: Path) -> CompletedProcess[str]:
    """Run a command in a folder; return its exit status and output. An error that it does not handle is raised."""
    logger = logging.getLogger("hsclass")
    before = logger.level, list(logger.handlers)
    done = _inside(main, ["hsclass", *map(str, arguments)], cwd)
    logger.level, logger.handlers = before
    return done


def snakemake(*arguments: object, cwd: Path) -> CompletedProcess[str]:
    """Run snakemake in a folder, where it starts no jobs."""
    from snakemake.cli import main as snakemake_main

    with patch("sys.path", list(sys.path)), patch.dict("os.environ"):
        return _inside(snakemake_main, ["snakemake", *map(str, arguments)], cwd)


def _inside(program: Callable[[], object], words: list[str], cwd: Path) -> CompletedProcess[str]:
    status = 0
    with chdir(cwd), redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err, patch("sys.argv", words):
        try:
            program()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return CompletedProcess(words, status, out.getvalue(), err.getvalue())
