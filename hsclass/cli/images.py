"""Commands of whole images: one a stage, from files to figures."""

from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import DataFolder, Output, Seed, Settings, Threads, read_options

images = typer.Typer(help="Classify whole images: folders of GeoTIFF, PNG or JPEG.", no_args_is_help=True)
app.add_typer(images, name="images")

Name = Annotated[
    str, typer.Argument(metavar="IMAGES", help="set of the catalogue, descriptor (.yaml), or folder of class folders")
]
Index = Annotated[Path, typer.Argument(metavar="INDEX.csv", help="table that 'images index' wrote")]
Divided = Annotated[Path, typer.Argument(metavar="SPLIT.csv", help="table that 'hsclass split' wrote")]
Features = Annotated[Path | None, typer.Option("--features", help="file that 'images features' wrote")]


@images.command("sets")
def sets() -> None:
    """List the sets of images of the catalogue."""
    from rich.console import Console
    from rich.table import Table

    from hsclass.datasets.image_set import image_sets, load_image_set

    table = Table("name", "title", "images", "licence", box=None)
    for name in image_sets():
        known = load_image_set(name)
        table.add_row(name, known.title, str(known.images or ""), known.licence)
    Console(width=120).print(table)


@images.command()
def fetch(name: Name, data: DataFolder = None, settings: Settings = None) -> None:
    """Get a set of images, verified by digest and unpacked; your own folder stays where it is."""
    from hsclass.datasets import default_folder
    from hsclass.datasets.fetch_images import fetch_images

    manifest = fetch_images(name, data or default_folder(), read_options(settings))
    typer.echo(f"images: {manifest['images']}, from {manifest['origin']}")


@images.command()
def index(
    name: Annotated[str, typer.Argument(metavar="NAME", help="of a fetched set of images")],
    output: Output,
    data: DataFolder = None,
) -> None:
    """Look at every image once: a table of paths, classes, sizes, digests and hashes, and what is unusual."""
    from hsclass.datasets import default_folder
    from hsclass.datasets.build_images import build_index, in_words, unusual
    from hsclass.datasets.fetch_images import read_image_manifest
    from hsclass.samples import write_index

    home = (data or default_folder()) / name
    manifest = read_image_manifest(home)
    built = build_index(manifest, home)
    found = unusual(built)
    for line in in_words(found):
        typer.echo(f"index {name}: {line}", err=True)
    write_index(built, output, about={**manifest, **found})


@images.command()
def features(table: Index, output: Output, threads: Threads = 1, settings: Settings = None) -> None:
    """Compute the features of all images with a network that learns nothing here."""
    from hsclass.images.frozen import FeatureOptions, compute_features, write_features
    from hsclass.options import parse_options
    from hsclass.samples.images import read_index

    read = read_index(table)
    options = parse_options(FeatureOptions, read_options(settings), "features")
    values, about = compute_features(read, options, threads=threads)
    write_features(values, read, about, output)


@images.command()
def train(
    table: Index,
    divided: Divided,
    output: Output,
    model: Annotated[str, typer.Option(help="model of images")] = "fine_tune",
    features: Features = None,
    seed: Seed = 0,
    threads: Threads = 1,
    strategy: Annotated[str, typer.Option(help="auto, single, mirrored or multi_worker: docs/gpu.md")] = "auto",
    gpus: Annotated[int, typer.Option(min=0, help="cards that there must be for a network; 0: what is there")] = 0,
    settings: Settings = None,
) -> None:
    """Train a model on the training images and write it to a folder."""
    from hsclass.devices.strategy import TrainingOptions, writes
    from hsclass.images.frozen import read_features
    from hsclass.images.training import fit_images
    from hsclass.learning.checkpoint import remove
    from hsclass.options import parse_options
    from hsclass.samples.images import read_index
    from hsclass.split import read_split

    read = read_index(table)
    state = output.with_name(f"{output.name}.training")
    trained = fit_images(
        read, read_split(divided, read)[0], model, features=read_features(features, read) if features else None,
        seed=seed, threads=threads, strategy=strategy, gpus=gpus,
        checkpoint=state,
        **read_options(settings),
    )  # fmt: skip
    if writes(parse_options(TrainingOptions, {"strategy": strategy}, "training")):
        trained.save(output)
        remove(state)


@images.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="folder that 'images train' wrote")],
    source: Annotated[Path, typer.Argument(metavar="INDEX.csv|FOLDER", help="index, or any folder of images")],
    output: Output,
    divided: Annotated[Path | None, typer.Option("--split", help="table of parts; predict one part only")] = None,
    part: Annotated[str, typer.Option(help="of the split")] = "test",
    features: Features = None,
    threads: Threads = 1,
) -> None:
    """Give each image its class, or classes, with probabilities: of an index, or of any folder of images."""
    from hsclass.images.predicting import predict_folder, predict_index

    if source.is_dir():
        predict_folder(model, source, output, threads=threads)
    else:
        predict_index(model, source, output, divided=divided, part=part, features=features, threads=threads)


@images.command()
def report(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT.json", help="what `hsclass experiment -o` wrote")],
    output: Output,
) -> None:
    """Write the report, index.html, and the table, accuracy.csv, of a finished experiment on images."""
    from hsclass.report import write_report

    write_report(experiment, output)
    typer.echo(f"report: {output / 'index.html'}, {output / 'accuracy.csv'}", err=True)
