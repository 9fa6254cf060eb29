"""The program `hsclass`: its global options and what becomes of its errors."""

import gc
import logging
import sys
from typing import Annotated

import typer

from hsclass import __version__
from hsclass.errors import HsclassError
from hsclass.installed import require_planned

# Between two searches for cycles. Imports and graphs of TensorFlow allocate hundreds of thousands of objects that stay;
# Python's 700 search them again and again.
_ALLOCATIONS = 100_000


def show_messages(*, level: int = logging.INFO) -> None:
    """Write what the modules of hsclass log to standard error; a second call replaces the first."""
    logger = logging.getLogger("hsclass")
    logger.setLevel(level)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.addHandler(_terminal() if sys.stderr.isatty() else _Plain())


class _Plain(logging.Handler):
    """Write the message alone, with its level in front from warnings on, to whatever standard error is then."""

    def emit(self, record: logging.LogRecord) -> None:
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        sys.stderr.write(f"{level}{self.format(record)}\n")


def _terminal() -> logging.Handler:
    from rich.console import Console
    from rich.highlighter import NullHighlighter
    from rich.logging import RichHandler

    class AboveBars(RichHandler):
        """Messages stand above a progress bar that is on the screen."""

        def emit(self, record: logging.LogRecord) -> None:
            if "tqdm" not in sys.modules:
                super().emit(record)
                return
            from tqdm import tqdm

            with tqdm.external_write_mode(file=sys.stderr):
                super().emit(record)

    return AboveBars(console=Console(stderr=True), show_path=False, markup=False, highlighter=NullHighlighter())


app = typer.Typer(
    help="Hyperspectral land-cover classification with defensible accuracy estimates.",
    no_args_is_help=True,
    rich_markup_mode="markdown",  # "rich" takes [pixels] for markup
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _globals(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="show the version and exit")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="show the traceback of an error")] = False,
) -> None:
    show_messages()
    require_planned()


def main() -> None:
    """Run the command line; an error of hsclass becomes one sentence on standard error and its exit status."""
    gc.set_threshold(_ALLOCATIONS)
    try:
        app()
    except HsclassError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"hsclass: {error}", err=True)
        sys.exit(error.exit_status)
    except OSError as error:  # of a file that this user may not read, or a folder in its place
        if "--debug" in sys.argv or error.filename is None:
            raise
        reason = error.strerror or type(error).__name__
        typer.echo(f"hsclass: {error.filename}: cannot be read or written ({reason}); check its permissions", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
