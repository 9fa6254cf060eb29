"""`comparison/….json`: all models under one split, over all its seeds or folds."""

from pydantic import Field

from hsclass.results.pooled import Pooled
from hsclass.results.record import Figure, Record

SIGNIFICANT = 0.05


class Pair(Record):
    """Two models on the same test samples; `difference` is OA of `a` minus OA of `b`.

    `p` is that of the t-test with the standard error of the interval; `holm` corrects for all pairs.
    """

    a: str
    b: str
    difference: float
    low: Figure
    high: Figure
    only_a: int
    only_b: int
    mcnemar_p: Figure
    mcnemar_holm: Figure
    p: Figure = None
    p_holm: Figure = None

    def turned(self) -> "Pair":
        """Return the same pair with `b` first."""
        low, high = (None if end is None else -end for end in (self.high, self.low))
        return self.model_copy(update={
            "a": self.b, "b": self.a, "difference": -self.difference, "low": low, "high": high, "only_a": self.only_b,
            "only_b": self.only_a,
        })  # fmt: skip

    @property
    def distinguishable(self) -> bool:
        """Whether the interval of the difference excludes 0 and the corrected p of the t-test is below 0.05."""
        known = self.p_holm is not None and self.p_holm < SIGNIFICANT
        return known and not holds_0(self.low, self.high)


def holds_0(low: float | None, high: float | None) -> bool:
    """Return whether the interval of a difference holds 0; one that is not known may."""
    return low is None or high is None or not (low > 0 or high < 0)


class Gain(Record):
    """One model under two splits, on the samples that both test: OA here minus OA there, with its 95 % interval.

    `against` names the other split. `n_test` tests of `runs` pairs of runs are shared, of `n_here` and `n_there`; they
    lie in `fields`. Figures are None where none is shared.
    """

    method: str
    against: str = ""
    n_test: int
    n_here: int
    n_there: int
    fields: int | None = None
    effective_fields: Figure = None
    runs: int = 1
    here: Figure = None
    there: Figure = None
    difference: Figure = None
    low: Figure = None
    high: Figure = None


class Comparison(Record):
    """All models under one split: each with the tests of all runs together, in pairs, and against other splits.

    `methods` are "features/model", `runs` the seeds or folds. `gains` compare with other splits, as a matched split
    with the split whose test pixels and class counts it has.
    """

    n_test: int
    runs: int = 1
    blocks: int | None = None
    block_side: int | None = None
    fields: int | None = None
    effective_fields: Figure = None
    level: float = 0.95
    methods: list[str]
    pooled: list[Pooled] = Field(default_factory=list)
    pairs: list[Pair]
    gains: list[Gain] = Field(default_factory=list)
