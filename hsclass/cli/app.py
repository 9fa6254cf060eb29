"""The program `hsclass`: its global options and what becomes of its errors."""

import sys
from typing import Annotated

import typer

from hsclass import __version__
from hsclass.cli.messages import show_messages
from hsclass.errors import HsclassError

app = typer.Typer(
    help="Hyperspectral land-cover classification with accuracy figures that can be defended.",
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


def main() -> None:
    """Run the command line; an error of hsclass becomes one sentence on standard error and its exit status."""
    try:
        app()
    except HsclassError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"hsclass: {error}", err=True)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
