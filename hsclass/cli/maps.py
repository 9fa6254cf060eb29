"""Commands of predictions: map a scene or predict images, put a map together from its parts."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import Output, Threads
from hsclass.errors import UsageError

if TYPE_CHECKING:
    from hsclass.models.trained import TrainedModel
    from hsclass.predict.stream import MapPart

About = Annotated[Path | None, typer.Option(help="JSON file for time and memory")]


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="folder that train wrote")],
    scene: Annotated[
        str,
        typer.Argument(
            metavar="SCENE",
            help="folder of a scene, a raster that GDAL reads, or a data set's name; for images, index.csv, its folder,"
            " or any folder of images",
        ),
    ],
    output: Output,
    confidence: Annotated[Path | None, typer.Option(help="raster of the probability of the class")] = None,
    probabilities: Annotated[Path | None, typer.Option(help="raster of all probabilities, one band per class")] = None,
    abstain: Annotated[
        float | None, typer.Option(help="pixels with a lower confidence get no class", show_default="never")
    ] = None,
    preview: Annotated[Path | None, typer.Option(help="PNG of scene and map, side by side")] = None,
    resample: Annotated[
        Literal["linear", "gaussian"] | None,
        typer.Option(help="compute the model's bands by wavelength where the scene has others", show_default="refuse"),
    ] = None,
    memory: Annotated[
        float,
        typer.Option(metavar="MB", help="memory for the pixels mapped at a time, on top of program and model"),
    ] = 1200,
    applicability: Annotated[
        bool,
        typer.Option(
            "--applicability",
            help="also write di.tif, aoa.tif and, for a delivered model, expected_accuracy.tif, which"
            " are named NAME.di.tif and so on of a map of another name than map.tif",
        ),
    ] = False,
    density: Annotated[
        bool,
        typer.Option("--density", help="also write density.tif: number of similar training samples, 50 at most; slow"),
    ] = False,
    part: Annotated[
        str | None, typer.Option(metavar="I/N", help="map one of N parts, for gather", show_default="all")
    ] = None,
    about: About = None,
    split: Annotated[
        Path | None, typer.Option(help="for images: split, of which one role is predicted", show_default="all images")
    ] = None,
    role: Annotated[str, typer.Option(help="role in that split: train, validation or test")] = "test",
    features_file: Annotated[
        Path | None, typer.Option(help="features of images, computed before", show_default=False)
    ] = None,
    threads: Threads = 1,
) -> None:
    """Map a whole scene, or classify images, with a trained model.

    An interrupted map is resumed by the same command.
    """
    from hsclass.models.trained import TrainedModel
    from hsclass.predict.opening import open_pixels
    from hsclass.predict.stream import MapRequest, map_file
    from hsclass.report.preview import write_preview
    from hsclass.resources import peak_memory_mb
    from hsclass.results import PredictionRecord, write_record
    from hsclass.sources import stage_digest

    trained = TrainedModel.load(model, threads=threads)
    label = f"predict {output}"
    if trained.samples == "images":
        _predict_images(trained, Path(scene), output, split=split, role=role, features_file=features_file, about=about)
        return
    request = MapRequest(confidence, probabilities, abstain, resample, memory, _part(part), applicability, density)
    pixels = open_pixels(scene)
    report = map_file(
        trained, pixels, output, request, folder=model, code=stage_digest("predict", trained.card.as_dict())
    )  # fmt: skip
    typer.echo(f"{label}: {report.pixels} pixels in {report.seconds:.1f} s", err=True)
    if report.outside is not None:
        typer.echo(f"{label}: {report.outside:.1%} of the pixels lie outside the area of applicability", err=True)
    if preview:
        write_preview(pixels, output, preview)
    if about:
        rate = report.pixels / max(report.seconds, 1e-3)
        took = PredictionRecord(
            seconds=report.seconds,
            peak_memory_mb=peak_memory_mb(),
            pixels_per_second=round(rate, 1),
            outside=report.outside,
        )
        write_record(took, about)


def _predict_images(
    trained: "TrainedModel",
    source: Path,
    output: Path,
    *,
    split: Path | None,
    role: str,
    features_file: Path | None,
    about: Path | None,
) -> None:
    from hsclass.features.frozen import read_features
    from hsclass.predict.images import predict_folder, predict_images
    from hsclass.predict.predictions import require_table_name, write_predictions
    from hsclass.resources import Clock, peak_memory_mb
    from hsclass.results import PredictionRecord, write_record
    from hsclass.samples.images import INDEX_FILE, read_index
    from hsclass.split import read_split

    require_table_name(output)
    clock = Clock()
    if source.is_dir() and not (source / INDEX_FILE).is_file():
        found = predict_folder(trained, source)
    else:
        images = read_index(source)
        found = predict_images(
            trained, images, split=read_split(split, images) if split else None, role=role,
            features=read_features(features_file, images) if features_file else None,
        )  # fmt: skip
    write_predictions(found, output)
    typer.echo(f"predict {output}: {len(found.paths)} images in {clock.seconds:.1f} s", err=True)
    if about:
        rate = len(found.paths) / clock.seconds
        took = PredictionRecord(seconds=clock.seconds, peak_memory_mb=peak_memory_mb(), images_per_second=rate)
        write_record(took, about)


@app.command()
def gather(
    parts: Annotated[list[Path], typer.Argument(metavar="PART.tif...", help="what predict --part wrote")],
    output: Output,
    about: About = None,
) -> None:
    """Merge the parts of a map, or of its confidence or probabilities.

    With --about, the summaries of the parts are read next to them: PART.json.
    """
    from hsclass.predict.gather import gather_maps, gather_summaries
    from hsclass.results import write_record

    gather_maps(parts, output)
    if about:
        summaries = [part.with_suffix(".json") for part in parts]
        write_record(gather_summaries(summaries), about)


def _part(text: str | None) -> "MapPart | None":
    """Read I/N, or I-of-N as Snakemake names its parts."""
    from hsclass.predict.stream import MapPart

    if text is None:
        return None
    found = re.fullmatch(r"([0-9]+)(?:/|-of-)([1-9][0-9]*)", text)
    if not found:
        raise UsageError(f"--part {text}: expected the number of a part and how many there are, such as 2/8")
    return MapPart(int(found[1]), int(found[2]))
