"""A digest of the source code that a stage's result depends on, so that an edit re-runs just the stages it touches."""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import cache_from_source, resolve_name
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from hsclass.backbones import BACKBONES
from hsclass.features import FEATURES
from hsclass.models import MODELS
from hsclass.remembered import Remembered
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
    "deliver": "hsclass.final.delivery",
    "suggest": "hsclass.assess.suggestion",
    "assess": "hsclass.assess.design",
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
_REMEMBERED = Remembered(
    Path(cache_from_source(__file__)).with_suffix(".json"), hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
)


def stage_digest(stage: str, *uses: Any, descriptor: Path | None = None) -> str:
    """Return a short digest of the code of every module that a stage imports or looks up by a name.

    The code is the syntax tree without comments and docstrings: these cannot change a result.

    Parameters
    ----------
    stage : str
        One of fetch, scene, split, features, audit, tune, train, predict, evaluate, deliver, suggest, assess, report;
        of images, "images.scene" and "images.predict".
    *uses : Any
        What the stage runs, as options say it: mappings that name a sampler, features, model or backbone under that
        key, also nested in other mappings and lists, as the steps of a chain are. The tables name implementations as
        text, so that a stage does not depend on those that it does not run.
    descriptor : path, optional
        The descriptor of the data set that the stage reads.
    """
    digest = hashlib.sha256()
    for path in sorted(set().union(*(_closure(root) for root in {_STAGES[stage], *_named(uses)}))):
        digest.update(_place(path).encode() + b"\0" + _code(path).digest)
    if descriptor is not None:
        digest.update(_values(descriptor.read_bytes()).encode())
    _REMEMBERED.write()
    return digest.hexdigest()[:16]


def _values(text: bytes) -> str:
    """Return the values of a descriptor, without its comments."""
    content = hashlib.sha256(text).hexdigest()
    if (found := _REMEMBERED.get(content)) is None:
        held = yaml.safe_load(text.decode("utf-8"))
        found = _REMEMBERED.keep(content, [json.dumps(held, sort_keys=True, default=str)])
    return found[0]


def _named(held: Any) -> Iterator[str]:
    """Yield the modules of all implementations that options name."""
    if isinstance(held, Mapping):
        for key, value in held.items():
            table = _TABLES.get(str(key), {})
            if isinstance(value, str) and value in table:
                yield table[value].split(":")[0]
            elif key == "model" and isinstance(value, str) and ":" in value:
                yield value.split(":")[0]  # a model of the user's own, imported already where it is to run
                yield "hsclass.models.own"
            yield from _named(value)
    elif isinstance(held, list | tuple):
        for value in held:
            yield from _named(value)


def _closure(root: str) -> set[Path]:
    """Source files of a module, of all that it imports from hsclass, and the templates of their packages.

    Of a model of the user's own, these are the modules that it imports from its own folder or package; of one that is
    installed, its module alone.
    """
    first = _file_of(root)
    if first is None:
        return set()
    own = not first.is_relative_to(_PACKAGE)
    if own and {"site-packages", "dist-packages"} & set(first.parts):
        return {first}
    found: set[Path] = set()
    seen, waiting = {root}, [root]
    while waiting:
        module = waiting.pop()
        path = _file_of(module)
        if path is None or path in found or (own and not path.is_relative_to(first.parent)):
            continue
        found.add(path)
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        named = {resolve_name(name, package) for name in _code(path).imports if package or name[0] != "."}
        new = {name for name in named if own or _is_ours(name)} - seen
        seen |= new
        waiting += new
        if path.name == "__init__.py" and path.parent != _PACKAGE:
            found.update(file for file in path.parent.rglob("*") if file.suffix in _TEMPLATES)
    return found


def _place(path: Path) -> str:
    """Return what a digest calls a file: its place in hsclass, or the name of a file of the user's."""
    return path.relative_to(_PACKAGE).as_posix() if path.is_relative_to(_PACKAGE) else path.name


def _is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] == _PACKAGE.name


def _file_of(module: str) -> Path | None:
    if _is_ours(module):
        return _found(_PACKAGE.parent, module)
    found = getattr(sys.modules.get(module), "__file__", None)  # imported when its name was looked up
    return Path(found) if found and found.endswith(".py") else None


@cache
def _found(folder: Path, module: str) -> Path | None:
    place = folder.joinpath(*module.split("."))
    candidates = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in candidates if path.exists()), None)


class _Code(NamedTuple):
    """What a file holds: the digest of its code, and the modules that it imports when it runs."""

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
    content = hashlib.sha256(text)
    if path.suffix != ".py":
        return _Code(content.digest())
    code, *imports = _REMEMBERED.get(content.hexdigest()) or _REMEMBERED.keep(content.hexdigest(), _found_in(text))
    return _Code(bytes.fromhex(code), tuple(imports))


def _found_in(text: bytes) -> list[str]:
    """Return the digest of the code of a file, and the modules that it imports."""
    tree = ast.parse(text)
    return [hashlib.sha256("\n".join(_words(tree)).encode()).hexdigest(), *_imports(tree)]


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
    """Yield the modules that are imported when a file runs, those inside functions too."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        for block in _BLOCKS:
            waiting += getattr(node, block, ())
        if isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield start
            yield from (f"{start}{'' if start.endswith('.') else '.'}{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
