"""The finding of an experiment on one scene or image set: a sentence, and the figures behind it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from hsclass.report.collect import ImageSetResult
from hsclass.report.headline import Headline, headline
from hsclass.report.optimism import interval_in_words, mean_optimism
from hsclass.report.table import SetResults
from hsclass.report.text import between, lowest_to_highest, number, percent


@dataclass(frozen=True)
class Finding:
    """The model of the headline on a split without leakage, and the same model on a leaky split; None where none is.

    Attributes
    ----------
    sentence : str
    head : Headline
    safe, leaky : row of `SetResults.groups`, or None
        Both are None where no model is singled out.
    optimism : row of `mean_optimism`, or None
        The difference with its interval, where the leaky split is the matched random split of the other.
    """

    sentence: str
    head: Headline
    safe: Any = None
    leaky: Any = None
    optimism: Any = None


def find(results: SetResults) -> Finding:
    """Compare the model of the headline with the same model on a leaky split.

    That is the matched random split where there is one, else the first leaky split: a matched split has the same class
    counts, so nothing but the place of the samples differs.
    """
    head = headline(results)
    means = results.over_runs(head.split)
    if results.leaky[head.split]:
        return Finding(
            f"No split of this experiment keeps training and test pixels apart: OA {_range(head.groups.oa)} on"
            f" {head.split}{_of(head)} says little about ground that the model has not seen.",
            head,
            leaky=head.group,
        )
    optimism = mean_optimism(results)
    optimism = optimism[optimism.split == head.split] if len(optimism) else optimism
    other = next((name for name, leaks in results.leaky.items() if leaks), None)
    counterpart = optimism.split_random.iloc[0] if len(optimism) else other
    on_leaky = results.groups[(results.groups.split == counterpart) & results.groups.oa.notna()]
    if head.group is None:
        several = f" ({means.replace('mean', 'means')})" if means else ""
        opening = f"{head.named} the models reach OA {_range(head.groups.oa)}{several}"
        shown = f"; the {counterpart} split shows {_range(on_leaky.oa)} for the same models" if len(on_leaky) else ""
        return Finding(f"{opening}{shown}.", head)
    safe = head.group
    over = [means] if means else []
    others = head.groups.oa.drop(safe.name)
    if len(others):
        over.append(f"the other {len(others)} models {_range(others)}" if len(others) > 1 else
                    f"the other model {_range(others)}")  # fmt: skip
    chosen = ", which the validation samples chose," if len(others) else ""
    around = f" ({'; '.join(over)})" if over else ""
    opening = f"{head.named} {safe.label}{chosen} reaches OA {number(safe.oa, 2)}{around}"
    on_leaky = on_leaky[on_leaky.method == safe.method]
    if on_leaky.empty or pd.isna(safe.oa):
        return Finding(f"{opening}.", head, safe)
    leaky = on_leaky.iloc[0]
    shown = f"{_leaky(results, leaky)}{leaky.split} split shows {number(leaky.oa, 2)} for the same model"
    pair = optimism[optimism.method == safe.method] if len(optimism) else optimism
    if len(pair):
        row = pair.iloc[0]
        drawn = "with the same class counts drawn at random, the"
        return Finding(f"{opening}; {drawn} {shown}: {_effect(row)}.", head, safe, leaky, row)
    return Finding(f"{opening}; on its own test pixels the {shown}.", head, safe, leaky)


def _effect(pair: Any) -> str:
    interval = f" ({interval_in_words(pair)})"
    effect = "random-sampling optimism of" if pair.optimism > 0 else "a difference of"
    shared = "" if pair.n_test == pair.n_own == pair.n_random else f" on the {pair.n_test} tests that both share"
    return f"{effect} {number(pair.optimism, 2)}{interval}{shared}"


def _range(values: pd.Series) -> str:
    return lowest_to_highest(values, lambda value: number(value, 2))


def _of(head: Headline) -> str:
    return "" if head.group is None or len(head.groups) == 1 else f" ({head.group.label}: {number(head.group.oa, 2)})"


def _leaky(results: SetResults, group: Any) -> str:
    """Return "leaky ", but nothing where no window at the reach of the model shares a pixel."""
    return "leaky " if results.shares_windows(group) else ""


def image_sentence(results: SetResults, images: ImageSetResult) -> str:
    """Say how well the model of the headline classifies an image set."""
    head = headline(results)
    groups = head.groups if head.group is None else head.groups.loc[[head.group.name]]
    table = results.table.loc[[row for runs in groups.runs for row in runs]]
    several = head.group is None
    where = f"On {head.split}, the models" if several else f"{head.group.label} on {head.split}"
    if table.several_labels.any():
        micro, macro = (lowest_to_highest(groups[name], number) for name in ("micro_f1", "macro_f1"))
        return (
            f"{where} {'find' if several else 'finds'} the classes of {images.title} with micro F1 {micro} and macro F1"
            f" {macro}; {lowest_to_highest(groups.oa, percent)} of the images get exactly the right classes."
        )
    counted = "test images"
    if len(table) == len(groups):
        right = lowest_to_highest((table.oa * table.n_test).round(), lambda value: f"{value:.0f}")
        counted = f"{right} of {table.n_test.iloc[0]} test images"
    shares = lowest_to_highest(100 * groups.oa, lambda value: number(value, 2))
    interval = ""
    if not several and pd.notna(head.group.oa_low) and pd.notna(head.group.oa_high):
        interval = f" (95 % interval {between(100 * head.group.oa_low, 100 * head.group.oa_high, 1)} %)"
    return f"{where} {'are' if several else 'is'} right on {counted} of {images.title}: {shares} %{interval}."
