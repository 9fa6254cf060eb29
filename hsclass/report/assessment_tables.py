"""`assessment.csv` and `assessment.tex`: figures of the classes and the error matrix of an assessment."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hsclass.assess.design import Assessment
from hsclass.assess.design.estimators import Estimate
from hsclass.report.latex import escaped
from hsclass.report.text import number

_FIGURES = ("users", "producers", "area")


def assessment_rows(found: Assessment) -> pd.DataFrame:
    """Return a row for each class of the map: its figures, then its row of the error matrix.

    `users`, `producers` and `area` (in `unit`) have a standard error (`_se`) and a 95 % interval (`_low`, `_high`);
    `mapped` is the area that the map gives the class. The columns `reference NAME` hold the shares of the map's area
    that are of that class in truth.
    """
    rows = []
    for entry, shares in zip(found.classes, found.matrix.tolist(), strict=True):
        row = {"id": entry.id, "class": entry.name}
        for name in _FIGURES:
            figure: Estimate = getattr(entry, name)
            row |= {name: figure.value, f"{name}_se": figure.se, f"{name}_low": figure.low, f"{name}_high": figure.high}
        row |= {"mapped": entry.mapped, "unit": found.unit}
        named = zip(found.classes, shares, strict=True)
        rows.append(row | {f"reference {other.name}": share for other, share in named})
    return pd.DataFrame(rows)


def assessment_tex(found: Assessment) -> str:
    """Return two tables that a paper can take: figures of the classes, and the error matrix in shares of the area."""
    figures = [
        (escaped(entry.name), _figure(entry.users, 3), _figure(entry.producers, 3), _figure(entry.area, 1))
        for entry in found.classes
    ]
    names = [escaped(entry.name) for entry in found.classes]
    shares = [(name, *(number(share, 4) for share in row)) for name, row in zip(names, found.matrix, strict=True)]
    total = ("Total", *(number(share, 4) for share in np.sum(found.matrix, axis=0)))
    oa = f"{number(found.oa.value)} ± {number(found.oa.se)}"
    design = f"{found.design} sample of {found.n} points"
    return "\n".join([
        r"% Needs \usepackage{booktabs} in the preamble, and nothing else.",
        *_table(
            f"Accuracy and area of the classes, estimated from a {design}; ± standard error. Overall accuracy {oa}.",
            ("Class", "User's accuracy", "Producer's accuracy", f"Area [{found.unit}]"), figures,
        ),
        *_table(
            "Error matrix in shares of the area of the map; rows: map, columns: reference.", ("", *names),
            [*shares, total],
        ),
    ])  # fmt: skip


def _figure(found: Estimate, decimals: int) -> str:
    return "--" if np.isnan(found.value) else rf"${found.value:.{decimals}f} \pm {found.se:.{decimals}f}$"


def _table(caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [" & ".join(row) + r" \\" for row in (head, *rows)]
    return [
        r"\begin{table}[htbp]", r"\centering\footnotesize", rf"\caption{{{escaped(caption)}}}",
        rf"\begin{{tabular}}{{@{{}}l{'r' * (len(head) - 1)}@{{}}}}", r"\toprule", lines[0], r"\midrule", *lines[1:],
        r"\bottomrule", r"\end{tabular}", r"\end{table}", "",
    ]  # fmt: skip
