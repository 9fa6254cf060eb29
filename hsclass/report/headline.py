"""Whom the headline of the page is about: the split, and the model that was chosen without the test samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hsclass.report.comparison import pairs_table
from hsclass.report.table import SetResults
from hsclass.report.text import lowest_to_highest, number


@dataclass(frozen=True)
class Headline:
    """The split of the headline and the model of it.

    Attributes
    ----------
    split : str
        The first split without leakage, the first of all where every split leaks.
    groups : DataFrame
        The rows of `SetResults.groups` of the split.
    group : row of `groups`, or None
        Of the model that its validation samples chose, or of the only model; None where no model is singled out.
    named : str
        The split in words.
    choice : str
        A sentence, after a space, that says how the model was chosen, and which models it cannot be distinguished
        from; empty where there is only one model.
    reliability : str
        A sentence, after a space, where the interval is unreliable; else empty.
    """

    split: str
    groups: pd.DataFrame
    group: Any
    named: str
    choice: str
    reliability: str


def headline(results: SetResults) -> Headline:
    """Return the split of the headline, and the model that was chosen without the test samples."""
    split = results.headline_split
    groups = results.groups[results.groups.split == split]
    safe = [name for name, leaks in results.leaky.items() if not leaks and name not in results.experiment.copies]
    named = (
        "" if not safe else ", the first split without leakage," if len(safe) > 1 else ", the split without leakage,"
    )
    chosen, kind = results.chosen(split), results.samples.kind
    if len(groups) == 1:
        choice = ""
    elif chosen is None:
        choice = f" None of them was chosen: not all have an accuracy on validation {kind}."
    else:
        alike = indistinguishable(results, chosen)
        choice = (
            f" The model was chosen by its accuracy on the validation {kind}, without the test {kind}"
            + (f"; it is not distinguishable from {_listed(alike)}" if alike else "")
            + "."
        )
    return Headline(
        split, groups, groups.iloc[0] if len(groups) == 1 else chosen, f"On {split}{named}", choice,
        unreliable(results, split),
    )  # fmt: skip


def indistinguishable(results: SetResults, group: Any) -> list[str]:
    """Return the labels of the models whose paired difference from a model has no interval, or one that holds 0.

    Models that were not compared are left out.
    """
    pairs = pairs_table(results)
    if pairs.empty:
        return []
    pairs = pairs[pairs.sampler == group.split]
    others = {other.method: other.label for other in results.groups[results.groups.split == group.split].itertuples()}
    found = []
    for method, label in others.items():
        both = pairs[pairs.a.isin([method, group.method]) & pairs.b.isin([method, group.method])]
        limits = both[["low", "high"]].astype(float)
        if len(both) and (limits.isna().any(axis=None) or limits.low.min() <= 0 <= limits.high.max()):
            found.append(str(label))
    return found


def unreliable(results: SetResults, split: str) -> str:
    """Return a sentence, after a space, where a run of a split has too few test fields for its interval."""
    runs = results.table[results.table.split == split]
    few = runs.loc[runs.interval_reliable.eq(False), "interval_effective_fields"]
    if few.empty:
        return ""
    return (
        f" The interval is unreliable: {lowest_to_highest(few, lambda value: number(value, 1))} effective test fields."
    )


def _listed(labels: Sequence[str]) -> str:
    *others, last = labels
    return f"{', '.join(others)} and {last}" if others else last
