"""Commands of features and models: compute the features of images, train a model."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import (
    FeatureSettings,
    OutputFolder,
    SceneArgument,
    Seed,
    Settings,
    SplitArgument,
    Threads,
    read_entry,
    read_options,
)
from hsclass.cli.listing import Listing
from hsclass.cli.tables import print_table
from hsclass.tables import summary


@app.command(cls=Listing)
def train(
    scene: SceneArgument,
    split: SplitArgument,
    output: OutputFolder,
    model: Annotated[str, typer.Option(help="{models}, or one of your own; hsclass models describes them")] = "cnn3d",
    features: Annotated[
        str, typer.Option(help="{features}, or for images a backbone by name; hsclass features describes them")
    ] = "raw",
    features_file: Annotated[
        Path | None, typer.Option(help="features of images that hsclass features wrote", show_default=False)
    ] = None,
    options: Annotated[
        Path | None, typer.Option(help="YAML file of a model and its options, as tune writes it", show_default=False)
    ] = None,
    feature_options: Annotated[
        Path | None, typer.Option(help="YAML file of features and their options, as tune writes it", show_default=False)
    ] = None,
    seed: Seed = 0,
    threads: Threads = 1,
    settings: Settings = None,
    feature_settings: FeatureSettings = None,
    strategy: Annotated[str, typer.Option(help="auto, single, mirrored or multi_worker; see docs/gpu.md")] = "auto",
    workers: Annotated[int, typer.Option(min=1, help="processes of multi_worker")] = 1,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs per process; 0: all that are available")] = 0,
    wait: Annotated[float, typer.Option(help="seconds to wait for the other workers")] = 300,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="write TensorBoard logs there", show_default=False)
    ] = None,
) -> None:
    """Train a model on a split's training samples and write it to a folder.

    Interrupted training of a network resumes after its last epoch when the same command is given again.
    """
    from hsclass.datasets.open_samples import open_samples
    from hsclass.devices.local_workers import local_workers
    from hsclass.devices.strategy import TrainingOptions, writes
    from hsclass.features.frozen import read_features
    from hsclass.inputs import parsed_features
    from hsclass.learning.checkpoint import remove
    from hsclass.models import model_class
    from hsclass.options import parse_options
    from hsclass.samples import require_images
    from hsclass.sources import stage_digest
    from hsclass.split import read_split
    from hsclass.training import fit

    devices = {"strategy": strategy, "workers": workers, "gpus": gpus, "wait": wait}
    training = parse_options(TrainingOptions, devices, "training")
    samples = open_samples(scene)
    read = read_split(split, samples)
    model, tuned = read_entry(options, "model", model)
    features, tuned_features = read_entry(feature_options, "features", features)
    given = {**tuned, **read_options(settings)}
    given_features = {**tuned_features, **read_options(feature_settings)}
    computed = (
        None if features_file is None else read_features(features_file, require_images(samples, "--features-file"))
    )
    state = output.with_name(f"{output.name}.training")
    known = parse_options(model_class(model).Options, given, f"model {model}")  # defaults may name code, too
    extractor, extracted = parsed_features(features, given_features)
    uses = {
        "model": model, "options": known.model_dump(mode="json"), "features": extractor,
        "feature_options": extracted.model_dump(mode="json"),
    }  # fmt: skip
    with local_workers(training, sys.argv[1:]):
        trained = fit(
            samples, read, model, features=computed or features, seed=seed, threads=threads, training=devices,
            feature_options=given_features, checkpoint=state, code=stage_digest("train", uses),
            tensorboard=tensorboard, **given,
        )  # fmt: skip
        if writes(training):
            trained.save(output)
            remove(state)
    if writes(training):
        for note in trained.training.notes:
            typer.echo(f"note: {note}", err=True)


@app.command()
def features(
    scene: Annotated[
        str | None,
        typer.Argument(metavar="FOLDER", help="folder of an image set, or its index.csv", show_default=False),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="file to write", show_default=False)] = None,
    features: Annotated[
        str, typer.Option(help="backbone by name, or 'backbone' with --set backbone=NAME")
    ] = "backbone",
    threads: Threads = 1,
    settings: Settings = None,
) -> None:
    """List the features by name; or compute those of all images of a set with a network that is not trained here."""
    if scene is None:
        from hsclass.features import FEATURES, feature_class

        print_table("features", {name: (feature_class(name).takes, summary(feature_class(name))) for name in FEATURES})
        return
    from hsclass.datasets.open_samples import open_samples
    from hsclass.errors import UsageError
    from hsclass.features.frozen import FrozenOptions, compute_features, write_features
    from hsclass.inputs import parsed_features
    from hsclass.samples import require_images

    if output is None:
        raise UsageError("features: option --output is missing; say where to write the features")
    samples = require_images(open_samples(scene), "features")
    name, options = parsed_features(features, read_options(settings))
    if not isinstance(options, FrozenOptions):
        raise UsageError(f"--features {features}: are features of pixels; expected the name of a backbone")
    write_features(compute_features(samples, name, options, threads=threads), samples, output)
