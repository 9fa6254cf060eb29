"""Accuracy against the side of the windows: models of one kind that differ in it, on the same test pixels."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from hsclass.report.comparison import paired
from hsclass.report.drawing import CurvePanel, canvas, curve_panels, styles, themed
from hsclass.report.table import SetResults


def window_rows(results: SetResults) -> pd.DataFrame:
    """Return a row for each model of a kind that an experiment has with several window sides, under each split.

    Columns: `split`, `line`, kind and features; `side` [pixels]; `label`; OA over all seeds, `oa`, `oa_low`, `oa_high`;
    `difference` of OA from that of the widest windows of its line, paired, with its 95 % interval `low` and `high`.
    """
    own = results.experiment.window
    sides = {
        entry["name"]: (entry["model"], entry["options"]["window"] or own)
        for entry in results.experiment.models
        if "window" in entry.get("options", {})
    }
    rows: list[dict[str, Any]] = []
    for group in results.groups.itertuples():
        if group.model in sides and group.split not in results.experiment.copies:
            kind, side = sides[group.model]
            rows.append({
                "split": str(group.split), "line": f"{kind} on {group.features}", "side": side, "label": group.label,
                "method": str(group.method), "oa": group.oa, "oa_low": group.oa_low, "oa_high": group.oa_high,
            })  # fmt: skip
    if not rows:
        return pd.DataFrame()
    found = pd.DataFrame(rows)
    found = found[found.groupby(["split", "line"]).side.transform("nunique") > 1]
    if found.empty:
        return found
    found = found.sort_values(["split", "line", "side"], ignore_index=True)
    widest = found.groupby(["split", "line"]).method.transform("last")
    pairs = [paired(results, *each) for each in zip(found.split, found.method, widest, strict=True)]
    return found.assign(
        **{name: [getattr(pair, name, None) for pair in pairs] for name in ("difference", "low", "high")}
    )


def windows_part(results: SetResults) -> tuple[CurvePanel, ...]:
    """Return a panel for each split under which models of one kind differ in their windows."""
    rows = window_rows(results)
    if rows.empty:
        return ()
    lines = styles(list(rows.line.unique()))
    words = "Overall accuracy on {} by the side of the windows"
    return curve_panels(rows, "split", lines, side_figure, name=f"{results.key}-side", words=words)


@themed
def side_figure(rows: pd.DataFrame, lines: dict[str, dict[str, Any]]) -> Figure:
    """Draw OA against the side of the windows, a line for each kind of model, with intervals as vertical bars."""
    figure, ax = canvas(420, 250, xlabel="window side [pixels]")
    ax.set(ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.set_xticks(sorted(rows.side.unique()))
    for place, (line, found) in enumerate(rows.groupby("line", sort=False)):
        style = lines[str(line)]
        x = found.side + 0.12 * (place - (rows.line.nunique() - 1) / 2)  # apart, so that bars do not hide each other
        ax.vlines(x, found.oa_low, found.oa_high, color=style["color"], linewidth=2.4, alpha=0.3)
        ax.plot(x, found.oa, clip_on=False, **style)
    return figure
