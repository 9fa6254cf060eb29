"""Commands of the figures: evaluate a map, compare maps, report an experiment."""

from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import Output, read_pairs, require_truth


@app.command()
def evaluate(
    map_file: Annotated[Path, typer.Argument(metavar="MAP.tif", help="classes of the whole scene")],
    split: Annotated[Path, typer.Option(help="raster of split codes")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file", show_default="print it")] = None,
    labels: Annotated[Path | None, typer.Option(help="ground truth", show_default="the one the split names")] = None,
    model: Annotated[Path | None, typer.Option(help="folder of the model, to check what it was fitted on")] = None,
    confidence: Annotated[Path | None, typer.Option(help="raster that predict wrote, for the calibration")] = None,
) -> None:
    """Compare a map with the ground truth on a split's test pixels; exit status 3 when the model has seen one."""
    from hsclass.assess import evaluate as run
    from hsclass.assess.abstained import with_abstained
    from hsclass.fit_scope import SCOPE_FILE, read_fit_scope
    from hsclass.raster import read_raster
    from hsclass.results import as_text, write_record
    from hsclass.scene import read_classes
    from hsclass.split import read_split

    read, named = read_split(split)
    truth = require_truth(split, labels or named)
    reference, classes = read_classes(truth)
    about = read_raster(truth)
    mapped, drawn = read_classes(map_file)
    predicted, answers = with_abstained(mapped, classes, read_raster(map_file).tags, drawn)
    if confidence and answers is not classes:
        typer.echo(f"evaluate: {map_file} abstains, so the confidence of its answers is not calibrated", err=True)
        confidence = None
    metrics = run(
        predicted, reference, read, answers,
        confidence=read_raster(confidence).bands[0] if confidence else None, pixel_area=about.grid.pixel_area,
        scope=read_fit_scope(model / SCOPE_FILE) if model else None, digest=about.tags.get("digest", ""),
    )  # fmt: skip
    if output:
        write_record(metrics, output)
        typer.echo(f"evaluate {output.parent}: {metrics.in_words()}", err=True)
    else:
        typer.echo(as_text(metrics))


@app.command()
def compare(
    maps: Annotated[list[str], typer.Argument(metavar="NAME=MAP.tif...", help="two or more maps of one scene")],
    split: Annotated[Path, typer.Option(help="raster of split codes")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file", show_default="print it")] = None,
    labels: Annotated[Path | None, typer.Option(help="ground truth", show_default="the one the split names")] = None,
) -> None:
    """Compare maps in pairs on a split's test pixels: differences with intervals and tests."""
    from hsclass.assess import compare as run
    from hsclass.assess.abstained import with_abstained
    from hsclass.raster import read_raster
    from hsclass.results import as_text, write_record
    from hsclass.scene import read_classes
    from hsclass.split import read_split

    read, named = read_split(split)
    reference, known = read_classes(require_truth(split, labels or named))
    classes = {}
    for name, path in read_pairs(maps).items():
        mapped, drawn = read_classes(path)
        classes[name], _ = with_abstained(mapped, known, read_raster(path).tags, drawn)
    comparison = run(classes, reference, read)
    if output:
        write_record(comparison, output)
    else:
        typer.echo(as_text(comparison))


@app.command()
def report(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT.json", help="what `hsclass experiment -o` wrote")],
    output: Output,
) -> None:
    """Write the report, index.html, and the tables, accuracy.csv and .tex, of a finished experiment.

    Matched random splits add optimism.csv, comparisons of models comparison.csv.
    """
    from hsclass.report import write_report

    write_report(experiment, output)
    typer.echo(f"report: {output / 'index.html'}, {output / 'accuracy.csv'}, {output / 'accuracy.tex'}", err=True)
