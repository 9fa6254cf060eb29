"""Searches: what was tried, how the best grew, and what the winner is worth on the test samples."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hsclass.report.collect import RunResult
from hsclass.report.drawing import canvas, svg, themed
from hsclass.report.table import SetResults
from hsclass.report.text import between, count, duration, mean_and_spread, number
from hsclass.report.theme import LIGHT, MODELS
from hsclass.results import Axis, SearchRecord

METRICS = {"oa": "OA", "aa": "AA", "kappa": "kappa"}
_KINDS = {"complete": "on all folds", "pruned": "given up", "unfit": "refused"}
_LONGEST = 14  # letters of a choice below its column


@dataclass(frozen=True)
class SearchRow:
    """The search of one seed: what the model's own options and the best ones reached inside, and the best outside."""

    seed: int
    tried: str
    start: str
    best: str
    test: str
    seconds: str


@dataclass(frozen=True)
class SearchPanel:
    """The searches of one model under one split.

    Attributes
    ----------
    metric : str
        What decided.
    rows : tuple of SearchRow
        One for each seed.
    progress : Markup
        Best value so far, a line a seed.
    scatters : dict of str to Markup
        Value by each option.
    everywhere : bool
        True where the features saw the spectra of the whole scene.
    """

    label: str
    split: str
    leaky: bool
    metric: str
    folds: int
    sampler: str
    rows: tuple[SearchRow, ...]
    progress: Markup
    scatters: dict[str, Markup]
    everywhere: bool


def search_panels(results: SetResults) -> tuple[SearchPanel, ...]:
    """Return a panel for each model and split that was searched."""
    return tuple(
        _panel(group, runs, f"{results.key}-search{place}")
        for place, group in enumerate(results.groups.itertuples())
        if (runs := [run for run in results.of(group) if run.search is not None])
    )


def _panel(group: Any, runs: list[RunResult], name: str) -> SearchPanel:
    searches = [run.search for run in runs if run.search is not None]
    first = searches[0]
    metric = METRICS[first.search.metric]
    trials = trials_table(searches)
    best = "; ".join(f"seed {run.entry.seed}: {number(run.search.best.value)}" for run in runs if run.search)
    return SearchPanel(
        label=group.label,
        split=group.split,
        leaky=bool(group.leaky),
        metric=metric,
        folds=len(first.folds),
        sampler=first.search.sampler,
        rows=tuple(_row(run, run.search) for run in runs if run.search is not None),
        progress=svg(progress_figure(trials), f"{name}-progress", f"Best {metric} so far by trial", f"Best: {best}"),
        scatters={
            option: svg(scatter_figure(trials, option, axis), f"{name}-option{place}", f"{metric} by {option}")
            for place, (option, axis) in enumerate(first.space.items())
        },
        everywhere=first.spectra == "everywhere",
    )


def _row(run: RunResult, search: SearchRecord) -> SearchRow:
    metric, counts = search.search.metric, search.trials
    low, high = (getattr(run.metrics, f"{metric}_{end}") for end in ("low", "high"))
    parts = [f"{count(counts.get(kind, 0))} {word}" for kind, word in _KINDS.items() if counts.get(kind)]
    return SearchRow(
        seed=run.entry.seed,
        tried=", ".join(parts),
        start=number(None if search.start is None else search.start.value),
        best=mean_and_spread(search.best.value, search.best.spread),
        test=f"{number(getattr(run.metrics, metric))} ({between(low, high)})",
        seconds=duration(search.seconds),
    )


def trials_table(searches: list[SearchRecord]) -> pd.DataFrame:
    """Return a row for each trial: its search, `trial` from 1, `value`, `best` so far, whether it `won`, `options`."""
    rows = [
        {"search": place, "trial": row.trial + 1, "value": row.value, "won": row.trial == search.best.trial,
         "options": row.values}
        for place, search in enumerate(searches) for row in search.rows
    ]  # fmt: skip
    trials = pd.DataFrame(rows)
    trials["value"] = trials.value.astype(float)
    return trials.assign(best=trials.groupby("search").value.cummax().groupby(trials.search).ffill())


@themed
def progress_figure(trials: pd.DataFrame) -> Figure:
    """Draw the value of each trial and the best so far; a tick at the foot is a trial without a value."""
    figure, ax = canvas(xlabel="trial")
    for place, rows in trials.groupby("search"):
        color = MODELS[place % len(MODELS)]
        scored = rows[rows.value.notna()]
        ax.plot(rows.trial, rows.best, drawstyle="steps-post", color=color, linewidth=1.8)
        ax.plot(scored.trial, scored.value, "o", color=color, mfc=LIGHT["paper"], markersize=4.5, mew=1, clip_on=False)
    without = trials[trials.value.isna()]
    ax.plot(without.trial, [0.012] * len(without), "|", color=LIGHT["quiet"], transform=ax.get_xaxis_transform())
    ax.set(xlim=(1, max(trials.trial.max(), 2)), ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    return figure


@themed
def scatter_figure(trials: pd.DataFrame, option: str, axis: Axis) -> Figure:
    """Draw the values by an option: numbers by size or by factor, choices side by side; filled: the winner.

    What lies outside the axis, as a model's own option may, is left out.
    """
    figure, ax = canvas(xlabel=option)
    if axis.choices is not None:
        texts = [_text(choice) for choice in axis.choices]
        ax.set(xlim=(-0.5, len(texts) - 0.5))
        ax.set_xticks(range(len(texts)), texts)
        at: list[float | None] = [
            texts.index(text) if (text := _text(given.get(option))) in texts else None for given in trials.options
        ]
    else:
        ax.set(xlim=(axis.low, axis.high), xscale="log" if axis.log else "linear")
        at = [_within(given.get(option), axis) for given in trials.options]
        if axis.log:
            ax.minorticks_off()
            ax.xaxis.set_major_formatter("{x:g}")
        else:
            ax.xaxis.set_major_locator(MaxNLocator(4))
    shown = trials.assign(at=pd.Series(at, trials.index, float)).dropna(subset=["at", "value"])
    for place, rows in shown.groupby("search"):
        color = MODELS[place % len(MODELS)]
        lost, won = rows[~rows.won], rows[rows.won]
        ax.plot(lost["at"], lost.value, "o", color=color, mfc=LIGHT["paper"], markersize=5, mew=1.2, clip_on=False)
        ax.plot(won["at"], won.value, "o", color=color, mec=LIGHT["ink"], markersize=8.5, mew=1.2, clip_on=False)
    ax.set_ylim(0, None)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    return figure


def _within(value: Any, axis: Axis) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if (axis.low or 0) <= value <= (axis.high or 0) else None


def _text(choice: Any) -> str:
    text = (
        " ".join(map(str, choice)) or "none" if isinstance(choice, list) else "none" if choice is None else str(choice)
    )
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
