"""Commands of the figures: evaluate predictions, compare them, report an experiment."""

from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import AsJson, OutputFolder, read_files
from hsclass.cli.shown import show_comparison, show_metrics

SplitFile = Annotated[Path, typer.Option(metavar="SPLIT.tif|SPLIT.csv", help="raster or table of a split")]
Labels = Annotated[
    Path | None, typer.Option(help="reference labels, or index of images", show_default="what the split names")
]
JsonFile = Annotated[Path | None, typer.Option("--output", "-o", help="JSON file", show_default="print a table")]


@app.command()
def evaluate(
    predictions: Annotated[
        Path, typer.Argument(metavar="MAP.tif|TABLE.csv", help="classes of the whole scene, or of images")
    ],
    split: SplitFile,
    output: JsonFile = None,
    as_json: AsJson = False,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="reference labels: raster, polygons, points or ENVI regions; or index of images",
            show_default="what the split names",
        ),
    ] = None,
    attribute: Annotated[
        str | None,
        typer.Option("--field", help="attribute of polygons or points with the class", show_default="the only one"),
    ] = None,
    model: Annotated[Path | None, typer.Option(help="folder of the model, to check what it was fitted on")] = None,
    confidence: Annotated[
        Path | None, typer.Option(help="confidence raster that predict wrote, to check the calibration of a map")
    ] = None,
) -> None:
    """Compare predictions with the reference labels on a split's test samples.

    Exit status 3 when the model has seen a test sample.
    """
    from hsclass.assess import evaluate_file
    from hsclass.results import as_text, write_record

    metrics = evaluate_file(
        predictions, split, labels=labels, attribute=attribute, model=model, confidence=confidence
    )  # fmt: skip
    if output:
        write_record(metrics, output)
        typer.echo(f"evaluate {output}: {metrics.in_words()}", err=True)
    elif as_json:
        typer.echo(as_text(metrics))
    else:
        show_metrics(metrics)


@app.command()
def compare(
    predictions: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=MAP.tif|TABLE.csv...",
            help="maps of one scene, or tables of one image set; with several splits, repeat NAME for each of them",
        ),
    ],
    split: Annotated[
        list[Path], typer.Option(metavar="SPLIT.tif|SPLIT.csv", help="split; repeat for each seed or fold")
    ],
    output: JsonFile = None,
    as_json: AsJson = False,
    labels: Labels = None,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=MAP.tif|TABLE.csv", help="the same model under another split; may be repeated"),
    ] = None,
    against_split: Annotated[list[Path] | None, typer.Option(help="the other split; repeat for each seed")] = None,
    against_name: Annotated[
        list[str] | None, typer.Option(help="name of the other split; repeat for each further one")
    ] = None,
    field_map: Annotated[
        Path | None, typer.Option(metavar="FIELDS.tif", help="write the share of correct test pixels of each field")
    ] = None,
) -> None:
    """Compare models on the test samples of a split: in pairs, over all its seeds or folds.

    The file also holds the accuracy of each model, pooled and in each field, and with --against its difference
    from another split on the samples that both test.
    """
    from hsclass.assess import compare_files
    from hsclass.results import as_text, write_record

    comparison = compare_files(
        read_files(predictions), split, labels=labels, against=read_files(against or []),
        against_split=against_split or (), against_name=against_name or (), field_map=field_map,
    )  # fmt: skip
    if output:
        write_record(comparison, output)
    elif as_json:
        typer.echo(as_text(comparison))
    else:
        show_comparison(comparison)


@app.command()
def report(
    experiments: Annotated[
        list[Path], typer.Argument(metavar="EXPERIMENT.json...", help="reports/NAME/experiment.json of each experiment")
    ],
    output: OutputFolder,
) -> None:
    """Write the report of a finished experiment, or of several as one.

    The report is index.html, with accuracy.csv, accuracy.tex and results.json next to it. pooled.csv and fields.csv
    hold the accuracy of each model over all seeds or folds, and of each field. Matched random splits add optimism.csv,
    and several models comparison.csv.
    """
    from hsclass.report import write_report

    write_report(experiments, output)
    typer.echo(f"report: {output / 'index.html'}, {output / 'accuracy.csv'}, {output / 'accuracy.tex'}", err=True)
