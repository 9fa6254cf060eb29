"""Commands of the models: train one, map a scene with it."""

import json
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


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="folder that train wrote")],
    scene: SceneArgument,
    output: Output,
    confidence: Annotated[Path | None, typer.Option(help="raster of the probability of the class")] = None,
    about: Annotated[Path | None, typer.Option(help="JSON file for time and memory")] = None,
    threads: Threads = 1,
) -> None:
    """Map a whole scene with a trained model."""
    from hsclass.atomic import write_text
    from hsclass.datasets import open_scene
    from hsclass.mapping import predict_scene
    from hsclass.models.trained import TrainedModel
    from hsclass.raster import write_raster
    from hsclass.resources import peak_memory_mb
    from hsclass.scene import write_classes

    trained = TrainedModel.load(model, threads=threads)
    opened = open_scene(scene)
    tell = teller(f"predict {output.parent}")
    mapped = predict_scene(trained, opened)
    rate = mapped.classes.size / max(mapped.seconds, 1e-3)
    tell(f"{mapped.classes.size} pixels in {mapped.seconds:.1f} s")
    write_classes(
        output, mapped.classes, classes=mapped.legend, grid=opened.grid,
        tags={"model": trained.about["model"], "scene": opened.name},
    )  # fmt: skip
    if confidence:
        write_raster(confidence, mapped.confidence, grid=opened.grid, nodata=0, descriptions=["confidence"])
    if about:
        figures = {"seconds": mapped.seconds, "peak_memory_mb": peak_memory_mb(), "pixels_per_second": round(rate, 1)}
        write_text(about, json.dumps(figures, indent=1))
