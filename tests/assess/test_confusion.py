"""Figures of a confusion matrix: by hand, for one and for many."""

import numpy as np
import pytest

from hsclass.assess import (
    average_accuracy,
    cohen_kappa,
    f1_scores,
    macro_f1,
    overall_accuracy,
    producers_accuracy,
    users_accuracy,
)
from hsclass.assess.confusion import cells_of, count_confusions, pseudo_values, summaries

# Rows: reference; columns: predicted. Ten of the first class, six of the second, four of the third.
CONFUSION = np.array([[7, 2, 1], [1, 5, 0], [0, 2, 2]])


def test_figures_by_hand() -> None:
    assert overall_accuracy(CONFUSION) == pytest.approx(14 / 20)
    np.testing.assert_allclose(producers_accuracy(CONFUSION), [7 / 10, 5 / 6, 2 / 4])
    np.testing.assert_allclose(users_accuracy(CONFUSION), [7 / 8, 5 / 9, 2 / 3])
    np.testing.assert_allclose(f1_scores(CONFUSION), [14 / 18, 10 / 15, 4 / 7])
    assert average_accuracy(CONFUSION) == pytest.approx((7 / 10 + 5 / 6 + 2 / 4) / 3)
    assert macro_f1(CONFUSION) == pytest.approx((14 / 18 + 10 / 15 + 4 / 7) / 3)
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
    assert macro_f1(confusion) == macro_f1(CONFUSION)
    assert cohen_kappa(confusion) == pytest.approx(cohen_kappa(CONFUSION))


def test_class_that_is_only_predicted_has_no_recall_but_a_precision_of_zero() -> None:
    confusion = np.array([[3, 1], [0, 0]])
    np.testing.assert_array_equal(producers_accuracy(confusion), [0.75, np.nan])
    np.testing.assert_array_equal(users_accuracy(confusion), [1, 0])
    assert f1_scores(confusion)[1] == 0
    assert average_accuracy(confusion) == 0.75
    assert macro_f1(confusion) == pytest.approx(6 / 7)


@pytest.mark.parametrize("weight", [1, 0.1, 1 / 3])
def test_single_class_has_an_accuracy_but_no_kappa(weight: float) -> None:
    confusion = np.array([[7 * weight]])
    assert (overall_accuracy(confusion), average_accuracy(confusion), macro_f1(confusion)) == (1, 1, 1)
    assert np.isnan(cohen_kappa(confusion))


def test_many_matrices_at_once_are_as_each_alone() -> None:
    stack = np.random.default_rng(1).integers(0, 9, (2, 3, 4, 4)) * 0.5
    stack[0, 0, 1] = 0
    found = summaries(stack)
    for name, alone in {
        "oa": overall_accuracy,
        "aa": average_accuracy,
        "kappa": cohen_kappa,
        "macro_f1": macro_f1,
    }.items():
        expected = [[alone(matrix) for matrix in row] for row in stack]
        np.testing.assert_allclose(found[name], expected)


def test_pixels_are_counted_by_reference_and_prediction() -> None:
    found = count_confusions(np.array([2, 2, 7, 7, 2]), np.array([2, 7, 7, 7, 7]), np.array([2, 7, 9]))
    assert found.tolist() == [[1, 2, 0], [0, 2, 0], [0, 0, 0]]


def test_pseudo_values_are_the_figure_and_what_a_little_more_weight_of_the_pixel_changes() -> None:
    """By finite differences; class 3 has no test pixel, class 2 no right one."""
    confusion = np.array([[30, 7, 3, 1], [11, 0, 4, 2], [2, 3, 40, 0], [0, 0, 0, 0]])
    reference, predicted = (np.repeat(part, confusion.ravel()) for part in np.divmod(np.arange(16), 4))
    step = 1e-6
    for name, figure in summaries(confusion).items():
        found = pseudo_values(reference, predicted, np.arange(4), name)
        for value, cell in zip(found[::5], zip(reference[::5], predicted[::5], strict=True), strict=True):
            more = confusion.astype(float)
            more[cell] += step
            assert value == pytest.approx(figure + confusion.sum() * (summaries(more)[name] - figure) / step, abs=1e-4)


def test_variance_of_pseudo_values_is_that_of_the_figures() -> None:
    """Of kappa: Fleiss, Cohen, Everitt (1969), eq. 13; of AA: of independent shares; of macro F1: by resampling."""
    confusion = np.array([[30, 7, 3], [11, 20, 4], [2, 3, 40]])
    reference, predicted = (np.repeat(part, confusion.ravel()) for part in np.divmod(np.arange(9), 3))
    found = {
        name: pseudo_values(reference, predicted, np.arange(3), name) for name in ("oa", "aa", "kappa", "macro_f1")
    }
    n, p = confusion.sum(), confusion / confusion.sum()
    rows, cols, kappa = p.sum(axis=1), p.sum(axis=0), cohen_kappa(confusion)
    chance = rows @ cols
    own = (np.diag(p) * (1 - (rows + cols) * (1 - kappa)) ** 2).sum()
    others = ((p - np.diag(np.diag(p))) * (rows[np.newaxis] + cols[:, np.newaxis]) ** 2).sum() * (1 - kappa) ** 2
    by_fleiss = (own + others - (kappa - chance * (1 - kappa)) ** 2) / (1 - chance) ** 2
    assert found["kappa"].mean() == pytest.approx(kappa)
    assert found["kappa"].var() == pytest.approx(by_fleiss)
    recall = producers_accuracy(confusion)
    of_aa = (recall * (1 - recall) / confusion.sum(axis=1)).sum() / 9
    assert found["aa"].var() / n == pytest.approx(of_aa)
    assert np.unique(found["oa"].round(6)).tolist() == [0, 1]
    drawn = np.random.default_rng(0).multinomial(n, p.ravel(), 20_000).reshape(-1, 3, 3)
    assert found["macro_f1"].var() / n == pytest.approx(summaries(drawn)["macro_f1"].var(), rel=0.05)


def test_cells_are_the_same_with_and_without_gaps_between_class_ids() -> None:
    reference, predicted = np.random.default_rng(0).integers(0, 200, (2, 1000))
    wanted = reference * 200 + predicted
    for ids in (np.arange(200), 300 + np.arange(200), np.arange(200) ** 2):  # beyond 8 bits, and beyond their square
        given = (ids[each].astype(np.uint16) for each in (reference, predicted))
        np.testing.assert_array_equal(cells_of(*given, ids), wanted)
