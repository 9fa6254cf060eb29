"""What models and features cost, compared with networks that are built, and worked out by hand."""

from math import prod
from typing import Any

import pytest

from hsclass.backbones import BACKBONES, backbone, backbone_cost, blocks, frozen_cost
from hsclass.cost import READ, Layers, Task
from hsclass.features import feature_class, feature_names
from hsclass.models import MODELS, model_class

TASK = Task(train=100, validation=50, predict=1000, side=11, features=40, classes=6)


def built_macs(layers: Any) -> float:
    """Multiply-adds of Keras' layers: each kernel is used at every place of what the layer puts out."""
    return sum(
        prod(weight.shape) * places(layer) for layer in layers for weight in layer.weights if "kernel" in weight.name
    )


def places(layer: Any) -> int:
    """Return how many sums a layer computes of each kernel, those included that its pools along the bands drop."""
    if hasattr(layer, "convolved"):
        bands = layer.input.shape[3]
        return prod(layer.output.shape[1:3]) * (bands if layer.padded else bands - layer.kernel_size[2] + 1)
    return prod(layer.output.shape[1:-1])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ann", {}),
        ("cnn1d", {"filters": (20, 8)}),
        ("cnn2d", {"window": 9}),
        ("cnn3d", {}),
        ("cnn3d", {"filters": (4, 5), "kernel": 3, "pools": (2, 2)}),
        ("hybrid", {}),
        ("hybrid", {"components": None, "filters_2d": ()}),
    ],
)
def test_cost_of_a_network_is_that_of_its_layers(name: str, options: dict[str, Any]) -> None:
    family = model_class(name)
    parsed = family.Options.model_validate(options)
    counted = family.layers(parsed, TASK)
    made = family(parsed, window=TASK.side, n_features=TASK.features, n_classes=TASK.classes).build()
    assert counted.macs == built_macs(made.layers)
    assert counted.parameters == sum(
        prod(weight.shape) for layer in made.layers for weight in layer.weights if "kernel" in weight.name
    )
    assert counted.shape == (TASK.classes,)


def test_recurrent_layers_use_their_weights_at_every_step() -> None:
    family = model_class("rnn")
    made = family.Options(units=(8,), step=4)
    # 10 steps of 4 bands into three gates of 8 units that hear each other, then a softmax.
    assert family.layers(made, TASK).macs == 10 * 3 * 8 * (4 + 8) + 8 * 6


def test_training_is_three_passes_a_step_and_one_to_validate() -> None:
    family = model_class("ann")
    found = family.cost(family.Options(hidden=(5,), epochs=7), TASK)
    sample = 40 * 5 + 5 * 6 + READ * 40
    assert found.train == 7 * (3 * 100 + 50) * sample
    assert found.predict == 1000 * sample
    assert found.parameters == 40 * 5 + 5 * 6


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_declares_what_it_costs(name: str) -> None:
    family = model_class(name)
    few, many = (family.cost(family.Options(), Task(train, train // 2, 1000, 11, 40, 6)) for train in (100, 1000))
    assert 0 < few.train < many.train
    assert 0 < few.predict <= many.predict


@pytest.mark.parametrize("name", feature_names("pixels"))
def test_every_extractor_declares_what_a_pixel_costs(name: str) -> None:
    extractor = feature_class(name)()
    features = extractor.count(200, 16) or 200
    assert (extractor.cost(200, features) > 0) == (name != "raw")


def test_transfer_computes_frozen_features_once_where_windows_do_not_vary() -> None:
    family = model_class("transfer")
    once, varied = (family.cost(family.Options(augment=varied), TASK) for varied in (False, True))
    window = backbone_cost("efficientnet_lite0", 48).macs + 11 * 11 * 40 * 3
    head = 60 * (3 * 100 + 50) * (1280 * 6 + READ * 1280)
    assert (once.prepared, varied.prepared) == (True, False)
    assert once.train == 150 * window + head
    assert varied.train == 60 * 150 * window + head


def test_pooling_and_strides_shorten_sides() -> None:
    layers = Layers(9, 9, 3).convolve(4, 3, 3, padded=True, stride=2)
    assert (layers.shape, layers.macs) == ((5, 5, 4), 25 * 9 * 3 * 4)
    assert layers.pool(2, 2).shape == (2, 2, 4)
    assert layers.convolve(0, 2, 2, each=True).shape == (1, 1, 4)


def test_networks_in_turn_cost_what_they_cost_together() -> None:
    first, second = backbone_cost("MobileNet", 64), backbone_cost("ResNet50", 64)
    found = frozen_cost(["MobileNet", "ResNet50"], 64)
    assert (found.macs, found.parameters, found.features) == (first.macs + second.macs, 26_800_000, 3072)
    assert found.values == max(first.values, second.values)  # one after the other
    assert frozen_cost(["ResNet50"], 64)[:4] == second[:4]


@pytest.mark.parametrize("name", ["efficientnet_lite0", "efficientnet_lite2", "MobileNet"])
def test_costs_of_backbones_are_those_of_their_layers(name: str) -> None:
    network = backbone(name, weights="none", input_shape=(64, 64, 3))
    parts = blocks(network)
    cost = backbone_cost(name, 64)
    assert built_macs([layer for part in parts for layer in part]) == pytest.approx(cost.macs, rel=0.02)
    assert network.count_params() == pytest.approx(cost.parameters, rel=0.03)
    assert (network.output_shape[-1], len(parts)) == (cost.features, cost.blocks)
    assert cost.maps in {(), tuple(prod(part[-1].output.shape[1:]) for part in parts)}


def test_every_backbone_has_a_cost() -> None:
    assert all(backbone_cost(name, 224).macs > 0 for name in BACKBONES)


def test_steps_of_a_solver_take_time_without_samples_too() -> None:
    family = model_class("logistic")
    few, many = (family.cost(family.Options(), Task(train, 0, 1, 1, 40, 6)).train for train in (1000, 3000))
    assert many == 2 * few
