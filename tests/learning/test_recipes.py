"""Recipes: the published training, the default one, and what overrides what."""

from typing import Any

import keras
import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.learning.recipes import NetworkOptions, compile_arguments, recipe_facts
from hsclass.models.ann import AnnOptions
from hsclass.models.cnn3d import Cnn3dOptions
from hsclass.options import parse_options


def compiled(options: NetworkOptions) -> keras.Sequential:
    """A network of one weight, compiled as the options say."""
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    network.compile(**compile_arguments(keras, options))
    return network


def test_lange2018_is_the_published_training() -> None:
    options = Cnn3dOptions(recipe="lange2018")
    assert options.model_dump() == {
        "recipe": "lange2018",
        "normalization": "scalar",
        "optimizer": "sgd",
        "learning_rate": 1.0,
        "decay": 5e-6,
        "weight_decay": 0.0,
        "loss": "mean_squared_error",
        "batch_size": 50,
        "epochs": 600,
        "dropout": 0.0,
        "schedule": "constant",
        "drop": 0.1,
        "drop_every": 10,
        "warmup": 0,
        "balance": "none",
        "augment": False,
        "jitter": 0.0,
        "noise": 0.0,
        "mixup": 0.0,
        "precision": "float32",
        "jit": "auto",
        "monitor": "loss",
        "patience": None,
        "activation": "relu",
        "l2": 0.0,
        "filters": (48, 32, 32),
        "kernel": 5,
        "spatial_kernel": 3,
        "pools": (3, 3, 2),
        "dense": (128, 128),
        "window": None,
    }


def test_lange2018_learning_rate_falls_with_each_step() -> None:
    network = compiled(NetworkOptions(recipe="lange2018", decay=0.5, learning_rate=0.8))
    rates = []
    for _ in range(4):
        rates.append(float(network.optimizer.learning_rate))
        network.train_on_batch(np.ones((1, 1)), np.ones((1, 1)))
    np.testing.assert_allclose(rates, [0.8, 0.8 / 1.5, 0.8 / 2, 0.8 / 2.5], rtol=1e-6)


def test_lange2018_learning_rate_at_published_steps() -> None:
    optimizer = compiled(NetworkOptions(recipe="lange2018")).optimizer
    assert float(optimizer.learning_rate) == 1
    optimizer.iterations.assign(12_600)  # 600 epochs of 21 batches
    assert float(optimizer.learning_rate) == pytest.approx(1 / 1.063, rel=1e-6)


def test_lange2018_takes_a_plain_gradient_step_of_the_mean_squared_error() -> None:
    network = compiled(NetworkOptions(recipe="lange2018", learning_rate=0.1))
    # weight 1, input 2, target 0: error 4, gradient 2 · 2 · 2 = 8; 1 - 0.1 · 8 = 0.2
    figures = network.train_on_batch(np.full((1, 1), 2.0), np.zeros((1, 1)), return_dict=True)
    assert figures["loss"] == pytest.approx(4)
    assert float(network.get_weights()[0][0, 0]) == pytest.approx(0.2, rel=1e-6)


def test_default_recipe() -> None:
    options = Cnn3dOptions()
    assert (options.recipe, options.normalization, options.optimizer) == ("default", "standard", "adamw")
    assert (options.learning_rate, options.weight_decay, options.decay) == (1e-3, 1e-4, 0)
    assert (options.loss, options.augment) == ("cross_entropy", True)
    assert (options.monitor, options.patience) == ("val_accuracy", 15)
    optimizer = compile_arguments(keras, options)["optimizer"]
    assert isinstance(optimizer, keras.optimizers.AdamW)
    assert float(optimizer.learning_rate) == pytest.approx(1e-3)
    assert optimizer.weight_decay == 1e-4


@pytest.mark.parametrize(("name", "kind"), [("adam", keras.optimizers.Adam), ("sgd", keras.optimizers.SGD)])
def test_other_optimizers_by_name(name: str, kind: type) -> None:
    optimizer = compile_arguments(keras, NetworkOptions(optimizer=name))["optimizer"]
    assert isinstance(optimizer, kind)
    assert not optimizer.weight_decay


@pytest.mark.parametrize(("loss", "expected"), [("cross_entropy", np.log(4)), ("mean_squared_error", 0.75 / 4)])
def test_loss_of_a_uniform_prediction_of_four_classes(loss: Any, expected: float) -> None:
    network = keras.Sequential([keras.Input((4,)), keras.layers.Activation("softmax")])
    network.compile(**compile_arguments(keras, NetworkOptions(loss=loss)))
    figures = network.evaluate(np.zeros((1, 4)), np.eye(4)[:1], verbose=0, return_dict=True)
    assert figures["loss"] == pytest.approx(expected, rel=1e-5)


def test_explicit_option_overrides_the_recipe_and_the_recipe_the_family() -> None:
    options = AnnOptions(recipe="lange2018", epochs=7, patience=2)
    assert (options.epochs, options.patience) == (7, 2)
    assert (options.learning_rate, options.batch_size, options.loss) == (1.0, 50, "mean_squared_error")
    assert AnnOptions(recipe="lange2018").epochs == 600
    assert AnnOptions().epochs == 150


@pytest.mark.parametrize("family", [AnnOptions, Cnn3dOptions])
@pytest.mark.parametrize("given", [{}, {"recipe": "lange2018"}, {"recipe": "lange2018", "epochs": 3, "patience": 5}])
def test_written_options_read_back_the_same(family: type[NetworkOptions], given: dict[str, Any]) -> None:
    options = family(**given)
    assert family.model_validate_json(options.model_dump_json()) == options


@pytest.mark.parametrize("recipe", ["lange2019", ["default"], {"a": 1}, None])
def test_unknown_recipe_names_the_valid_ones(recipe: Any) -> None:
    with pytest.raises(UsageError, match=r"option 'recipe' is .*'default' or 'lange2018'"):
        parse_options(Cnn3dOptions, {"recipe": recipe}, "model cnn3d")


def test_facts_tell_the_published_training_in_words() -> None:
    assert recipe_facts(NetworkOptions(recipe="lange2018")) == {
        "recipe": "lange2018",
        "optimizer": "sgd",
        "learning rate": "1, decay 5e-06 per step",
        "loss": "mean squared error",
        "batch": "50 windows",
        "epochs requested": "600",
        "early stopping": "none",
        "kept": "epoch of the best loss",
        "regularisation": "dropout 0",
        "augmentation": "none",
    }


def test_facts_tell_weight_decay_only_where_it_is_applied() -> None:
    assert recipe_facts(NetworkOptions())["regularisation"] == "dropout 0.3, weight decay 0.0001"
    assert recipe_facts(NetworkOptions(optimizer="sgd"))["regularisation"] == "dropout 0.3"
