"""Commands of the split: make one, measure one."""

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import AsJson, Output, SceneArgument, Seed, Settings, read_options
from hsclass.cli.listing import Listing

_LOG = logging.getLogger(__name__)


@app.command(cls=Listing)
def split(
    scene: SceneArgument,
    output: Output,
    window: Annotated[
        int | None, typer.Option(help="odd side [pixels] of the windows to keep apart; needed for pixels")
    ] = None,
    sampler: Annotated[
        str | None,
        typer.Option(
            help="{samplers}; hsclass samplers describes them",
            show_default="dbscan_area for pixels, random for images",
        ),
    ] = None,
    train: Annotated[float, typer.Option(help="share of the labelled samples")] = 0.10,
    validation: Annotated[float, typer.Option(help="share of the labelled samples")] = 0.05,
    seed: Seed = 0,
    settings: Settings = None,
) -> None:
    """Assign the labelled pixels of a scene, or the images of a set, to training, validation and test."""
    from hsclass.datasets.open_samples import labels_file, open_samples
    from hsclass.errors import UsageError
    from hsclass.samplers import make_split
    from hsclass.split import TABLE_SUFFIX, write_split

    opened = open_samples(scene)
    images = opened if opened.kind == "images" else None
    if (images is None) == (output.suffix == TABLE_SUFFIX):
        expected = ".tif, as the samples are pixels" if images is None else ".csv, as the samples are images"
        raise UsageError(f"--output {output}: expected a name that ends in {expected}")
    made = make_split(
        opened, sampler, window=window, train=train, validation=validation, seed=seed, **read_options(settings)
    )
    labels = labels_file(scene)
    named = os.path.relpath(labels, output.parent) if labels else ""
    write_split(made, output, images=images, labels_file=named)


@app.command()
def audit(
    split: Annotated[Path, typer.Argument(metavar="SPLIT", help="raster or table of a split, or a training mask")],
    window: Annotated[
        list[int] | None,
        typer.Option(help="side [pixels] of the windows; may be repeated", show_default="the split's own"),
    ] = None,
    threshold: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=32,
            help="most bits of 64 in which the hashes of near-duplicates differ",
            show_default="the split's",
        ),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="reference labels, or index of images", show_default="what the split names")
    ] = None,
    test: Annotated[
        str | None, typer.Option(metavar="FILE", help="test mask, or 'rest': all labelled pixels in no other mask")
    ] = None,
    validation: Annotated[Path | None, typer.Option(help="validation mask")] = None,
    ids: Annotated[
        str | None, typer.Option(metavar="1:2,2:3,...", help="class ids of the reference labels by ids of the masks")
    ] = None,
    train_key: Annotated[str | None, typer.Option(help="variable of the training mask's file")] = None,
    test_key: Annotated[str | None, typer.Option(help="variable of the test mask's file")] = None,
    validation_key: Annotated[str | None, typer.Option(help="variable of the validation mask's file")] = None,
    labels_key: Annotated[str | None, typer.Option(help="variable of the reference labels' file")] = None,
    as_json: AsJson = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="file for the JSON")] = None,
) -> None:
    """Measure leakage of a split, or of masks from elsewhere; exit status 3 if it is not declared.

    With --test the first file is a training mask: a raster, .mat, .npy or .npz of class ids, or of 0 and 1.
    """
    from hsclass.atomic import write_text
    from hsclass.audit import as_json_text, as_table, audit_split, open_input, parse_ids, require_sound

    opened = open_input(
        split, test, labels=labels, labels_key=labels_key, validation_mask=validation, train_key=train_key,
        test_key=test_key, validation_key=validation_key, ids=parse_ids(ids) if ids else None,
    )  # fmt: skip
    results = [
        audit_split(opened.split, opened.samples, window=side, threshold=threshold)
        for side in opened.windows(window or ())
    ]
    for remark in opened.remarks:
        _LOG.info("%s", remark)
    for caution in results[0].cautions:
        _LOG.warning("%s: %s", split, caution.text)
    if output:
        write_text(output, as_json_text(results, details=True))
    typer.echo(as_json_text(results) if as_json else as_table(results))
    for result in results:
        require_sound(result, str(split))
