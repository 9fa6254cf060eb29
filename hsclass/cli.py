"""The command line: one command a stage; each reads files, calls its stage and writes files."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from hsclass import __version__
from hsclass.errors import HsclassError, UsageError

app = typer.Typer(
    help="Hyperspectral land-cover classification with accuracy figures that can be defended.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SceneArgument = Annotated[str, typer.Argument(metavar="SCENE", help="folder of a scene, or a data set's name")]
SplitArgument = Annotated[Path, typer.Argument(metavar="SPLIT.tif", help="raster of split codes")]
Output = Annotated[Path, typer.Option("--output", "-o", help="what to write")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="an option; may be repeated")]
Seed = Annotated[int, typer.Option(help="of all random choices")]
Threads = Annotated[int, typer.Option(min=1, help="processor threads")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="folder of fetched files", show_default="a cache")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _globals(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="show it")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="show the traceback of an error")] = False,
) -> None:
    pass


@app.command()
def datasets() -> None:
    """List the data sets of the catalogue."""
    from rich.console import Console
    from rich.table import Table

    from hsclass.datasets import catalogue, load_descriptor

    table = Table("name", "title", "sensor", "rows x cols x bands", "classes", "licence", box=None)
    for name in sorted(catalogue()):
        known = load_descriptor(name)
        shape = " x ".join(map(str, known.shape)) if known.shape else ""
        table.add_row(name, known.title, known.sensor, shape, str(len(known.classes) or ""), known.licence)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="data set of the catalogue, or a descriptor file")],
    data: DataFolder = None,
) -> None:
    """Get a data set's files, verified by digest."""
    from hsclass.datasets import default_folder
    from hsclass.datasets.fetch import fetch as fetch_files

    folder = data or default_folder()
    manifest = fetch_files(name, folder)
    for part in ("cube", "labels"):
        if manifest[part]:
            typer.echo(f"{part}: {folder / manifest['name'] / manifest[part]['file']}, from {manifest[part]['origin']}")


@app.command()
def scene(
    name: Annotated[str, typer.Argument(metavar="NAME", help="data set of the catalogue, or a descriptor file")],
    output: Output,
    data: DataFolder = None,
    rename: Annotated[str | None, typer.Option("--name", help="of the scene", show_default="the data set's")] = None,
    settings: Settings = None,
) -> None:
    """Turn fetched files into a scene: cube.tif and labels.tif."""
    from hsclass.datasets import default_folder
    from hsclass.datasets.build import build_scene
    from hsclass.datasets.descriptor import SceneOptions
    from hsclass.options import parse_options
    from hsclass.scene import write_scene

    options = parse_options(SceneOptions, _options(settings), f"scene {rename or name}")
    built = build_scene(name, folder=data or default_folder(), options=options, name=rename)
    write_scene(built, output)


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
        opened, sampler, window=window, train=train, validation=validation, seed=seed, **_options(settings)
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


@app.command()
def train(
    scene: SceneArgument,
    split: SplitArgument,
    output: Output,
    model: Annotated[str, typer.Option(help="model family")] = "cnn3d",
    features: Annotated[str, typer.Option(help="feature extractor")] = "raw",
    seed: Seed = 0,
    threads: Threads = 1,
    settings: Settings = None,
    feature_settings: Annotated[
        list[str] | None, typer.Option("--set-feature", metavar="OPTION=VALUE", help="an option of the extractor")
    ] = None,
) -> None:
    """Train a model on a split's training pixels and write it to a folder."""
    from hsclass.datasets import open_scene
    from hsclass.split import read_split
    from hsclass.training import fit

    read, _ = read_split(split)
    trained = fit(
        open_scene(scene), read, model, features=features, seed=seed, threads=threads,
        feature_options=_options(feature_settings), progress=_teller(f"train {output.parent}"), **_options(settings),
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
    tell = _teller(f"predict {output.parent}")
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
    from hsclass.atomic import write_text
    from hsclass.fit_scope import SCOPE_FILE, read_fit_scope
    from hsclass.metrics import evaluate as compare
    from hsclass.raster import read_raster
    from hsclass.scene import read_classes
    from hsclass.split import Role, read_split

    read, named = read_split(split)
    truth = _truth(split, labels or named)
    reference, classes = read_classes(truth)
    about = read_raster(truth)
    evaluation = compare(
        read_classes(map_file)[0], reference, read, classes,
        confidence=read_raster(confidence).bands[0] if confidence else None, pixel_area=about.grid.pixel_area,
        scope=read_fit_scope(model / SCOPE_FILE) if model else None, digest=about.tags.get("digest", ""),
    )  # fmt: skip
    figures = {
        "window": read.window, "leaky": read.leaky, "n_train": len(read.pixels(Role.TRAIN)),
        "n_validation": len(read.pixels(Role.VALIDATION)), **evaluation.as_dict(),
    }  # fmt: skip
    if output:
        write_text(output, json.dumps(figures, indent=1))
        typer.echo(f"evaluate {output.parent}: OA {figures['oa']:.4f}, AA {figures['aa']:.4f}", err=True)
    else:
        typer.echo(json.dumps(figures, indent=1))


@app.command()
def compare(
    maps: Annotated[list[str], typer.Argument(metavar="NAME=MAP.tif...", help="two or more maps of one scene")],
    split: Annotated[Path, typer.Option(help="raster of split codes")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file", show_default="print it")] = None,
    labels: Annotated[Path | None, typer.Option(help="ground truth", show_default="the one the split names")] = None,
) -> None:
    """Compare maps in pairs on a split's test pixels: differences with intervals and tests."""
    from hsclass.atomic import write_text
    from hsclass.metrics import compare_maps
    from hsclass.scene import read_classes
    from hsclass.split import read_split

    read, named = read_split(split)
    reference, _ = read_classes(_truth(split, labels or named))
    classes = {name: read_classes(path)[0] for name, path in _pairs(maps).items()}
    text = json.dumps(compare_maps(classes, reference, read).as_dict(), indent=1)
    if output:
        write_text(output, text)
    else:
        typer.echo(text)


@app.command()
def experiment(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="experiment file, or '-' for standard input")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file for the resolved experiment")] = None,
) -> None:
    """Check an experiment file; write it with every default filled in and every run listed."""
    from hsclass.atomic import write_text
    from hsclass.experiment import Experiment, load_experiment

    plan = Experiment(yaml.safe_load(sys.stdin)) if config == "-" else load_experiment(config)
    resolved = plan.resolved()
    if output:
        write_text(output, json.dumps(resolved, indent=1))
    else:
        counts = {key: len(resolved[key]) for key in ("scenes", "splits", "seeds", "features", "models")}
        typer.echo(f"{' x '.join(f'{count} {key}' for key, count in counts.items())} = {len(resolved['runs'])} runs")


@app.command()
def report(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT.json", help="what `hsclass experiment -o` wrote")],
    output: Output,
) -> None:
    """Write the report, index.html, and the tables, accuracy.csv and .tex, of a finished experiment."""
    from hsclass.report import write_report

    write_report(experiment, output)
    typer.echo(f"report: {output / 'index.html'}, {output / 'accuracy.csv'}, {output / 'accuracy.tex'}", err=True)


@app.command()
def schema() -> None:
    """Print the JSON schema of experiment files."""
    from hsclass.experiment import schema_text

    typer.echo(schema_text(), nl=False)


def _options(settings: list[str] | None) -> dict[str, Any]:
    """Read OPTION=VALUE settings; a value is read as YAML."""
    options = {}
    for setting in settings or ():
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--set {setting}: has no '='; expected OPTION=VALUE")
        options[name] = yaml.safe_load(value)
    return options


def _truth(split: Path, truth: Path | None) -> Path:
    if truth is None:
        raise UsageError(f"{split}: names no ground truth; give it with --labels")
    return truth


def _pairs(given: list[str]) -> dict[str, str]:
    """Read NAME=FILE arguments, two or more with different names."""
    pairs = dict(item.partition("=")[::2] for item in given)
    if len(pairs) < len(given) or len(pairs) < 2 or not all(pairs.values()):
        raise UsageError(f"maps: are {' '.join(given)}; expected two or more as NAME=MAP.tif, each with its own name")
    return pairs


def _teller(label: str, every: float = 5.0) -> Callable[[str], None]:
    """Return a function that tells progress on standard error, at most every few seconds."""
    last = -every

    def tell(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            typer.echo(f"{label}: {text}", err=True)

    return tell


def main() -> None:
    """Run the command line; an error of hsclass becomes one sentence on standard error and its exit status."""
    try:
        app()
    except HsclassError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"hsclass: {error}", err=True)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
