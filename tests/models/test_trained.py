"""A saved model holds all that a prediction needs, and a broken or hostile one is refused without running it."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import hsclass
from hsclass.errors import DataError
from hsclass.models.trained import TrainedModel
from hsclass.scene import Scene
from hsclass.split import Split

SMALL: dict[str, dict[str, Any]] = {
    "rf": {"trees": 5},
    "ann": {"hidden": (4,), "epochs": 2},
}


@pytest.fixture(scope="module", params=sorted(SMALL))
def trained(request: pytest.FixtureRequest, toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return hsclass.fit(toy_scene, toy_split, request.param, **SMALL[request.param])


@pytest.fixture(scope="module")
def forest(toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return hsclass.fit(toy_scene, toy_split, "rf", trees=5)


@pytest.fixture
def folder(forest: TrainedModel, tmp_path: Path) -> Path:
    """A saved random forest."""
    forest.save(tmp_path / "forest")
    return tmp_path / "forest"


def test_folder_around_a_model_names_the_model(folder: Path) -> None:
    with pytest.raises(DataError, match=rf"{folder.parent}: is not a model, but holds one; give {folder}$"):
        TrainedModel.load(folder.parent)


def test_folder_holds_data_only(trained: TrainedModel, tmp_path: Path) -> None:
    trained.save(tmp_path / "model")
    found = {path.name for path in (tmp_path / "model").iterdir()}
    weights = {"network.weights.h5", "history.csv"} if trained.classifier.network else {"estimator.skops"}
    assert found == {"model.json", "training.json", "arrays.npz", "fit_scope.tif", "applicability.npz"} | weights


def test_history_has_a_line_an_epoch(trained: TrainedModel, tmp_path: Path) -> None:
    trained.save(tmp_path / "model")
    file = tmp_path / "model" / "history.csv"
    if not trained.classifier.network:
        assert not file.exists()
        return
    lines = file.read_text().splitlines()
    assert lines[0] == "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds"
    assert [line.split(",")[0] for line in lines[1:]] == [str(row["epoch"]) for row in trained.history]
    assert float(lines[1].split(",")[1]) == trained.history[0]["loss"]


def test_loaded_model_is_the_saved_one(trained: TrainedModel, toy_scene: Scene, tmp_path: Path) -> None:
    trained.save(tmp_path / "model")
    loaded = TrainedModel.load(tmp_path / "model")
    assert loaded.card.as_dict() == trained.card.as_dict()
    assert loaded.training == trained.training
    np.testing.assert_array_equal(loaded.normalizer.scale_, trained.normalizer.scale_)
    assert loaded.normalizer.n_pixels_ == trained.normalizer.n_pixels_
    np.testing.assert_array_equal(loaded.features(toy_scene), trained.features(toy_scene))


def test_saving_again_replaces_the_folder(forest: TrainedModel, folder: Path) -> None:
    (folder / "leftover").write_text("old")
    forest.save(folder)
    assert not (folder / "leftover").exists()
    assert TrainedModel.load(folder).card == forest.card


def test_loaded_forest_takes_the_threads_it_is_given(folder: Path) -> None:
    for threads in (1, 2):
        forest = TrainedModel.load(folder, threads=threads).classifier
        forest.predict_map(np.zeros((1, 1, forest.n_features), np.float32))
        assert forest.estimator_.n_jobs == threads


def test_file_that_asks_for_code_is_refused_and_nothing_runs(folder: Path, tmp_path: Path) -> None:
    proof = tmp_path / "it-ran"
    hostile = make_pipeline(FunctionTransformer(func=os.system, kw_args={"command": f"touch {proof}"}))
    skops.io.dump(hostile, folder / "estimator.skops")
    with pytest.raises(DataError, match=r"estimator\.skops: asks for types .*system.*do not use this file"):
        TrainedModel.load(folder)
    assert not proof.exists()


def test_pickled_arrays_are_refused_and_nothing_runs(folder: Path, tmp_path: Path) -> None:
    proof = tmp_path / "it-ran"
    np.savez(folder / "arrays.npz", **{"normalizer.offset_": np.array([Touch(proof)], object)})
    with pytest.raises(DataError, match="is not a model that hsclass train wrote"):
        TrainedModel.load(folder)
    assert not proof.exists()


class Touch:
    """An object that makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return (os.mkdir, (str(self.path),))


def test_estimator_of_another_family_is_refused(folder: Path, toy_scene: Scene) -> None:
    fitted = LogisticRegression().fit(toy_scene.cube[:, 0], toy_scene.labels[:, 0])
    skops.io.dump(fitted, folder / "estimator.skops")
    expected = "holds a LogisticRegression of 24 features; expected a fitted RandomForestClassifier of 24"
    with pytest.raises(DataError, match=expected):
        TrainedModel.load(folder)


def test_estimator_of_other_bands_is_refused(folder: Path, forest: TrainedModel, toy_scene: Scene) -> None:
    other = forest.classifier.build(0).fit(toy_scene.cube[:, 0, :5], toy_scene.labels[:, 0])
    skops.io.dump(other, folder / "estimator.skops")
    with pytest.raises(DataError, match=r"RandomForestClassifier of 5 features; expected .* of 24"):
        TrainedModel.load(folder)


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "garbage"])
def test_each_file_that_is_missing_or_broken_is_refused(trained: TrainedModel, tmp_path: Path, damage: str) -> None:
    trained.save(tmp_path / "whole")
    files = [path.name for path in (tmp_path / "whole").iterdir() if path.name != "history.csv"]
    assert len(files) == 6
    for name in files:
        broken = tmp_path / f"broken-{name}"
        shutil.copytree(tmp_path / "whole", broken)
        whole = (broken / name).read_bytes()
        if damage == "missing":
            (broken / name).unlink()
        else:
            content = {"empty": b"", "half": whole[: len(whole) // 2], "garbage": b"\x93\xff{]" * 200}[damage]
            (broken / name).write_bytes(content)
        with pytest.raises(DataError, match=f"broken-{name}"):
            TrainedModel.load(broken)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: is not a model that hsclass train wrote"):
        TrainedModel.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model", "cnn4d"),
        ("features", "os"),
        ("options", {"trees": 5, "wings": 2}),
        ("feature_options", {"path": "/"}),
        ("bands", 23),
        ("n_features", 23),
        ("window", 8),
        ("window", -7),
        ("window", 7.5),
        ("window", "7"),
        ("window", None),
        ("normalization", None),
        ("classes", None),
    ],
)
def test_description_that_does_not_fit_the_rest_is_refused(folder: Path, key: str, value: Any) -> None:
    about = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**about, key: value}))
    with pytest.raises(DataError):
        TrainedModel.load(folder)


@pytest.mark.parametrize("text", ["[]", "null", "3", '{"model": "rf"}'])
def test_description_of_another_kind_is_refused(folder: Path, text: str) -> None:
    (folder / "model.json").write_text(text)
    with pytest.raises(DataError, match="is not a model that hsclass train wrote"):
        TrainedModel.load(folder)


def test_arrays_without_the_normaliser_are_refused(folder: Path) -> None:
    np.savez(folder / "arrays.npz", other=np.zeros(3))
    with pytest.raises(DataError, match="is not a model that hsclass train wrote"):
        TrainedModel.load(folder)


def test_weights_of_another_network_are_refused(toy_scene: Scene, toy_split: Split, tmp_path: Path) -> None:
    for name, units in (("small", 4), ("large", 5)):
        hsclass.fit(toy_scene, toy_split, "ann", hidden=(units,), epochs=1).save(tmp_path / name)
    shutil.copy(tmp_path / "large" / "network.weights.h5", tmp_path / "small")
    with pytest.raises(DataError, match=r"network\.weights\.h5: does not hold this network's weights"):
        TrainedModel.load(tmp_path / "small")


@pytest.fixture(scope="module")
def convolutional(toy_scene: Scene, toy_split: Split, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved window network."""
    folder = tmp_path_factory.mktemp("models") / "cnn3d"
    hsclass.fit(toy_scene, toy_split, "cnn3d", filters=(2, 2, 2), dense=(4,), epochs=1).save(folder)
    return folder


def test_network_of_another_window_is_refused(convolutional: Path, tmp_path: Path) -> None:
    shutil.copytree(convolutional, tmp_path / "model")
    about = json.loads((convolutional / "model.json").read_text())
    (tmp_path / "model" / "model.json").write_text(json.dumps({**about, "window": 9}))
    with pytest.raises(DataError, match=r"network\.weights\.h5: does not hold this network's weights"):
        TrainedModel.load(tmp_path / "model")


def test_network_of_another_number_of_features_is_refused(
    convolutional: Path, toy_scene: Scene, tmp_path: Path
) -> None:
    shutil.copytree(convolutional, tmp_path / "model")
    about = json.loads((convolutional / "model.json").read_text())
    # 25 bands are pooled to as many as 24, so that the weights fit.
    (tmp_path / "model" / "model.json").write_text(json.dumps({**about, "n_features": 25}))
    model = TrainedModel.load(tmp_path / "model")
    with pytest.raises(DataError, match="model cnn3d: takes 25 features, but its extractor raw gives 24"):
        hsclass.predict_scene(model, toy_scene)


def test_weights_that_are_no_numbers_are_refused(convolutional: Path, tmp_path: Path) -> None:
    network = TrainedModel.load(convolutional).classifier.network_
    first, *others = network.get_weights()
    first[0, 0, 0] = np.nan
    network.set_weights([first, *others])
    shutil.copytree(convolutional, tmp_path / "model")
    network.save_weights(tmp_path / "model" / "network.weights.h5")
    with pytest.raises(DataError, match=r"network\.weights\.h5: is damaged, it holds weights that are NaN or infinite"):
        TrainedModel.load(tmp_path / "model")


def test_weights_file_with_any_bytes_changed_is_read_or_refused_in_one_sentence(
    convolutional: Path, tmp_path: Path
) -> None:
    shutil.copytree(convolutional, tmp_path / "model")
    file = tmp_path / "model" / "network.weights.h5"
    whole, rng = file.read_bytes(), np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, len(whole), 40):
        file.write_bytes(whole[:place] + rng.bytes(48) + whole[place + 48 :])
        try:
            TrainedModel.load(tmp_path / "model")
        except DataError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 5


def test_scene_of_another_number_of_bands_is_refused(forest: TrainedModel, toy_scene: Scene) -> None:
    scene = replace(toy_scene, cube=toy_scene.cube[..., :20], wavelengths=toy_scene.wavelengths[:20])
    with pytest.raises(DataError, match="scene toy: has 20 bands, but the model was trained on 24"):
        forest.features(scene)


def test_scene_of_other_wavelengths_is_refused_and_the_worst_band_named(forest: TrainedModel, toy_scene: Scene) -> None:
    centres = toy_scene.wavelengths.copy()
    centres[[3, 11]] += 2, -6
    with pytest.raises(DataError, match="band 12 lies at 504 nm, but the model was trained with it at 510 nm"):
        forest.features(replace(toy_scene, wavelengths=centres))


@pytest.mark.parametrize("shift", [None, 0.4])
def test_scene_of_the_same_or_unknown_wavelengths_is_taken(
    forest: TrainedModel, toy_scene: Scene, shift: float | None
) -> None:
    centres = None if shift is None else toy_scene.wavelengths + shift
    features = forest.features(replace(toy_scene, wavelengths=centres))
    np.testing.assert_array_equal(features, forest.features(toy_scene))


class Unbounded:
    reach = None


class Textured:
    reach = 2


def test_reach_is_that_of_features_and_model_together(forest: TrainedModel) -> None:
    assert forest.reach == 0
    assert replace(forest, extractor=Textured()).reach == 2
    assert replace(forest, extractor=Unbounded()).reach is None
