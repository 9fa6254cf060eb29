"""Paths in an experiment file count from its folder; the jobs need them from the working folder."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsclass.datasets import catalogue

_LISTS = {"scenes": "scene", "images": "images", "splits": "sampler"}
_FILES = ("_mask", "_list")  # ends of the options that name files


def placed(config: Mapping[str, Any], folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the keys of an experiment with all paths from the working folder.

    Parameters
    ----------
    config : mapping
        Keys of an experiment file, unchecked.
    folder : path-like
        The file's folder, which its paths count from.

    Returns
    -------
    dict
        The same keys; names of the catalogue and absolute paths are unchanged, and so is all that is not understood,
        for which the check of the experiment has the better message.
    """
    home = Path(folder)
    if home.resolve() == Path.cwd():
        return dict(config)
    return {
        key: _entries(value, _LISTS[key], home) if key in _LISTS
        else _final(value, home) if key == "final"
        else value
        for key, value in config.items()
    }  # fmt: skip


def _final(given: Any, home: Path) -> Any:
    if not isinstance(given, Mapping) or not isinstance(asked := given.get("assess"), str | Mapping):
        return given
    if isinstance(asked, str):
        return {**given, "assess": _place(asked, home)}
    files = {scene: _place(file, home) if isinstance(file, str) else file for scene, file in asked.items()}
    return {**given, "assess": files}


def _entries(given: Any, key: str, home: Path) -> Any:
    if isinstance(given, list):
        return [_entries(entry, key, home) for entry in given]
    if isinstance(given, str):
        return _place(given, home) if key != "sampler" and _is_path(given, home) else given
    if not isinstance(given, Mapping):
        return given
    return {
        name: _entries(value, key, home) if name == key
        else _place(value, home) if isinstance(value, str) and str(name).endswith(_FILES)
        else value
        for name, value in given.items()
    }  # fmt: skip


def _is_path(text: str, home: Path) -> bool:
    return text not in catalogue() and (
        "/" in text or os.sep in text or text.endswith((".yaml", ".yml")) or (home / text).exists()
    )


def _place(text: str, home: Path) -> str:
    path = Path(text).expanduser()
    return str(path) if path.is_absolute() else os.path.relpath(home / path)
