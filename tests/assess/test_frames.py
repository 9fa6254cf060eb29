"""Figures as tables of pandas."""

import numpy as np
import pytest

import hsclass
from hsclass import LandCover, Metrics, Split


@pytest.fixture(scope="module")
def found() -> Metrics:
    """Of 10 water pixels 9 are right, of 10 of forest 6."""
    labels = np.repeat([[1], [2]], 10, axis=1)
    predicted = np.array([[1] * 9 + [2], [2] * 6 + [1] * 4])
    split = Split(np.full((2, 10), 3, np.uint8), 1, "fixed", 0, {}, False)
    return hsclass.evaluate(
        predicted, labels, split, (LandCover(1, "water", (0, 0, 1)), LandCover(2, "forest", (0, 1, 0)))
    )


def test_rows_of_the_frame_are_classes(found: Metrics) -> None:
    frame = found.to_frame()
    assert frame.index.tolist() == ["water", "forest"]
    assert frame["support"].tolist() == [10, 10]
    assert frame["producers_accuracy"].tolist() == [0.9, 0.6]
    assert frame.loc["water", "users_accuracy"] == pytest.approx(9 / 13)


def test_summary_has_the_intervals(found: Metrics) -> None:
    summary = found.summary()
    assert summary.loc["oa", "value"] == found.oa == 0.75
    assert summary.loc["oa", "low"] == found.oa_low
    assert "micro_f1" not in summary.index


def test_confusion_has_references_in_rows(found: Metrics) -> None:
    confusion = found.confusion_frame()
    assert confusion.loc["water", "forest"] == 1
    assert confusion.loc["forest", "water"] == 4
    assert confusion.index.name == "reference"
