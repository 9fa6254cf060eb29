"""A digest of the source code that a stage's result depends on, so that an edit re-runs just the stages it touches."""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from hsclass.backbones import BACKBONES
from hsclass.features import FEATURES
from hsclass.models import MODELS
from hsclass.samplers import SAMPLERS

_PACKAGE = Path(__file__).parent
_STAGES = {
    "fetch": "hsclass.datasets.fetch",
    "scene": "hsclass.datasets.build",
    "split": "hsclass.samplers",
    "features": "hsclass.features.frozen",
    "audit": "hsclass.audit",
    "tune": "hsclass.tuning.search",
    "train": "hsclass.training",
    "predict": "hsclass.predict",
    "evaluate": "hsclass.assess",
    "report": "hsclass.report",
    "images.scene": "hsclass.datasets.build_images",
    "images.predict": "hsclass.predict.images",
}
_TABLES: dict[str, Mapping[str, str]] = {
    "sampler": SAMPLERS,
    "features": {**FEATURES, **dict.fromkeys(BACKBONES, FEATURES["backbone"])},
    "model": MODELS,
    "backbone": BACKBONES,
}
_TEMPLATES = {".j2", ".css", ".js"}
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements hold statements: imports are nowhere else in a syntax tree."""


def stage_digest(stage: str, *uses: Any, descriptor: Path | None = None) -> str:
    """Return a short digest of the code of every module that a stage imports or looks up by a name.

    The code is the syntax tree without comments and docstrings: these cannot change a result.

    Parameters
    ----------
    stage : str
        One of fetch, scene, split, features, audit, tune, train, predict, evaluate, report; of images,
        "images.scene" and "images.predict".
    *uses : Any
        What the stage runs, as options say it: mappings that name a sampler, features, model or backbone under that
        key, also nested in other mappings and lists, as the steps of a chain are. The tables name implementations as
        text, so that a stage does not depend on those that it does not run.
    descriptor : path, optional
        The descriptor of the data set that the stage reads.
    """
    digest = hashlib.sha256()
    for path in sorted(set().union(*(_closure(root) for root in {_STAGES[stage], *_named(uses)}))):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + _code(path).digest)
    if descriptor is not None:
        held = yaml.safe_load(descriptor.read_text(encoding="utf-8"))
        digest.update(json.dumps(held, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:16]


def _named(held: Any) -> Iterator[str]:
    """Yield the modules of all implementations that options name."""
    if isinstance(held, Mapping):
        for key, value in held.items():
            table = _TABLES.get(str(key), {})
            if isinstance(value, str) and value in table:
                yield table[value].split(":")[0]
            yield from _named(value)
    elif isinstance(held, list | tuple):
        for value in held:
            yield from _named(value)


def _closure(root: str) -> set[Path]:
    """Source files of a module, of all that it imports from hsclass, and the templates of their packages."""
    found: set[Path] = set()
    waiting = [root]
    while waiting:
        path = _file_of(waiting.pop())
        if path is None or path in found:
            continue
        found.add(path)
        waiting += _code(path).imports
        if path.name == "__init__.py" and path.parent != _PACKAGE:
            found.update(file for file in path.parent.rglob("*") if file.suffix in _TEMPLATES)
    return found


def _file_of(module: str) -> Path | None:
    place = _PACKAGE.parent.joinpath(*module.split("."))
    candidates = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in candidates if path.exists()), None)


class _Code(NamedTuple):
    """What a file holds: the digest of its code, and the hsclass modules that it imports when it runs."""

    digest: bytes
    imports: tuple[str, ...] = ()


def _code(path: Path) -> _Code:
    about = path.stat()
    return _read(path, about.st_size, about.st_mtime_ns)


@cache
def _read(path: Path, size: int, time: int) -> _Code:
    """Read a file once for each of its sizes and times."""
    del size, time
    text = path.read_bytes()
    if path.suffix != ".py":
        return _Code(hashlib.sha256(text).digest())
    tree = ast.parse(text)
    return _Code(hashlib.sha256("\n".join(_words(tree)).encode()).digest(), tuple(_imports(tree)))


def _words(tree: ast.AST) -> Iterator[str]:
    """Yield a syntax tree as words, without its docstrings and without places in the file."""
    waiting: list[Any] = [tree]
    while waiting:
        held = waiting.pop()
        if isinstance(held, ast.AST):
            yield type(held).__name__
            for name, value in ast.iter_fields(held):
                if value is not None and value != [] and name not in {"ctx", "type_comment"}:
                    waiting += [value, f"{name}="]
        elif isinstance(held, list):
            kept = [part for part in held if not _is_text(part)]
            yield f"[{len(kept)}"
            waiting += kept
        else:
            yield repr(held)


def _is_text(statement: Any) -> bool:
    """Whether a statement is a text alone, which does nothing: a docstring."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the hsclass modules that are imported when a file runs, those inside functions too."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        for block in _BLOCKS:
            waiting += getattr(node, block, ())
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hsclass"):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("hsclass"))
