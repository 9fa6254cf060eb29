"""The fully convolutional form gives what the network gives window by window, tile by tile, to the border."""

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest

from hsclass.errors import OutOfMemoryError
from hsclass.models import model_class, model_names
from hsclass.models.network import NetworkClassifier
from hsclass.models.whole_scene.convolutional_map import convolutional_form
from hsclass.models.whole_scene.map_tiles import bytes_a_pixel
from hsclass.models.whole_scene.network_map import NetworkMap, smaller_when_out_of_memory
from hsclass.models.windows import pad_cube

BANDS, CLASSES, WINDOW = 24, 4, 9
SMALL: dict[str, dict[str, Any]] = {
    "ann": {"hidden": (9, 5)},
    "cnn1d": {"filters": (3,), "kernel": 5, "pool": 2, "dense": (6,)},
    "cnn2d": {"components": 5, "filters": (4, 6), "dense": (6,)},
    "cnn3d": {"filters": (3, 2, 4), "dense": (6, 5)},
    "hybrid": {"components": 15, "filters_3d": (2, 3, 4), "filters_2d": (5,), "dense": (6,)},
    "rnn": {"units": (5,), "step": 6},
    "transfer": {"size": 32, "weights": "none"},
}
BY_WINDOWS = {"transfer"}  # it enlarges each window by itself
NETWORKS = sorted(name for name in model_names("pixels") if model_class(name).network)
MAPPED = [name for name in NETWORKS if name not in BY_WINDOWS]
SIZES = [(7, 13), (11, 9), (1, 8), (8, 1), (1, 1), (3, 2), (17, 19)]

LAYERS = keras.layers


def shaken(network: Any) -> Any:
    """A network of random weights, biases and running means, whose classes differ from pixel to pixel."""
    rng = np.random.default_rng(11)
    moved = [value + rng.normal(0, 0.3, value.shape) for value in network.get_weights()]
    variances = ["variance" in weight.path for weight in network.weights]
    network.set_weights([np.abs(value) if is_one else value for value, is_one in zip(moved, variances, strict=True)])
    last = network.layers[-1]
    softmax, last.activation = last.activation, keras.activations.linear
    spread = np.std(np.asarray(network(rng.normal(size=(40, *network.input_shape[1:])).astype(np.float32))))
    last.activation = softmax
    last.set_weights([value / spread for value in last.get_weights()])
    return network


def make(kind: str) -> NetworkClassifier:
    family = model_class(kind)
    options = family.Options(**SMALL.get(kind, {}))
    classifier = family(options, window=WINDOW, n_features=BANDS, n_classes=CLASSES)
    keras.utils.set_random_seed(7)
    network = classifier.build()
    classifier.network_ = network if kind in BY_WINDOWS else shaken(network)
    return classifier


made = cache(make)


def make_cube(rows: int, cols: int, bands: int = BANDS) -> np.ndarray:
    return np.random.default_rng(rows * 100 + cols).normal(size=(rows, cols, bands)).astype(np.float32)


def by_windows(network: Any, cube: np.ndarray) -> np.ndarray:
    """What a network gives every window of the mirrored cube, materialised."""
    side, bands = network.input_shape[1], cube.shape[2]
    view = np.lib.stride_tricks.sliding_window_view(pad_cube(cube, side // 2), (side, side), axis=(0, 1))
    windows = np.moveaxis(view, 2, 4).reshape(-1, side, side, bands)
    return np.asarray(network.predict_on_batch(windows)).reshape(*cube.shape[:2], -1)


@pytest.fixture(params=MAPPED)
def classifier(request: pytest.FixtureRequest) -> NetworkClassifier:
    return made(request.param)


@pytest.mark.parametrize("shape", SIZES)
def test_map_equals_the_network_on_every_window(classifier: NetworkClassifier, shape: tuple[int, int]) -> None:
    cube = make_cube(*shape)
    expected = by_windows(classifier.network_, cube)
    found = classifier.predict_map(cube)
    assert found.shape == (*shape, CLASSES)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(found.argmax(axis=2), expected.argmax(axis=2))
    assert cube[..., 0].size < 10 or np.ptp(expected, axis=(0, 1)).max() > 0.03


def test_map_equals_prediction_at_pixels(classifier: NetworkClassifier) -> None:
    cube = make_cube(11, 9)
    pixels = np.argwhere(np.ones((11, 9), bool)).astype(np.int32)
    expected = classifier.predict_proba(cube, pixels).reshape(11, 9, CLASSES)
    np.testing.assert_allclose(classifier.predict_map(cube), expected, atol=1e-5)


def test_rows_alone_are_those_of_the_whole(classifier: NetworkClassifier) -> None:
    cube = make_cube(11, 9)
    whole = classifier.predict_map(cube)
    np.testing.assert_allclose(classifier.predict_map(cube, slice(3, 8)), whole[3:8], atol=1e-5)


def test_tiles_join_without_a_seam(classifier: NetworkClassifier) -> None:
    cube, mapper = make_cube(11, 9), NetworkMap(classifier.network_)
    expected = by_windows(classifier.network_, cube)
    for pixels in (1, 100, 130, 200, 270, 10_000):
        found = mapper.predict(cube, slice(0, 11), pixels * mapper_bytes(mapper))
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("kind", sorted(BY_WINDOWS))
def test_family_that_has_no_twin_is_mapped_window_by_window(kind: str) -> None:
    classifier, cube = made(kind), make_cube(2, 3)
    assert not NetworkMap(classifier.network_).possible
    np.testing.assert_allclose(classifier.predict_map(cube), by_windows(classifier.network_, cube), atol=1e-5)


def mapper_bytes(mapper: NetworkMap) -> float:
    return 1e12 / mapper.pixels(1e12)


def test_memory_decides_the_tiles() -> None:
    network, cube = made("cnn3d").network_, make_cube(11, 9)
    mapper = NetworkMap(network)
    sizes = []
    predict = mapper._form.model.predict_on_batch
    mapper._form.model.predict_on_batch = lambda tile: sizes.append(tile.shape[1:3]) or predict(tile)
    # The first convolution takes 24 bands, has 18 of 3 filters to pool and gives 6 of 3; of its lines, before and after
    # the products, there are 6 for 4 rows. Of the input, 24 bands, there are three.
    bytes_each = 4 * (3 * 24 + 1.5 * (24 + 6 / 4 * (24 + 18 * 3) + 6 * 3))
    # 9 columns with 4 around them are 17; 13 rows of them are 221, and leave 5 beside 4 around them: 11 rows in three.
    mapper.predict(cube, slice(0, 11), 221 * bytes_each)
    assert sizes == [(12, 17)] * 3
    # A larger budget is used again: 19 rows of 17 columns are all that there is.
    mapper.predict(cube, slice(0, 11), 19 * 17 * bytes_each)
    assert sizes[3:] == [(19, 17)]


def test_spectra_are_given_in_batches_that_fit_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    network, cube = made("ann").network_, make_cube(3, 7)
    mapper, sizes = NetworkMap(network), []
    predict = network.predict_on_batch
    monkeypatch.setattr(network, "predict_on_batch", lambda spectra: sizes.append(len(spectra)) or predict(spectra))
    # Three times the input of 24 bands; flattened, it is copied.
    found = mapper.predict(cube, slice(0, 3), 8 * 4 * (3 * 24 + 1.5 * (24 + 24)))
    assert sizes == [8, 8, 5]
    np.testing.assert_allclose(found, by_windows(network, cube), atol=1e-6)


def test_too_little_memory_gives_one_pixel_at_a_time() -> None:
    network, cube = made("cnn3d").network_, make_cube(2, 3)
    np.testing.assert_allclose(
        NetworkMap(network).predict(cube, slice(0, 2), 1), by_windows(network, cube), atol=1e-5
    )  # fmt: skip


class Narrow:
    """Stands for a backend that has room for so many pixels."""

    def __init__(self, model: Any, room: int) -> None:
        self.model, self.room, self.asked = model, room, []

    def predict_on_batch(self, tile: np.ndarray) -> Any:
        self.asked.append(tile.shape[1] * tile.shape[2])
        if self.asked[-1] > self.room:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 12 bytes.")
        return self.model.predict_on_batch(tile)


def narrowed(room: int) -> tuple[NetworkMap, Narrow, float]:
    mapper = NetworkMap(made("cnn3d").network_)
    narrow = Narrow(mapper._form.model, room)
    object.__setattr__(mapper._form, "model", narrow)
    return mapper, narrow, mapper_bytes(mapper)


def test_smaller_tiles_are_tried_where_memory_runs_out_and_kept_to() -> None:
    mapper, narrow, each = narrowed(200)
    cube = make_cube(11, 9)
    expected = by_windows(mapper.network, cube)
    np.testing.assert_allclose(mapper.predict(cube, slice(0, 11), 700 * each), expected, atol=1e-5)
    assert narrow.asked[0] == 19 * 17
    assert narrow.asked[1] <= 350
    assert max(narrow.asked[2:]) <= 175
    first = len(narrow.asked)
    np.testing.assert_allclose(mapper.predict(cube, slice(0, 11), 700 * each), expected, atol=1e-5)
    assert max(narrow.asked[first:]) <= 175


def test_memory_that_never_suffices_says_what_to_try() -> None:
    mapper, narrow, each = narrowed(80)
    with pytest.raises(
        OutOfMemoryError, match=r"^mapping in tiles of 3 x 5 pixels ran out of memory; give .*--memory 1\)"
    ):
        mapper.predict(make_cube(11, 9), slice(0, 11), 600 * each)
    assert len(narrow.asked) == 3


def test_other_errors_are_not_tried_again() -> None:
    calls = []

    def run(size: float) -> np.ndarray:
        calls.append(size)
        raise ValueError("shapes")

    with pytest.raises(ValueError, match="shapes"):
        smaller_when_out_of_memory(8, run)
    assert calls == [8]


def network_of(*layers: Any, side: int = 7, bands: int = BANDS) -> Any:
    head = LAYERS.Dense(CLASSES, activation="softmax")
    network = keras.Sequential([keras.Input((side, side, bands)), *layers, LAYERS.Flatten(), head])
    return shaken(network)


@pytest.mark.parametrize(
    "layers",
    [
        lambda: (LAYERS.Conv2D(3, 3), LAYERS.BatchNormalization(), LAYERS.Activation("tanh")),
        lambda: (LAYERS.Conv2D(3, 3, dilation_rate=2), LAYERS.ReLU()),
        lambda: (LAYERS.Conv2D(4, 3), LAYERS.Conv2D(4, 1, padding="same", groups=2), LAYERS.Softmax()),
        lambda: (LAYERS.SeparableConv2D(4, 3, activation="relu"), LAYERS.DepthwiseConv2D(3)),
        lambda: (LAYERS.MaxPooling2D(3, strides=1), LAYERS.AveragePooling2D((2, 3), strides=1)),
        lambda: (LAYERS.Conv2D(6, 3), LAYERS.GlobalAveragePooling2D(), LAYERS.Dense(5, activation="relu")),
        lambda: (LAYERS.Conv2D(6, 7), LAYERS.Flatten(), LAYERS.Activation("softmax"), LAYERS.Dropout(0.5)),
        lambda: (LAYERS.Conv2D(6, 5), LAYERS.Flatten(), LAYERS.LeakyReLU(0.2), LAYERS.Dense(5, use_bias=False)),
        lambda: (LAYERS.Dense(5), LAYERS.LayerNormalization(), LAYERS.Conv2D(4, 3)),
        lambda: (
            LAYERS.Reshape((7, 7, -1, 1)), LAYERS.Conv3D(2, (3, 3, 5), strides=(1, 1, 2)),
            LAYERS.AveragePooling3D((1, 1, 3), strides=(1, 1, 2), padding="same"), LAYERS.BatchNormalization(),
            LAYERS.Cropping3D(((0, 0), (0, 0), (1, 1))), LAYERS.Reshape((5, 5, -1)), LAYERS.Conv2D(3, 3),
        ),
        lambda: (LAYERS.Reshape((7, 7, -1, 1)), LAYERS.Conv3D(2, (3, 3, 5)), LAYERS.GlobalAveragePooling3D()),
    ],
)  # fmt: skip
def test_network_of_other_layers_is_mapped_at_once(layers: Any) -> None:
    network, cube = network_of(*layers()), make_cube(5, 6)
    mapper = NetworkMap(network)
    assert mapper.possible
    expected = by_windows(network, cube)
    np.testing.assert_allclose(mapper.predict(cube, slice(0, 5), 1e9), expected, atol=1e-5)
    assert np.ptp(expected, axis=(0, 1)).max() > 0.03


@pytest.mark.parametrize(
    "layers",
    [
        (LAYERS.Conv2D(2, 3, padding="same"),),
        (LAYERS.Conv2D(2, 3, strides=2),),
        (LAYERS.MaxPooling2D(2),),
        (LAYERS.MaxPooling2D(3, strides=1, padding="same"),),
        (LAYERS.BatchNormalization(axis=1),),
        (LAYERS.Reshape((7, 7, BANDS, 1)), LAYERS.MaxPooling3D((2, 2, 2))),
        (LAYERS.Reshape((7, 7, -1, 1)), LAYERS.MaxPooling3D((1, 1, 2), strides=(2, 2, 2))),
        (LAYERS.Reshape((7, 7, -1, 1)), LAYERS.ZeroPadding3D(((1, 1), (0, 0), (0, 0)))),
        (LAYERS.Reshape((7, 7, -1, 1)), LAYERS.Conv3D(2, 3, strides=(1, 2, 1))),
        (LAYERS.Reshape((7 * BANDS, 7, 1)),),
        (LAYERS.Flatten(), LAYERS.BatchNormalization()),
        (LAYERS.Flatten(), LAYERS.Activation("softmax")),
        (LAYERS.Conv2D(4, 3), LAYERS.Flatten(), LAYERS.Activation("sparsemax")),
        (LAYERS.Conv2D(4, 3, activation=lambda values: values / keras.ops.max(values)),),
        (LAYERS.GlobalAveragePooling2D(keepdims=True),),
        (LAYERS.Permute((2, 1, 3)),),
        (LAYERS.UpSampling2D(2),),
    ],
)
def test_network_that_is_no_plain_convolution_is_recognised(layers: tuple[Any, ...]) -> None:
    assert convolutional_form(network_of(*layers)) is None


def test_network_that_ends_without_a_class_a_pixel_has_no_twin() -> None:
    assert convolutional_form(keras.Sequential([keras.Input((7, 7, 2)), LAYERS.Conv2D(3, 3)])) is None
    assert convolutional_form(keras.Sequential([keras.Input((7, 7, 2)), LAYERS.Flatten()])) is None


@pytest.mark.parametrize("convolution", [{"padding": "same"}, {"strides": 2}])
def test_map_of_such_a_network_is_made_window_by_window(convolution: dict[str, Any]) -> None:
    classifier, cube = make("cnn3d"), make_cube(5, 6)
    classifier.network_ = network_of(LAYERS.Conv2D(3, 3, **convolution), side=WINDOW)
    expected = by_windows(classifier.network_, cube)
    np.testing.assert_allclose(classifier.predict_map(cube), expected, atol=1e-5)


def test_bytes_a_pixel_are_those_of_input_and_largest_layer() -> None:
    # 48 filters of 196 bands are pooled to 65 bands: 12,528 numbers; 200 bands.
    assert bytes_a_pixel(200, 48 * 196 + 48 * 65) == 4 * (600 + 18_792)
