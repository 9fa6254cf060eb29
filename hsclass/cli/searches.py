"""Commands of searches: tune a model."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import (
    FeatureSettings,
    SceneArgument,
    Seed,
    Settings,
    SplitArgument,
    Threads,
    read_options,
)
from hsclass.cli.listing import Listing


@app.command(cls=Listing)
def tune(
    scene: SceneArgument,
    split: SplitArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="folder of the search; an interrupted one is resumed")],
    model: Annotated[str, typer.Option(help="{models}")] = "svm",
    features: Annotated[str, typer.Option(help="{features}")] = "raw",
    trials: Annotated[int | None, typer.Option(min=1, help="sets of options to try", show_default="30")] = None,
    timeout: Annotated[float | None, typer.Option(help="seconds after which no further trial starts")] = None,
    seed: Seed = 0,
    threads: Threads = 1,
    settings: Settings = None,
    feature_settings: FeatureSettings = None,
    search_settings: Annotated[
        list[str] | None,
        typer.Option("--set-search", metavar="OPTION=VALUE", help="an option of the search; may be repeated"),
    ] = None,
    worker: Annotated[
        int | None, typer.Option(min=0, help="number of this job where several share a search; it names no winner")
    ] = None,
) -> None:
    """Search a model's options inside a split's training pixels; options given with --set are not searched."""
    from hsclass.atomic import write_text
    from hsclass.datasets.open_samples import open_samples
    from hsclass.sources import stage_digest
    from hsclass.split import read_split
    from hsclass.tuning.options import TuneOptions
    from hsclass.tuning.search import tune as run

    budget = {"trials": trials, "timeout": timeout}
    search = {**read_options(search_settings), **{name: value for name, value in budget.items() if value is not None}}
    uses = {
        "model": model, "options": read_options(settings), "features": features,
        "feature_options": read_options(feature_settings), "search": {"sampler": TuneOptions().sampler, **search},
    }  # fmt: skip
    samples = open_samples(scene)
    read = read_split(split, samples)
    tuned = run(
        samples, read, model, features=features, search=search, folder=output, worker=worker,
        seed=seed, threads=threads, feature_options=read_options(feature_settings),
        code=stage_digest("tune", uses),
        **read_options(settings),
    )  # fmt: skip
    if worker is None:
        tuned.write(output)
        best = tuned.best
        typer.echo(f"tune {output}: {tuned.search.metric} {best.value:.4f} in trial {best.number + 1}", err=True)
    else:
        own = [trial.number for trial in tuned.trials if trial.worker == worker]
        write_text(output / f"worker-{worker}.json", json.dumps({"worker": worker, "trials": own}))
