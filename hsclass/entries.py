"""The lists of an experiment file: entries that name what they are, and bring their options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AfterValidator, BeforeValidator, Field

from hsclass.options import Options

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.]*$"


class Entry(Options):
    """One entry of a dimension: what it is, the name of its results, and its options."""

    kind: str
    name: str = Field(pattern=NAME)
    options: dict[str, Any] = Field(default_factory=dict)
    tune: dict[str, Any] | None = None


def entries_of(key: str) -> Any:
    """Read a dimension's list: a plain name takes that entry's defaults, a mapping names it under `key`."""

    def read(given: Any) -> list[dict[str, Any]]:
        items = given if isinstance(given, list) else [given]
        entries = []
        for item in items:
            fields = dict(item) if isinstance(item, Mapping) else {key: item}
            if not isinstance(fields.get(key), str):
                raise ValueError(f"each entry needs '{key}: NAME', found {item!r}")
            kind = fields.pop(key)
            name = fields.pop("name", f"{fields['of']}_twin" if kind == "twin" and "of" in fields else Path(kind).stem)
            tune = _asked_search(fields.pop("tune", False)) if key == "model" else None
            entries.append({"kind": kind, "name": name, "options": fields, "tune": tune})
        return entries

    return BeforeValidator(read)


def _asked_search(given: Any) -> dict[str, Any] | None:
    if not isinstance(given, bool | Mapping | None):
        raise ValueError(f"'tune' is {given!r}; expected the options of a search, or true for their defaults")
    return dict(given) if isinstance(given, Mapping) else {} if given else None


def _stand_once(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    names = [entry.name for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"'{twice[0]}' stands twice; give one of the two its own 'name:'")
    return entries


NAMED_ONCE = AfterValidator(_stand_once)
"""Refuses a list in which two entries have one name."""
