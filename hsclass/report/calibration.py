"""Calibration: whether a model is right as often as its confidence says."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from hsclass.report.drawing import canvas, legend, styles, svg, themed
from hsclass.report.table import SetResults
from hsclass.report.text import mean_and_spread
from hsclass.report.theme import LIGHT

FEW = 10
"""Test samples below which a bin is marked as one that says little."""

_SMALLEST, _GROWTH = 2.0, 14.0
"""Marks grow with the samples of their bin: a bin of a few samples says little, however far it lies from the line."""


@dataclass(frozen=True)
class CalibrationPart:
    """Reliability curves, a drawing a split, and the models' expected calibration errors.

    Attributes
    ----------
    drawings : dict of str to Markup
        By split; a split without a model whose confidence was measured has none.
    errors : dict of str to dict of str to str
        By split and label; a dash for a model whose confidence was not measured.
    """

    drawings: dict[str, Markup]
    errors: dict[str, dict[str, str]]
    model_key: list[tuple[str, Markup]]


def calibration_part(results: SetResults) -> CalibrationPart | None:
    """Return reliability curves and calibration errors; None where no confidence was measured."""
    curves = reliability(results)
    if curves.empty:
        return None
    lines = styles(results.labels)
    drawings, errors = {}, {}
    for place, (split, groups) in enumerate(results.by_split()):
        found = curves[curves.split == split]
        if found.empty:
            continue
        errors[split] = {
            group.label: mean_and_spread(group.calibration_ece, group.calibration_ece_std)
            for group in groups.itertuples()
        }
        drawings[split] = svg(
            reliability_figure(found, lines), f"{results.key}-calibration-{place}",
            f"Reliability curves on {split}: accuracy by confidence",
            "Expected calibration error: " + "; ".join(f"{label} {error}" for label, error in errors[split].items()),
        )  # fmt: skip
    return CalibrationPart(drawings, errors, legend(lines, f"{results.key}-calibration-models"))


def reliability(results: SetResults) -> pd.DataFrame:
    """Return `confidence`, `accuracy` and `share` of the samples of each bin by split and method, over all seeds."""
    bins = results.long(lambda run: run.metrics.calibration.bins if run.metrics.calibration else ())
    if bins.empty:
        return bins
    keys = ["split", "method", "label", "low", "high"]
    weighted = bins.assign(confidence=bins.confidence * bins.n, accuracy=bins.accuracy * bins.n)
    sums = weighted.groupby(keys, observed=True)[["n", "confidence", "accuracy"]].sum().reset_index()
    sums[["confidence", "accuracy"]] = sums[["confidence", "accuracy"]].div(sums.n, axis=0)
    return sums.assign(share=sums.n / sums.groupby(["split", "method"], observed=True).n.transform("sum"))


@themed
def reliability_figure(curves: pd.DataFrame, lines: dict[str, dict[str, Any]]) -> Figure:
    """Draw accuracy by confidence, a line a model, around the diagonal of a calibrated one."""
    figure, ax = canvas(300, 300, xlabel="confidence")
    ticks = [0, 0.25, 0.5, 0.75, 1]
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=ticks, yticks=ticks)
    ax.set_title("accuracy", color=LIGHT["quiet"], size=11, weight="normal")
    ax.plot([0, 1], [0, 1], color=LIGHT["quiet"], linestyle=(0, (3, 3)), linewidth=1)
    for _, rows in curves.groupby("method", observed=True):
        style = lines[rows.label.iloc[0]]
        ax.plot(rows.confidence, rows.accuracy, color=style["color"], linestyle=style["linestyle"], alpha=0.45)
        sizes = (_SMALLEST + _GROWTH * rows.share**0.5) ** 2
        for shown, marker in ((rows.n >= FEW, style["marker"]), (rows.n < FEW, "x")):
            face = {"color": style["color"]} if marker == "x" else {
                "facecolor": style["markerfacecolor"], "edgecolor": style["color"]}  # fmt: skip
            ax.scatter(rows.confidence[shown], rows.accuracy[shown], sizes[shown].clip(lower=16), clip_on=False,
                       zorder=3, marker=marker, **face)  # fmt: skip
    return figure
