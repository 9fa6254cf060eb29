"""An estimator read back has the classes that the model can have."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

from hsclass.errors import DataError
from hsclass.models.estimator_file import read_estimator, write_estimator


def test_estimator_comes_back(tmp_path: Path) -> None:
    fitted = SVC().fit([[0.0], [1.0]], [0, 2])
    write_estimator(fitted, tmp_path / "a.skops")
    found = read_estimator(tmp_path / "a.skops", SVC, n_features=1, n_classes=3)
    np.testing.assert_array_equal(found.support_vectors_, fitted.support_vectors_)


def test_same_estimator_is_the_same_bytes_wherever_it_lies_in_memory(tmp_path: Path) -> None:
    cube = np.random.default_rng(0).normal(size=(30, 4))
    fitted = [RandomForestClassifier(5, random_state=1).fit(cube, np.arange(30) % 3) for _ in range(2)]
    for name, forest in zip("ab", fitted, strict=True):
        write_estimator(forest, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    read = read_estimator(tmp_path / "a", RandomForestClassifier, n_features=4, n_classes=3)
    np.testing.assert_array_equal(read.predict_proba(cube), fitted[0].predict_proba(cube))


@pytest.mark.parametrize("classes", [[0, 3], [-1, 1], ["water", "wood"], [0.0, 1.0]])
def test_estimator_of_other_classes_is_refused(tmp_path: Path, classes: list[object]) -> None:
    """A negative index would pass as a column counted from the end."""
    write_estimator(SVC().fit([[0.0], [1.0]], classes), tmp_path / "a.skops")
    with pytest.raises(DataError, match=r"a\.skops: its classes are not ascending indices below 3"):
        read_estimator(tmp_path / "a.skops", SVC, n_features=1, n_classes=3)
