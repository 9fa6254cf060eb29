"""Commands of the data: what there is, getting it, making a scene or the index of an image set of it."""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import AsJson, DataFolder, OutputFolder, Settings, read_options

DataSet = Annotated[
    str, typer.Argument(metavar="NAME", help="data set of the catalogue, descriptor file (.yaml), or folder of images")
]


@app.command()
def datasets(
    formats: Annotated[
        bool, typer.Option("--formats", help="list the file formats and missions that are read")
    ] = False,
) -> None:
    """List the data sets of the catalogue: scenes and image sets."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 160)
    if formats:
        from hsclass.datasets.readers import FORMATS

        table = Table("format or mission", "what to name", box=None)
        for name, files in FORMATS.items():
            table.add_row(name, files)
        console.print(table)
        return
    from hsclass.datasets import catalogue, load_descriptor
    from hsclass.datasets.descriptor import Descriptor

    table = Table("name", "title", "sensor", "rows x cols x bands", "images", "classes", "licence", box=None)
    for name in sorted(catalogue(), key=lambda name: (name in catalogue("images"), name)):
        known = load_descriptor(name)
        sensor, images = (known.sensor, None) if isinstance(known, Descriptor) else ("", known.images)
        shape, counts = " x ".join(map(str, known.shape or ())), [str(n or "") for n in (images, len(known.classes))]
        table.add_row(name, known.title, sensor, shape, *counts, known.licence)
    console.print(table)


@app.command()
def fetch(name: DataSet, data: DataFolder = None, settings: Settings = None) -> None:
    """Download a data set's files, checksum-verified and unpacked; your own files stay where they are."""
    from hsclass.datasets import default_folder
    from hsclass.datasets.fetch import fetch as fetch_files
    from hsclass.datasets.manifest import place_of

    folder = data or default_folder(name)
    manifest = fetch_files(name, folder, read_options(settings))
    if "images" in manifest:
        typer.echo(f"images: {manifest['images']}, from {manifest['origin']}")
    for part in ("cube", "labels", "train", "validation", "test"):
        if found := manifest.get(part):
            typer.echo(f"{part}: {place_of(found, folder / manifest['name'])}, from {found['origin']}")


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="cube, and labels to compare with it")],
    key: Annotated[str | None, typer.Option(help="variable of a MATLAB or NumPy file")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how files are read, and what looks wrong in them."""
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
        shown = {
            str(name).replace("_", " "): held for name, held in value.items() if not isinstance(held, list) or held
        }
        return ", ".join(f"{name} {_worded(held)}" for name, held in shown.items())
    if isinstance(value, list | tuple):
        return ", ".join(_worded(held) for held in value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@app.command()
def scene(
    name: DataSet,
    output: OutputFolder,
    data: DataFolder = None,
    rename: Annotated[
        str | None, typer.Option("--name", help="name of the scene", show_default="the data set's")
    ] = None,
    settings: Settings = None,
) -> None:
    """Turn fetched files into what an experiment reads: cube.tif and labels.tif, or index.csv and index.json."""
    from hsclass.datasets import default_folder, load_descriptor
    from hsclass.datasets.descriptor import Descriptor

    folder, options = data or default_folder(name), read_options(settings)
    if isinstance(load_descriptor(name), Descriptor):
        _write_scene(name, output, folder, rename, options)
    else:
        _write_index(name, output, folder, rename, options)


def _write_scene(name: str, output: Path, folder: Path, rename: str | None, settings: dict[str, Any]) -> None:
    from hsclass.datasets.build import build_scene, require_elsewhere
    from hsclass.datasets.descriptor import SceneOptions
    from hsclass.datasets.masks import count_classes
    from hsclass.options import parse_options
    from hsclass.predict.style import write_style
    from hsclass.scene import LABELS_FILE, write_scene

    options = parse_options(SceneOptions, settings, f"scene {rename or name}")
    require_elsewhere(name, folder=folder, output=output)
    built = build_scene(name, folder=folder, options=options, name=rename)
    write_scene(built, output)
    if built.labels is not None:
        write_style(output / LABELS_FILE, built.classes, count_classes(built.labels))


def _write_index(name: str, output: Path, folder: Path, rename: str | None, settings: dict[str, Any]) -> None:
    from hsclass.datasets.build_images import build_images
    from hsclass.samples.images import INDEX_FILE, write_index

    samples, about = build_images(name, folder=folder, options=settings, name=rename)
    write_index(samples, output / INDEX_FILE, about=about)


@app.command()
def init(
    cube: Annotated[Path, typer.Argument(metavar="CUBE", help="file or product with the bands")],
    labels: Annotated[
        Path | None,
        typer.Argument(metavar="LABELS", help="raster of class ids, polygons or points", show_default=False),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="folder to write into", show_default="this one")
    ] = Path(),
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="OPTION=VALUE", help="an option of the labels, such as layer, field or unlabelled"
        ),
    ] = None,
) -> None:
    """Write a descriptor and an experiment for your own files, with comments, that run unchanged."""
    from hsclass.planning.initial import initial_files

    initial = initial_files(cube, labels, options=read_options(settings), folder=output)
    initial.write()
    for note in initial.notes:
        typer.echo(f"note: {note}", err=True)
    for path in initial.files:
        typer.echo(path)
    following = ["run", str([*initial.files][-1])] if labels else ["inspect", str(cube)]
    typer.echo(f"next: hsclass {shlex.join(following)}", err=True)
