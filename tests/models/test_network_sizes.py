"""The networks have the published layers: parameters by hand or as published, sizes as the options say."""

from typing import Any

import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.models import model_class, model_names
from hsclass.models.layers import LayerOptions
from hsclass.models.network import NetworkClassifier

NETWORKS = sorted(name for name in model_names("pixels") if issubclass(model_class(name).Options, LayerOptions))


def make(name: str, side: int, bands: int, classes: int = 16, **options: Any) -> Any:
    """A classifier for windows of that side."""
    family = model_class(name)
    return family(family.Options(**options), window=side, n_features=bands, n_classes=classes)


def parameters(network: Any) -> list[int]:
    """Of each layer that has any."""
    return [count for layer in network.layers if (count := layer.count_params())]


def trainable(network: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_variables)


@pytest.mark.parametrize(
    ("name", "window", "bands", "by_layer"),
    [
        # inputs × units + units
        ("ann", 9, 200, [200 * 128 + 128, 128 * 64 + 64, 64 * 16 + 16]),
        # 200 bands: kernel 22, 179 places, pools of 5, the last of 4: 36
        ("cnn1d", 9, 200, [22 * 20 + 20, 36 * 20 * 100 + 100, 100 * 16 + 16]),
        # the projection first; windows of 5 shrink to 1
        ("cnn2d", 5, 200, [200 * 30 + 30, 9 * 30 * 90 + 90, 9 * 90 * 270 + 270, 270 * 180 + 180, 180 * 16 + 16]),
        ("cnn2d", 9, 200, [200 * 30 + 30, 9 * 30 * 90 + 90, 9 * 90 * 270 + 270, 25 * 270 * 180 + 180, 180 * 16 + 16]),
        # 30 components less 6, 4 and 2 make 18, of 32 filters each
        (
            "hybrid", 9, 200,
            [200 * 30 + 30, 9 * 7 * 8 + 8, 9 * 5 * 8 * 16 + 16, 9 * 3 * 16 * 32 + 32, 9 * 18 * 32 * 64 + 64,
             64 * 256 + 256, 256 * 128 + 128, 128 * 16 + 16],
        ),
        # three gates: from the band, from the state, and two biases; four values a unit in the normalisation
        ("rnn", 9, 200, [3 * (64 + 64 * 64 + 2 * 64), 4 * 64, 64 * 16 + 16]),
    ],
)  # fmt: skip
def test_parameters_of_each_layer(name: str, window: int, bands: int, by_layer: list[int]) -> None:
    assert parameters(make(name, window, bands).build()) == by_layer


@pytest.mark.parametrize(
    ("name", "window", "bands", "classes", "published"),
    [("cnn1d", 1, 220, 8, 81_408), ("cnn3d", 9, 220, 16, 578_544), ("hybrid", 25, 200, 16, 5_122_176)],
)
def test_published_number_of_trainable_parameters(
    name: str, window: int, bands: int, classes: int, published: int
) -> None:
    assert trainable(make(name, window, bands, classes).build()) == published


def test_hybrid_layer_table_of_indian_pines_as_published() -> None:
    shapes = [layer.output.shape[1:] for layer in make("hybrid", 25, 200).build().layers]
    assert shapes[:8] == [
        (25, 25, 30), (25, 25, 30, 1), (23, 23, 24, 8), (21, 21, 20, 16), (19, 19, 18, 32), (19, 19, 576), (17, 17, 64),
        (18_496,),
    ]  # fmt: skip


def test_options_set_the_sizes() -> None:
    # 40 bands: 36, in pools of 3: 12; 8, pooled to 3
    assert parameters(make("cnn1d", 1, 40, 3, filters=(2, 4), kernel=5, pool=3, dense=(7,)).build()) == [
        5 * 2 + 2, 5 * 2 * 4 + 4, 3 * 4 * 7 + 7, 7 * 3 + 3,
    ]  # fmt: skip
    # no components: no projection; 7 pixels less 4 make 3
    assert parameters(make("cnn2d", 7, 12, 3, components=None, filters=(2,), kernel=5, dense=()).build()) == [
        25 * 12 * 2 + 2, 9 * 2 * 3 + 3,
    ]  # fmt: skip
    # 12 bands less 4; without a convolution in the plane 3 × 3 pixels of 8 bands and 2 filters are left
    sizes = {"components": None, "filters_3d": (2,), "kernels": (5,), "filters_2d": (), "dense": (4,)}
    assert parameters(make("hybrid", 5, 12, 3, **sizes).build()) == [
        9 * 5 * 2 + 2, 9 * 8 * 2 * 4 + 4, 4 * 3 + 3,
    ]  # fmt: skip
    # four gates with one bias, ten bands at a time, both ways; then a layer that reads 10 values
    lstm = make("rnn", 1, 24, 3, cell="lstm", units=(5, 4), step=10, both_ways=True, dense=(6,)).build()
    assert parameters(lstm) == [
        2 * 4 * (10 * 5 + 5 * 5 + 5), 2 * 4 * (10 * 4 + 4 * 4 + 4), 4 * 8, 8 * 6 + 6, 6 * 3 + 3,
    ]  # fmt: skip
    assert parameters(make("ann", 1, 24, 3, hidden=()).build()) == [24 * 3 + 3]
    # 30 bands less 2, pooled by 2: 14; padded by 1 on both sides, less 2, not pooled
    deep = {"filters": (2, 3), "kernel": 3, "spatial_kernel": 5, "pools": (2, 1), "dense": (4,)}
    assert parameters(make("cnn3d", 9, 30, 3, **deep).build()) == [
        25 * 3 * 2 + 2, 25 * 3 * 2 * 3 + 3, 14 * 3 * 4 + 4, 4 * 3 + 3,
    ]  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_activation_and_penalty_are_those_of_every_layer_but_the_last(name: str) -> None:
    bands, penalty = 40, 0.25
    network = make(name, 9, bands, 3, activation="elu", l2=penalty).build()
    layers = [layer for layer in network.layers if hasattr(layer, "activation") and layer.trainable]
    assert [layer.activation.__name__ for layer in layers] == ["elu"] * (len(layers) - 1) + ["softmax"]
    kernels = [
        np.asarray(weight)
        for layer in layers[:-1]
        for weight in layer.trainable_variables
        if weight.path.endswith("kernel")
    ]
    assert len(kernels) >= len(layers) - 1
    expected = penalty * sum((kernel.astype(float) ** 2).sum() for kernel in kernels)
    assert float(sum(network.losses)) == pytest.approx(expected, rel=1e-5)
    assert not make(name, 9, bands, 3).build().losses


@pytest.mark.parametrize("name", NETWORKS)
def test_dropout_is_an_option(name: str) -> None:
    layers = make(name, 9, 40, 3, dropout=0.125).build().layers
    rates = {layer.rate for layer in layers if hasattr(layer, "rate")}
    assert rates == {0.125}


@pytest.mark.parametrize(
    ("name", "window", "bands", "options", "message"),
    [
        ("cnn1d", 9, 30, {"kernel": 31}, "30 bands do not fit, its convolutions over 31 bands .* need 31 or more"),
        # from the end: 5 bands make the last one; (5 - 1) × 2 + 5 = 13 make these; (13 - 1) × 2 + 5 = 29 make those
        ("cnn1d", 9, 16, {"filters": (4, 4, 4), "kernel": 5, "pool": 2}, "16 bands do not fit.* need 29 or more"),
        ("cnn2d", 3, 200, {}, "window 3 does not fit, its 2 unpadded 3x3 convolutions need 5 pixels or more"),
        ("cnn2d", 7, 200, {"kernel": 5}, "its 2 unpadded 5x5 convolutions need 9 pixels or more; set window to 9"),
        ("cnn2d", 9, 200, {"window": 11}, "option 'window' is 11, wider than the 9 pixels that the split keeps apart"),
        ("cnn2d", 9, 24, {}, "option 'components' is 30, more than the 24 features; set it to 24 or less, or to null"),
        ("hybrid", 7, 200, {}, "window 7 does not fit, its 4 unpadded 3x3 .* 9 pixels .* 'filters_3d' or 'filters_2d'"),
        ("hybrid", 9, 200, {"window": 7}, "window 7 does not fit"),
        ("hybrid", 9, 24, {}, "option 'components' is 30, more than the 24 features"),
        ("hybrid", 9, 200, {"components": 12}, "option 'components' is 12; .* need 13 or more; raise it"),
        ("hybrid", 9, 12, {"components": None}, "12 bands do not fit.* need 13 or more"),
        ("rnn", 9, 4, {"step": 5}, "4 bands do not fit, its steps of 5 .* need 5 or more"),
        ("cnn3d", 9, 12, {"pools": (3, 3, 1)}, "12 bands do not fit.* need 13 or more"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    name: str, window: int, bands: int, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=f"^model {name}: .*{message}"):
        make(name, window, bands, **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cnn1d", {"filters": (4, 4, 4), "kernel": 5, "pool": 2}),
        ("cnn1d", {"kernel": 29}),
        ("hybrid", {"components": 13}),
        ("hybrid", {"components": None}),
        ("rnn", {"step": 29}),
    ],
)
def test_smallest_sizes_that_fit_can_be_built(name: str, options: dict[str, Any]) -> None:
    network = make(name, 9, 29, 3, **options).build()
    found = network.predict_on_batch(np.ones((2, *network.input_shape[1:]), np.float32))
    np.testing.assert_allclose(found.sum(axis=1), [1, 1], rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "options", "named"),
    [
        ("cnn1d", {"filters": ()}, "filters"),
        ("cnn1d", {"kernel": 0}, "kernel"),
        ("cnn2d", {"kernel": 2}, "kernel"),
        ("cnn2d", {"components": 0}, "components"),
        ("cnn2d", {"window": 8}, "window"),
        ("cnn2d", {"activation": "wave"}, "activation"),
        ("cnn3d", {"spatial_kernel": 4}, "spatial_kernel"),
        ("cnn3d", {"pools": (2, 2)}, "'filters' has 3 convolutions, but 'pools' gives 2"),
        ("hybrid", {"filters_3d": ()}, "filters_3d"),
        ("hybrid", {"kernels": (7, 4, 3)}, "kernels"),
        ("hybrid", {"kernels": (7,)}, "'filters_3d' has 3 convolutions, but 'kernels' gives 1"),
        ("rnn", {"cell": "tanh"}, "cell"),
        ("rnn", {"step": 0}, "step"),
        ("ann", {"l2": -1}, "l2"),
    ],
)
def test_impossible_options_are_refused(name: str, options: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        model_class(name).Options(**options)


@pytest.mark.parametrize("name", NETWORKS)
def test_spectral_networks_see_the_pixel_and_the_others_the_window(name: str) -> None:
    network: NetworkClassifier = make(name, 9, 40)
    assert network.reach == (0 if name in ("ann", "cnn1d", "rnn") else 4)
    if name in ("cnn2d", "hybrid", "cnn3d"):
        assert make(name, 13, 40, window=9).reach == 4
