"""YAML as people write it, read as plain data: no code in it runs, and no short text becomes endless data."""

import os
from pathlib import Path
from typing import Any

import yaml

from hsclass.errors import UsageError

_MOST = 100_000  # values, counted anew wherever an alias (*name) repeats them
_DEEPEST = 100


def read_yaml(path: str | os.PathLike[str], *, expected: str) -> Any:
    """Return what a YAML or JSON file holds.

    Parameters
    ----------
    path : path-like
    expected : str
        What to give, for the message: "a descriptor file".

    Raises
    ------
    UsageError
        If it cannot be read, is no YAML, or holds more than a person writes.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); give {expected}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not YAML ({error}); give {expected}, in UTF-8") from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, where: str) -> Any:
    """Return what a YAML text holds; `where` begins the message. Raises as `read_yaml`."""
    try:
        held = yaml.load(text, Loader=_Loader)
    except _TwiceError as error:
        raise UsageError(f"{where}: {error}; expected each key once; take one out") from None
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, TypeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(f"{where}: is not YAML ({reason[:300]}); correct that place") from error
    if _count(held, {}, 0) > _MOST:
        raise UsageError(
            f"{where}: holds more than {_MOST} values, or lists in lists without end; expected what a person writes;"
            " take out the aliases (*name) that repeat the most"
        )
    return held


class _TwiceError(yaml.YAMLError):
    """A key that stands twice in one mapping, of which PyYAML takes the last."""


class _Loader(yaml.SafeLoader):
    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str | None] = set()
        for key, _ in node.value:
            name = " ".join(key.value.split()) if isinstance(key, yaml.ScalarNode) else None
            if name in seen:
                raise _TwiceError(f"'{name}' stands twice, the second time in line {key.start_mark.line + 1}")
            seen |= {name} - {None}
        return node


def _count(held: Any, known: dict[int, float], depth: int) -> float:
    """Return the number of values in nested data; infinite where it contains itself."""
    if not isinstance(held, dict | list | set | tuple):
        return 1
    if depth > _DEEPEST:
        return float("inf")
    if id(held) not in known:
        known[id(held)] = float("inf")  # for itself inside of itself
        inner = [*held.keys(), *held.values()] if isinstance(held, dict) else held
        known[id(held)] = 1 + sum(_count(value, known, depth + 1) for value in inner)
    return known[id(held)]
