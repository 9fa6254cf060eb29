"""All figures of a map: by hand, against scikit-learn, and what is undefined."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as reference

from hsclass.assess import evaluate
from hsclass.errors import DataError
from hsclass.scene import LandCover
from hsclass.split import Role, Split

Maps = tuple[np.ndarray, np.ndarray, Split]
Classes = Callable[..., tuple[LandCover, ...]]
Splits = Callable[..., Split]


def test_confusion_has_references_in_rows_and_test_pixels_only(make_classes: Classes, make_split: Splits) -> None:
    truth = np.array([[2, 2, 7, 0], [7, 7, 12, 2]])
    predicted = np.array([[2, 7, 7, 12], [2, 7, 12, 7]])
    roles = [[3, 3, 3, 0], [3, 1, 3, 4]]
    evaluation = evaluate(predicted, truth, make_split(roles), make_classes(2, 7, 12))
    assert evaluation.confusion == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]


def test_all_figures_agree_with_scikit_learn(maps: Maps, make_classes: Classes) -> None:
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


def test_class_without_test_pixels_is_listed_with_no_figures(make_classes: Classes, make_split: Splits) -> None:
    found = evaluate(np.array([[1, 3]]), np.array([[1, 3]]), make_split([[3, 3]]), make_classes(1, 2, 3)).as_dict()
    figures = {
        key: value for key, value in found["classes"][1].items() if key not in {"id", "name", "support", "fields"}
    }
    assert [found["classes"][1][key] for key in ("id", "support", "fields")] == [2, 0, 0]
    assert set(figures) == {
        "effective_fields",
        "producers_accuracy", "users_accuracy", "f1", "producers_low", "producers_high", "users_low", "users_high",
    }  # fmt: skip
    assert set(figures.values()) == {None}
    assert (found["aa"], found["macro_f1"]) == (1, 1)


def test_single_class_has_an_accuracy_but_no_kappa(make_classes: Classes, make_split: Splits) -> None:
    truth = np.zeros((9, 9), int)
    truth[::2, ::2] = 1  # 25 fields of one pixel
    found = evaluate(truth, truth, make_split(3 * truth), make_classes(1)).as_dict()
    assert (found["oa"], found["aa"], found["kappa"], found["macro_f1"]) == (1, 1, None, 1)
    assert 0.6 < found["oa_low"] < 0.8
    assert (found["oa_low"], found["oa_high"]) == (found["aa_low"], found["aa_high"])
    assert (found["kappa_low"], found["kappa_high"]) == (None, None)
    json.dumps(found, allow_nan=False)


def test_intervals_contain_the_figures_and_have_a_width(make_classes: Classes, make_split: Splits) -> None:
    rng = np.random.default_rng(8)
    truth = np.kron(np.array([[2, 7, 0], [7, 12, 0], [0, 0, 0]]), np.ones((4, 4), int))
    truth = np.tile(truth, (6, 6))  # 36 fields of 2, 36 of 7 and 36 of 12
    predicted = np.where(rng.random(truth.shape) < 0.75, truth, rng.choice([2, 7, 12], size=truth.shape))
    found = evaluate(predicted, truth, make_split(np.where(truth > 0, 3, 0)), make_classes(2, 7, 12)).as_dict()
    for name in ("oa", "aa", "kappa", "macro_f1"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]
        assert found[f"{name}_high"] - found[f"{name}_low"] < 0.25
    for row in found["classes"]:
        for name in ("producers", "users"):
            assert row[f"{name}_low"] < row[f"{name}_accuracy"] < row[f"{name}_high"]


def test_class_has_blocks_of_its_own_pixels(make_classes: Classes, make_split: Splits) -> None:
    """Class 1 in three far strips, each right or wrong as a whole: far less is known of it than of 200 fields of 2."""
    truth = np.kron(np.kron(np.ones((20, 20), int), [[2, 0], [0, 0]]), np.ones((3, 3), int))
    truth[:, [*range(10), *range(55, 65), *range(110, 120)]] = 1
    predicted = truth.copy()
    predicted[:, 55:65] = 2
    found = evaluate(predicted, truth, make_split(np.where(truth > 0, 3, 0), 3), make_classes(1, 2)).as_dict()
    one, two = found["classes"]
    assert one["producers_accuracy"] == pytest.approx(2 / 3)
    assert one["producers_high"] - one["producers_low"] > 0.4
    assert two["producers_high"] - two["producers_low"] < 0.05


def test_single_block_gives_no_interval(make_classes: Classes, make_split: Splits) -> None:
    found = evaluate(
        np.array([[1, 2]]), np.array([[1, 1]]), make_split([[3, 3]], window=9), make_classes(1, 2)
    ).as_dict()
    assert found["oa"] == 0.5
    assert found["interval"]["blocks"] == 1
    names = ("oa", "aa", "kappa", "macro_f1")
    assert [found[f"{name}_{end}"] for name in names for end in ("low", "high")] == [None] * 8


def test_how_the_interval_came_about_is_told(maps: Maps, make_classes: Classes) -> None:
    described = evaluate(*maps, make_classes(2, 7, 12)).as_dict()["interval"]
    assert "spatial blocks" in described.pop("method")
    # 40 rows and 20 columns are 8 squares of 10 pixels from the first origin, and up to 15 in part from the others
    assert described == {
        "level": 0.95, "blocks": 10, "groups": None, "fields": 84, "effective_fields": 2.7, "runs": 1,
        "reliable": False, "block_side": 10,
    }  # fmt: skip


def test_confidence_gives_the_calibration_of_test_pixels(make_classes: Classes, make_split: Splits) -> None:
    truth, predicted = np.array([[1, 1, 2, 2]]), np.array([[1, 2, 2, 1]])
    confidence = np.array([[0.9, 0.9, 0.6, 0.1]])
    found = evaluate(predicted, truth, make_split([[3, 3, 3, 1]]), make_classes(1, 2), confidence=confidence).as_dict()
    assert found["calibration"]["ece"] == pytest.approx((2 * 0.4 + 0.4) / 3)
    assert evaluate(predicted, truth, make_split([[3, 3, 3, 1]]), make_classes(1, 2)).as_dict()["calibration"] is None


def test_distance_and_area_are_those_of_the_whole_scene(make_classes: Classes, make_split: Splits) -> None:
    """Areas count the pixels of the map that are neither test nor labelled, but not those without data."""
    predicted, truth = np.array([[1, 1, 1, 2, 2, 0, 9]]), np.array([[1, 1, 2, 2, 2, 0, 0]])
    split = make_split([[3, 3, 3, 3, 3, 1, 0]])
    found = evaluate(predicted, truth, split, make_classes(1, 2), pixel_area=10_000).as_dict()
    assert (found["area"]["unit"], found["area"]["total"]) == ("ha", 6)
    assert found["area"]["unsampled_share"] == pytest.approx(1 / 6)
    assert [row["mapped"] for row in found["area"]["classes"]] == [3, 2]
    assert [(row["low"], row["n"]) for row in found["distance"]] == [(1, 1), (2, 1), (3, 2), (5, 1)]


@pytest.mark.parametrize(
    ("confidence", "match"),
    [(np.ones((2, 1)), "confidence.*differ in shape"), (np.array([[1, 1.5]]), "1.0 to 1.5.*expected prob")],
)
def test_confidence_that_is_none(confidence: np.ndarray, match: str, make_classes: Classes, make_split: Splits) -> None:
    truth = np.array([[1, 1]])
    with pytest.raises(DataError, match=match):
        evaluate(truth, truth, make_split([[3, 3]]), make_classes(1), confidence=confidence)


def test_rasters_of_different_shapes(make_classes: Classes, make_split: Splits) -> None:
    one, two = np.ones((2, 2), int), np.ones((2, 3), int)
    split = make_split(np.full((2, 2), 3))
    for predicted, truth in ((one, two), (two, one), (two, two)):
        with pytest.raises(DataError, match=r"differ in shape; expected all three of one scene"):
            evaluate(predicted, truth, split, make_classes(1))


def test_split_without_test_pixels(make_classes: Classes, make_split: Splits) -> None:
    with pytest.raises(DataError, match="has no test pixel; expected role test"):
        evaluate(np.ones((2, 2), int), np.ones((2, 2), int), make_split(np.full((2, 2), 1)), make_classes(1))


@pytest.mark.parametrize(
    ("predicted", "truth", "said"),
    [
        (5, 1, r"predictions: give test samples the class ids \[5\]; expected only \[1, 2\]"),
        (1, 5, r"reference labels: give test samples the class ids \[5\]; expected only \[1, 2\]"),
        (0, 1, "predictions: leave 1 of 2 test samples without a class"),
        (1, 0, "reference labels: leave 1 of 2 test samples without a class"),
    ],
)
def test_class_that_the_legend_lacks_at_a_test_pixel(
    predicted: int, truth: int, said: str, make_classes: Classes, make_split: Splits
) -> None:
    with pytest.raises(DataError, match=said):
        evaluate(np.array([[predicted, 1]]), np.array([[truth, 1]]), make_split([[3, 3]]), make_classes(1, 2))


def test_class_that_the_legend_lacks_elsewhere_does_not_matter(make_classes: Classes, make_split: Splits) -> None:
    split = make_split([[3, 1, 0]])
    assert evaluate(np.array([[1, 9, 9]]), np.array([[1, 9, 0]]), split, make_classes(1, 2)).confusion == [
        [1, 0],
        [0, 0],
    ]
