"""Labels of a sample: ids or names of the classes of a map, each of one meaning."""

import unicodedata

import pytest

from hsclass.assess.design.labels import class_ids
from hsclass.errors import DataError


def test_names_that_are_numbers_are_names() -> None:
    assert class_ids(["10", "2", "3"], {1: "10", 2: "2", 3: "700001"}, "f").tolist() == [1, 2, 3]


@pytest.mark.parametrize(("text", "legend"), [("2", {1: "2", 2: "3"}), ("a", {1: "a", 2: "A"})])
def test_label_of_two_meanings_is_refused(text: str, legend: dict[int, str]) -> None:
    with pytest.raises(DataError, match=rf"f: the label {text} at id 1 stands for several classes of the map"):
        class_ids([text], legend, "f")


def test_accents_are_compared_however_they_are_written() -> None:
    decomposed = unicodedata.normalize("NFD", "Gebäude")
    assert class_ids([decomposed, "Gebäude"], {3: "Gebäude"}, "f").tolist() == [3, 3]
    assert class_ids(["Gebäude"], {3: decomposed}, "f").tolist() == [3]
