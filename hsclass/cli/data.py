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
    config: Annotated[Path | None, typer.Option(help="experiment file, to estimate its time")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say what is understood of files, and what in them looks wrong."""
    from hsclass.datasets.inspecting import inspect_files

    findings = [finding.as_dict() for finding in inspect_files(list(files), key=key)]
    told: dict[str, Any] = {"files": findings}
    if config is not None:
        told["estimate"] = _estimated(findings, config)
    if as_json:
        typer.echo(json.dumps(told, indent=1, default=str))
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
    if config is not None:
        guess = told["estimate"]
        typer.echo(f"{config}: {guess['runs']} runs of each model, {guess['basis']}")
        for model, seconds in guess["seconds"].items():
            typer.echo(f"  {model}: {seconds:.0f} s" if seconds < 600 else f"  {model}: {seconds / 60:.0f} min")
        for model in guess["unknown"]:
            typer.echo(f"  {model}: not known before it ran once")


def _estimated(findings: list[dict[str, Any]], config: Path) -> dict[str, Any]:
    """Estimate the time of an experiment on the first cube among what was found."""
    from dataclasses import asdict

    from hsclass.errors import UsageError
    from hsclass.estimate import estimate
    from hsclass.experiment import load_experiment

    cube = next((finding for finding in findings if finding["kind"] == "cube"), None)
    labels = next((finding for finding in findings if "labelled" in finding), None)
    if cube is None or labels is None:
        raise UsageError(
            "--config: needs a cube and a raster of labels among the files, to know how much there is to do"
        )
    rows, cols, bands = cube["shape"]
    return asdict(
        estimate(
            load_experiment(config), pixels=rows * cols, bands=bands - len(cube["bad_bands"]),
            labelled=labels["labelled"], folder=Path(),
        )
    )  # fmt: skip


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
