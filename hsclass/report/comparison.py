"""The models under one split in pairs: how far their accuracies differ, and whether chance explains it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.report.collect import SplitResult
from hsclass.report.tables import Group
from hsclass.report.text import between, count, number, ordered, probability, signed, span
from hsclass.results import Comparison, Pair

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class PairRow:
    """Two models under one split, over its seeds.

    Attributes
    ----------
    a, b : str
        Labels of the models; `difference` is OA of `a` minus OA of `b`.
    difference : float
        Mean over the seeds.
    interval, permutation, mcnemar, only : str
        Interval of the difference, Holm-corrected p values, and test pixels that only one of the two classifies
        rightly, from the lowest to the highest of the seeds.
    significant : bool
        True where the corrected p of the block permutation test is below `SIGNIFICANT` in every seed, and the
        difference of one sign.
    """

    a: str
    b: str
    difference: float
    interval: str
    permutation: str
    mcnemar: str
    only: str
    significant: bool

    @property
    def text(self) -> str:
        """The difference with its sign."""
        return signed(self.difference)


@dataclass(frozen=True)
class ComparisonPanel:
    """The comparison of the models under one split; `rows` hold each pair once, in the order of `labels`."""

    split: str
    leaky: bool
    seeds: int
    labels: tuple[str, ...]
    rows: tuple[PairRow, ...]
    about: Comparison


def comparison_panels(groups: Sequence[Group], splits: Sequence[SplitResult]) -> tuple[ComparisonPanel, ...]:
    """Return a panel for each split whose models were compared; a split without a comparison has none."""
    labels = {"/".join(group.method): group.label for group in groups}
    panels = []
    for name in dict.fromkeys(split.name for split in splits):
        seeds = [split for split in splits if split.name == name]
        found = [split.comparison for split in seeds if split.comparison and split.comparison.pairs]
        if found:
            panels.append(
                ComparisonPanel(
                    split=name,
                    leaky=any(split.leaky for split in seeds),
                    seeds=len(found),
                    labels=tuple(labels.get(method, method) for method in found[0].methods),
                    rows=tuple(_row(pair, found, labels) for pair in found[0].pairs),
                    about=found[0],
                )
            )
    return tuple(panels)


def _row(first: Pair, found: Sequence[Comparison], labels: dict[str, str]) -> PairRow:
    pairs = [pair for each in found for pair in each.pairs if (pair.a, pair.b) == (first.a, first.b)]
    lows, highs = ordered(pair.low for pair in pairs), ordered(pair.high for pair in pairs)
    corrected = ordered(pair.permutation_holm for pair in pairs)
    one_sign = all(pair.difference > 0 for pair in pairs) or all(pair.difference < 0 for pair in pairs)
    only = (span(count(value) for value in sorted(values)) for values in _only(pairs))
    return PairRow(
        a=labels.get(first.a, first.a),
        b=labels.get(first.b, first.b),
        difference=statistics.fmean(pair.difference for pair in pairs),
        interval=between(lows[0], highs[-1], sign=True) if lows and highs else between(None, None),
        permutation=span(probability(value) for value in corrected),
        mcnemar=span(probability(value) for value in ordered(pair.mcnemar_holm for pair in pairs)),
        only=" / ".join(only),
        significant=one_sign and len(corrected) == len(found) and corrected[-1] < SIGNIFICANT,
    )


def _only(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    return [pair.only_a for pair in pairs], [pair.only_b for pair in pairs]


def described(panel: ComparisonPanel) -> str:
    """Say in words what the tests of a panel are made from."""
    about = panel.about
    parts = [f"{count(about.n_test)} test pixels"]
    if about.blocks is not None:
        side = "" if about.block_side is None else f" of {number(about.block_side, 0)} pixels a side"
        parts.append(f"{count(about.blocks)} blocks{side}")
    if about.permutations is not None:
        parts.append(f"{count(about.permutations)} permutations")
    return ", ".join(parts)
