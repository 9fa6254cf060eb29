"""Commands of campaigns: draw an accuracy sample of a map, assess the map with it, suggest where to label next."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import AsJson, Output, Seed
from hsclass.errors import DataError, KeptError, UsageError

ToFillIn = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="also write them to this file, unless it is there and somebody filled it in"),
]


@app.command()
def sample(
    map_file: Annotated[Path, typer.Argument(metavar="MAP.tif", help="raster of class ids, made here or elsewhere")],
    output: Output,
    size: Annotated[int | None, typer.Option(min=1, help="number of sample units")] = None,
    design: Annotated[
        Literal["stratified", "simple", "systematic", "blocks"], typer.Option(help="how units are drawn")
    ] = "stratified",
    seed: Seed = 0,
    allocation: Annotated[
        Literal["good_practice", "proportional", "equal", "neyman"],
        typer.Option(help="how a stratified sample is shared among the strata"),
    ] = "good_practice",
    strata: Annotated[Path | None, typer.Option(help="raster of strata", show_default="the map's classes")] = None,
    target_se: Annotated[
        float | None, typer.Option(help="standard error of overall accuracy to reach, in place of --size")
    ] = None,
    target_class: Annotated[
        int | None, typer.Option(help="with --target-se: reach it for the area of this class, as a share of the map")
    ] = None,
    expected: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=ACCURACY", help="user's accuracy expected of a class; may be repeated"),
    ] = None,
    min_distance: Annotated[float, typer.Option(min=0, help="minimum distance between units, in pixels")] = 0,
    block_side: Annotated[int, typer.Option(min=1, help="side of the blocks, in pixels")] = 100,
    per_block: Annotated[int, typer.Option(min=2, help="units in each block")] = 10,
    to_fill_in: ToFillIn = None,
) -> None:
    """Draw a probability sample of a map's pixels, to be labelled in QGIS, AcATaMa or a spreadsheet.

    The file has the columns id, x, y and reference; fill in reference and run `hsclass assess`.
    """
    from hsclass.assess.design import draw_sample, write_sample
    from hsclass.assess.design.planning import Target, alternatives, planned_size

    accuracies = _accuracies(expected)
    if (size is None) == (target_se is None):
        raise UsageError("sample: expected one of --size and --target-se; give the units, or the precision to reach")
    if target_class is not None and target_se is None:
        raise UsageError(f"--target-class {target_class}: goes with --target-se; add the standard error to reach")
    if size is None:
        assert target_se is not None
        target = Target(target_se, target_class)
        if design == "blocks":
            raise UsageError(
                f"--target-se {target_se:g}: pixels of one block are alike, by how much is not known before sampling;"
                " give --size, or another design"
            )
        size = planned_size(
            map_file, target, accuracies, strata_file=strata,
            allocation=allocation if design == "stratified" else "proportional",
        )  # fmt: skip
        typer.echo(f"{size} units for {target}", err=True)
    drawn = draw_sample(
        map_file, design, size=size, seed=seed, allocation=allocation, accuracies=accuracies, strata_file=strata,
        min_distance=min_distance, block_side=block_side, per_block=per_block,
    )  # fmt: skip
    _write(lambda path: write_sample(drawn, path), output, to_fill_in)
    if design == "stratified":
        typer.echo(alternatives(drawn.sizes, size, accuracies, of_class=target_class), err=True)
    typer.echo(
        f"{len(drawn)} points: {output}; fill in 'reference', then run: hsclass assess {output} {map_file}", err=True
    )


@app.command()
def assess(
    sample_file: Annotated[
        Path, typer.Argument(metavar="SAMPLE", help="file that sample wrote, with labels filled in")
    ],
    map_file: Annotated[Path, typer.Argument(metavar="MAP.tif", help="the map, or another on its grid")],
    design: Annotated[Path | None, typer.Option(help="design of the sample", show_default="SAMPLE.design.json")] = None,
    column: Annotated[str | None, typer.Option(help="reference column to use", show_default="the first")] = None,
    unit: Annotated[
        Literal["m2", "ha", "km2", "pixels"] | None,
        typer.Option(help="unit of the areas", show_default="ha, else pixels"),
    ] = None,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help="leave out points without a label")] = False,
    other: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="class that the map lacks; its points are errors of the map (repeatable)"),
    ] = None,
    as_json: AsJson = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="file for the JSON; tables of that name in .csv and .tex")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="PAGE.html", help="page with all figures")] = None,
    card: Annotated[
        Path | None,
        typer.Option(metavar="PAGE.html", help="model card of a delivered map with its accuracy and areas"),
    ] = None,
) -> None:
    """Estimate overall, user's and producer's accuracy and class areas from a labelled sample."""
    from hsclass.assess.design import assess_map
    from hsclass.assess.design.text import as_table
    from hsclass.atomic import write_text

    found = assess_map(
        sample_file, map_file, design=design, column=column, unit=unit, allow_missing=allow_missing,
        other=other or (),
    )  # fmt: skip
    text = json.dumps(found.as_dict(), indent=1)
    if output:
        from hsclass.report.assessment_tables import assessment_rows, assessment_tex
        from hsclass.report.csv_tables import as_csv

        write_text(output, text + "\n")
        write_text(output.with_suffix(".csv"), as_csv(assessment_rows(found)))
        write_text(output.with_suffix(".tex"), assessment_tex(found))
    if report:
        from hsclass.report.assessment import write_assessment

        write_assessment(found, report, map_name=map_file.name, sample_name=sample_file.name)
    if card:
        from hsclass.final.card import write_card_page
        from hsclass.results.final import FinalCard
        from hsclass.results.record import read_record

        write_card_page(read_record(FinalCard, map_file.with_name("card.json"), "deliver"), card, found)
    typer.echo(text if as_json else as_table(found))


@app.command()
def suggest(
    map_file: Annotated[Path, typer.Argument(metavar="MAP.tif", help="raster of class ids that predict wrote")],
    output: Output,
    confidence: Annotated[Path, typer.Option(help="raster of the probability of the class")],
    dissimilarity: Annotated[
        Path | None,
        typer.Option(help="raster of the dissimilarity index", show_default="that of the map, as predict names it"),
    ] = None,
    number: Annotated[int, typer.Option("--number", "-n", min=1, help="number of places, at most")] = 20,
    distance: Annotated[
        float | None,
        typer.Option(min=0, help="minimum distance between places, in pixels", show_default="spread evenly"),
    ] = None,
    per_trip: Annotated[int, typer.Option(min=1, help="places that are visited together")] = 1,
    radius: Annotated[
        float | None, typer.Option(min=0, help="radius of a trip, in pixels", show_default="five cells")
    ] = None,
    cell: Annotated[int, typer.Option(min=1, help="side of the cells that are ranked, in pixels")] = 9,
    within: Annotated[Path | None, typer.Option(help="raster; suggest only places where it is above 0")] = None,
    visited: Annotated[
        Path | None, typer.Option(help="raster, such as the reference labels; suggest no place where it is above 0")
    ] = None,
    segments: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="SIDE",
            help="outline the map's class around each place, up to SIDE pixels across",
            show_default="points",
        ),
    ] = None,
    to_fill_in: ToFillIn = None,
) -> None:
    """Suggest places to label next: where the map is uncertain and the scene unlike the training samples.

    The file has an empty column reference; with labels filled in, it can be used as reference labels of the scene.
    """
    from hsclass.assess.suggestion import suggest as suggested
    from hsclass.predict.products import DISSIMILARITY, file_next_to

    dissimilarity = dissimilarity or file_next_to(map_file, DISSIMILARITY)
    if not dissimilarity.is_file():
        raise UsageError(
            f"{dissimilarity}: no such file; expected the dissimilarity index: run 'hsclass predict --applicability',"
            " or name it by --dissimilarity"
        )
    found = suggested(
        map_file, confidence, dissimilarity, number=number, cell=cell,
        distance=distance, per_trip=per_trip, radius=radius, within=within, visited=visited,
        segments=segments,
    )  # fmt: skip
    _write(found.write, output, to_fill_in)
    fewer = "" if len(found) == number else f" of the {number} requested: no other cell is left"
    trips = f" on {found.trips.max(initial=0)} trips" if per_trip > 1 else ""
    typer.echo(
        f"{len(found)} places{fewer}, in {len(set(found.classes.tolist()))} map classes{trips}: {output}", err=True
    )


def _write(write: Callable[[Path], None], output: Path, to_fill_in: Path | None) -> None:
    replaced = output.exists()
    write(output)
    if replaced:
        typer.echo(f"note: {output}: the file of this name, in which nothing was filled in, was replaced", err=True)
    if to_fill_in is None:
        return
    try:
        write(to_fill_in)
    except (KeptError, DataError) as error:
        typer.echo(f"note: {error}; it was left as it is, and the new points are in {output} alone", err=True)


def _accuracies(given: list[str] | None) -> dict[int, float]:
    found = {}
    for item in given or ():
        identity, equals, value = item.partition("=")
        try:
            found[int(identity)] = float(value)
        except ValueError:
            equals = ""
        if not equals or not 0 < found[int(identity)] <= 1:
            raise UsageError(f"--expected {item}: expected a class id and an accuracy up to 1, such as 3=0.8")
    return found
