"""Arguments and options that several commands share, and how their texts are read."""

from pathlib import Path
from typing import Annotated, Any

import typer

from hsclass.errors import UsageError
from hsclass.yaml_file import parse_yaml, read_yaml

SceneArgument = Annotated[str, typer.Argument(metavar="SCENE", help="folder of a scene, or a data set's name")]
SplitArgument = Annotated[Path, typer.Argument(metavar="SPLIT.tif", help="raster of split codes")]
Output = Annotated[Path, typer.Option("--output", "-o", help="file to write")]
OutputFolder = Annotated[Path, typer.Option("--output", "-o", help="folder to write")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="an option; may be repeated")]
FeatureSettings = Annotated[
    list[str] | None,
    typer.Option("--set-feature", metavar="OPTION=VALUE", help="an option of the features; may be repeated"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Seed = Annotated[int, typer.Option(help="random seed")]
Threads = Annotated[int, typer.Option(min=1, help="processor threads")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="folder of fetched files", show_default="a cache")]


def read_options(settings: list[str] | None) -> dict[str, Any]:
    """Read OPTION=VALUE settings; a value is read as YAML."""
    options = {}
    for setting in settings or ():
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--set {setting}: has no '='; expected OPTION=VALUE")
        options[name] = parse_yaml(value, f"--set {setting}")
    return options


def read_entry(file: Path | None, key: str, default: str) -> tuple[str, dict[str, Any]]:
    """Read an entry of an experiment's list from a YAML file: what it names under `key`, and its options.

    Without a file that is `default`, without options.
    """
    if file is None:
        return default, {}
    found = read_yaml(file, expected="a file of tune")
    if not isinstance(found, dict) or not isinstance(found.get(key), str):
        raise UsageError(f"{file}: has no '{key}: NAME'; expected that and options, as tune writes them")
    return found[key], {name: value for name, value in found.items() if name not in (key, "name")}


def read_files(given: list[str]) -> dict[str, list[Path]]:
    """Read NAME=FILE arguments; a name may be given several files."""
    files: dict[str, list[Path]] = {}
    for item in given:
        name, _, file = item.partition("=")
        if not (name and file):
            raise UsageError(
                f"predictions: {item!r} is no NAME=FILE; expected the name of a model and its map or table"
            )
        files.setdefault(name, []).append(Path(file))
    return files
