"""Commands of the data: what there is, getting it, making a scene of it."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import DataFolder, Output, Settings, read_options


@app.command()
def datasets() -> None:
    """List the data sets of the catalogue."""
    from rich.console import Console
    from rich.table import Table

    from hsclass.datasets import catalogue, load_descriptor

    table = Table("name", "title", "sensor", "rows x cols x bands", "classes", "licence", box=None)
    for name in sorted(catalogue()):
        known = load_descriptor(name)
        shape = " x ".join(map(str, known.shape)) if known.shape else ""
        table.add_row(name, known.title, known.sensor, shape, str(len(known.classes) or ""), known.licence)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="data set of the catalogue, or a descriptor file")],
    data: DataFolder = None,
) -> None:
    """Get a data set's files, verified by digest."""
    from hsclass.datasets import default_folder
    from hsclass.datasets.fetch import fetch as fetch_files

    folder = data or default_folder()
    manifest = fetch_files(name, folder)
    for part in ("cube", "labels"):
        if manifest[part]:
            typer.echo(f"{part}: {folder / manifest['name'] / manifest[part]['file']}, from {manifest[part]['origin']}")


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="cube, and labels to hold against it")],
    key: Annotated[str | None, typer.Option(help="variable of a MATLAB or NumPy file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say what is understood of files, and what in them looks wrong."""
    from hsclass.datasets.inspecting import inspect_files

    findings = [finding.as_dict() for finding in inspect_files(list(files), key=key)]
    if as_json:
        typer.echo(json.dumps({"files": findings}, indent=1, default=str))
        return
    for finding in findings:
        path, kind = finding.pop("path"), finding.pop("kind")
        typer.echo(f"{path}: {kind}{' (bands count from 0)' if kind == 'cube' else ''}")
        warnings = finding.pop("warnings")
        for name, value in finding.items():
            if value is not None and value != []:
                typer.echo(f"  {name.replace('_', ' ')}: {_worded(value)}")
        for warning in warnings:
            typer.echo(f"  ! {warning}")


def _worded(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{str(name).replace('_', ' ')} {_worded(held)}" for name, held in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_worded(held) for held in value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@app.command()
def scene(
    name: Annotated[str, typer.Argument(metavar="NAME", help="data set of the catalogue, or a descriptor file")],
    output: Output,
    data: DataFolder = None,
    rename: Annotated[str | None, typer.Option("--name", help="of the scene", show_default="the data set's")] = None,
    settings: Settings = None,
) -> None:
    """Turn fetched files into a scene: cube.tif and labels.tif."""
    from hsclass.datasets import default_folder
    from hsclass.datasets.build import build_scene, require_elsewhere
    from hsclass.datasets.descriptor import SceneOptions
    from hsclass.options import parse_options
    from hsclass.scene import write_scene

    options = parse_options(SceneOptions, read_options(settings), f"scene {rename or name}")
    folder = data or default_folder()
    require_elsewhere(name, folder=folder, output=output)
    built = build_scene(name, folder=folder, options=options, name=rename)
    write_scene(built, output)
