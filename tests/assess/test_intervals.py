"""Intervals from blocks: against closed forms, other methods and by hand."""

import numpy as np
import pytest
from scipy.special import stdtrit
from scipy.stats import binomtest, ttest_1samp
from sklearn.metrics import f1_score

from hsclass.assess.blocks import BlockGrids, Sites, fixed_blocks
from hsclass.assess.confusion import pseudo_values, summaries
from hsclass.assess.intervals import (
    UNDEFINED,
    Bounds,
    Clustering,
    deviations,
    difference_bounds,
    kappa_bounds,
    mean_bounds,
    ratio_bounds,
    run_units,
    share_bounds,
    trials,
    variance,
    widened,
    wilson_limits,
)
from hsclass.assess.sample import EvaluatedSamples
from hsclass.assess.units import BlockUnits


def equal(count: int) -> Clustering:
    """Return so many units of one sample each."""
    return Clustering((BlockGrids(1, (np.arange(count),)),))


def alone(pixels: np.ndarray) -> Sites:
    """Return pixels of which each is a field of its own."""
    return Sites(pixels, np.arange(len(pixels)), np.ones(len(pixels), int))


def square(side: int) -> Sites:
    return alone(np.argwhere(np.ones((side, side), bool)))


@pytest.mark.parametrize(("right", "count"), [(7, 10), (0, 12), (12, 12), (480, 500)])
def test_limits_of_many_blocks_are_wilsons(right: int, count: int) -> None:
    expected = binomtest(right, count).proportion_ci(method="wilson")
    found = wilson_limits(right / count, count, equal(100_000).quantile)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_few_blocks_widen_the_quantile() -> None:
    assert equal(100_000).quantile == pytest.approx(1.96, abs=1e-3)
    assert equal(10).quantile == pytest.approx(2.262, abs=1e-3)
    assert equal(3).quantile == pytest.approx(4.303, abs=1e-3)


def test_standard_error_of_equal_blocks_is_the_textbooks() -> None:
    means = np.array([0.2, 0.5, 0.9, 0.6, 0.7, 0.4])
    assert equal(6).error(deviations(means)) == pytest.approx(np.std(means, ddof=1) / np.sqrt(6))


def test_variance_is_the_mean_over_grids() -> None:
    """Values 1, 0, 0, 1: pairs (1, 2) and (3, 4) do not differ, (1, 4) and (2, 3) do.

    By hand 0 and 2 (1² + 1²) / 4².
    """
    units = BlockGrids(2, (np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0])))
    assert variance(deviations(np.array([1.0, 0, 0, 1])), units) == pytest.approx((0 + 2 * (1 + 1) / 16) / 2)


def two_ways(rows: np.ndarray, cols: np.ndarray) -> Clustering:
    one, other = (BlockGrids(None, (each,)) for each in (rows, cols))
    return Clustering((one, other), one.crossed(cols))


def test_two_ways_of_clustering_by_the_definition() -> None:
    """All pairs of samples that share a row or a column, with n / (n - 1) for either and for both."""
    rng = np.random.default_rng(3)
    rows, cols = np.repeat(np.arange(6), 5), np.tile(np.arange(5), 6)
    values = rng.normal(size=6)[rows] + rng.normal(size=5)[cols] + 0.3 * rng.normal(size=30)
    away = np.outer(values - values.mean(), values - values.mean()) / 30**2
    row, col = rows[:, np.newaxis] == rows, cols[:, np.newaxis] == cols
    by_row, by_col, by_both = (n / (n - 1) * away[same].sum() for n, same in ((6, row), (5, col), (30, row & col)))
    clusters = two_ways(rows, cols)
    assert by_row + by_col - by_both > max(by_row, by_col)
    assert clusters.error(deviations(values)) == pytest.approx((by_row + by_col - by_both) ** 0.5)
    assert clusters.effective == pytest.approx(5)


def test_error_is_no_smaller_than_that_of_one_way() -> None:
    """Values that add up to 0 in each column: V_col = 0, and V_row - V_both is below V_row."""
    rows, cols = np.repeat([0, 1], 2), np.tile([0, 1], 2)
    values = np.array([1.0, 1, -1, -1])
    # 2 (2² + 2²) / 4² = 1 by row; 4/3 · 4 / 4² = 1/3 by both
    assert two_ways(rows, cols).error(deviations(values)) == pytest.approx(1)


def test_what_is_common_to_classes_within_blocks() -> None:
    """Two blocks of two classes: alike in each block, so that V_block - V_parts = 1 - 1/3; else nothing."""
    clusters = Clustering((BlockGrids(None, (np.repeat([0, 1], 2),)),))
    classes = np.tile([0, 1], 2)
    assert clusters.shared(deviations(np.array([1.0, 1, -1, -1])), classes) == pytest.approx((2 / 3) ** 0.5)
    assert clusters.shared(deviations(np.array([1.0, -1, 1, -1])), classes) == 0


def test_trials_are_those_with_that_error_and_no_more_than_pixels() -> None:
    assert trials(0.8, 0.04, 1000) == pytest.approx(100)
    assert trials(0.8, 0.004, 1000) == 1000
    assert trials(0.8, 0, 1000) == 1000


def test_interval_is_that_of_blocks_and_not_of_pixels() -> None:
    """Squares of 12 pixels right or wrong together: as sure as 25 coins, eleven times less than 3600 pixels."""
    coins = np.arange(25) % 5 < 3
    right = np.kron(np.random.default_rng(1).permutation(coins).reshape(5, 5), np.ones((12, 12), bool)).ravel()
    low, high = share_bounds(right, square(60), least=2)
    coin = binomtest(15, 25).proportion_ci(method="wilson")
    assert high - low == pytest.approx(coin.high - coin.low, rel=0.3)
    assert low < 0.6 < high


def test_pixels_that_are_independent_give_little_more_than_the_binomial_interval() -> None:
    right = np.random.default_rng(2).random(10_000) < 0.7
    low, high = share_bounds(right, square(100), least=2)
    expected = binomtest(int(right.sum()), 10_000).proportion_ci(method="wilson")
    assert 0.99 < (high - low) / (expected.high - expected.low) < 1.6


@pytest.mark.parametrize("all_", [True, False])
def test_all_right_or_all_wrong_is_not_certain(all_: bool) -> None:
    """Wilson's limit of n trials without a failure is n / (n + t²); a block of the least side is a trial."""
    found = share_bounds(np.full(1600, all_), square(40), least=10)
    n = fixed_blocks(square(40), side=10).effective
    t = stdtrit(n - 1, 0.975)
    bound = n / (n + t**2)
    assert found == pytest.approx((bound, 1) if all_ else (0, 1 - bound))
    assert 0.6 < bound < 0.85


def test_pixels_in_a_single_block_have_no_interval() -> None:
    right = np.arange(36) % 2 == 0
    for truth in (right, right | True):
        assert np.isnan(share_bounds(truth, square(6), least=6)).all()
    assert np.isnan(share_bounds(np.empty(0, bool), square(0), least=2)).all()


def test_origin_of_the_blocks_hardly_matters() -> None:
    """The same pixels with one more, far in a corner, begin a grid elsewhere."""
    rng = np.random.default_rng(5)
    right = np.kron(rng.random((15, 15)) < 0.7, np.ones((6, 6), bool)).ravel()
    widths = []
    for shift in range(0, 24, 5):
        pixels = np.concatenate([[[0, 0]], square(90).pixels + shift])
        low, high = share_bounds(np.append(True, right), alone(pixels), least=24)
        widths.append(high - low)
    assert max(widths) / min(widths) < 1.15


def test_kappa_has_the_error_of_the_jackknife_and_wilsons_limits_on_the_scale_of_oa() -> None:
    rng = np.random.default_rng(6)
    rates = np.array([[0.4, 0.05, 0.05], [0.05, 0.2, 0.05], [0.05, 0.05, 0.1]])
    matrices = np.array([rng.multinomial(50, rng.dirichlet(20 * rates.ravel())) for _ in range(40)]).reshape(-1, 3, 3)
    cells = np.concatenate([np.repeat(np.arange(9), matrix.ravel()) for matrix in matrices])
    clusters = Clustering((BlockGrids(1, (np.repeat(np.arange(40), 50),)),))
    whole, left = summaries(matrices.sum(axis=0)), summaries(matrices.sum(axis=0) - matrices)
    jackknife = np.sqrt(39 / 40 * ((left["kappa"] - left["kappa"].mean()) ** 2).sum())
    error = clusters.error(deviations(pseudo_values(cells // 3, cells % 3, np.arange(3), "kappa")))
    assert error == pytest.approx(jackknife, rel=0.02)
    kappa, oa = float(whole["kappa"]), float(whole["oa"])
    low, high = kappa_bounds(kappa, oa, error, clusters, most=2000)
    chance = 1 - (1 - oa) / (1 - kappa)
    p = matrices.sum(axis=0) / 2000
    assert chance == pytest.approx(p.sum(axis=0) @ p.sum(axis=1))
    # The limits are where OA, at this chance agreement, lies as many standard errors away: Wilson's equation.
    t = stdtrit(39, 0.975)
    for end in (low, high):
        at = chance + end * (1 - chance)
        scale = np.sqrt(at * (1 - at) / (oa * (1 - oa)))
        assert abs(end - kappa) == pytest.approx(t * error * scale)


def test_kappa_without_errors_or_chance_has_no_interval() -> None:
    for kappa, oa, error in ((1, 1, 0), (np.nan, 1, 0), (0.5, 0.8, 0)):
        assert np.isnan(kappa_bounds(kappa, oa, error, equal(5), most=5)).all()


def test_weighted_share_is_a_ratio_of_totals() -> None:
    """F1 of ten blocks, right samples with weight 2: the error by Cochran's (1977) eq. 6.13, worked out here."""
    rng = np.random.default_rng(8)
    block, right = np.repeat(np.arange(10), 20), rng.random(200) < np.repeat(rng.random(10), 20)
    weights = 1 + right
    hits, sizes = (np.bincount(block, values) for values in (2 * right, weights))
    share = hits.sum() / sizes.sum()
    error = np.sqrt(10 / 9 * ((hits - share * sizes) ** 2).sum()) / sizes.sum()
    wanted = wilson_limits(share, share * (1 - share) / error**2, stdtrit(9, 0.975))
    assert ratio_bounds(right, Clustering((BlockGrids(1, (block,)),)), most=200, weights=weights) == pytest.approx(
        wanted
    )


def test_difference_is_tested_as_its_interval_says() -> None:
    """Six blocks of four pixels with mean gains 0, 1/4, 1/2, -1/4, 1/4, 3/4: SciPy's t-test of the six means."""
    gain = np.array([1, -1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0])
    bounds, p = difference_bounds(gain, Clustering((BlockGrids(2, (np.repeat(np.arange(6), 4),) * 8),)))
    test = ttest_1samp([0, 0.25, 0.5, -0.25, 0.25, 0.75], 0)
    assert bounds == pytest.approx(test.confidence_interval())
    assert p == pytest.approx(test.pvalue)


def test_differences_without_any_variation() -> None:
    """Nothing to compare; one unit; five units all in favour of one model, like coins that all show heads."""
    assert difference_bounds(np.zeros(5, int), equal(5)) == (UNDEFINED, 1)
    assert difference_bounds(np.ones(5, int), Clustering((BlockGrids(None, (np.zeros(5, int),)),)))[1] == 1
    assert difference_bounds(np.ones(5, int), equal(5))[1] == pytest.approx(2 / 2**5)


def test_mean_over_classes_contains_what_they_have_in_common() -> None:
    """Pair by pair: AA varies by its classes, and by pairs of pixels of two classes in one block or one site."""
    rng = np.random.default_rng(9)
    block, reference = np.repeat(np.arange(12), 60), np.tile(np.repeat([1, 2, 3], 20), 12)
    right = rng.random(720) < np.repeat(rng.random(12), 60)  # a block is easy or hard for all classes
    samples = EvaluatedSamples(np.zeros((720, 2), int), reference, np.where(right, reference, reference % 3 + 1))
    places = np.stack([6 * block + np.arange(720) % 60 // 10, np.arange(720) % 10], axis=1)
    units = BlockUnits(Sites(places, block, reference), least=6)
    classes = [units.share(right, reference == one) for one in (1, 2, 3)]
    recall = np.array([right[reference == one].mean() for one in (1, 2, 3)])
    u = (right - recall[reference - 1]) / 240 / 3  # what a pixel adds to the deviation of AA
    common = []
    sizes = units.blocks.effective, units.blocks.crossed(reference).effective
    # all sites are larger than a block, so that the grids are of each pixel
    for of, (n, m) in (*((grid, sizes) for grid in units.blocks.grids), (block, (12, 36))):
        same = of[:, np.newaxis] == of
        kind = reference[:, np.newaxis] == reference
        pairs = np.outer(u, u)
        common.append(n / (n - 1) * pairs[same].sum() - m / (m - 1) * pairs[same & kind].sum())
    *of_blocks, of_sites = common
    half = units.clusters.quantile * np.sqrt(max(np.mean(of_blocks), of_sites))
    alone = mean_bounds(recall, classes)
    expected = widened(alone, float(recall.mean()), half)
    assert units.class_mean("aa", classes, samples, np.array([1, 2, 3])) == pytest.approx(expected)
    assert expected.high - expected.low > 1.2 * (alone.high - alone.low)


def test_mean_of_intervals_by_hand() -> None:
    low, high = mean_bounds(np.array([0.5, 0.9]), [Bounds(0.47, 0.62), Bounds(0.86, 0.95)])
    assert low == pytest.approx(0.7 - 0.05 / 2)
    assert high == pytest.approx(0.7 + 0.13 / 2)


def test_class_of_which_nothing_is_known_may_have_any_accuracy() -> None:
    low, high = mean_bounds(np.array([0.6, 0.8]), [UNDEFINED, Bounds(0.8, 1)])
    assert low == pytest.approx(0.7 - 0.6 / 2)
    assert high == pytest.approx(0.7 + np.hypot(0.4, 0.2) / 2)
    assert np.isnan(mean_bounds(np.array([0.6, 0.8]), [UNDEFINED, UNDEFINED])).all()


def test_fields_that_no_block_holds_widen_the_interval() -> None:
    """Six strips of 10 x 200 pixels, four of them right: blocks cut them into pieces that are not independent."""
    pixels = np.argwhere(np.ones((200, 60), bool))
    strip = pixels[:, 1] // 10
    right = strip < 4
    cut = share_bounds(right, Sites(pixels, np.arange(len(pixels)), strip % 2), least=5)
    whole = share_bounds(right, Sites(pixels, strip, strip % 2), least=5)
    assert whole.low < cut.low < cut.high <= whole.high
    coins = wilson_limits(4 / 6, trials(4 / 6, np.sqrt(2 / 9 / 5), 12_000), equal(6).quantile)
    assert whole == pytest.approx(coins, abs=0.03)


@pytest.mark.parametrize("classes", [3, 6])
def test_sites_of_several_classes_that_no_block_holds_widen_figures_over_all_classes(classes: int) -> None:
    """Twelve sites, strips of 5 x 120 pixels, right or wrong as a whole, with all classes in each: twelve coins."""
    pixels = np.argwhere(np.ones((120, 60), bool))
    strip = pixels[:, 1] // 5
    reference = 1 + np.random.default_rng(11).integers(0, classes, len(pixels))
    right = np.isin(strip, [0, 3, 4, 7, 8, 11])
    units = BlockUnits(Sites(pixels, strip, reference), least=5)
    assert units.blocks.side < 120
    error, t = np.sqrt(1 / 4 / 11), units.clusters.quantile
    assert t >= equal(12).quantile
    found = units.share(right, np.ones(len(pixels), bool))
    assert found == pytest.approx(wilson_limits(1 / 2, 1 / 4 / error**2, t), abs=0.02)
    # All classes have about the same share of each strip, so that AA varies as OA does.
    samples = EvaluatedSamples(pixels, reference, np.where(right, reference, reference % classes + 1))
    ids = np.arange(1, classes + 1)
    low, high = units.class_mean("aa", [units.share(right, reference == one) for one in ids], samples, ids)
    assert high - low == pytest.approx(2 * t * error, rel=0.1)


def test_classes_that_fail_as_a_whole_widen_figures_over_all_classes() -> None:
    """Ten classes of 10 fields each: one class is wrong."""
    pixels = np.argwhere(np.ones((100, 100), bool))
    fields = pixels[:, 0] // 10 * 10 + pixels[:, 1] // 10
    sites = Sites(pixels, fields, fields % 10)
    right = fields % 10 > 0
    by_field, by_class = (share_bounds(right, sites, least=5, by_class=flag) for flag in (False, True))
    assert by_class.low < by_field.low < 0.9 < by_field.high < by_class.high


def test_a_single_field_has_no_interval() -> None:
    pixels = np.argwhere(np.ones((60, 60), bool))
    sites = Sites(pixels, np.zeros(3600, int), np.zeros(3600, int))
    assert np.isnan(share_bounds(pixels[:, 0] % 3 > 0, sites, least=5)).all()


def test_what_whole_runs_differ_in_is_measured_beyond_what_their_fields_show() -> None:
    """Two runs of two fields, each with two tests: all right in one run, none in the other.

    With runs as clusters the variance is 2 (2² + 2²) / 8² = 1/4; with fields within runs 4/3 · 4 · 1² / 8² = 1/12.
    """
    runs, fields = np.repeat([0, 1], 4), np.tile(np.repeat([5, 9], 2), 2)
    clusters = Clustering((BlockGrids(None, (np.tile(np.repeat([0, 1], 2), 2),)),), None, run_units(runs, fields))
    whole = deviations(np.repeat([1.0, 0.0], 4))
    assert clusters.of_runs(whole) == pytest.approx(1 / 4 - 1 / 12)
    assert clusters.error(whole) == pytest.approx((1 / 4 - 1 / 12) ** 0.5)  # the fields do not differ
    # runs that are right in one of the fields each differ in nothing as a whole
    assert clusters.of_runs(deviations(np.array([1.0, 1, 0, 0, 0, 0, 1, 1]))) == 0
    assert run_units(np.zeros(8, int), fields) is run_units(None, fields) is None
    units = run_units(runs, np.tile(np.repeat([0, 1], 2), 2))
    assert units is not None
    assert [unit.sizes[0].tolist() for unit in units] == [[4, 4], [2, 2, 2, 2]]


def test_interval_with_a_second_reason_to_vary() -> None:
    assert widened(Bounds(0.3, 0.6), 0.5, 0.15) == pytest.approx((0.25, 0.5 + (0.1**2 + 0.15**2) ** 0.5))
    assert widened(Bounds(0.05, 0.6), 0.1, 0.5, least=-1) == pytest.approx((0.1 - 0.2525**0.5, 0.1 + 0.5**0.5))
    assert widened(Bounds(0.05, 0.6), 0.1, 0.5).low == 0
    assert np.isnan(widened(UNDEFINED, 0.5, 0.1)).all()


def test_macro_f1_has_the_jackknifes_errors_of_its_classes_and_of_what_they_have_in_common() -> None:
    """Twelve sites of 100 pixels and three classes, each a block: the errors from what leaving out a site changes."""
    rng = np.random.default_rng(10)
    field = np.repeat(np.arange(12), 100)
    reference = rng.integers(1, 4, 1200)
    right = rng.random(1200) < np.repeat(rng.uniform(0.4, 0.9, 12), 100)
    predicted = np.where(right, reference, reference % 3 + 1)
    at = np.arange(1200) % 100
    places = np.stack([10 * (field // 4) + at // 10, 10 * (field % 4) + at % 10], axis=1)
    units = BlockUnits(Sites(places, field, reference), least=10)
    samples = EvaluatedSamples(places, reference, predicted)
    found = units.summaries(samples, np.array([1, 2, 3]))["macro_f1"]

    def scores(keep: np.ndarray) -> np.ndarray:
        return np.asarray(f1_score(reference[keep], predicted[keep], average=None))

    left = np.array([scores(field != one) for one in range(12)])
    errors = (11 / 12 * ((left - left.mean(axis=0)) ** 2).sum(axis=0)) ** 0.5
    whole = scores(field >= 0)
    t = stdtrit(11, 0.975)
    bounds = [wilson_limits(one, one * (1 - one) / error**2, t) for one, error in zip(whole, errors, strict=True)]
    alone = mean_bounds(whole, bounds)
    together = (11 / 12 * ((left.mean(axis=1) - left.mean()) ** 2).sum()) ** 0.5
    shared = max(0.0, together**2 - (errors**2).sum() / 9) ** 0.5
    expected = widened(alone, float(whole.mean()), t * shared)
    assert found == pytest.approx(expected, abs=0.1 * (expected.high - expected.low))
    assert expected.high - expected.low > 1.5 * (alone.high - alone.low)
