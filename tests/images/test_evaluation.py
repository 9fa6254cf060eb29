"""Figures of images are those worked out by hand, or by others' code."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from hsclass.errors import DataError
from hsclass.images.evaluation import class_rows, evaluate_images, image_bounds, in_words
from hsclass.images.predictions import Predictions
from hsclass.samples import ImageRecord, ImageSamples
from hsclass.scene import LandCover
from hsclass.split import Role, Split


@pytest.mark.parametrize(("right", "count"), [(414, 420), (420, 420), (0, 7), (3, 5)])
def test_interval_is_wilsons(right: int, count: int) -> None:
    wanted = binomtest(right, count).proportion_ci(0.95, method="wilson")
    assert image_bounds(right / count, count) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_accuracy_by_hand(make_index) -> None:
    index = make_index(10)
    roles = np.full(10, Role.TEST, np.uint8)
    roles[:2] = Role.TRAIN
    sure = np.array([0.9, 0.8, 0.7, 0.6, 0.55, 0.4, 0.3, 0.2])  # of class a, images 2 to 9: a, b, a, b, …
    found = Predictions(
        tuple(index.images[place].path for place in range(2, 10)), np.stack([sure, 1 - sure], axis=1), ("a", "b"), False
    )
    figures = evaluate_images(found, index, Split(roles, 1, "random", 0, {}, False))
    assert figures["confusion"] == [[3, 1], [2, 2]]
    assert figures["oa"] == 5 / 8
    assert figures["aa"] == pytest.approx((3 / 4 + 2 / 4) / 2)
    assert figures["kappa"] == pytest.approx((5 / 8 - 1 / 2) / (1 / 2))
    assert figures["n_train"] == 2
    assert [mistake["path"] for mistake in figures["mistakes"]] == ["b/003.png", "a/008.png", "b/005.png"]
    assert figures["mistakes"][0]["confidence"] == pytest.approx(0.8)
    assert figures["kappa_low"] < figures["kappa"] < figures["kappa_high"]
    assert "OA 0.6250 (0.3057 to 0.8632), 8 images" in in_words(figures)
    with pytest.raises(DataError, match="lack 1 test images"):
        evaluate_images(
            Predictions(found.paths[1:], found.probabilities[1:], ("a", "b"), False),
            index,
            Split(roles, 1, "random", 0, {}, False),
        )


def test_several_labels_are_scored_as_scikit_learn_does() -> None:
    rng = np.random.default_rng(0)
    truth, probabilities = rng.random((50, 4)) < 0.4, rng.random((50, 4)).astype(np.float32)
    truth[:, 0] |= ~truth.any(axis=1)
    classes = ("a", "b", "c", "d")
    images = tuple(
        ImageRecord(str(number), tuple(np.array(classes)[row].tolist()), "", (1, 1, 1), "", "")
        for number, row in enumerate(truth)
    )
    covers = tuple(LandCover(1 + place, name, (place, 0, 0)) for place, name in enumerate(classes))
    index = ImageSamples("set", Path(), images, covers, True)
    found = Predictions(tuple(image.path for image in images), probabilities, classes, True)
    figures = evaluate_images(found, index, Split(np.full(50, Role.TEST, np.uint8), 1, "random", 0, {}, False))
    chosen = probabilities >= 0.5
    assert figures["micro_f1"] == pytest.approx(f1_score(truth, chosen, average="micro"))
    assert figures["macro_f1"] == pytest.approx(f1_score(truth, chosen, average="macro"))
    assert figures["subset"] == pytest.approx((truth == chosen).all(axis=1).mean())
    rows = class_rows(truth, chosen, classes)
    assert [row["f1"] for row in rows] == pytest.approx(f1_score(truth, chosen, average=None).tolist())
