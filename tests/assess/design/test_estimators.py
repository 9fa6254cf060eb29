"""Estimators against the published worked examples, and against variances of all samples that can be drawn."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom, t

from hsclass.assess.design.estimators import PostStratified, Stratified, TwoStage, wilson
from hsclass.assess.design.halving import further_units

OLOFSSON = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
PIXELS = np.array([200_000, 150_000, 3_200_000, 6_450_000])
HECTARES = PIXELS.sum() * 0.09


def letters(text: str) -> np.ndarray:
    return np.array(["ABCD".index(letter) for letter in text])


def of(ids: np.ndarray, identity: int | np.ndarray) -> np.ndarray:
    return (ids == identity).astype(float)


def test_olofsson_2014_example_of_four_classes() -> None:
    # Areas and their intervals as printed; those of producer's accuracies worked out apart by equation 7.
    mapped, reference = (np.repeat(np.indices((4, 4))[axis].ravel(), OLOFSSON.ravel()) for axis in (0, 1))
    design, one = Stratified(mapped, PIXELS), np.ones(len(mapped))
    oa = design.ratio((mapped == reference).astype(float), one)
    assert (round(oa.value, 2), round(1.96 * oa.se, 2)) == (0.95, 0.02)
    areas = [design.ratio(of(reference, k), one) for k in range(4)]
    assert [round(a.value * HECTARES) for a in areas] == [21158, 11686, 285770, 581386]
    assert [round(1.96 * a.se * HECTARES) for a in areas] == [6158, 3756, 15510, 16282]
    users = [design.ratio(of(mapped, k) * of(reference, k), of(mapped, k)) for k in range(4)]
    assert [(round(u.value, 2), round(1.96 * u.se, 2)) for u in users] == [
        (0.88, 0.07), (0.73, 0.10), (0.93, 0.04), (0.96, 0.02),
    ]  # fmt: skip
    producers = [design.ratio(of(mapped, k) * of(reference, k), of(reference, k)) for k in range(4)]
    assert [(round(p.value, 2), round(1.96 * p.se, 2)) for p in producers] == [
        (0.75, 0.21), (0.85, 0.25), (0.93, 0.03), (0.96, 0.02),
    ]  # fmt: skip


def test_stehman_2014_strata_that_are_not_the_map_classes() -> None:
    strata = letters("A" * 10 + "B" * 10 + "C" * 10 + "D" * 10)
    mapped = letters("A" * 7 + "BBBA" + "B" * 11 + "C" * 6 + "BB" + "D" * 10)
    reference = letters("AAAAACBABCA" + "B" * 5 + "AABB" + "C" * 5 + "DDBBA" + "D" * 7 + "CCB")
    design, one = Stratified(strata, np.array([40_000, 30_000, 20_000, 10_000])), np.ones(40)
    figures = {
        "OA": design.ratio((mapped == reference).astype(float), one),
        "area A": design.ratio(of(reference, 0), one),
        "area C": design.ratio(of(reference, 2), one),
        "UA B": design.ratio(of(mapped, 1) * of(reference, 1), of(mapped, 1)),
        "PA B": design.ratio(of(mapped, 1) * of(reference, 1), of(reference, 1)),
    }
    assert {name: round(found.value, 3) for name, found in figures.items()} == {
        "OA": 0.63, "area A": 0.35, "area C": 0.2, "UA B": 0.574, "PA B": 0.794,
    }  # fmt: skip
    # The paper cuts the last one to 0.116; its formula gives 0.11657.
    assert {name: round(found.se, 3) for name, found in figures.items()} == {
        "OA": 0.085, "area A": 0.082, "area C": 0.064, "UA B": 0.125, "PA B": 0.117,
    }  # fmt: skip


def test_simple_sample_variance_is_the_mean_over_all_samples_of_a_tiny_map() -> None:
    """One stratum, with replacement: the estimated variance of a share is unbiased for that of all 6³ samples."""
    right = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    shares, variances = [], []
    for units in itertools.product(range(6), repeat=3):
        y = right[list(units)]
        design = Stratified(np.zeros(3, int), np.array([6]))
        shares.append(y.mean())
        variances.append(design.variance(y - right.mean()) / 36)
    assert np.mean(variances) == pytest.approx(np.var(shares))


def test_post_strata_weigh_units_by_the_map_and_use_cochran_5a_42() -> None:
    design = PostStratified(np.array([0, 0, 0, 1, 1]), np.array([20, 80]))
    right, one = np.array([1.0, 1.0, 0.0, 1.0, 0.0]), np.ones(5)
    found = design.ratio(right, one)
    assert found.value == pytest.approx(0.2 * 2 / 3 + 0.8 * 1 / 2)
    spreads = np.array([1 / 3, 1 / 2])  # of (1, 1, 0) and (1, 0)
    by_hand = (0.2 * spreads[0] + 0.8 * spreads[1]) / 5 + (0.8 * spreads[0] + 0.2 * spreads[1]) / 25
    assert found.se**2 == pytest.approx(by_hand)


def test_two_stage_totals_by_hand() -> None:
    """Blocks of 30 and 10 pixels out of 5; shares 1/2 and 1: totals 15 and 10 of 30 and 10 pixels."""
    design = TwoStage(np.array([0, 0, 1, 1]), np.array([30, 10]), blocks=5)
    assert design.weights.tolist() == [37.5, 37.5, 12.5, 12.5]
    right = np.array([1.0, 0.0, 1.0, 1.0])
    found = design.ratio(right, np.ones(4))
    assert found.value == pytest.approx(25 / 40)
    residual = np.array([15 - 30 * 0.625, 10 - 10 * 0.625]) * 5  # of each block's total, over the whole map
    assert found.se == pytest.approx(np.sqrt(residual.var(ddof=1) / 2) / 100)


def test_two_stage_interval_counts_blocks_and_not_their_pixels() -> None:
    # ten blocks of 100 pixels, 20 of each in the sample; 5 or 6 errors in each: Student's t for 55² / 305 - 1
    blocks, one = np.repeat(np.arange(10), 20), np.ones(200)
    design = TwoStage(blocks, np.full(10, 100), blocks=400)
    wrong = np.arange(200) % 20 < 5 + blocks % 2
    found = design.ratio((~wrong).astype(float), one)
    assert (found.high - found.value) / found.se == pytest.approx(t.ppf(0.975, 55**2 / 305 - 1))
    # in every second block: for 4, whether the right ones are counted or the wrong ones
    wrong = (np.arange(200) % 20 < 5) & (blocks % 2 == 0)
    for share in (wrong, ~wrong):
        found = design.ratio(share.astype(float), one)
        assert (found.value - found.low) / found.se == pytest.approx(2.776, abs=5e-4)
    # where all agree, Wilson's limits are those of ten trials
    assert design.ratio(one, one).low == pytest.approx(10 / (10 + 1.96**2))


def test_one_stratum_has_wilsons_interval() -> None:
    design = Stratified(np.zeros(20, int), np.array([1000]))
    found = design.ratio(np.ones(20), np.ones(20))
    assert (found.value, found.se) == (1.0, 0.0)
    assert found.low == pytest.approx(20 / (20 + 1.96**2))
    assert wilson(0.5, 0) == (0.0, 1.0)
    # user's accuracy of a class that is a stratum, 27 of 30 right: printed limits of Wilson's score interval
    strata = np.repeat([0, 1], [30, 70])
    named, right = of(strata, 0), (np.arange(100) >= 3).astype(float)
    found = Stratified(strata, np.array([10, 990])).ratio(named * right, named)
    assert (found.low, found.high) == pytest.approx((0.7438, 0.9654), abs=1e-4)


def test_a_stratum_whose_units_agree_widens_the_interval_by_hand() -> None:
    # 90 % of the map with 50 of 50, 10 % with 40 of 50: upwards 1.96 standard errors, or Wilson's limits of the 100
    # units, which the standard error asks for more of; downwards also Wilson's limit of 50 of 50, 50 / (50 + 1.96²)
    strata, y, one = np.repeat([0, 1], 50), (np.arange(100) < 90).astype(float), np.ones(100)
    design, more = Stratified(strata, np.array([900, 100])), 0.9 * 1.96**2 / (50 + 1.96**2)
    half = 1.96 * 0.1 * np.sqrt(0.8 * 0.2 / 49)
    for found, (low, high) in (
        (design.ratio(y, one, accuracy=False), (0.98 - half, 0.98 + half)),
        (design.ratio(y, one), wilson(0.98, 100)),
    ):
        assert found.high == pytest.approx(high)
        assert found.low == pytest.approx(0.98 - np.hypot(0.98 - low, more))


def test_producers_accuracy_allows_for_omission_that_no_unit_shows() -> None:
    # 20 of 20 units of the class's own stratum right, none of 30 elsewhere: 1.96² / (30 + 1.96²) of the other 90 %
    strata = np.repeat([0, 1], [20, 30])
    named = true = of(strata, 0)
    design = Stratified(strata, np.array([100, 900]))
    found = design.ratio(named * true, true, other=(named * (1 - true), 1 - true))
    assert (found.value, found.se, found.high) == (1, 0, 1)
    assert found.low == pytest.approx(100 / (100 + 900 * 1.96**2 / (30 + 1.96**2)))


def test_intervals_hold_where_one_stratum_is_nearly_all_of_the_map() -> None:
    """Over all outcomes of 50 units each in strata of 97 and 3 %, 97 and 80 % of them right."""
    strata, one = np.repeat([0, 1], 50), np.ones(100)
    design, truth = Stratified(strata, np.array([97, 3])), 0.97 * 0.97 + 0.03 * 0.8
    held = 0.0
    for first, second in itertools.product(range(51), repeat=2):
        chance = binom.pmf(first, 50, 0.97) * binom.pmf(second, 50, 0.8)
        if chance > 1e-9:
            right = np.arange(100) % 50 < np.where(strata == 0, first, second)
            found = design.ratio(right.astype(float), one)
            held += chance * (found.low <= truth <= found.high)
    assert held > 0.94


def test_producers_accuracy_of_a_rare_class_is_contained_as_often_as_said() -> None:
    """Two strata of 350 and 50 units, 1 % of the one omitted and 90 % of the other right: all samples, by chance."""
    strata = np.repeat([0, 1], [350, 50])
    design, truth = Stratified(strata, np.array([9, 1])), 0.1 * 0.9 / (0.1 * 0.9 + 0.9 * 0.01)
    held, lows = 0.0, []
    for omitted, right in itertools.product(range(16), range(30, 51)):
        changed = np.arange(400) % 350 < np.where(strata == 0, omitted, right)
        named = (strata == 1).astype(float)
        y, x = changed * named, changed.astype(float)
        found = design.ratio(y, x, other=(named * (1 - x), 1 - x))
        held += binom.pmf(omitted, 350, 0.01) * binom.pmf(right, 50, 0.9) * (found.low <= truth <= found.high)
        lows += [found.low] if right == 45 else []
    assert 0.94 < held < 0.98
    assert lows == sorted(lows, reverse=True)  # the more omissions, the lower


@pytest.mark.parametrize("kind", [Stratified, PostStratified])
def test_rounding_is_no_standard_error(kind: type[Stratified]) -> None:
    # A class that is mapped without error: its units agree within every stratum, its residuals are 1 - R and -R.
    strata = np.repeat([0, 1, 2], [50, 150, 300])
    reference = np.where(np.arange(500) % 7 == 0, 2, strata)
    reference[strata == 0], reference[strata != 0] = 0, np.maximum(reference[strata != 0], 1)
    design, one = kind(strata, np.array([12_345, 98_765, 654_321])), np.ones(500)
    found = design.ratio(of(reference, 0), one)
    assert found.value == pytest.approx(12_345 / 765_431)
    assert found.se == 0
    assert found.high - found.low > 0.005
    every = design.ratio(one, one)
    assert (every.se, every.value <= every.high <= 1) == (0, True)
    if kind is Stratified:
        more = further_units(design, of(reference, strata), {k: of(reference, k) for k in range(3)}, [1, 2, 3])
        assert sorted(more["areas"]) == ["1", "2"]


def test_rounding_of_blocks_that_are_alike_is_no_standard_error() -> None:
    # ten blocks of unequal size, three of seven units right in each: Wilson's limits of ten trials
    blocks = np.repeat(np.arange(10), 7)
    design = TwoStage(blocks, np.array([185, 291, 253, 180, 192, 112, 122, 104, 152, 344]), blocks=123)
    found = design.ratio((np.arange(70) % 7 < 3).astype(float), np.ones(70))
    assert found.se == 0
    assert (found.low, found.high) == pytest.approx(wilson(3 / 7, 10))


def test_a_figure_without_units_is_not_defined() -> None:
    found = Stratified(np.zeros(3, int), np.array([9])).ratio(np.zeros(3), np.zeros(3))
    assert all(np.isnan(value) for value in found)
