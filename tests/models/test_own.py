"""Models of the user's own: estimators, functions that build these or networks, and dotted names."""

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

import hsclass
from hsclass import Scene, Split, TrainedModel
from hsclass.errors import DataError, UsageError
from hsclass.experiment import Experiment
from hsclass.models import model_class
from hsclass.sources import stage_digest


def accuracy(model: TrainedModel, scene: Scene, split: Split) -> float:
    found = hsclass.predict_scene(model, scene).classes
    return float((found == scene.labels)[split.roles == 3].mean())


@pytest.mark.parametrize(
    "estimator",
    [
        ExtraTreesClassifier(10), HistGradientBoostingClassifier(max_iter=5), KNeighborsClassifier(3), GaussianNB(),
        MLPClassifier((8,), max_iter=300, learning_rate_init=0.02), make_pipeline(StandardScaler(), SVC()),
        RidgeClassifier(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_estimator_learns_maps_and_is_read_back(
    estimator: Any, toy_scene: Scene, toy_split: Split, tmp_path: Path
) -> None:
    model = hsclass.fit(toy_scene, toy_split, estimator, seed=3)
    assert accuracy(model, toy_scene, toy_split) > 0.9
    assert not hasattr(estimator, "classes_")  # the caller's is as it was
    model.save(tmp_path / "m")
    again = hsclass.load_model(tmp_path / "m")
    mapped, loaded = (hsclass.predict_scene(one, toy_scene) for one in (model, again))
    np.testing.assert_array_equal(loaded.probabilities, mapped.probabilities)
    np.testing.assert_allclose(mapped.probabilities.sum(axis=2), 1, atol=1e-5)


def test_map_is_what_the_estimator_itself_predicts(toy_scene: Scene, toy_split: Split) -> None:
    model = hsclass.fit(toy_scene, toy_split, GaussianNB(), normalization="none")
    train = toy_split.roles == 1
    by_hand = GaussianNB().fit(toy_scene.cube[train], toy_scene.labels[train])
    expected = by_hand.predict(toy_scene.cube.reshape(-1, 24)).reshape(24, 24)
    np.testing.assert_array_equal(hsclass.predict_scene(model, toy_scene).classes, expected)


def test_seed_and_options_reach_the_estimator(toy_scene: Scene, toy_split: Split) -> None:
    maps = [
        hsclass.predict_scene(
            hsclass.fit(toy_scene, toy_split, ExtraTreesClassifier, seed=seed, n_estimators=4), toy_scene
        )
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(maps[0].probabilities, maps[1].probabilities)
    assert (maps[0].probabilities != maps[2].probabilities).any()
    assert set(np.unique(maps[0].probabilities)) <= {0, 0.25, 0.5, 0.75, 1}  # votes of 4 trees


def test_estimator_without_probabilities_says_so(toy_scene: Scene, toy_split: Split) -> None:
    model = hsclass.fit(toy_scene, toy_split, RidgeClassifier())
    assert "confidence is 1 everywhere" in model.training.notes[0]
    assert (hsclass.predict_scene(model, toy_scene).confidence == 1).all()


def test_class_without_training_pixels_keeps_its_place(toy_scene: Scene, toy_split: Split) -> None:
    roles = np.where((toy_scene.labels == 7) & (toy_split.roles < 3), 0, toy_split.roles)
    model = hsclass.fit(toy_scene, Split(roles, 7, "fixed", 0, {}, False), GaussianNB())
    found = hsclass.predict_scene(model, toy_scene)
    assert (found.probabilities[..., 1] == 0).all()
    assert set(np.unique(found.classes)) == {2, 12}


def build(input_shape: tuple[int, int, int], n_classes: int, units: int = 16) -> Any:
    return keras.Sequential([
        keras.Input(input_shape), keras.layers.Conv2D(units, 3, activation="relu"), keras.layers.Flatten(),
        keras.layers.Dense(n_classes, activation="softmax"),
    ])  # fmt: skip


def branches(input_shape: tuple[int, int, int], n_classes: int) -> Any:
    given = keras.Input(input_shape)
    flat = keras.layers.Flatten()(given)
    both = keras.layers.Concatenate()([keras.layers.Dense(8, "relu")(flat), keras.layers.Dense(8, "tanh")(flat)])
    return keras.Model(given, keras.layers.Dense(n_classes, "softmax")(both))


@pytest.mark.parametrize("function", [build, branches])
def test_network_learns_maps_and_is_read_back(
    function: Any, toy_scene: Scene, toy_split: Split, tmp_path: Path
) -> None:
    model = hsclass.fit(toy_scene, toy_split, function, epochs=8, learning_rate=0.01)
    assert model.reach == 3
    assert accuracy(model, toy_scene, toy_split) > 0.9
    model.save(tmp_path / "m")
    mapped = hsclass.predict_scene(model, toy_scene)
    keras.utils.clear_session()  # so that names of layers are given anew, as in another process
    again = hsclass.load_model(tmp_path / "m")
    loaded = hsclass.predict_scene(again, toy_scene)
    np.testing.assert_allclose(loaded.probabilities, mapped.probabilities, atol=1e-6)
    pixels = np.argwhere(np.ones((24, 24), bool))
    single = again.classifier.predict_proba(again.features(toy_scene), pixels).reshape(24, 24, 3)
    np.testing.assert_allclose(mapped.probabilities, single, atol=1e-5)


def summed(input_shape: tuple[int, int, int], n_classes: int) -> Any:
    given, layers = keras.Input(input_shape), keras.layers
    heads = [layers.Dense(n_classes, activation="softmax", name=f"head_{n}")(layers.Flatten()(given)) for n in (1, 2)]
    return keras.Model(given, layers.Average(name="mean")(heads))


class Gated(keras.Model):
    """A network whose last layer by order of creation is not that of its output."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.flat, self.head = keras.layers.Flatten(), keras.layers.Dense(n_classes, activation="softmax")
        self.gate = keras.layers.Dense(n_classes, activation="softmax")

    def call(self, inputs: Any) -> Any:
        flat = self.flat(inputs)
        return 0.5 * (self.head(flat) + self.gate(flat))


def gated(input_shape: tuple[int, int, int], n_classes: int) -> Any:
    network = Gated(n_classes)
    network(np.zeros((1, *input_shape), np.float32))
    return network


def apart(input_shape: tuple[int, int, int], n_classes: int) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [keras.Input(input_shape), layers.Flatten(), layers.Dense(n_classes), layers.Activation("softmax")]
    )


@pytest.mark.parametrize("function", [build, branches, apart, summed, gated])
def test_network_leaves_out_a_class_without_training_pixels_or_says_so(
    function: Any, toy_scene: Scene, toy_split: Split
) -> None:
    roles = np.where((toy_scene.labels == 7) & (toy_split.roles < 3), 0, toy_split.roles)
    model = hsclass.fit(toy_scene, Split(roles, 7, "fixed", 0, {}, False), function, epochs=2)
    most = hsclass.predict_scene(model, toy_scene).probabilities[..., 1].max()
    notes = [note for note in model.training.notes if "may be predicted" in note]
    if function in {build, branches}:
        assert most == 0
        assert not notes
    else:
        assert most > 0
        assert notes == [
            "classes without training windows may be predicted: the network does not end in a Dense layer with a bias"
            " and activation softmax"
        ]


def test_windows_of_a_scene_are_not_kept_by_the_network(toy_scene: Scene, toy_split: Split) -> None:
    model = hsclass.fit(toy_scene, toy_split, branches, epochs=1)
    before = len(model.classifier.network_._inbound_nodes)
    for _ in range(2):
        hsclass.predict_scene(model, toy_scene)
    assert len(model.classifier.network_._inbound_nodes) == before


def test_network_in_16_bits_is_checked_with_exact_probabilities(toy_scene: Scene, toy_split: Split) -> None:
    def flat(input_shape: tuple[int, int, int], n_classes: int) -> Any:
        network = build(input_shape, n_classes)
        given = [np.random.default_rng(0).normal(0, 3, weights.shape) for weights in network.get_weights()]
        network.set_weights(given)
        return network

    assert hsclass.fit(toy_scene, toy_split, flat, epochs=1, precision="mixed").card.n_features


def test_network_has_the_parameters_of_its_function_as_options(toy_scene: Scene, toy_split: Split) -> None:
    small = hsclass.fit(toy_scene, toy_split, build, epochs=1, units=2)
    assert small.training.parameters == 3 * 3 * 24 * 2 + 2 + 5 * 5 * 2 * 3 + 3
    with pytest.raises(UsageError, match=r"unknown option 'unit'; expected one of .*epochs.*units"):
        hsclass.fit(toy_scene, toy_split, build, unit=2)
    with pytest.raises(UsageError, match="option 'units' is 'many'"):
        hsclass.fit(toy_scene, toy_split, build, units="many")


def raw_numbers(input_shape: tuple[int, int, int], n_classes: int) -> Any:
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(n_classes + 1)])


def no_network(input_shape: tuple[int, int, int], n_classes: int) -> Any:
    return n_classes


def lambda_layer(input_shape: tuple[int, int, int], n_classes: int) -> Any:
    return keras.Sequential([
        keras.Input(input_shape), keras.layers.Lambda(lambda values: values * 2), keras.layers.Flatten(),
        keras.layers.Dense(n_classes, "softmax"),
    ])  # fmt: skip


def test_wrong_models_are_one_sentence(toy_scene: Scene, toy_split: Split) -> None:
    def refused(model: Any, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            hsclass.fit(toy_scene, toy_split, model)

    refused(raw_numbers, r"gives \(4,\) numbers that add up to .*; expected the probabilities of 3 classes")
    refused(no_network, "returned int; expected a keras.Model")
    refused(lambda: 3, "returned int without fit and predict")
    refused(np.arange(3), "is of type ndarray, without fit and predict")
    refused(build((3, 3, 24), 3), "is built already; give a function")
    refused("no_such_module_here:build", "cannot be imported .*working folder")
    refused("sklearn.svm:SVX", "module sklearn.svm has no 'SVX'")
    refused("sklearn.svm:", "is no dotted name")


@pytest.mark.parametrize("model", [lambda_layer, make_pipeline(FunctionTransformer(abs), GaussianNB())])
def test_what_cannot_be_read_without_running_code_is_not_saved(
    model: Any, toy_scene: Scene, toy_split: Split, tmp_path: Path
) -> None:
    options = {"epochs": 1} if callable(model) else {}
    trained = hsclass.fit(toy_scene, toy_split, model, **options)
    with pytest.raises(UsageError, match="can be used, but not saved"):
        trained.save(tmp_path / "m")
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    "part",
    [
        {"class_name": "Lambda", "module": "keras.layers"},
        {"class_name": "system", "module": "os"},
        {"class_name": "Functional", "module": "antigravity"},
        {"class_name": "get_file", "module": "keras.utils"},
        {"class_name": "function", "module": "builtins", "config": "exec"},
        {"class_name": "Dense", "module": "keras.layers", "registered_name": "own>Dense"},
    ],
    ids=lambda part: part["class_name"],
)
def test_hostile_architecture_is_refused(
    part: dict[str, Any], toy_scene: Scene, toy_split: Split, tmp_path: Path
) -> None:
    hsclass.fit(toy_scene, toy_split, build, epochs=1).save(tmp_path / "m")
    file = tmp_path / "m/architecture.json"
    held = json.loads(file.read_text())
    held["config"]["layers"][1] = {"config": {}, **part}
    file.write_text(json.dumps(held))
    with pytest.raises(DataError, match="expected layers of Keras alone"):
        hsclass.load_model(tmp_path / "m")


MODULE = '''
"""A model of one's own."""

from mine_{tag}.depths import DEPTH


def build(depth: int = DEPTH, random_state=None):
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=depth, random_state=random_state)
'''


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Return the dotted name of a model in a package in the working folder."""
    tag = f"{abs(hash(request.node.name))}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    package = tmp_path / f"mine_{tag}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "depths.py").write_text("DEPTH = 4\n")
    (package / "trees.py").write_text(MODULE.format(tag=tag))
    return f"{package.name}.trees:build"


def test_dotted_name_is_a_model_and_says_that_it_runs_code(
    own: str, toy_scene: Scene, toy_split: Split, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.WARNING):
        model = hsclass.fit(toy_scene, toy_split, own, depth=2)
    assert f"model {own}: runs the code of {tmp_path}" in caplog.text
    assert model.classifier.estimator_.max_depth == 2
    assert model.card.options["depth"] == 2
    assert accuracy(model, toy_scene, toy_split) > 0.9


def test_trained_model_needs_nothing_of_the_module_that_made_it(
    own: str, toy_scene: Scene, toy_split: Split, tmp_path: Path
) -> None:
    trained = hsclass.fit(toy_scene, toy_split, own)
    trained.save(tmp_path / "m")
    module = own.partition(":")[0]
    shutil.rmtree(tmp_path / module.partition(".")[0])
    for name in [name for name in sys.modules if name.startswith(module.partition(".")[0])]:
        del sys.modules[name]
    again = hsclass.predict_scene(hsclass.load_model(tmp_path / "m"), toy_scene)
    np.testing.assert_array_equal(again.classes, hsclass.predict_scene(trained, toy_scene).classes)
    stage_digest("predict", trained.card.as_dict())
    assert module not in sys.modules


def test_experiment_names_a_model_of_ones_own_with_its_options(own: str) -> None:
    config = {
        "experiment": "own", "scenes": ["indian_pines"], "window": 5, "splits": ["dbscan_area"],
        "models": [own, {"model": own, "depth": 3, "name": "flat"}, "sklearn.naive_bayes:GaussianNB"],
    }  # fmt: skip
    experiment = Experiment(config)
    assert list(experiment.models) == ["build", "flat", "GaussianNB"]
    assert experiment.models["flat"].all_options["depth"] == 3
    config["models"] = [{"model": own, "dept": 3}]
    with pytest.raises(UsageError, match=r"model build: unknown option 'dept'; expected one of depth, normalization"):
        Experiment(config)


def test_digest_covers_the_code_of_the_model_and_of_its_package(own: str, tmp_path: Path) -> None:
    model_class(own)
    package = tmp_path / own.partition(".")[0]

    def digest() -> str:
        return stage_digest("train", {"model": own})

    first = digest()
    assert first != stage_digest("train", {"model": "rf"})
    trees = (package / "trees.py").read_text()
    (package / "trees.py").write_text(trees + "\n# a comment changes nothing\n")
    assert digest() == first
    (package / "trees.py").write_text(trees.replace("max_depth=depth", "max_depth=depth + 1"))
    changed = digest()
    (package / "depths.py").write_text("DEPTH = 55\n")
    assert len({first, changed, digest()}) == 3
