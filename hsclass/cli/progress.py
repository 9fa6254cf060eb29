"""How a long computation is told: in one line that is kept up to date on a terminal, in lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hsclass.cli.arguments import teller

_OFTEN = "epoch "


@contextmanager
def telling(label: str) -> Iterator[Callable[[str], None]]:
    """Give a function that tells progress on standard error.

    Lines that begin with "epoch" come often: on a terminal the last one stands beside the time gone by, elsewhere one
    is written every few seconds. Any other line is written at once.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        seldom = teller(label)

        def tell(text: str) -> None:
            if text.startswith(_OFTEN):
                seldom(text)
            else:
                typer.echo(f"{label}: {text}", err=True)

        yield tell
        return
    columns = SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=console, transient=True) as live:
        task = live.add_task(label)

        def show(text: str) -> None:
            live.update(task, description=f"{label}: {text}")
            if not text.startswith(_OFTEN):
                live.console.print(f"{label}: {text}", markup=False, highlight=False, soft_wrap=True)

        yield show
