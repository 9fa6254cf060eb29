"""Help that lists the names of a table: models, features, samplers."""

from importlib import import_module
from typing import Any

from typer.core import TyperCommand

_TABLES = {"models": "MODELS", "features": "FEATURES", "samplers": "SAMPLERS"}


class Listing(TyperCommand):
    """A command in whose help "{models}" and the like stand for names, which take long to import for every start."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with the names."""
        for parameter in self.params:
            parameter.help = with_names(getattr(parameter, "help", None))  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


def with_names(text: str | None) -> str:
    """Return a help text with the names of a table in place of "{models}" and the like."""
    text = text or ""
    for module, table in _TABLES.items():
        if (place := f"{{{module}}}") in text:
            text = text.replace(place, ", ".join(sorted(getattr(import_module(f"hsclass.{module}"), table))))
    return text
