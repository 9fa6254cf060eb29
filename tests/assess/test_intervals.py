"""Intervals from blocks: against closed forms, other methods and by hand."""

import numpy as np
import pytest
from scipy.special import stdtrit
from scipy.stats import binomtest

from hsclass.assess.blocks import BlockGrids, Sites, fixed_blocks
from hsclass.assess.confusion import summaries
from hsclass.assess.intervals import (
    UNDEFINED,
    Bounds,
    mean_bounds,
    quantile,
    replicate,
    run_error,
    share_bounds,
    standard_error,
    summary_bounds,
    trials,
    widened,
    wilson,
)

MANY = BlockGrids(1, (np.arange(100_000),))


def alone(pixels: np.ndarray) -> Sites:
    """Return pixels of which each is a field of its own."""
    return Sites(pixels, np.arange(len(pixels)), np.ones(len(pixels), int))


def square(side: int) -> Sites:
    return alone(np.argwhere(np.ones((side, side), bool)))


@pytest.mark.parametrize(("right", "count"), [(7, 10), (0, 12), (12, 12), (480, 500)])
def test_limits_of_many_blocks_are_wilsons(right: int, count: int) -> None:
    expected = binomtest(right, count).proportion_ci(method="wilson")
    assert wilson(right / count, count, MANY) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_few_blocks_widen_the_quantile() -> None:
    assert quantile(MANY) == pytest.approx(1.96, abs=1e-3)
    assert quantile(BlockGrids(1, (np.arange(10),))) == pytest.approx(2.262, abs=1e-3)
    assert quantile(BlockGrids(1, (np.arange(3),))) == pytest.approx(4.303, abs=1e-3)


def test_standard_error_of_equal_blocks_is_the_textbooks() -> None:
    means = np.array([0.2, 0.5, 0.9, 0.6, 0.7, 0.4])
    blocks = BlockGrids(1, (np.arange(6),) * 8)
    sums = replicate([np.stack([means, np.ones(6)], axis=1)] * 8, seed=0)
    found = standard_error(sums[:, 0] / sums[:, 1], blocks)
    assert found == pytest.approx(np.std(means, ddof=1) / np.sqrt(6), rel=0.05)


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


def test_kappa_and_macro_f1_have_the_error_of_the_jackknife() -> None:
    rng = np.random.default_rng(6)
    rates = np.array([[0.4, 0.05, 0.05], [0.05, 0.2, 0.05], [0.05, 0.05, 0.1]])
    matrices = np.array([rng.multinomial(50, rng.dirichlet(20 * rates.ravel())) for _ in range(40)]).reshape(-1, 3, 3)
    blocks = BlockGrids(1, (np.arange(40),) * 8)
    found = summary_bounds([matrices] * 8, blocks)
    whole, left = summaries(matrices.sum(axis=0)), summaries(matrices.sum(axis=0) - matrices)
    error = {name: np.sqrt(39 / 40 * ((left[name] - left[name].mean()) ** 2).sum()) for name in left}
    half = quantile(blocks) * error["kappa"]
    np.testing.assert_allclose(found["kappa"], [whole["kappa"] - half, whole["kappa"] + half], atol=0.15 * half)
    assert np.ptp(found["macro_f1"]) == pytest.approx(2 * quantile(blocks) * error["macro_f1"], rel=0.15)
    assert found["macro_f1"].low < whole["macro_f1"] < found["macro_f1"].high


def test_map_that_is_right_everywhere_has_no_interval_of_kappa() -> None:
    matrices = np.array([np.diag([3, 4]), np.diag([5, 1]), np.diag([2, 2])])
    found = summary_bounds([matrices] * 8, BlockGrids(1, (np.arange(3),) * 8))
    assert np.isnan([*found["kappa"], *found["macro_f1"]]).all()


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
    coins = wilson(4 / 6, trials(4 / 6, np.sqrt(2 / 9 / 5), 12_000), BlockGrids(None, (np.arange(6),)))
    assert whole == pytest.approx(coins, abs=0.03)


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
    assert run_error(np.repeat([1.0, 0.0], 4), runs, fields) == pytest.approx((1 / 4 - 1 / 12) ** 0.5)
    # runs that are right in one of the fields each differ in nothing as a whole
    assert run_error(np.array([1.0, 1, 0, 0, 0, 0, 1, 1]), runs, fields) == 0
    assert (
        run_error(np.array([1.0, 0, 1, 0]), np.zeros(4, int), np.arange(4)) == run_error(np.ones(4), None, fields) == 0
    )


def test_interval_with_a_second_reason_to_vary() -> None:
    assert widened(Bounds(0.3, 0.6), 0.5, 0.15) == pytest.approx((0.25, 0.5 + (0.1**2 + 0.15**2) ** 0.5))
    assert widened(Bounds(0.05, 0.6), 0.1, 0.5, least=-1) == pytest.approx((0.1 - 0.2525**0.5, 0.1 + 0.5**0.5))
    assert widened(Bounds(0.05, 0.6), 0.1, 0.5).low == 0
    assert np.isnan(widened(UNDEFINED, 0.5, 0.1)).all()
