"""Training curves of the networks: loss and accuracy by epoch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hsclass.report.drawing import canvas, svg, themed
from hsclass.report.table import SetResults
from hsclass.report.text import number
from hsclass.report.theme import LIGHT, TRAINING, VALIDATION

_MOST_POINTS = 200


@dataclass(frozen=True)
class Curves:
    """The training curves of one model under one split: all seeds in one drawing of loss and one of accuracy."""

    label: str
    split: str
    leaky: bool
    loss: Markup
    accuracy: Markup


def training_curves(results: SetResults) -> tuple[Curves, ...]:
    """Return the curves of every model that was trained in epochs, the splits of one model side by side."""
    history = results.long(lambda run: run.history)
    if history.empty:
        return ()
    drawn = []
    for place, group in enumerate(results.groups.sort_values(["method", "split"]).itertuples()):
        rows = history[history.run.isin(group.runs)]
        if rows.empty:
            continue
        best = results.table.loc[rows.run.unique(), "training_best_epoch"].dropna()
        of = f"by epoch of {group.label} on {group.split}, training and validation"
        pair = [
            svg(curve_figure(rows, column, best.to_list()), f"{results.key}-curve{place}-{column}",
                f"{column.capitalize()} {of}", _last(rows, column))
            for column in ("loss", "accuracy")
        ]  # fmt: skip
        drawn.append(Curves(group.label, group.split, bool(group.leaky), *pair))
    return tuple(drawn)


@themed
def curve_figure(history: pd.DataFrame, column: str, best_epochs: list[float]) -> Figure:
    """Draw a column of the history and its validation counterpart, a line a seed; dotted: the best epochs."""
    figure, ax = canvas(xlabel="epoch")
    ax.set_title(column, color=LIGHT["quiet"], size=11, weight="normal")
    for epoch in best_epochs:
        ax.axvline(epoch, color=LIGHT["quiet"], linestyle=(0, (1.5, 2.5)), linewidth=1)
    for _, rows in history.groupby("run"):
        for name, color in ((column, TRAINING), (f"val_{column}", VALIDATION)):
            known = rows[np.isfinite(rows[name].astype(float))]
            shown = known.iloc[:: -(-len(known) // _MOST_POINTS) or 1]
            ax.plot(shown.epoch, shown[name], color=color, alpha=0.85, clip_on=False)
    ax.set_ylim(0, 1 if column == "accuracy" else None)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    return figure


def _last(history: pd.DataFrame, column: str) -> str:
    """Say where the first seed's curves end."""
    seed: Any = history[history.run == history.run.iloc[0]]
    ends = [seed[name].dropna() for name in (column, f"val_{column}")]
    texts = [number(float(end.iloc[-1])) if len(end) else "not measured" for end in ends]
    return f"After {len(seed)} epochs: training {texts[0]}, validation {texts[1]}"
