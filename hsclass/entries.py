"""The lists of an experiment file: entries that name what they are, and bring their options."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AfterValidator, BeforeValidator, Field

from hsclass.options import NAME, Options

_PART_NAME = (
    r"^[A-Za-z0-9][A-Za-z0-9_.]*$"  # splits, features and models stand in `{split}-{seed}`, `{features}-{model}`
)


class Listed(Options):
    """One entry of a list as the file gives it: what it is, the name of its results, and its options."""

    kind: str
    name: str
    given: dict[str, Any] = Field(default_factory=dict)
    tune: dict[str, Any] | None = None


def entries_of(key: str) -> Any:
    """Read a list of entries: a plain name takes that entry's defaults, a mapping names it under `key`."""
    pattern, characters = (
        (NAME, "letters, digits, '_', '.' and '-'")
        if key in {"scene", "images"}
        else (_PART_NAME, "letters, digits, '_' and '.'")
    )

    def read(given: Any) -> list[dict[str, Any]]:
        items = given if isinstance(given, list) else [given]
        entries = []
        for item in items:
            fields = dict(item) if isinstance(item, Mapping) else {key: item}
            if not isinstance(fields.get(key), str):
                raise ValueError(f"each entry needs '{key}: NAME', found {item!r}")
            kind = fields.pop(key)
            name = fields.pop("name", _default_name(kind, fields))
            if not re.match(pattern, str(name)):
                raise ValueError(f"'{name}' cannot name results; give the entry a 'name:' of {characters}")
            tune = _asked_search(fields.pop("tune", False)) if key == "model" else None
            entries.append({"kind": kind, "name": str(name), "given": fields, "tune": tune})
        return entries

    return BeforeValidator(read)


def _default_name(kind: str, fields: Mapping[str, Any]) -> str:
    if "of" in fields:
        return f"{fields['of']}_{kind}"
    module, colon, made = kind.partition(":")
    return made if colon and "/" not in module else Path(kind).stem


def _asked_search(given: Any) -> dict[str, Any] | None:
    if not isinstance(given, bool | Mapping | None):
        raise ValueError(f"'tune' is {given!r}; expected the options of a search, or true for their defaults")
    return dict(given) if isinstance(given, Mapping) else {} if given else None


def _stand_once(entries: tuple[Listed, ...]) -> tuple[Listed, ...]:
    names = [entry.name for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"'{twice[0]}' stands twice; give one of the two its own 'name:'")
    return entries


NAMED_ONCE = AfterValidator(_stand_once)
"""Refuses a list in which two entries have one name."""
