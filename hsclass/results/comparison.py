"""`comparison/….json`: all models under one split, over all its seeds or folds."""

from pydantic import Field

from hsclass.results.pooled import Pooled
from hsclass.results.record import Figure, Record


class Pair(Record):
    """Two models on the same test samples; `difference` is OA of `a` minus OA of `b`, `holm` corrects for all pairs."""

    a: str
    b: str
    difference: float
    low: Figure
    high: Figure
    only_a: int
    only_b: int
    mcnemar_p: Figure
    mcnemar_holm: Figure
    permutation_p: Figure
    permutation_holm: Figure


class Gain(Record):
    """One model under two splits, on the samples that both test: OA here minus OA there, with its 95 % interval.

    `against` names the other split. `n_test` tests are shared, of `n_here` and `n_there`; they lie in `fields`. Figures
    are None where none is shared.
    """

    method: str
    against: str = ""
    n_test: int
    n_here: int
    n_there: int
    fields: int | None = None
    effective_fields: Figure = None
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
    permutations: int | None = None
    methods: list[str]
    pooled: list[Pooled] = Field(default_factory=list)
    pairs: list[Pair]
    gains: list[Gain] = Field(default_factory=list)
