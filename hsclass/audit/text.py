"""Audits as text: JSON for machines, a table for people."""

import json
from collections.abc import Sequence
from typing import Any

from hsclass.audit.figures import Audit


def as_json_text(audits: Sequence[Audit], *, details: bool = False) -> str:
    """Return one object for one audit and a list of objects for several; `details` adds what `Audit.details` gives."""
    figures = [audit.as_dict() | (audit.details() if details else {}) for audit in audits]
    return json.dumps(figures if len(figures) > 1 else figures[0], indent=1)


def as_table(audits: Sequence[Audit]) -> str:
    """Return a line for each figure, with a column for each of one or more audits."""
    rows = [audit.as_dict() for audit in audits]
    columns = [list(rows[0]), *([_shown(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in columns]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*columns, strict=True)
    )


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else json.dumps(value)
