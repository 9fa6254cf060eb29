"""Commands of experiment files: check one, show their schema."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app


@app.command()
def experiment(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="experiment file, or '-' for standard input")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file for the resolved experiment")] = None,
) -> None:
    """Check an experiment file; write it with every default filled in and every run listed."""
    from hsclass.experiment import Experiment, read_config
    from hsclass.results.record import write_record
    from hsclass.yaml_file import parse_yaml

    plan = Experiment(parse_yaml(sys.stdin.read(), "standard input") if config == "-" else read_config(config))
    if output:
        write_record(plan.record(), output)
    else:
        resolved = plan.resolved()
        counts = {
            key: len(resolved[key])
            for key in ("scenes", "images", "splits", "seeds", "features", "models")
            if resolved.get(key)
        }
        typer.echo(f"{' x '.join(f'{count} {key}' for key, count in counts.items())} = {len(resolved['runs'])} runs")


@app.command()
def schema() -> None:
    """Print the JSON schema of experiment files."""
    from hsclass.schema import schema_text

    typer.echo(schema_text(), nl=False)
