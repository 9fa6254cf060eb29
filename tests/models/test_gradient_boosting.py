"""Boosted trees kept as arrays predict as scikit-learn's own, and damaged ones are refused."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.models.classifier import Sample
from hsclass.models.gradient_boosting import FILE, GradientBoosting


def data(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    cube = rng.normal(size=(20, 20, 6)).astype(np.float32)
    pixels = np.argwhere(np.ones((20, 20)))[::3].astype(np.int32)
    targets = (np.arange(len(pixels)) % classes).astype(np.int32)
    cube[pixels[:, 0], pixels[:, 1], 0] += targets
    return cube, pixels, targets


def boosting(classes: int, *, threads: int = 1) -> GradientBoosting:
    options = GradientBoosting.Options(iterations=6, min_samples_leaf=3, max_features=0.5)
    return GradientBoosting(options, window=1, n_features=6, n_classes=classes, threads=threads)


def fitted(classes: int, *, threads: int = 1) -> GradientBoosting:
    cube, pixels, targets = data(classes)
    model = boosting(classes, threads=threads)
    nothing = Sample(pixels[:0], targets[:0])
    model.fit(cube, Sample(pixels, targets), nothing, seed=2)
    return model


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_probabilities_are_those_of_scikit_learn(classes: int) -> None:
    cube, pixels, targets = data(classes)
    own = boosting(classes).build(2).fit(cube[pixels[:, 0], pixels[:, 1]], targets)
    found = fitted(classes).predict_map(cube)
    np.testing.assert_allclose(found.reshape(-1, classes), own.predict_proba(cube.reshape(-1, 6)), atol=1e-6)


def test_threads_do_not_change_it() -> None:
    cube, *_ = data(3)
    np.testing.assert_array_equal(fitted(3).predict_map(cube), fitted(3, threads=2).predict_map(cube))


def test_no_training_pixel_is_put_aside() -> None:
    assert not boosting(3).build(0).early_stopping


@pytest.mark.parametrize(
    ("name", "value"),
    [("left", 0), ("right", 10**6), ("feature_idx", 6), ("feature_idx", -1), ("is_leaf", None), ("sizes", 1)],
)
def test_tree_that_leads_nowhere_is_refused(tmp_path: Path, name: str, value: int | None) -> None:
    """Followed, it would read beyond the array, or in a circle."""
    fitted(3).save(tmp_path)
    arrays = dict(np.load(tmp_path / FILE))
    if value is None:
        arrays[name] = np.zeros_like(arrays[name])
    else:
        arrays[name][0] = value
    np.savez(tmp_path / FILE, **arrays)
    with pytest.raises(DataError, match=r"trees\.npz: holds other trees .* or damaged ones"):
        boosting(3).load(tmp_path)


def test_trees_of_fewer_iterations_are_refused(tmp_path: Path) -> None:
    fitted(3).save(tmp_path)
    options = GradientBoosting.Options(iterations=7)
    with pytest.raises(DataError, match="holds other trees than the 7 a class on 6 features"):
        GradientBoosting(options, window=1, n_features=6, n_classes=3).load(tmp_path)


def test_classes_beyond_the_model_are_refused(tmp_path: Path) -> None:
    fitted(3).save(tmp_path)
    options = GradientBoosting.Options(iterations=6)
    with pytest.raises(DataError, match="its classes are not ascending indices below 2"):
        GradientBoosting(options, window=1, n_features=6, n_classes=2).load(tmp_path)
