"""Commands of the split: make one, measure one."""

import os
from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import Output, SceneArgument, Seed, Settings, read_options


@app.command()
def split(
    scene: SceneArgument,
    output: Output,
    window: Annotated[int, typer.Option(help="side [pixels] of the windows to keep apart, odd")],
    sampler: Annotated[str, typer.Option(help="how pixels are assigned")] = "dbscan_area",
    train: Annotated[float, typer.Option(help="share of the labelled pixels")] = 0.10,
    validation: Annotated[float, typer.Option(help="share of the labelled pixels")] = 0.05,
    seed: Seed = 0,
    settings: Settings = None,
) -> None:
    """Assign the labelled pixels to training, validation and test."""
    from hsclass.datasets import open_scene
    from hsclass.samplers import make_split
    from hsclass.scene import LABELS_FILE
    from hsclass.split import write_split

    opened = open_scene(scene)
    made = make_split(
        opened, sampler, window=window, train=train, validation=validation, seed=seed, **read_options(settings)
    )
    labels = Path(scene) / LABELS_FILE
    beside = os.path.relpath(labels, output.parent) if labels.exists() else ""
    write_split(made, output, grid=opened.grid, labels_file=beside)


@app.command()
def audit(
    split: Annotated[Path, typer.Argument(metavar="SPLIT", help="raster of split codes, or a training mask")],
    window: Annotated[
        list[int] | None, typer.Option(help="side [pixels]; may be repeated", show_default="the split's own")
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="ground truth", show_default="the one the split names")] = None,
    test: Annotated[
        str | None, typer.Option(metavar="FILE", help="test mask, or 'rest': all labelled pixels in no other mask")
    ] = None,
    validation: Annotated[Path | None, typer.Option(help="validation mask")] = None,
    ids: Annotated[
        str | None, typer.Option(metavar="1:2,2:3,...", help="class ids of the ground truth by ids of the masks")
    ] = None,
    train_key: Annotated[str | None, typer.Option(help="variable of the training mask's file")] = None,
    test_key: Annotated[str | None, typer.Option(help="variable of the test mask's file")] = None,
    validation_key: Annotated[str | None, typer.Option(help="variable of the validation mask's file")] = None,
    labels_key: Annotated[str | None, typer.Option(help="variable of the ground truth's file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="file for the JSON")] = None,
) -> None:
    """Measure how far a split or anyone's masks leak; exit status 3 when they do without declaring it.

    With --test the first file is a training mask: a raster, .mat, .npy or .npz of class ids, or of 0 and 1.
    """
    from hsclass.atomic import write_text
    from hsclass.audit import as_json_text, as_table, audit_split, open_input, parse_ids, require_sound

    opened = open_input(
        split, test, labels=labels, labels_key=labels_key, validation_mask=validation, train_key=train_key,
        test_key=test_key, validation_key=validation_key, ids=parse_ids(ids) if ids else None,
    )  # fmt: skip
    results = [audit_split(opened.split, opened.labels, window=side) for side in opened.windows(window or ())]
    for remark in opened.remarks:
        typer.echo(remark, err=True)
    if output:
        write_text(output, as_json_text(results, details=True))
    typer.echo(as_json_text(results) if as_json else as_table(results))
    for result in results:
        require_sound(result, str(split))
