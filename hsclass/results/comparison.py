"""`comparison/….json`: all models under one split, in pairs."""

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


class Comparison(Record):
    """All models under one split, in pairs; `methods` are "features/model"."""

    n_test: int
    blocks: int | None = None
    block_side: int | None = None
    level: float = 0.95
    permutations: int | None = None
    methods: list[str]
    pairs: list[Pair]
