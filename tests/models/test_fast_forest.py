"""Forests are scikit-learn's own, whoever grew them."""

from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier

import hsclass
from hsclass.models.fast_forest import fast_version, grow_fast
from hsclass.models.trained import TrainedModel
from hsclass.scene import Scene
from hsclass.split import Split


def grown_by(scene: Scene, split: Split, **options: object) -> str:
    return hsclass.fit(scene, split, "rf", trees=5, **options).training.facts["grown by"]


def test_scikit_learn_grows_what_the_extra_must_not(toy_scene: Scene, toy_split: Split) -> None:
    """Its handed-over trees would lose the shares of classes in a leaf."""
    assert grown_by(toy_scene, toy_split, implementation="scikit-learn") == "scikit-learn"
    assert grown_by(toy_scene, toy_split, min_samples_leaf=3) == "scikit-learn"
    assert grown_by(toy_scene, toy_split, class_weight="balanced") == "scikit-learn"


def test_the_extra_grows_where_it_is_installed_only(toy_scene: Scene, toy_split: Split) -> None:
    expected = "scikit-learn" if fast_version() is None else f"scikit-learn-intelex {fast_version()}"
    assert grown_by(toy_scene, toy_split) == expected


@pytest.mark.parametrize("max_features", ["sqrt", "log2", 0.5])
def test_handed_over_forest_gives_the_classes_of_the_one_grown(max_features: str | float, tmp_path: Path) -> None:
    sklearnex = pytest.importorskip("sklearnex.ensemble", reason="the optional extra 'fast' is not installed")
    rng = np.random.default_rng(0)
    targets = 2 * rng.integers(0, 4, 300)
    spectra = (rng.normal(size=(300, 10)) + targets[:, np.newaxis]).astype(np.float32)
    others = rng.normal(3, 4, (2000, 10)).astype(np.float32)
    plain = RandomForestClassifier(20, max_features=max_features, random_state=3, n_jobs=1)
    grown = sklearnex.RandomForestClassifier(**plain.get_params(), max_bins=64).fit(spectra, targets)
    handed = grow_fast(plain, spectra, targets)
    assert type(handed) is RandomForestClassifier
    np.testing.assert_allclose(handed.predict_proba(others), grown.predict_proba(others), atol=1e-6)
    np.testing.assert_array_equal(handed.predict(others), grown.predict(others))
    skops.io.dump(handed, tmp_path / "forest.skops")
    assert skops.io.get_untrusted_types(file=tmp_path / "forest.skops") == ["sklearn.tree._tree.Tree"]


def test_model_is_saved_without_a_trace_of_the_extra(toy_scene: Scene, toy_split: Split, tmp_path: Path) -> None:
    model = hsclass.fit(toy_scene, toy_split, "rf", trees=5)
    model.save(tmp_path / "model")
    assert b"sklearnex" not in (tmp_path / "model" / "estimator.skops").read_bytes()
    found = TrainedModel.load(tmp_path / "model").classifier
    cube = model.features(toy_scene)
    np.testing.assert_array_equal(found.predict_map(cube), model.classifier.predict_map(cube))
