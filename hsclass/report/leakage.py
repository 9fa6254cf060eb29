"""Leakage: the audit of each split over its seeds, and at what distances and windows test samples share pixels."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from hsclass.report.collect import SampleSet, SplitResult
from hsclass.report.conditions import condition_rows
from hsclass.report.drawing import canvas, legend, split_styles, svg, themed
from hsclass.report.optimism import ladder, mean_optimism
from hsclass.report.table import SetResults
from hsclass.report.text import MISSING, count, lowest_to_highest, number, ordered, percent
from hsclass.report.theme import LIGHT
from hsclass.results import Audit, Autocorrelation, Distances, Histogram

_MOST_BINS = 90


@dataclass(frozen=True)
class LeakagePart:
    """What the page shows of leakage on one scene; None or empty where it was not measured."""

    optimism: pd.DataFrame
    ladder: pd.DataFrame
    audits: pd.DataFrame
    windows: Markup | None
    split_key: list[tuple[str, Markup]]
    conditions: pd.DataFrame


def leakage_part(results: SetResults) -> LeakagePart:
    """Return optimism, audits, shares by window and conditions of a scene."""
    key, window = results.key, results.experiment.window or 1
    lines = split_styles(results.leaky)
    drawn = window_figure(results.splits, window, lines)
    return LeakagePart(
        optimism=mean_optimism(results),
        ladder=ladder(results),
        audits=leakage_rows(results.samples, results.splits, window, f"{key}-distance"),
        windows=drawn and svg(drawn, f"{key}-windows", "Share of test windows that share pixels, by window side"),
        split_key=legend(lines, f"{key}-splits"),
        conditions=condition_rows(results),
    )  # fmt: skip


def leakage_rows(samples: SampleSet, splits: Sequence[SplitResult], window: int, name: str) -> pd.DataFrame:
    """Return what the audits say in words, a row for each split; figures that differ between seeds: lowest to highest.

    `name` begins the names of the drawings, `distances`.
    """
    names = dict.fromkeys(split.name for split in splits)
    return pd.DataFrame([
        _row(samples, split, [seed for seed in splits if seed.name == split], window, f"{name}-{place}")
        for place, split in enumerate(names)
    ])  # fmt: skip


def overlap_share(splits: Sequence[SplitResult], *, leaky: bool) -> float | None:
    """Return the largest share of shared test windows among the splits that leak, or among those that do not."""
    shares = ordered(split.audit.overlap_share for split in splits if split.leaky == leaky)
    return shares[-1] if shares else None


def _row(samples: SampleSet, split: str, seeds: list[SplitResult], window: int, name: str) -> dict[str, Any]:
    audits = [seed.audit for seed in seeds]
    histogram = joined(audits)

    def over(key: str, write: Callable[[float], str]) -> str:
        return lowest_to_highest((getattr(audit, key) for audit in audits), write)

    title = f"Test pixels of {split} by distance to the nearest training pixel"
    return {
        "split": split,
        "leaky": any(seed.leaky for seed in seeds),
        "overlap": over("overlap_share", percent),
        "centre": over("centre_share", percent),
        "moran": over("moran_i", partial(number, digits=2)),
        "kl_train": over("kl_train", number),
        "kl_test": over("kl_test", number),
        "ratio": f"{over('train_ratio_asked', percent)} → {over('train_ratio', percent)}",
        "lost": _lost(samples, audits),
        "sampled": over("sampled_field_share", percent),
        "spaces": _spaces(audits),
        "ranges": _ranges(audits),
        "cautions": sorted({caution.text for audit in audits for caution in audit.cautions}),
        "distances": None if histogram is None else svg(distance_figure(histogram, window), name, title),
    }


def _spaces(audits: list[Audit]) -> list[tuple[str, str, str, str]]:
    """Return name and unit of each space, the mean distances of test pixels and map, and how far these differ."""
    found: dict[str, list[Distances]] = {}
    for each in (distances for audit in audits for distances in audit.distances):
        found.setdefault(f"{each.space} [{each.unit}]", []).append(each)
    write = partial(number, digits=2)
    return [
        (name, lowest_to_highest((one.test.mean for one in seeds), write),
         lowest_to_highest((None if one.map is None else one.map.mean for one in seeds), write),
         lowest_to_highest((one.wasserstein for one in seeds), write))
        for name, seeds in found.items()
    ]  # fmt: skip


def _ranges(audits: list[Audit]) -> list[tuple[str, str]]:
    """Return the range of autocorrelation of spectra and errors in words; seeds that found none are counted."""
    found: dict[str, list[Autocorrelation]] = {}
    for each in (one for audit in audits for one in audit.autocorrelation):
        found.setdefault(each.of, []).append(each)
    rows = []
    for of, seeds in found.items():
        unknown = [each for each in seeds if each.range is None]
        text = lowest_to_highest((each.range for each in seeds), partial(number, digits=1))
        mapped = lowest_to_highest((each.range_map for each in seeds), partial(number, digits=1))
        unit = next((f" ({mapped} {each.unit})" for each in seeds if each.range_map is not None), "")
        counted = f" in {len(unknown)} of {len(seeds)} seeds" if len(seeds) > 1 else ""
        lacking = f"not known{counted}: {unknown[0].note}" if unknown else ""
        known = "" if len(unknown) == len(seeds) else f"{text} pixels{unit}"
        rows.append((of, "; ".join(filter(None, [known, lacking]))))
    return rows


def _lost(samples: SampleSet, audits: list[Audit]) -> str:
    """Name the classes without a test pixel, and in how many seeds where not in all."""
    if any(audit.lost_classes is None for audit in audits):
        return MISSING
    times = Counter(identity for audit in audits for identity in audit.lost_classes or ())
    names = [
        samples.class_name(identity) + ("" if seen == len(audits) else f" ({seen} of {len(audits)} seeds)")
        for identity, seen in sorted(times.items())
    ]
    return ", ".join(names) or "none"


def joined(audits: list[Audit]) -> Histogram | None:
    """Add up the seeds' histograms; bins are looked up by their lower edge, as the seeds reach unequally far."""
    known = [audit.distance_histogram for audit in audits if audit.distance_histogram]
    if not known:
        return None
    longest = max(known, key=lambda histogram: histogram.edges[-1])
    counts: Counter[float] = Counter()
    for histogram in known:
        counts.update(dict(zip(histogram.edges, histogram.counts, strict=False)))
    return Histogram(edges=longest.edges, counts=[counts[edge] for edge in longest.edges[:-1]])


@themed
def distance_figure(histogram: Histogram, window: int) -> Figure:
    """Draw counts of test pixels by distance to the nearest training pixel; distances that share pixels are hatched."""
    figure, ax = canvas(xlabel="distance [pixels]")
    bins = _bins(histogram)
    if not bins:
        ax.set_axis_off()
        ax.text(0.5, 0.5, "no test pixels", transform=ax.transAxes, ha="center", color=LIGHT["quiet"])
        return figure
    for shares, style in (
        (True, {"facecolor": LIGHT["leaky-pale"], "edgecolor": LIGHT["leaky"], "hatch": "/////", "linewidth": 0.6}),
        (False, {"color": LIGHT["safe"]}),
    ):
        drawn = [(low, high, value) for low, high, value in bins if (high <= window) == shares]
        lows, widths = [low for low, _, _ in drawn], [0.94 * (high - low) for low, high, _ in drawn]
        ax.bar(lows, [value for _, _, value in drawn], widths, align="edge", **style)
    top = max(value for _, _, value in bins)
    ax.set(xlim=(0, max(bins[-1][1], 2 * window)), ylim=(0, top))
    ax.set_yticks([0, top], ["0", count(top)])
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    _mark_window(figure, window, LIGHT["leaky"])
    return figure


@themed
def window_figure(splits: Sequence[SplitResult], window: int, lines: dict[str, dict[str, object]]) -> Figure | None:
    """Draw the share of test windows that share pixels by window side, a line a split: mean over its seeds.

    A dashed line marks the experiment's `window`. None where no split was audited by window.
    """
    shares = mean_shares(splits)
    drawn = [split for split in lines if split in shares]
    if not drawn:
        return None
    figure, ax = canvas(520, 240, xlabel="window side [pixels]")
    right = max(shares.index.max(), window)
    ax.set(xlim=(1, right), ylim=(0, 1))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    ax.set_xticks(range(1, right + 1, 2 * math.ceil((right - 1) / 12) or 2))
    for place, split in enumerate(drawn):  # marks in turns, so that lines which coincide are all seen
        ax.plot(shares[split].dropna(), markevery=(place % len(shares), len(drawn)), clip_on=False, **lines[split])
    _mark_window(figure, window, LIGHT["quiet"])
    return figure


def mean_shares(splits: Sequence[SplitResult]) -> pd.DataFrame:
    """Return the share of test windows that share pixels by window side [pixels], a column a split, seeds averaged."""
    rows = [
        {"split": split.name, "window": each.window, "share": each.overlap_share}
        for split in splits
        for each in split.audit.by_window
        if each.overlap_share is not None
    ]
    if not rows:
        return pd.DataFrame()
    return pd.DataFrame(rows).pivot_table(index="window", columns="split", values="share", sort=True)


def _mark_window(figure: Figure, window: int, color: str) -> None:
    ax = figure.axes[0]
    ax.axvline(window, color=color, linestyle=(0, (4, 3)), linewidth=1.2)
    ax.text(window, 1.02, f"window {window}", transform=ax.get_xaxis_transform(), ha="center", va="bottom", color=color)


def _bins(histogram: Histogram) -> list[tuple[float, float, int]]:
    """Return low edge, high edge and count of each bin up to the last that is filled, joined to `_MOST_BINS`."""
    counts = list(histogram.counts)
    while counts and not counts[-1]:
        counts.pop()
    together = math.ceil(len(counts) / _MOST_BINS) or 1
    edges = [*histogram.edges[: len(counts) : together], *histogram.edges[len(counts) : len(counts) + 1]]
    sums = [sum(counts[first : first + together]) for first in range(0, len(counts), together)]
    return list(zip(edges[:-1], edges[1:], sums, strict=True)) if counts else []
