"""The models under one split in pairs: how far their accuracies differ, and whether chance explains it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hsclass.report.table import SetResults
from hsclass.report.text import between, count, fields_in_words, number, probability
from hsclass.results import Comparison, Pair


@dataclass(frozen=True)
class ComparisonPanel:
    """The comparison of the models under one split.

    Attributes
    ----------
    labels : tuple of str
        Of the models.
    rows : DataFrame
        Each pair once, over all tests of all seeds or folds: labels `a` and `b`; `difference`, OA of `a` minus OA of
        `b`; in words its `interval`, the Holm-corrected p values `clustered` and `mcnemar`, and `only`, the tests
        that one of the two alone passes; `distinguishable`, see `hsclass.results.Pair`.
    about : Comparison
    """

    split: str
    leaky: bool
    seeds: int
    labels: tuple[str, ...]
    rows: pd.DataFrame
    about: Comparison


def pairs_table(results: SetResults) -> pd.DataFrame:
    """Return a row for each pair of models under each split that were compared, over all its seeds or folds."""
    return pd.DataFrame([
        {"scene": results.samples.name, "sampler": split, "leaky": results.leaky.get(split), **pair.model_dump(),
         **comparison.model_dump(exclude={"pairs", "methods", "pooled", "gains"})}
        for split, comparison in results.comparisons.items() for pair in comparison.pairs
    ])  # fmt: skip


def paired(results: SetResults, split: str, method: str, other: str) -> Pair | None:
    """Return the pair of two models with `method` first, None where they were not compared."""
    for pair in results.comparisons[split].pairs if split in results.comparisons else ():
        if (pair.a, pair.b) == (method, other):
            return pair
        if (pair.b, pair.a) == (method, other):
            return pair.turned()
    return None


def comparison_panels(results: SetResults) -> tuple[ComparisonPanel, ...]:
    """Return a panel for each split whose models were compared; a split without a comparison has none."""
    labels = dict(zip(results.table.method.astype(str), results.table.label, strict=True))
    return tuple(
        ComparisonPanel(
            split=name,
            leaky=results.leaky[name],
            seeds=about.runs,
            labels=tuple(labels.get(method, method) for method in about.methods),
            rows=pd.DataFrame([_in_words(pair, labels) for pair in about.pairs]),
            about=about,
        )
        for name, about in results.comparisons.items()
        if about.pairs
    )


def _in_words(pair: Pair, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "a": labels.get(pair.a, pair.a),
        "b": labels.get(pair.b, pair.b),
        "difference": pair.difference,
        "interval": between(pair.low, pair.high, sign=True),
        "clustered": probability(pair.p_holm),
        "mcnemar": probability(pair.mcnemar_holm),
        "only": f"{count(pair.only_a)} / {count(pair.only_b)}",
        "distinguishable": pair.distinguishable,
    }


def described(panel: ComparisonPanel, unit: Mapping[str, str]) -> str:
    """Say in words what the tests of a panel are made from; `unit` names the samples, `long`, and their `block`."""
    about = panel.about
    of_runs = f" in {about.runs} runs" if about.runs > 1 else ""
    parts = [f"{count(about.n_test)} test {unit['long']}{of_runs}"]
    if about.blocks is not None:
        side = number(about.block_side, 0) if about.block_side is not None else ""
        size = f" of {side} × {side} pixels" if side else ""
        parts.append(f"{count(about.blocks)} {unit['block']}{'s' * (about.blocks != 1)}{size}")
    if about.fields is not None:
        parts.append(fields_in_words(about.fields, about.effective_fields, about.runs))
    return ", ".join(parts)
