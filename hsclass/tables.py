"""Look-up of the names that each table (samplers, features, models, …) offers."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from hsclass.errors import UsageError


def resolve(table: Mapping[str, str], name: str, kind: str) -> Any:
    """Return the object that a table names, importing its module only now.

    Parameters
    ----------
    table : mapping of str to str
        Name to ``"package.module:attribute"``.
    name : str
        The name asked for.
    kind : str
        What the table holds ("model", "sampler", …), for the error message.

    Raises
    ------
    UsageError
        If the table has no such name; the message lists the valid ones.
    """
    module, attribute = table[resolve_name(table, name, kind)].split(":")
    return getattr(import_module(module), attribute)


def resolve_name(table: Collection[str], name: str, kind: str) -> str:
    """Return a name that a table has, importing nothing, or raise the UsageError of `resolve`."""
    if name not in table:
        near = get_close_matches(name, table, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise UsageError(f"unknown {kind} '{name}': expected one of {', '.join(sorted(table))}{hint}")
    return name


def summary(described: type) -> str:
    """Return the first sentence of a docstring."""
    return " ".join((described.__doc__ or "").partition("\n\n")[0].split())
