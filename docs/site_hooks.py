"""Pages of the site that are made, not written: keys, options, commands, the API, the tutorial, the benchmarks."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer.main
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import hsclass
from hsclass.choices import choices
from hsclass.cli import app
from hsclass.cli.listing import with_names
from hsclass.cli.tables import summary
from hsclass.entries import Listed
from hsclass.features import FEATURES, feature_class
from hsclass.models import model_class
from hsclass.plan import Plan
from hsclass.samplers import SAMPLERS
from hsclass.tables import resolve

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    "../benchmarks/RESULTS.md": "benchmarks.md",
    "../CHANGELOG.md": "changelog.md",
    "tutorial.ipynb": "tutorial.md",
}
CLASSES = {
    "splits": lambda name: resolve(SAMPLERS, name, "sampler"),
    "features": feature_class,
    "models": model_class,
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List all decisions in the navigation."""
    records = sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs/decisions").glob("*.md"))
    for entry in config.nav or []:
        if "Decisions" in entry:
            entry["Decisions"] = records
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    notebook = json.loads((ROOT / "docs/tutorial.ipynb").read_text(encoding="utf-8"))
    pages = {
        "keys.md": keys_page(),
        "options.md": options_page(),
        "commands.md": commands_page(),
        "api.md": api_page(),
        "tutorial.md": tutorial_page(notebook),
        "benchmarks.md": (ROOT / "benchmarks/RESULTS.md").read_text(encoding="utf-8"),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "]("),
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead links to files of the repository to their pages; what has none becomes plain text."""
    depth = "../" * page.file.src_uri.count("/")

    def led(match: re.Match[str]) -> str:
        text, target, anchor = match[1], match[2], match[3] or ""
        inner = target.removeprefix(depth) if depth else target
        if inner in ELSEWHERE:
            return f"[{text}]({depth}{ELSEWHERE[inner]}{anchor})"
        return text if inner.startswith("../") else match[0]

    return re.sub(r"(?<!!)\[([^\]]+)\]\(([^)#\s:]+)(#[^)\s]*)?\)", led, markdown)


def keys_page() -> str:
    """Return the table of the keys of an experiment file."""
    return (
        "# Keys of an experiment file\n\n`hsclass schema` prints them as a JSON schema, with which editors complete and"
        f" check the file.\n\n{table(Plan)}"
    )


def options_page() -> str:
    """Return a table of options for every sampler, every kind of features and every model."""
    parts = [
        "# Options\n\nOptions of every sampler, kind of features and model, with their defaults. `hsclass samplers`,"
        " `hsclass features` and `hsclass models` list the names."
    ]
    for key, title in (("splits", "Samplers"), ("features", "Features"), ("models", "Models")):
        parts.append(f"## {title}")
        of_pixels, of_images = (choices(samples)[key] for samples in ("pixels", "images"))
        names = dict.fromkeys(of_images.names(), of_images) | dict.fromkeys(of_pixels.names(), of_pixels)
        backbones = {name for name in names if key == "features" and name not in FEATURES}
        for name in sorted(set(names) - backbones):
            described = names[name].options_of(name)
            parts.append(f"### {name}\n\n{summary(CLASSES[key](name))}\n\n{table(described)}")
    return "\n\n".join(parts)


def table(options: type[BaseModel]) -> str:
    """Return a Markdown table of the fields of an options model."""
    rows = [
        f"| `{field.alias or name}` | {escaped(type_words(field.annotation))} | {default_of(field)}"
        f" | {escaped(field.description or '')} |"
        for name, field in options.model_fields.items()
    ]
    return "\n".join(["| key | type | default | meaning |", "|---|---|---|---|", *rows]) if rows else "No options."


WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path", Any: "any"}


def type_words(annotation: Any) -> str:
    """Return a type in the words of YAML."""
    parts, origin = get_args(annotation), get_origin(annotation)
    if origin is Annotated:
        return type_words(parts[0])
    if origin is Literal:
        return ", ".join(map(str, parts))
    if origin in (Union, UnionType):
        return " or ".join(type_words(part) for part in parts if part is not NoneType)
    if origin in (tuple, list):
        return f"list of {', '.join(type_words(part) for part in dict.fromkeys(parts) if part is not Ellipsis)}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "name, or keys" if annotation is Listed else "keys"
    return WORDS.get(annotation, "keys" if origin in (dict, Mapping) else str(annotation))


def default_of(field: FieldInfo) -> str:
    """Return the default of a field as YAML would give it."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default is None:
        return ""
    if isinstance(default, BaseModel):
        default = default.model_dump(mode="json", exclude_defaults=True)
    return f"`{escaped(json.dumps(default, default=str))}`"


def escaped(text: str) -> str:
    """Return a text that may stand in a cell."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def commands_page() -> str:
    """Return the help of every command."""
    parts = ["# Commands\n\n`hsclass COMMAND --help` prints the same."]
    group = typer.main.get_command(app)
    for name, command in sorted(getattr(group, "commands", {}).items()):
        rows = [f"| {usage} | {escaped(text)} |" for usage, text in parameters(command)]
        parts.append(f"## {name}\n\n{command.help or ''}\n\n| | |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts)


def parameters(command: Any) -> Iterator[tuple[str, str]]:
    """Yield the name and the help of each argument and option."""
    for parameter in command.params:
        names = [name for name in parameter.opts if name.startswith("-")]
        names = names or [getattr(parameter, "metavar", None) or str(parameter.name).upper()]
        yield ", ".join(f"`{name}`" for name in names), with_names(getattr(parameter, "help", None))


def api_page() -> str:
    """Return the public names by the part of the package that they come from, with their docstrings."""
    parts = ["# Python API\n\nEvery name can be imported from `hsclass`."]
    stub = Path(hsclass.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    topic = ""
    for origin, name in re.findall(r"^from \.(\w+)\S* import \w+ as (\w+)$", stub, re.MULTILINE):
        if origin != topic:
            parts.append(f"## {origin.replace('_', ' ').capitalize()}")
            topic = origin
        parts.append(f"::: {getattr(hsclass, name).__module__}.{name}")
    return "\n\n".join(parts)


def tutorial_page(notebook: Mapping[str, Any]) -> str:
    """Return the cells of the tutorial; the tests run them."""
    cells = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        cells.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    return "\n\n".join(cells)
