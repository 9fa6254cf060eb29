"""A digest of the source files that a stage's result depends on, so that an edit re-runs just the stages it touches."""

import ast
import hashlib
from functools import cache
from pathlib import Path

from hsclass.features import FEATURES
from hsclass.images.model import MODELS as IMAGE_MODELS
from hsclass.models import MODELS
from hsclass.samplers import SAMPLERS

_PACKAGE = Path(__file__).parent
_ROOMS = {
    "fetch": "hsclass.datasets.fetch",
    "scene": "hsclass.datasets.build",
    "split": "hsclass.samplers",
    "audit": "hsclass.audit",
    "tune": "hsclass.tuning.search",
    "train": "hsclass.training",
    "predict": "hsclass.predict",
    "evaluate": "hsclass.assess",
    "report": "hsclass.report",
    "images.fetch": "hsclass.datasets.fetch_images",
    "images.index": "hsclass.datasets.build_images",
    "images.split": "hsclass.images.splitting",
    "images.audit": "hsclass.images.audit",
    "images.features": "hsclass.images.frozen",
    "images.train": "hsclass.images.training",
    "images.predict": "hsclass.images.predicting",
    "images.evaluate": "hsclass.images.evaluation",
    "images.report": "hsclass.report.images",
}


def stage_digest(
    stage: str,
    *,
    sampler: str | None = None,
    features: str | None = None,
    model: str | None = None,
    image_model: str | None = None,
    descriptor: Path | None = None,
) -> str:
    """Return a short digest of every module that a stage imports, directly or not, and of the named implementations.

    Parameters
    ----------
    stage : str
        One of fetch, scene, split, audit, tune, train, predict, evaluate, report; of whole images "images.fetch" and so
        on.
    sampler, features, model, image_model : str, optional
        The implementations that the stage runs; the room tables name them as text, so that a stage does not depend on
        those it does not run.
    descriptor : path, optional
        The descriptor of the data set that the stage reads.
    """
    roots = [_ROOMS[stage]]
    for table, name in ((SAMPLERS, sampler), (FEATURES, features), (MODELS, model), (IMAGE_MODELS, image_model)):
        if name is not None:
            roots.append(table[name].split(":")[0])
    digest = hashlib.sha256()
    for path in sorted(set().union(*(_closure(root) for root in roots))):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    if descriptor is not None:
        digest.update(descriptor.read_bytes())
    return digest.hexdigest()[:16]


def _closure(root: str) -> set[Path]:
    """Source files of a module, of all that it imports from hsclass, and the templates of their packages."""
    found: set[Path] = set()
    waiting = [root]
    while waiting:
        path = _file_of(waiting.pop())
        if path is None or path in found:
            continue
        found.add(path)
        waiting += _imports(path)
        if path.name == "__init__.py" and path.parent != _PACKAGE:
            found.update(file for file in path.parent.rglob("*") if file.suffix in {".j2", ".css", ".js"})
    return found


def _file_of(module: str) -> Path | None:
    place = _PACKAGE.parent.joinpath(*module.split("."))
    candidates = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in candidates if path.exists()), None)


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Names of the hsclass modules that a file imports when it runs, those inside functions too."""
    names: list[str] = []
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hsclass"):
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names if alias.name.startswith("hsclass")]
    return tuple(names)
