"""Audits as text: JSON for machines, a table for people."""

import json
from collections.abc import Sequence
from typing import Any

from hsclass.results.audit import Audit

_DETAILS = {"shown", "distance_histogram", "by_window", "distances", "autocorrelation", "cautions", "notes"}
_OF_PIXELS = {"window", "centre_share", "moran_i", "sampled_field_share"}
_OF_IMAGES = {"threshold", "n_guard", "overlap", "published", "pairs", "within"}


def summary(audit: Audit) -> dict[str, Any]:
    """Return the figures that have a meaning for the samples, without lists.

    Of pixels the keys to `leaky` are fixed. Then come the share of test pixels in fields that train, and of each space
    the mean distance to training, of test pixels and of the map, with the Wasserstein distance of the two, and the
    ranges of autocorrelation of spectra and errors, None where not known.
    """
    others = _OF_PIXELS if audit.window is None else _OF_IMAGES
    figures = {name: value for name, value in audit.as_dict().items() if name not in _DETAILS | others}
    for each in audit.distances:
        mapped = each.map and each.map.mean
        figures |= {f"{each.space}_distance_test": each.test.mean, f"{each.space}_distance_map": mapped,
                    f"{each.space}_wasserstein": each.wasserstein}  # fmt: skip
    return figures | {f"{each.of}_range": each.range for each in audit.autocorrelation}


def as_json_text(audits: Sequence[Audit], *, details: bool = False) -> str:
    """Return one object for one audit and a list of objects for several; `details` gives all that a record holds."""
    figures = [
        audit.as_dict() if details else summary(audit) | {"cautions": [each.model_dump() for each in audit.cautions]}
        for audit in audits
    ]
    return json.dumps(figures if len(figures) > 1 else figures[0], indent=1)


def as_table(audits: Sequence[Audit]) -> str:
    """Return a line for each figure, with a column for each of one or more audits."""
    rows = [summary(audit) for audit in audits]
    columns = [list(rows[0]), *([_shown(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in columns]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip(*columns, strict=True)
    )


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else json.dumps(value)
