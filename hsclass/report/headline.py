"""Whom the headline of the page is about: the split, and the model that was chosen without the test samples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hsclass.report.comparison import paired
from hsclass.report.table import SetResults
from hsclass.report.text import between, lowest_to_highest, number, signed
from hsclass.results.figures import too_few


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
    choice : tuple of str
        Sentences that say how the model was chosen, which models it cannot be distinguished from on the test samples,
        and which are distinguishable there; empty where there is only one model.
    reliability : str
        A sentence, after a space, where the interval is unreliable; else empty.
    """

    split: str
    groups: pd.DataFrame
    group: Any
    named: str
    choice: tuple[str, ...]
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
        choice: tuple[str, ...] = ()
    elif chosen is None:
        choice = (f"None of them was chosen: not all have an accuracy on validation {kind}.",)
    else:
        choice = tuple(_choice(results, chosen, kind))
    return Headline(
        split, groups, groups.iloc[0] if len(groups) == 1 else chosen, f"On {split}{named}", choice,
        unreliable(results, split),
    )  # fmt: skip


def _choice(results: SetResults, chosen: Any, kind: str) -> Iterator[str]:
    """Say how the model was chosen, and how the others compare on the test samples."""
    groups = results.groups[results.groups.split == chosen.split]
    others = groups.validation_aa.drop(chosen.name)
    rest = "the other" if len(others) == 1 else "the others"
    yield (
        f"Chosen by the largest mean AA on the validation {kind} ({number(chosen.validation_aa, 2)}; {rest}"
        f" {lowest_to_highest(others, lambda value: number(value, 2))}), without the test {kind}."
    )
    epochs = results.over(chosen, "training_best_epoch")
    by_loss = all(results.runs[run].card.options.get("monitor") == "loss" for run in chosen.runs)
    if results.over(chosen, "fitted_validation").gt(0).any() and epochs.notna().any() and not by_loss:
        yield f"Its epoch was chosen on the same validation {kind}, which favours it."
    apart = differences(results, chosen)
    if alike := apart.label[apart.alike].tolist():
        yield f"On the test {kind} it is not distinguishable from {_listed(alike)}."
    for side, text in ((apart.difference > 0, "higher"), (apart.difference < 0, "lower")):
        if rows := list(apart[side & ~apart.alike].itertuples()):
            named = _listed([f"{row.label} ({signed(row.difference, 2)}, {between(row.low, row.high, 2, sign=True)})"
                             for row in rows])  # fmt: skip
            yield f"There OA is {text} for {named}: difference with 95 % interval." + (
                f" A model taken for its accuracy on the test {kind} would be shown too accurate by them."
                if text == "higher"
                else ""
            )


def differences(results: SetResults, group: Any) -> pd.DataFrame:
    """Return the other models of a split: their OA minus that of a model, on the same test samples.

    Columns: `label`, `difference`, its 95 % interval `low` and `high`, and `alike`, true where the two are not
    distinguishable. Models that were not compared are left out.
    """
    others = results.groups[results.groups.split == group.split]
    rows = []
    for other in others.itertuples():
        pair = paired(results, str(group.split), str(other.method), str(group.method))
        if pair is not None:
            rows.append({"label": str(other.label), "difference": pair.difference, "low": pair.low, "high": pair.high,
                         "alike": not pair.distinguishable})  # fmt: skip
    return pd.DataFrame(rows, columns=["label", "difference", "low", "high", "alike"]).astype({"alike": bool})


def unreliable(results: SetResults, split: str) -> str:
    """Return a sentence where too few test fields, groups or runs stand behind the intervals of a split; else nothing.

    Those of all runs together where these were pooled, else those of a run.
    """
    intervals = [record.interval for (name, _), record in results.pooled.items() if name == split] or [
        run.metrics.interval for run in results.runs.values() if run.entry.split == split
    ]
    few = [interval for interval in intervals if not interval.reliable]
    if not few:
        return ""
    units = lowest_to_highest((each.units for each in few), lambda value: number(value, 1))
    lacking = {name for each in few for name in too_few(each.units, each.runs)}
    runs = max(each.runs for each in few)
    reasons = [f"{units} effective {few[0].kind}"] * ("units" in lacking)
    reasons += [f"{runs} runs show too little of how others would differ"] * ("runs" in lacking)
    return f"The interval is unreliable: {'; '.join(reasons)}."


def _listed(labels: Sequence[str]) -> str:
    *others, last = labels
    return f"{', '.join(others)} and {last}" if others else last
