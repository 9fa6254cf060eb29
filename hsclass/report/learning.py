"""Learning curves: accuracy against what trains, on the one test set of a split and of those reduced from it."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, ScalarFormatter

from hsclass.report.collect import SceneResult, SplitResult
from hsclass.report.drawing import CurvePanel, canvas, curve_panels, styles, themed
from hsclass.report.splits import seeds_of
from hsclass.report.table import SetResults
from hsclass.report.text import count, lowest_to_highest
from hsclass.samples.fields import fields_of
from hsclass.split import Role

_DASHES = {"pixels": "-", "fields": (0, (5, 2))}


def learning_rows(results: SetResults) -> pd.DataFrame:
    """Return a row for each model under each reduced split and under the one that it is reduced from.

    Columns: `of`, the split that gives the test set; `split`; `unit` and `keep`, what was kept and which share of it,
    `unit` empty for `of` itself; `method`, `label`, `features`, `model`; means over the seeds of `n_train` and
    `n_fields`, the fields that train, and in words `pixels` and `fields`; OA over all seeds, `oa`, `oa_low`, `oa_high`;
    `difference` of OA from that under `of`, paired, with its 95 % interval `low` and `high`; `n_test`.
    """
    options = {entry["name"]: entry.get("options", {}) for entry in results.experiment.splits}
    reduced = results.experiment.reduced
    rows: list[dict[str, Any]] = []
    for group in results.groups.itertuples():
        of = reduced.get(group.split, group.split if group.split in reduced.values() else None)
        if of is None:
            continue
        seeds = seeds_of(results, group.split)
        pixels, fields = ([measure(results, seed) for seed in seeds] for measure in (_pixels, _fields))
        gains = results.comparisons[group.split].gains if group.split in results.comparisons else []
        gain = next((each for each in gains if each.method == group.method and each.against == of), None)
        rows.append({
            "of": of, "split": group.split, "unit": options[group.split]["unit"] if group.split in reduced else "",
            "keep": options[group.split]["keep"] if group.split in reduced else 1.0, "method": group.method,
            "label": group.label, "features": group.features, "model": group.model, "n_train": np.mean(pixels),
            "n_fields": np.mean(fields), "pixels": lowest_to_highest(pixels, count),
            "fields": lowest_to_highest(fields, count), "oa": group.oa, "oa_low": group.oa_low,
            "oa_high": group.oa_high, "difference": gain and gain.difference, "low": gain and gain.low,
            "high": gain and gain.high, "n_test": float(results.over(group, "n_test").mean()),
        })  # fmt: skip
    numbers = ["oa", "oa_low", "oa_high", "difference", "low", "high"]
    if not rows:
        return pd.DataFrame()
    found = pd.DataFrame(rows).astype(dict.fromkeys(numbers, float))
    in_order = found.label.map(results.labels.index)
    return found.assign(place=in_order).sort_values(["place", "unit", "n_train"], ignore_index=True)


def learning_part(results: SetResults) -> tuple[CurvePanel, ...]:
    """Return a panel for each split that others are reduced from."""
    rows = learning_rows(results)
    if rows.empty:
        return ()
    lines = {label: style for label, style in styles(results.labels).items() if label in set(rows.label)}
    words = "Overall accuracy on the test pixels of {} by training"
    return curve_panels(rows, "of", lines, learning_figure, name=f"{results.key}-learning", words=words)


@themed
def learning_figure(rows: pd.DataFrame, lines: dict[str, dict[str, Any]]) -> Figure:
    """Draw OA against training pixels, a line for each model and unit: whole where pixels are kept, dashed for fields.

    Intervals are vertical bars; those of the models stand a little apart, so that they do not hide each other.
    """
    figure, ax = canvas(520, 280, xlabel="training pixels")
    ax.set(xscale="log", ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
    labels = list(rows.label.unique())
    units = [unit for unit in _DASHES if unit in set(rows.unit)]
    for place, (label, unit) in enumerate((label, unit) for label in labels for unit in units):
        line = rows[(rows.label == label) & rows.unit.isin(["", unit])].sort_values("n_train")
        style = {**lines[label], "linestyle": _DASHES[unit]}
        x = line.n_train * (1 + 0.012 * (place - (len(labels) * len(units) - 1) / 2))
        ax.vlines(x, line.oa_low, line.oa_high, color=style["color"], linewidth=2.4, alpha=0.3)
        ax.plot(x, line.oa, clip_on=False, **style)
    shown: list[int] = []
    for tick in sorted(rows.n_train.round().astype(int).unique().tolist(), reverse=True):
        if not shown or shown[-1] > 1.25 * tick:  # far enough apart to be read
            shown.append(tick)
    ax.set_xticks(shown)
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.xaxis.set_minor_locator(NullLocator())
    return figure


def _pixels(_: SetResults, split: SplitResult) -> int:
    return split.split.count(Role.TRAIN)


def _fields(results: SetResults, split: SplitResult) -> int:
    assert isinstance(results.samples, SceneResult)
    reference = split.split.reference(results.samples.labels)
    fields = fields_of(np.where(split.split.roles > 0, reference, 0), split.split.groups)
    return len(np.unique(fields[split.split.roles == Role.TRAIN]))
