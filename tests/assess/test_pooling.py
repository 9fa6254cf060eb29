"""Several runs together: folds against one evaluation of the mosaic, seeds against one of them, and by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsclass.assess import evaluate, pool
from hsclass.assess.intervals import cluster_error
from hsclass.assess.sample import EvaluatedSamples
from hsclass.assess.units import GroupUnits, joined_groups
from hsclass.errors import DataError, UsageError
from hsclass.scene import LandCover
from hsclass.split import Role, Split

SHARED = ("oa", "aa", "kappa", "macro_f1", "oa_low", "oa_high", "aa_low", "aa_high", "kappa_low", "kappa_high",
          "macro_f1_low", "macro_f1_high", "confusion", "interval", "classes")  # fmt: skip


@pytest.fixture
def folds(
    make_split: Callable[..., Split], make_classes: Callable[..., tuple[LandCover, ...]]
) -> tuple[list[np.ndarray], np.ndarray, list[Split], tuple[LandCover, ...]]:
    """Three folds of a scene of 12 fields of 5 x 5 pixels and 4 classes; each map is right on 3 of 4 pixels."""
    rng = np.random.default_rng(3)
    fields = np.arange(12).reshape(3, 4).repeat(5, axis=0).repeat(5, axis=1)
    labels = 1 + (fields % 4 + 2 * (fields // 4)) % 4  # no two of one class touch
    maps, splits = [], []
    for fold in range(3):
        roles = np.where(fields // 4 == fold, 3, 1)
        splits.append(replace(make_split(roles), options={"folds": 3}, seed=fold))
        maps.append(np.where(rng.random(labels.shape) < 0.75, labels, labels % 4 + 1))
    return maps, labels, splits, make_classes(1, 2, 3, 4)


def test_folds_are_one_evaluation_of_the_mosaic_of_their_tests(folds, make_split) -> None:
    maps, labels, splits, classes = folds
    mosaic = np.select([split.roles == 3 for split in splits], maps)
    whole = evaluate(mosaic, labels, make_split(np.full(labels.shape, 3)), classes)
    found = pool(maps, labels, splits, classes)
    assert (found.folds, found.runs, found.splits, found.n_test, found.n_samples) == (3, 3, 3, 300, 300)
    for name in SHARED:
        if name != "interval":
            assert getattr(found, name) == getattr(whole, name), name
    assert (found.interval.fields, found.interval.runs, whole.interval.runs) == (12, 3, 1)
    # Twelve equal fields are enough, three runs are not.
    assert (found.interval.effective_fields, found.interval.reliable, whole.interval.reliable) == (12, False, True)
    # No pixel is tested twice, so nothing tells splits from fields.
    assert (found.spread.splits, found.spread.models, found.spread.runs) == (None, None, None)


def test_repeated_cross_validations_are_compared_as_wholes(folds) -> None:
    maps, labels, splits, classes = folds
    again = [replace(split, seed=split.seed + 3) for split in splits]
    twice = pool([*maps, *[labels] * 3], labels, [*splits, *again], classes)
    first = pool(maps, labels, splits, classes).oa
    assert twice.oa == pytest.approx((first + 1) / 2)
    assert twice.spread.runs == pytest.approx((1 - first) / 2**0.5)
    assert twice.spread.models == pytest.approx((1 - first) / 2**0.5)  # the same splits, so that is all the models'
    assert twice.spread.splits is None


def test_tests_of_classes_that_a_fold_never_trained_are_counted_and_shown_apart(folds) -> None:
    maps, labels, splits, classes = folds
    without = np.where((labels == 2) & (splits[0].roles == 1), 0, splits[0].roles).astype(np.uint8)
    bare = [replace(splits[0], roles=without), *splits[1:]]
    found = pool(maps, labels, bare, classes)
    assert (found.untrained, found.n_test) == (25, 300)  # the one field of class 2 in fold 0
    right = [(drawn == labels) & (split.roles == 3) for drawn, split in zip(maps, bare, strict=True)]
    counted = sum(part.sum() for part in right)
    lost = (right[0] & (labels == 2)).sum()
    assert found.oa == pytest.approx(counted / 300)
    assert found.trained_oa == pytest.approx((counted - lost) / 275)


def test_equal_seeds_say_no_more_than_one_of_them(folds) -> None:
    maps, labels, splits, classes = folds
    one = evaluate(maps[0], labels, splits[0], classes)
    found = pool([maps[0]] * 4, labels, [replace(splits[0], options={})] * 4, classes)
    for name in SHARED[:12]:
        assert getattr(found, name) == pytest.approx(getattr(one, name), abs=1e-12), name
    assert (found.folds, found.splits, found.n_test, found.n_samples) == (None, 1, 400, 100)
    assert found.interval.effective_fields == one.interval.effective_fields == 4
    assert (found.spread.models, found.spread.splits, found.spread.runs) == (0, None, 0)


def test_seeds_of_a_model_spread_by_their_sample_standard_deviation(folds) -> None:
    maps, labels, splits, classes = folds
    found = pool(maps, labels, [replace(splits[0], options={})] * 3, classes)
    accuracies = [float((drawn == labels)[splits[0].roles == 3].mean()) for drawn in maps]
    assert found.oa == pytest.approx(np.mean(accuracies))
    assert found.spread.models == pytest.approx(np.std(accuracies, ddof=1))
    assert found.spread.runs == pytest.approx(np.std(accuracies, ddof=1))


def test_splits_differ_on_the_pixels_that_both_test(make_split, make_classes) -> None:
    """By hand: both test the two pixels in the middle, of which one run has 2 right and the other 1."""
    splits = [make_split([[3, 3, 3, 1]]), make_split([[1, 3, 3, 3]])]
    labels = np.ones((1, 4), int)
    maps = [np.array([[2, 1, 1, 1]]), np.array([[1, 1, 2, 1]])]
    found = pool(maps, labels, splits, make_classes(1, 2))
    assert found.spread.splits == pytest.approx((0.5**2 / 2) ** 0.5)
    assert (found.spread.models, found.oa, found.n_samples) == (None, 4 / 6, 4)
    assert found.spread.runs == pytest.approx(0)


def test_error_between_fields_by_hand() -> None:
    """Groups of 2, 2 and 4 values with 2, 1 and 1 right: deviations from 1/2 sum up to 1, 0 and -1."""
    right, groups = np.array([1, 1, 1, 0, 1, 0, 0, 0]), np.array([0, 0, 1, 1, 2, 2, 2, 2])
    effective = 1 / (0.25**2 + 0.25**2 + 0.5**2)
    assert cluster_error(right, groups) == pytest.approx((effective / (effective - 1) * 2) ** 0.5 / 8)
    means = np.array([0.2, 0.5, 0.9, 0.6])
    assert cluster_error(means, np.arange(4)) == pytest.approx(means.std(ddof=1) / 2)
    assert np.isnan(cluster_error(means, np.zeros(4, int)))


def test_field_is_one_unit_whichever_runs_tested_it(folds) -> None:
    maps, labels, splits, classes = folds
    apart = [replace(splits[0], options={}), replace(splits[1], options={})]
    both = replace(apart[0], roles=np.where(splits[2].roles == 3, 1, 3).astype(np.uint8))
    found = pool([maps[0], maps[1], maps[0]], labels, [*apart, both], classes)
    assert (found.interval.fields, found.n_test, found.n_samples) == (8, 400, 200)
    assert {row.tests for row in found.fields} == {50}


def test_fields_are_counted_by_hand(make_split, make_classes) -> None:
    labels = np.array([[1, 1, 0, 2, 2], [1, 1, 0, 2, 2]])
    maps = [np.array([[1, 2, 1, 2, 2], [3, 2, 1, 2, 2]]), np.array([[1, 1, 1, 2, 2], [1, 2, 1, 2, 2]])]
    found = pool(maps, labels, [make_split(np.where(labels > 0, 3, 0))] * 2, make_classes(1, 2, 3))
    first, second = found.fields
    assert (first.class_id, first.pixels, first.tests, first.right, first.wrong) == (1, 4, 8, 4, 4)
    assert (first.taken_for, first.taken_for_tests) == ("class 2", 3)
    assert (first.row_first, first.row_last, first.col_first, first.col_last) == (0, 1, 0, 1)
    assert (second.right, second.wrong, second.taken_for) == (8, 0, None)
    assert (second.col_first, second.col_last) == (3, 4)


def test_groups_that_any_split_joins_are_one() -> None:
    joined = joined_groups([np.array([0, 0, 1, 2, 3]), np.array([5, 6, 6, 7, 8])], 5)
    assert len({*joined[:3].tolist()}) == 1
    assert len({*joined.tolist()}) == 3
    assert joined_groups([np.array([0, 0]), None], 2).tolist() == [0, 1]


def test_image_tested_by_several_seeds_is_one_unit() -> None:
    """Twenty images, 15 right, each tested three times: as many independent trials as images."""
    right = np.tile(np.arange(20) < 15, 3)
    units = GroupUnits(np.tile(np.arange(20), 3), images=np.tile(np.arange(20), 3))
    once = GroupUnits(np.arange(20))
    everything = np.ones(60, bool)
    assert units.share(right, everything) == pytest.approx(once.share(right[:20], everything[:20]))


def test_runs_that_do_not_fit_are_refused(folds, make_split) -> None:
    maps, labels, splits, classes = folds
    with pytest.raises(UsageError, match="rf: has 2 maps or tables, but there are 3 splits"):
        pool(maps[:2], labels, splits, classes, method="rf")
    other = replace(splits[1], given=np.full(labels.shape, 1, np.uint16))
    with pytest.raises(DataError, match="splits: give their pixels different classes"):
        pool(maps[:2], labels, [splits[0], other], classes)


def test_samples_of_runs_keep_their_order() -> None:
    from hsclass.assess.sample import join

    one = EvaluatedSamples(np.array([[0, 1]]), np.array([1]), np.array([2]))
    other = EvaluatedSamples(np.array([[3, 4]]), np.array([5]), np.array([6]))
    assert join([one, other]).places.tolist() == [[0, 1], [3, 4]]
    assert join([one, other]).right.tolist() == [False, False]


@pytest.mark.parametrize("shape", [(40,), (40, 40)])
def test_interval_is_wider_where_one_run_is_worse_as_a_whole(shape: tuple[int, ...]) -> None:
    """Twenty samples (or rows of a scene) are wrong once: all in the second run, or ten in either."""
    labels = np.broadcast_to(np.arange(40).reshape(-1, *(1,) * (len(shape) - 1)) % 2 + 1, shape).copy()
    splits = [Split(np.full(shape, Role.TEST, np.uint8), 1, "fixed", seed, {}, False) for seed in range(2)]
    classes = [LandCover(1, "one", (0, 0, 0)), LandCover(2, "two", (9, 9, 9))]
    wrong = [[range(0), range(20)], [range(5, 15), [*range(5), *range(15, 20)]]]

    def pooled(places) -> dict:
        maps = [labels.copy(), labels.copy()]
        for one, rows in zip(maps, places, strict=True):
            one[list(rows)] = 3 - one[list(rows)]
        return pool(maps, labels, splits, classes).as_dict()

    whole, mixed = (pooled(places) for places in wrong)
    assert whole["oa"] == mixed["oa"] == 0.75
    for name in ("oa", "aa", "kappa"):
        assert whole[f"{name}_high"] - whole[f"{name}_low"] > 1.1 * (mixed[f"{name}_high"] - mixed[f"{name}_low"])


def test_pairs_of_splits_count_by_the_pixels_that_both_test(make_split, make_classes) -> None:
    """By hand: of three splits the pairs share 4, 2 and 2 pixels and differ there by 1/4, 1/2 and 0.

    s² = (4 / 16 + 2 / 4 + 0) / (2 · 8) = 3 / 64.
    """
    splits = [make_split([roles]) for roles in ([3, 3, 3, 3, 1, 1], [3, 3, 3, 3, 1, 1], [1, 1, 3, 3, 3, 3])]
    splits[1] = replace(splits[1], roles=np.array([[3, 3, 3, 3, 0, 1]], np.uint8))
    labels = np.ones((1, 6), int)
    maps = [np.array([each]) for each in ([1, 1, 1, 1, 1, 1], [1, 1, 2, 1, 1, 1], [1, 1, 2, 1, 1, 2])]
    found = pool(maps, labels, splits, make_classes(1, 2))
    assert found.spread.splits == pytest.approx((3 / 64) ** 0.5)
    assert found.spread.models is None
    assert found.spread.runs == pytest.approx(np.std([1, 0.75, 0.5], ddof=1))
