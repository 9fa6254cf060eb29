"""The command of the delivered map."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from hsclass.cli.app import app
from hsclass.cli.arguments import SceneArgument, Threads, read_options
from hsclass.cli.listing import Listing
from hsclass.errors import UsageError

if TYPE_CHECKING:
    from hsclass.final.candidates import Candidate


@app.command(cls=Listing)
def deliver(
    scene: SceneArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="folder of the map; an interrupted run is resumed")],
    model: Annotated[
        list[str] | None, typer.Option(help="a model to choose from: {models}; may be repeated", show_default="svm")
    ] = None,
    features: Annotated[
        list[str] | None, typer.Option(help="features to choose from: {features}; may be repeated", show_default="raw")
    ] = None,
    candidates: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="YAML list of candidates with options, in place of --model and --features; '-' reads it"
            " from standard input",
            show_default=False,
        ),
    ] = None,
    window: Annotated[int, typer.Option(help="odd side [pixels] of the windows that the folds keep apart")] = 9,
    fold: Annotated[
        int | None,
        typer.Option(
            min=0, help="run only this fold, from 0; the number of folds itself runs the choice on all labels"
        ),
    ] = None,
    memory: Annotated[float, typer.Option(metavar="MB", help="memory for the pixels mapped at a time")] = 1200,
    threads: Threads = 1,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="OPTION=VALUE", help="an option of the key 'final' of an experiment; may be repeated"
        ),
    ] = None,
) -> None:
    """Train on all labels and map the scene, with the accuracy of a nested cross-validation and a model card."""
    from hsclass.datasets.open_samples import open_samples
    from hsclass.final.delivery import deliver as run
    from hsclass.plan import Final
    from hsclass.scene import Scene
    from hsclass.sources import stage_digest

    given = read_options(settings)
    listed = _candidates(candidates, model, features)
    opened = open_samples(scene)
    if not isinstance(opened, Scene):
        raise UsageError(f"{scene}: holds images; expected a scene, as a map is delivered of scenes only")
    code = stage_digest(
        "deliver", *(candidate.as_dict() for candidate in listed), {"sampler": given.get("sampler", Final().sampler)}
    )
    done = run(
        opened, listed, output, window=window, fold=fold, source=scene, memory=memory, threads=threads, code=code,
        **given,
    )  # fmt: skip
    if done is not None:
        winner = done.card.choice.winner.name
        typer.echo(f"deliver {output}: {winner}, {done.card.metrics.in_words()}; see {output / 'card.html'}", err=True)


def _candidates(file: str | None, models: list[str] | None, features: list[str] | None) -> "list[Candidate]":
    from hsclass.final.candidates import Candidate, read_candidates

    if file is None:
        return [Candidate(model, name) for name in features or ["raw"] for model in models or ["svm"]]
    if models or features:
        raise UsageError("--candidates: names models and features itself; leave --model and --features out")
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        held = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(
            f"--candidates {file}: cannot be read ({' '.join(str(error).split())}); give a YAML list"
        ) from error
    return read_candidates(held, "--candidates" if file == "-" else file)
