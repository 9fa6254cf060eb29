"""Accuracy: by hand, against scikit-learn, and with intervals from blocks of neighbours."""

import doctest
import json
import math
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as reference

from hsclass import metrics
from hsclass.errors import DataError
from hsclass.metrics import (
    average_accuracy,
    cohen_kappa,
    evaluate,
    f1_scores,
    overall_accuracy,
    producers_accuracy,
    users_accuracy,
)
from hsclass.scene import LandCover
from hsclass.split import Role, Split

# Rows: reference; columns: predicted. Ten of the first class, six of the second, four of the third.
CONFUSION = np.array([[7, 2, 1], [1, 5, 0], [0, 2, 2]])


def make_classes(*ids: int) -> tuple[LandCover, ...]:
    return tuple(LandCover(identity, f"class {identity}", (identity, 0, 0)) for identity in ids)


def make_split(roles: Any, window: int = 1) -> Split:
    return Split(np.asarray(roles, np.uint8), window, "fixed", 0, {}, False)


@pytest.fixture
def maps() -> tuple[np.ndarray, np.ndarray, Split]:
    """A map, three quarters of it right, the ground truth of 40 x 40 pixels, and a split of which half is test."""
    rng = np.random.default_rng(8)
    truth = rng.choice([2, 7, 12], size=(40, 40), p=[0.6, 0.3, 0.1])
    predicted = np.where(rng.random((40, 40)) < 0.75, truth, rng.choice([2, 7, 12], size=(40, 40)))
    roles = np.where(np.arange(40) < 20, Role.TRAIN, Role.TEST) * np.ones((40, 1), int)
    return predicted, truth, make_split(roles, window=3)


def test_figures_by_hand() -> None:
    assert overall_accuracy(CONFUSION) == pytest.approx(14 / 20)
    np.testing.assert_allclose(producers_accuracy(CONFUSION), [7 / 10, 5 / 6, 2 / 4])
    np.testing.assert_allclose(users_accuracy(CONFUSION), [7 / 8, 5 / 9, 2 / 3])
    np.testing.assert_allclose(f1_scores(CONFUSION), [14 / 18, 10 / 15, 4 / 7])
    assert average_accuracy(CONFUSION) == pytest.approx((7 / 10 + 5 / 6 + 2 / 4) / 3)
    chance = (10 * 8 + 6 * 9 + 4 * 3) / 400
    assert cohen_kappa(CONFUSION) == pytest.approx((0.7 - chance) / (1 - chance))


def test_kappa_is_zero_by_chance_and_negative_below_it() -> None:
    assert cohen_kappa(np.array([[9, 3], [3, 1]])) == pytest.approx(0)
    assert cohen_kappa(np.array([[0, 5], [5, 0]])) == pytest.approx(-1)


def test_class_that_is_neither_reference_nor_predicted_counts_nowhere() -> None:
    confusion = np.zeros((4, 4), int)
    confusion[np.ix_([0, 1, 3], [0, 1, 3])] = CONFUSION
    for figures in (producers_accuracy(confusion), users_accuracy(confusion), f1_scores(confusion)):
        assert np.isnan(figures).tolist() == [False, False, True, False]
    assert average_accuracy(confusion) == average_accuracy(CONFUSION)
    assert cohen_kappa(confusion) == pytest.approx(cohen_kappa(CONFUSION))


def test_class_that_is_only_predicted_has_no_recall_but_a_precision_of_zero() -> None:
    confusion = np.array([[3, 1], [0, 0]])
    np.testing.assert_array_equal(producers_accuracy(confusion), [0.75, np.nan])
    np.testing.assert_array_equal(users_accuracy(confusion), [1, 0])
    assert f1_scores(confusion)[1] == 0
    assert average_accuracy(confusion) == 0.75


def test_confusion_has_references_in_rows_and_test_pixels_only() -> None:
    truth = np.array([[2, 2, 7, 0], [7, 7, 12, 2]])
    predicted = np.array([[2, 7, 7, 12], [2, 7, 12, 7]])
    roles = [[3, 3, 3, 0], [3, 1, 3, 4]]
    evaluation = evaluate(predicted, truth, make_split(roles), make_classes(2, 7, 12))
    assert evaluation.confusion.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert evaluation.confusion.dtype == np.int64


def test_all_figures_agree_with_scikit_learn(maps: tuple[np.ndarray, np.ndarray, Split]) -> None:
    predicted, truth, split = maps
    test = split.roles == Role.TEST
    y, z = truth[test], predicted[test]
    found = evaluate(predicted, truth, split, make_classes(2, 7, 12)).as_dict()
    precision, recall, f1, support = reference.precision_recall_fscore_support(y, z)
    assert found["n_test"] == 800
    assert found["confusion"] == reference.confusion_matrix(y, z).tolist()
    assert found["oa"] == pytest.approx(reference.accuracy_score(y, z))
    assert found["aa"] == pytest.approx(reference.balanced_accuracy_score(y, z))
    assert found["kappa"] == pytest.approx(reference.cohen_kappa_score(y, z))
    assert found["macro_f1"] == pytest.approx(reference.f1_score(y, z, average="macro"))
    rows = found["classes"]
    assert [row["support"] for row in rows] == support.tolist()
    np.testing.assert_allclose([row["producers_accuracy"] for row in rows], recall)
    np.testing.assert_allclose([row["users_accuracy"] for row in rows], precision)
    np.testing.assert_allclose([row["f1"] for row in rows], f1)
    assert [(row["id"], row["name"]) for row in rows] == [(2, "class 2"), (7, "class 7"), (12, "class 12")]


def test_class_without_test_pixels_is_listed_with_no_figures() -> None:
    found = evaluate(np.array([[1, 3]]), np.array([[1, 3]]), make_split([[3, 3]]), make_classes(1, 2, 3)).as_dict()
    expected = {"support": 0, "producers_accuracy": None, "users_accuracy": None, "f1": None}
    assert found["classes"][1] == {"id": 2, "name": "class 2", **expected}
    assert (found["aa"], found["macro_f1"]) == (1, 1)


def test_single_class_has_an_accuracy_but_no_kappa() -> None:
    truth = np.ones((9, 9), int)
    found = evaluate(truth, truth, make_split(np.full((9, 9), 3)), make_classes(1)).as_dict()
    assert (found["oa"], found["aa"], found["kappa"]) == (1, 1, None)
    assert (found["oa_low"], found["oa_high"]) == (1, 1)
    assert (found["kappa_low"], found["kappa_high"]) == (None, None)
    json.dumps(found, allow_nan=False)


def test_intervals_contain_the_figures_and_have_a_width(maps: tuple[np.ndarray, np.ndarray, Split]) -> None:
    found = evaluate(*maps, make_classes(2, 7, 12)).as_dict()
    for name in ("oa", "aa", "kappa"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]
        assert found[f"{name}_high"] - found[f"{name}_low"] < 0.25


def test_a_perfect_map_is_certain() -> None:
    truth = np.arange(64).reshape(8, 8) % 3 + 1
    evaluation = evaluate(truth, truth, make_split(np.full((8, 8), 3)), make_classes(1, 2, 3))
    assert evaluation.blocks == 16
    assert evaluation.intervals == {"oa": (1, 1), "aa": (1, 1), "kappa": (1, 1)}


@pytest.mark.parametrize(("window", "side", "blocks"), [(1, 2, 6), (3, 6, 1)])
def test_blocks_are_two_windows_wide_and_only_those_with_test_pixels_count(window: int, side: int, blocks: int) -> None:
    """Six by six pixels: nine squares of two, less the three of the rows without test pixels; one square of six."""
    roles, truth = np.full((6, 6), 3), np.ones((6, 6), int)
    roles[2:4] = Role.GUARD
    evaluation = evaluate(truth, truth, make_split(roles, window), make_classes(1))
    assert (evaluation.block_side, evaluation.blocks) == (side, blocks)


def test_interval_of_two_blocks_by_hand() -> None:
    """One block all right, one all wrong: a resample is 0, 1/2 or 1 right, with shares 1/4, 1/2, 1/4."""
    truth = np.array([[1, 1, 2, 2]] * 2)
    evaluation = evaluate(np.ones((2, 4), int), truth, make_split(np.full((2, 4), 3)), make_classes(1, 2))
    assert evaluation.blocks == 2
    assert evaluation.intervals["oa"] == (0, 1)


def test_interval_is_that_of_blocks_and_not_of_pixels() -> None:
    """Neighbours right or wrong together: the spread is that of 25 coins, not of 900 pixels."""
    right = np.random.default_rng(0).random((5, 5)) < 0.5
    predicted = np.where(np.kron(right, np.ones((6, 6), bool)), 1, 2)
    evaluation = evaluate(predicted, np.ones((30, 30), int), make_split(np.full((30, 30), 3), 3), make_classes(1, 2))
    assert evaluation.blocks == 25
    low, high = evaluation.intervals["oa"]
    share = right.mean()
    expected = 2 * 1.96 * math.sqrt(share * (1 - share) / 25)
    assert high - low == pytest.approx(expected, rel=0.15)


def test_single_block_gives_no_interval() -> None:
    found = evaluate(
        np.array([[1, 2]]), np.array([[1, 1]]), make_split([[3, 3]], window=9), make_classes(1, 2)
    ).as_dict()
    assert found["oa"] == 0.5
    assert found["interval"]["blocks"] == 1
    assert [found[f"{name}_{end}"] for name in ("oa", "aa", "kappa") for end in ("low", "high")] == [None] * 6


def test_a_seed_repeats_the_intervals_and_another_changes_them_little(
    maps: tuple[np.ndarray, np.ndarray, Split],
) -> None:
    first, again, other = (evaluate(*maps, make_classes(2, 7, 12), seed=seed).intervals for seed in (3, 3, 4))
    assert first == again
    assert first != other
    np.testing.assert_allclose(list(first.values()), list(other.values()), atol=0.02)


def test_how_the_interval_came_about_is_told(maps: tuple[np.ndarray, np.ndarray, Split]) -> None:
    told = evaluate(*maps, make_classes(2, 7, 12)).as_dict()["interval"]
    # squares of 6 pixels in columns 20-39 of 40 rows: columns 18, 24, 30 and 36 begin a square, rows 0, 6 ... 36
    assert told == {
        "method": "percentile bootstrap over square blocks of 6 pixels a side",
        "level": 0.95,
        "blocks": 4 * 7,
        "replicates": 2000,
    }


def test_rasters_of_different_shapes() -> None:
    one, two = np.ones((2, 2), int), np.ones((2, 3), int)
    split = make_split(np.full((2, 2), 3))
    for predicted, truth in ((one, two), (two, one), (two, two)):
        with pytest.raises(DataError, match=r"differ in shape; expected all three of one scene"):
            evaluate(predicted, truth, split, make_classes(1))


def test_split_without_test_pixels() -> None:
    with pytest.raises(DataError, match="has no test pixel; expected code 3"):
        evaluate(np.ones((2, 2), int), np.ones((2, 2), int), make_split(np.full((2, 2), 1)), make_classes(1))


@pytest.mark.parametrize(("predicted", "truth", "found"), [(5, 1, 5), (1, 5, 5), (0, 1, 0), (1, 0, 0)])
def test_class_that_the_legend_lacks_at_a_test_pixel(predicted: int, truth: int, found: int) -> None:
    with pytest.raises(DataError, match=rf"class ids \[{found}\].*only \[1, 2\]"):
        evaluate(np.array([[predicted, 1]]), np.array([[truth, 1]]), make_split([[3, 3]]), make_classes(1, 2))


def test_class_that_the_legend_lacks_elsewhere_does_not_matter() -> None:
    split = make_split([[3, 1, 0]])
    assert evaluate(np.array([[1, 9, 9]]), np.array([[1, 9, 0]]), split, make_classes(1, 2)).confusion.sum() == 1


def test_examples_in_the_docstrings() -> None:
    result = doctest.testmod(metrics)
    assert result.attempted > 0
    assert result.failed == 0
