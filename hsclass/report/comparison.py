"""The models under one split in pairs: how far their accuracies differ, and whether chance explains it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hsclass.report.collect import SplitResult
from hsclass.report.table import SetResults
from hsclass.report.text import between, count, lowest_to_highest, number, probability
from hsclass.results import Comparison

SIGNIFICANT = 0.05


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
