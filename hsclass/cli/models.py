"""Commands of the models: train one."""

from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import (
    FeatureSettings,
    Output,
    SceneArgument,
    Seed,
    Settings,
    SplitArgument,
    Threads,
    read_entry,
    read_options,
    teller,
)


@app.command()
def train(
    scene: SceneArgument,
    split: SplitArgument,
    output: Output,
    model: Annotated[str, typer.Option(help="model family")] = "cnn3d",
    features: Annotated[str, typer.Option(help="feature extractor")] = "raw",
    options: Annotated[
        Path | None, typer.Option(help="YAML file of a model and its options, as tune writes it", show_default=False)
    ] = None,
    feature_options: Annotated[Path | None, typer.Option(help="the same of an extractor", show_default=False)] = None,
    seed: Seed = 0,
    threads: Threads = 1,
    settings: Settings = None,
    feature_settings: FeatureSettings = None,
) -> None:
    """Train a model on a split's training pixels and write it to a folder."""
    from hsclass.datasets import open_scene
    from hsclass.split import read_split
    from hsclass.training import fit

    read, _ = read_split(split)
    model, tuned = read_entry(options, "model", model)
    features, tuned_features = read_entry(feature_options, "features", features)
    trained = fit(
        open_scene(scene), read, model, features=features, seed=seed, threads=threads,
        feature_options={**tuned_features, **read_options(feature_settings)},
        progress=teller(f"train {output.parent}"), **{**tuned, **read_options(settings)},
    )  # fmt: skip
    trained.save(output)
