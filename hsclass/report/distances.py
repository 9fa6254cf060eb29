"""Accuracy against distance: OA of test pixels near to training pixels and far from them."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from hsclass.report.drawing import canvas, styles, svg, themed
from hsclass.report.table import SetResults, mean_limit
from hsclass.report.text import count, lowest_to_highest, number, percent


@dataclass(frozen=True)
class DistancePanel:
    """One split.

    Attributes
    ----------
    pixels, fields : dict of str to str
        Test pixels at each distance, by the distance in words, and the effective number of fields that they lie in.
    oa : DataFrame
        Of a model (index `label`) at a distance: `oa`, `oa_std`, `oa_low`, `oa_high`; a row each, in order.
    drawing : Markup
    over_map : dict of str to tuple of str
        By the label of a model, OA expected over the map and the share of the map at tested distances.
    """

    split: str
    leaky: bool
    pixels: dict[str, str]
    fields: dict[str, str]
    oa: pd.DataFrame
    drawing: Markup
    over_map: dict[str, tuple[str, str]]

    def at(self, label: str, distance: str) -> Any:
        """Return the figures of a model at a distance, None where it has no test pixels there."""
        found = self.oa[(self.oa.label == label) & (self.oa.distance == distance)]
        return None if found.empty else found.iloc[0]


def distance_panels(results: SetResults) -> tuple[DistancePanel, ...]:
    """Return a panel for each split whose runs were measured against distance."""
    rows = results.long(lambda run: run.metrics.distance)
    if rows.empty:
        return ()
    rows["distance"] = [_words(row.low, row.high) for row in rows.itertuples()]
    lines = styles(results.labels)
    panels = []
    for place, (split, of_split) in enumerate(rows.groupby("split", observed=True)):
        in_order = of_split.sort_values(["low", "high"], na_position="last", kind="stable").distance.unique()
        found = of_split.assign(distance=pd.Categorical(of_split.distance, in_order, ordered=True))
        # all models of a seed share their test pixels
        seeds = found.groupby(["distance", "seed"], observed=True)
        pixels, fields = seeds.n.last(), seeds.effective_fields.last()
        oa = found.groupby(["method", "distance"], observed=True).agg(
            label=("label", "first"), oa=("oa", "mean"), oa_std=("oa", "std"), oa_low=("oa_low", mean_limit),
            oa_high=("oa_high", mean_limit),
        ).reset_index()  # fmt: skip
        panels.append(DistancePanel(
            split=str(split),
            leaky=results.leaky[str(split)],
            pixels={distance: lowest_to_highest(pixels.loc[distance], count) for distance in in_order},
            fields={distance: lowest_to_highest(fields.loc[distance], one_digit) for distance in in_order},
            oa=oa,
            drawing=svg(distance_figure(oa, lines), f"{results.key}-far-{place}",
                        f"Overall accuracy on {split} by distance to the nearest training pixel"),
            over_map={
                group.label: (lowest_to_highest(results.over(group, "map_oa"), number),
                              lowest_to_highest(results.over(group, "map_covered"), percent))
                for group in results.groups[results.groups.split == split].itertuples()
                if results.over(group, "map_oa").notna().any()
            },
        ))  # fmt: skip
    return tuple(panels)


@themed
def distance_figure(oa: pd.DataFrame, lines: dict[str, dict[str, Any]]) -> Figure:
    """Draw a step of the axis for each distance; the models stand side by side within it, so that bars do not hide."""
    figure, ax = canvas(420, 250, xlabel="distance to the nearest training pixel [pixels]")
    distances = list(oa.distance.cat.categories)
    models = list(oa.groupby("method", observed=True))
    ax.set(xlim=(-0.5, len(distances) - 0.5), ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.spines.bottom.set_visible(True)
    shown = range(0, len(distances), -(-len(distances) // 10))
    ax.set_xticks(shown, [distances[place] for place in shown])
    for line, (_, rows) in enumerate(models):
        style = lines[rows.label.iloc[0]]
        x = rows.distance.cat.codes + 0.6 * ((line + 0.5) / len(models) - 0.5)
        ax.vlines(x, rows.oa_low, rows.oa_high, color=style["color"], linewidth=2.4, alpha=0.3)
        ax.plot(x, rows.oa, clip_on=False, **style)
    return figure


def one_digit(value: float) -> str:
    """Write a number with one decimal."""
    return number(value, 1)


def _words(low: float, high: float | None) -> str:
    if high is None or pd.isna(high):
        return f"{low:.0f}+"
    return f"{low:.0f}" if high == low + 1 else f"{low:.0f}–{high - 1:.0f}"
