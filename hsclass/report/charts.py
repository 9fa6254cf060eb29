"""Wide figures of overall accuracy: with intervals by split, as bars by model, and what random sampling adds."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hsclass.report.drawing import accuracy_panels, split_colors, themed
from hsclass.report.table import SetResults
from hsclass.report.text import between, mean_and_spread, number, signed
from hsclass.report.theme import LIGHT

_ACCURACY = "overall accuracy (OA)"


@themed
def interval_figure(results: SetResults) -> Figure:
    """Draw OA of each model, a panel a split: mean (large dot), seeds (small dots) and interval (bar).

    A dashed line through all panels marks the mean of the model that was chosen on the validation samples of the first
    split without leakage.
    """
    panels, colors = list(results.by_split()), split_colors(results.leaky)
    figure, axes = accuracy_panels([len(groups) for _, groups in panels], row=24, head=34, xlabel=_ACCURACY)
    top = None if results.leaky[results.headline_split] else results.chosen(results.headline_split)
    for place, (ax, (split, groups)) in enumerate(zip(axes, panels, strict=True)):
        leaky, color = results.leaky[split], colors[split]
        ax.set_title(f"{split} (leaky)" if leaky else split, color=color)
        if leaky:
            ax.axvspan(0, 1, facecolor=LIGHT["leaky-pale"], edgecolor=LIGHT["leaky-stripe"], hatch="/", linewidth=0)
        ax.set_yticks(range(len(groups)), list(groups.label), color=LIGHT["ink"], size=13)
        for row, group in enumerate(groups.itertuples()):
            if pd.notna(group.oa_low) and pd.notna(group.oa_high):
                ax.errorbar(group.oa, row, xerr=[[group.oa - group.oa_low], [group.oa_high - group.oa]], fmt="none",
                            ecolor=color, elinewidth=2.5, capsize=4, alpha=0.6)  # fmt: skip
            if len(group.runs) > 1:
                seeds = results.over(group, "oa")
                ax.plot(seeds, [row] * len(seeds), "o", color=color, markersize=4.5, mfc=LIGHT["paper"], clip_on=False)
            ax.plot([group.oa], [row], "o", color=color, markersize=10, mfc=LIGHT["paper"] if leaky else color,
                    mew=2, clip_on=False, zorder=3)  # fmt: skip
            _write_right(ax, 1.012, row, mean_and_spread(group.oa, group.oa_std))
        if top is not None and pd.notna(top.oa):
            ax.axvline(top.oa, color=LIGHT["ink"], linestyle=(0, (4, 3)), linewidth=1.2)
            if place == 0:
                said = f"{top.label} on {top.split} {number(top.oa, 2)}"
                ax.text(top.oa, 1.02, said, transform=ax.get_xaxis_transform(), ha="center", va="bottom", size=12)
    return figure


@themed
def bar_figure(results: SetResults, groups: pd.DataFrame) -> Figure:
    """Draw the mean OA of each model as bars, a panel a model and a bar a split.

    Hatched and called leaky where test windows of the model share pixels with training windows.
    """
    panels, colors = list(groups.groupby("method", observed=True)), split_colors(results.leaky)
    one = len(panels) == 1
    figure, axes = accuracy_panels([len(rows) for _, rows in panels], row=24 if one else 18, head=8 if one else 28,
                                   xlabel=_ACCURACY)  # fmt: skip
    for ax, (_, rows) in zip(axes, panels, strict=True):
        if not one:
            ax.set_title(rows.label.iloc[0])
        shared = [results.shares_windows(group) for group in rows.itertuples()]
        names = [f"{split} (leaky)" if shares else split for split, shares in zip(rows.split, shared, strict=True)]
        ax.set_yticks(range(len(rows)), names, size=12)
        for row, (group, tick) in enumerate(zip(rows.itertuples(), ax.get_yticklabels(), strict=True)):
            alike = results.leaky[group.split] and not shared[row]
            color = LIGHT["quiet"] if alike else colors[group.split]
            tick.set_color(color)
            mean = 0 if pd.isna(group.oa) else group.oa
            ax.barh(row, mean, 0.74, **(_hatched(LIGHT["leaky"]) if shared[row] else {"color": color}))
            ax.annotate(number(group.oa, 2), (mean, row), (6, 0), textcoords="offset points", va="center", size=12,
                        weight="bold", annotation_clip=False)  # fmt: skip
    return figure


@themed
def optimism_figure(rows: pd.DataFrame, leaky: dict[str, bool]) -> Figure:
    """Draw a panel a pair of splits: full dot OA on the split, hollow dot OA on the matched random split."""
    panels, colors = list(rows.groupby(["split", "split_random"], observed=True, sort=False)), split_colors(leaky)
    figure, axes = accuracy_panels([len(found) for _, found in panels], row=26, head=34, xlabel=_ACCURACY)
    for ax, ((split, matched), found) in zip(axes, panels, strict=True):
        ax.set_title(f"{split} and its matched random split {matched}", color=colors[split])
        ax.text(1.012, 1.02, "optimism", transform=ax.transAxes, va="bottom", size=12, weight="bold")
        ax.set_yticks(range(len(found)), list(found.label), color=LIGHT["ink"], size=13)
        for place, row in enumerate(found.itertuples()):
            pair = sorted((row.oa, row.oa_random))
            fill = _hatched(LIGHT["leaky"]) if row.oa_random > row.oa else {"color": LIGHT["line"]}
            ax.barh(place, pair[1] - pair[0], 0.3, left=pair[0], **fill)
            ax.plot([row.oa_random], [place], "o", color=LIGHT["leaky"], markersize=10, mew=2, clip_on=False,
                    mfc=LIGHT["leaky-pale"])  # fmt: skip
            ax.plot([row.oa], [place], "o", color=colors[split], markersize=10, mew=2, clip_on=False)
            _write_right(ax, 1.012, place, signed(row.optimism), weight="bold")
            _write_right(ax, 1.125, place, between(row.optimism_low, row.optimism_high, sign=True), size=12)
    return figure


def _hatched(color: str) -> dict[str, Any]:
    return {"facecolor": LIGHT["leaky-pale"], "edgecolor": color, "hatch": "////", "linewidth": 1}


def _write_right(ax: Axes, x: float, row: int, text: str, **style: Any) -> None:
    """Write right of the panel, level with a row."""
    ax.text(x, row, text, transform=ax.get_yaxis_transform(), va="center", **({"size": 13} | style))
