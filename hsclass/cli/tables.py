"""Commands that list what an experiment or an option may name."""

import sys
from typing import Annotated, Literal

import typer

from hsclass.cli.app import app
from hsclass.tables import summary

Samples = Annotated[
    Literal["pixels", "images"] | None,
    typer.Option("--samples", help="list only what takes pixels, or images", show_default="both"),
]


@app.command()
def models(samples: Samples = None) -> None:
    """List the models by name."""
    from hsclass.models import MODELS, model_class, model_names

    names = sorted(MODELS) if samples is None else model_names(samples)
    print_table("model", {name: (model_class(name).takes, summary(model_class(name))) for name in names})


@app.command()
def samplers(samples: Samples = None) -> None:
    """List the samplers, which make splits, by name."""
    from hsclass.samplers import SAMPLERS, sampler_names
    from hsclass.tables import resolve

    classes = {name: resolve(SAMPLERS, name, "sampler") for name in SAMPLERS}
    names = sorted(SAMPLERS) if samples is None else sampler_names(samples)
    print_table(
        "sampler", {name: (" and ".join(sorted(classes[name].takes)), summary(classes[name])) for name in names}
    )


def print_table(kind: str, rows: dict[str, tuple[str, str]]) -> None:
    """Print a line for each name: what it takes, and what it is."""
    from rich.console import Console
    from rich.table import Table

    table = Table(kind, "takes", "", box=None)
    for name, (takes, line) in rows.items():
        table.add_row(name, takes, line)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
