"""The accuracy on the validation samples, by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from hsclass.assess import evaluate
from hsclass.fit_scope import PARTS, FitScope
from hsclass.scene import LandCover
from hsclass.split import Split

Classes = Callable[..., tuple[LandCover, ...]]
Splits = Callable[..., Split]

TRUTH = np.array([[1, 1, 1, 1, 2, 2, 3, 1]])
MAPPED = np.array([[1, 1, 2, 0, 2, 1, 3, 1]])
ROLES = [[2, 2, 2, 2, 2, 2, 1, 3]]


def test_accuracy_on_validation_pixels(make_classes: Classes, make_split: Splits) -> None:
    """Class 1: 2 of 4 right, one of them without data; class 2: 1 of 2; class 3 has no validation pixel."""
    found = evaluate(MAPPED, TRUTH, make_split(ROLES), make_classes(1, 2, 3))
    assert found.validation is not None
    assert found.validation.as_dict() == {"n": 6, "oa": 0.5, "aa": 0.5}
    again = np.where(np.arange(8) == 3, 1, MAPPED)  # now 3 of 4
    better = evaluate(again, TRUTH, make_split(ROLES), make_classes(1, 2, 3)).validation
    assert better is not None
    assert (better.oa, better.aa) == (pytest.approx(4 / 6), pytest.approx((3 / 4 + 1 / 2) / 2))
    assert found.oa == 1  # of the test pixel


def test_classes_that_the_split_gives_replace_the_reference_labels(make_classes: Classes, make_split: Splits) -> None:
    split = make_split(ROLES)
    given = np.where(np.arange(8) == 2, 2, 0)[None]
    split = Split(split.roles, 1, "fixed", 0, {}, False, given=given)
    found = evaluate(MAPPED, TRUTH, split, make_classes(1, 2, 3)).validation
    assert found is not None
    # class 1: 2 of 3 right, class 2: 2 of 3
    assert (found.oa, found.aa) == (pytest.approx(4 / 6), pytest.approx(2 / 3))


def test_split_without_validation_pixels_has_none(make_classes: Classes, make_split: Splits) -> None:
    assert evaluate(MAPPED, TRUTH, make_split([[1, 1, 1, 1, 1, 1, 1, 3]]), make_classes(1, 2, 3)).validation is None


@pytest.mark.parametrize(("part", "known"), [("model", False), ("validation", True)])
def test_model_that_was_fitted_on_a_validation_pixel_has_none(
    part: str, known: bool, make_classes: Classes, make_split: Splits
) -> None:
    """Choosing an epoch by them is no fit."""
    parts = {name: np.zeros((1, 8), bool) for name in PARTS}
    parts[part][0, 2] = True
    found = evaluate(MAPPED, TRUTH, make_split(ROLES), make_classes(1, 2, 3), scope=FitScope(parts, 0))
    assert (found.validation is not None) == known


def test_images_need_a_prediction_of_every_validation_image(make_classes: Classes, make_split: Splits) -> None:
    truth, split = np.array([1, 2, 2, 1]), make_split([2, 2, 1, 3])
    partly, all_known = np.array([1, 0, 0, 1]), np.array([1, 1, 0, 1])
    assert evaluate(partly, truth, split, make_classes(1, 2)).validation is None
    found = evaluate(all_known, truth, split, make_classes(1, 2)).validation
    assert found is not None
    assert (found.n, found.oa, found.aa) == (2, 0.5, 0.5)
