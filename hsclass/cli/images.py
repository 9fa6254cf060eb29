"""Commands of whole images: one a stage, from files to figures."""

from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import Output, Seed, Settings, Threads, read_options

images = typer.Typer(help="Classify whole images: folders of GeoTIFF, PNG or JPEG.", no_args_is_help=True)
app.add_typer(images, name="images")

Index = Annotated[Path, typer.Argument(metavar="INDEX.csv", help="table that 'hsclass scene' wrote")]
Divided = Annotated[Path, typer.Argument(metavar="SPLIT.csv", help="table that 'hsclass split' wrote")]
Features = Annotated[Path | None, typer.Option("--features", help="file that 'images features' wrote")]


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
