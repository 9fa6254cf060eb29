"""The models under one split in pairs: how far their accuracies differ, and whether chance explains it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hsclass.report.collect import SplitResult
from hsclass.report.drawing import canvas, svg, themed
from hsclass.report.table import SetResults
from hsclass.report.text import between, count, lowest_to_highest, number, probability, signed
from hsclass.report.theme import HIGHER, LIGHT, LOWER
from hsclass.results import Comparison

SIGNIFICANT = 0.05
_FULL = 0.5
"""A difference of OA that has the full shade; half of it and more looks alike on the page."""


@dataclass(frozen=True)
class ComparisonPanel:
    """The comparison of the models under one split.

    Attributes
    ----------
    labels : tuple of str
        Of the models.
    rows : DataFrame
        Each pair once, over the seeds: labels `a` and `b`; `difference`, the mean of OA of `a` minus OA of `b`; in
        words, from the lowest to the highest seed, its `interval`, the Holm-corrected p values `permutation` and
        `mcnemar`, and `only`, the test samples that one of the two alone classifies rightly; `significant`, true where
        the corrected p of the block permutation test is below `SIGNIFICANT` in every seed, and the difference of one
        sign.
    about : Comparison
        Of the first seed.
    """

    split: str
    leaky: bool
    seeds: int
    labels: tuple[str, ...]
    rows: pd.DataFrame
    about: Comparison


def pairs_table(splits: Sequence[SplitResult]) -> pd.DataFrame:
    """Return a row for each pair of models, split and seed that were compared."""
    return pd.DataFrame([
        {"scene": split.scene, "sampler": split.name, "seed": split.seed, **pair.model_dump(), "leaky": split.leaky,
         **split.comparison.model_dump(exclude={"pairs", "methods"})}
        for split in splits if split.comparison for pair in split.comparison.pairs
    ])  # fmt: skip


def comparison_part(results: SetResults) -> tuple[tuple[ComparisonPanel, Markup | None], ...]:
    """Return a panel for each split whose models were compared, with a drawing where they are three or more."""
    return tuple(
        (panel, svg(comparison_figure(panel), f"{results.key}-matrix{place}",
                    f"Differences of overall accuracy between the models on {panel.split}",
                    "; ".join(f"{row.a} − {row.b} {signed(row.difference)}" for row in panel.rows.itertuples()))
         if len(panel.labels) > 2 else None)
        for place, panel in enumerate(comparison_panels(results))
    )  # fmt: skip


def comparison_panels(results: SetResults) -> tuple[ComparisonPanel, ...]:
    """Return a panel for each split whose models were compared; a split without a comparison has none."""
    labels = dict(zip(results.table.method.astype(str), results.table.label, strict=True))
    found = pairs_table(results.splits)
    panels = []
    for name, pairs in found.groupby("sampler", sort=False) if len(found) else ():
        of_split = [split for split in results.splits if split.name == name]
        about = next(split.comparison for split in of_split if split.comparison and split.comparison.pairs)
        seeds = pairs.seed.nunique()
        panels.append(
            ComparisonPanel(
                split=name,
                leaky=any(split.leaky for split in of_split),
                seeds=seeds,
                labels=tuple(labels.get(method, method) for method in about.methods),
                rows=pd.DataFrame(
                    [
                        {"a": labels.get(a, a), "b": labels.get(b, b), **_over_seeds(each, seeds)}
                        for (a, b), each in pairs.groupby(["a", "b"], sort=False)
                    ]
                ),
                about=about,
            )
        )
    return tuple(panels)


def _over_seeds(pairs: pd.DataFrame, seeds: int) -> dict[str, Any]:
    corrected = pairs.permutation_holm.dropna()
    one_sign = (pairs.difference > 0).all() or (pairs.difference < 0).all()
    return {
        "difference": pairs.difference.mean(),
        "interval": between(pairs.low.min(), pairs.high.max(), sign=True),
        "permutation": lowest_to_highest(corrected, probability),
        "mcnemar": lowest_to_highest(pairs.mcnemar_holm, probability),
        "only": " / ".join(lowest_to_highest(pairs[only], count) for only in ("only_a", "only_b")),
        "significant": bool(one_sign and len(corrected) == seeds and corrected.max() < SIGNIFICANT),
    }


def described(panel: ComparisonPanel, unit: Mapping[str, str]) -> str:
    """Say in words what the tests of a panel are made from; `unit` names the samples, `long`, and their `block`."""
    about = panel.about
    parts = [f"{count(about.n_test)} test {unit['long']}"]
    if about.blocks is not None:
        side = "" if about.block_side is None else f" of {number(about.block_side, 0)} pixels a side"
        parts.append(f"{count(about.blocks)} {unit['block']}s{side}")
    if about.permutations is not None:
        parts.append(f"{count(about.permutations)} permutations")
    return ", ".join(parts)


@themed
def comparison_figure(panel: ComparisonPanel) -> Figure:
    """Draw OA of the row's model minus OA of the column's; a frame and bold figures mark what chance does not explain.

    Columns are numbered as the rows, which carry the names.
    """
    labels = panel.labels
    size = len(labels)
    left = 7.6 * max(map(len, labels)) + 32
    figure, ax = canvas(58 * size + left + 4, 30 * size + 28, margins=(left, 2, 2, 26))
    cells = np.full((size, size), np.nan)
    for row in panel.rows.itertuples():
        a, b = labels.index(row.a), labels.index(row.b)
        cells[a, b], cells[b, a] = row.difference, -row.difference
        for line, column in ((a, b), (b, a)):
            ax.text(column + 0.5, line + 0.5, signed(cells[line, column], 2), ha="center", va="center", size=12,
                    weight="bold" if row.significant else "normal")  # fmt: skip
            if row.significant:
                ax.add_patch(Rectangle((column + 0.04, line + 0.06), 0.92, 0.88, fill=False, edgecolor=LIGHT["ink"],
                                       linewidth=1.6, zorder=3))  # fmt: skip
    ends = LinearSegmentedColormap.from_list("difference", [LOWER, LIGHT["paper"], HIGHER])
    shades = ends.with_extremes(bad=LIGHT["pale"])
    shown = np.ma.masked_invalid(np.clip(cells, -_FULL / 2, _FULL / 2))
    ax.pcolormesh(shown, cmap=shades, vmin=-_FULL, vmax=_FULL, edgecolors=LIGHT["paper"], linewidth=2)
    ax.grid(visible=False)
    ax.set(xlim=(0, size), ylim=(size, 0))
    ax.xaxis.tick_top()
    ax.set_xticks(np.arange(size) + 0.5, [str(place) for place in range(1, size + 1)], size=12)
    names = [f"{place} {label}" for place, label in enumerate(labels, 1)]
    ax.set_yticks(np.arange(size) + 0.5, names, size=12, color=LIGHT["ink"])
    return figure
