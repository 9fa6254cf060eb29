"""Comparison of several models' maps under one split, in pairs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from hsclass.assess.blocks import Blocks, make_blocks
from hsclass.assess.intervals import LEVEL, UNDEFINED, Bounds, quantile, replicate, standard_error
from hsclass.assess.plain import plain
from hsclass.assess.sample import least_side, take_sample
from hsclass.errors import UsageError
from hsclass.split import Split

PERMUTATIONS = 9999


@dataclass(frozen=True)
class Pair:
    """Two models on the same test pixels.

    Attributes
    ----------
    a, b : str
        Names of the models.
    difference, low, high : float
        OA of `a` minus OA of `b` with its 95 % interval by the paired bootstrap over blocks; NaN where undefined.
    only_a, only_b : int
        Test pixels that only `a`, only `b` has right.
    mcnemar_p, mcnemar_holm : float
        p-value of McNemar's test; corrected over all pairs.
    permutation_p, permutation_holm : float
        p-value of the permutation of blocks; corrected over all pairs.
    """

    a: str
    b: str
    difference: float
    low: float
    high: float
    only_a: int
    only_b: int
    mcnemar_p: float
    mcnemar_holm: float
    permutation_p: float
    permutation_holm: float


@dataclass(frozen=True)
class Comparison:
    """All pairs of models under one split.

    Attributes
    ----------
    n_test : int
        Test pixels.
    blocks, block_side : int
        Effective number and side [pixels] of the blocks.
    methods : tuple of str
        Names of the models.
    pairs : tuple of Pair
    """

    n_test: int
    blocks: int
    block_side: int
    methods: tuple[str, ...]
    pairs: tuple[Pair, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return all figures as plain numbers, None where undefined."""
        return {
            "n_test": self.n_test, "blocks": self.blocks, "block_side": self.block_side, "level": LEVEL,
            "permutations": PERMUTATIONS, "methods": list(self.methods),
            "pairs": [{**asdict(pair), "low": plain(pair.low), "high": plain(pair.high)} for pair in self.pairs],
        }  # fmt: skip


def compare_maps(maps: Mapping[str, np.ndarray], labels: np.ndarray, split: Split, *, seed: int = 0) -> Comparison:
    """Compare the overall accuracies of several maps on the test pixels of one split, all pairs.

    Two tests per pair, each corrected for the number of pairs by Holm's (1979) method. McNemar's asks whether the
    pixels that only one of the two has right could be as many the other way round; it takes pixels for independent,
    which neighbours are not, so that its p-values are far too small. The one to read is the permutation of blocks: it
    swaps the results of the two models in whole blocks, all ways or 9999 random ones.

    Parameters
    ----------
    maps : mapping of str to ndarray of int, shape (rows, cols)
        Class ids of each model's map.
    labels : ndarray of int, shape (rows, cols)
        Ground truth, 0 = unlabelled.
    split : Split
        Says which pixels are test.
    seed : int
        Of the bootstrap and the permutations.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        If there is no map.
    DataError
        If the shapes differ or there is no test pixel.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions. Psychometrika 12.
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6.

    Examples
    --------
    >>> import numpy as np
    >>> from hsclass.split import Split
    >>> split = Split(np.full((4, 4), 3, np.uint8), 1, "fixed", 0, {}, False)
    >>> labels = np.ones((4, 4), int)
    >>> worse = labels.copy()
    >>> worse[0, :2] = 2
    >>> pair = compare_maps({"one": labels, "other": worse}, labels, split).pairs[0]
    >>> pair.difference, pair.only_a, pair.only_b, pair.mcnemar_p
    (0.125, 2, 0, 0.5)
    """
    names = tuple(maps)
    if not names:
        raise UsageError("maps: has none; expected the map of at least one model")
    samples = {name: take_sample(predicted, labels, split, name=name) for name, predicted in maps.items()}
    sites = samples[names[0]].sites
    blocks = make_blocks(sites, least=least_side(split))
    found, gains = [], []
    for a, b in combinations(names, 2):
        gain = samples[a].right.astype(np.int8) - samples[b].right
        low, high = difference_bounds(gain, blocks, seed=seed)
        found.append((a, b, float(gain.mean()), low, high, int((gain > 0).sum()), int((gain < 0).sum())))
        gains.append(gain)
    mcnemar = [exact_mcnemar(only_a, only_b) for *_, only_a, only_b in found]
    permutation = [block_permutation(gain, blocks, seed=seed) for gain in gains]
    tests = zip(mcnemar, holm(mcnemar), permutation, holm(permutation), strict=True)
    pairs = tuple(Pair(*row, *values) for row, values in zip(found, tests, strict=True))
    return Comparison(len(sites), round(blocks.effective), blocks.side, names, pairs)


def difference_bounds(gain: np.ndarray, blocks: Blocks, *, seed: int = 0) -> Bounds:
    """Return the 95 % interval of the mean of `gain`, 1, 0 or -1 per pixel, by bootstrap over blocks with Student's t.

    The two models share each replicate's weights, so that what is easy or hard for both cancels. Undefined where a
    single block holds all the pixels, and for two models that are right on the same pixels.
    """
    if not blocks.several or not gain.any():
        return UNDEFINED
    sums = replicate([np.stack([np.bincount(g, gain), np.bincount(g)], axis=1) for g in blocks.grids], seed)
    half = quantile(blocks) * standard_error(sums[:, 0] / sums[:, 1], blocks)
    return Bounds(max(-1.0, float(gain.mean()) - half), min(1.0, float(gain.mean()) + half))


def exact_mcnemar(only_a: int, only_b: int) -> float:
    """Return the two-sided exact p-value of McNemar's test: the binomial one with share 1/2; 1 without any difference.

    Pixels count as independent here; see `compare_maps`.
    """
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0


def block_permutation(gain: np.ndarray, blocks: Blocks, *, seed: int = 0) -> float:
    """Return the two-sided p-value of swapping two models' results in whole blocks, the median over the grids.

    Parameters
    ----------
    gain : ndarray of int, shape (pixels,)
        1 where only the first model is right, -1 where only the second, else 0.
    blocks : Blocks
    seed : int
        Of the random swaps, where there are more than 9999 ways.

    Returns
    -------
    float
    """
    rng = np.random.default_rng(seed)
    return float(np.median([_swap(np.bincount(grid, gain), rng) for grid in blocks.grids]))


def _swap(sums: np.ndarray, rng: np.random.Generator) -> float:
    """p-value of the sum over blocks among those with any of the blocks' signs turned."""
    # A block where the two are equal is the same swapped.
    sums = sums[sums != 0]
    if 2 ** len(sums) <= PERMUTATIONS:
        signs = np.array(list(product((-1, 1), repeat=len(sums))))
        return float((np.abs(signs @ sums) >= abs(sums.sum())).mean())
    signs = rng.choice([-1, 1], (PERMUTATIONS, len(sums)))
    # The order that was found is one of the ways, too.
    return float((1 + (np.abs(signs @ sums) >= abs(sums.sum())).sum()) / (1 + PERMUTATIONS))


def holm(values: list[float]) -> list[float]:
    """Return p-values corrected by Holm's method: the i-th smallest of m times m - i + 1, none below one before it."""
    corrected, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(np.argsort(values, kind="stable").tolist()):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = largest
    return corrected
