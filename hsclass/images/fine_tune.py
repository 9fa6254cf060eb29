"""A network that was trained on photographs, trained further on images from above; or from random weights."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from hsclass.backbones import BACKBONES, backbone, backbone_cost, blocks, check_backbone
from hsclass.backbones.efficientnet_lite import SCALES, efficientnet_lite
from hsclass.backend import load_keras
from hsclass.cost import BACKWARD, Cost, Layers, Task, network_cost
from hsclass.errors import UsageError
from hsclass.images.early_maps import MOST_BYTES, EarlyMaps, divide_network, map_bytes
from hsclass.images.inputs import Features
from hsclass.images.logistic import LogisticHead, LogisticOptions
from hsclass.images.model import Examples
from hsclass.images.network_model import ImageNetworkOptions, NetworkModel
from hsclass.images.symmetries import COUNT
from hsclass.models.classifier import FitReport
from hsclass.tables import resolve

if TYPE_CHECKING:
    from hsclass.learning.checkpoint import Checkpoint

_CHUNK = 64
CHANNELS = 3
_TO_UNIT = (1 / 64, -127.5 / 64)  # other numbers than bytes come with this spread and mean


class FineTuneOptions(ImageNetworkOptions):
    """Options of a network that is trained further."""

    backbone: str = Field("efficientnet_lite0", description="the network, see hsclass.backbones")
    weights: str = Field("imagenet", description="imagenet, none (random), or a file of this network's weights")
    trained_blocks: int | None = Field(
        None, ge=0, description="last blocks that learn, the others stay as they are; null: all; 0: the head alone"
    )
    head_start: bool = Field(True, description="begin with a head that is fitted to the network as it is")
    learning_rate: float = Field(3e-4, gt=0, description="at the first step")
    schedule: Literal["constant", "cosine", "step", "exponential", "plateau"] = Field(
        "cosine", description="of the learning rate, as of other networks"
    )
    warmup: int = Field(1, ge=0, description="epochs in which the rate rises; full steps at once throw the weights off")
    weight_decay: float = Field(1e-2, ge=0, description="of adamw")
    label_smoothing: float = Field(0.1, ge=0, lt=1, description="share of each target spread over all classes")
    batch_size: int = Field(32, ge=1, description="images a step")
    epochs: int = Field(20, ge=1, description="most epochs to train")
    dropout: float = Field(0.2, ge=0, lt=1, description="before the head")
    patience: int | None = Field(
        None, ge=1, description="epochs without a better one before stopping; null: never stop"
    )
    average_symmetries: bool = Field(True, description="predict the mean over the eight symmetries of the image")


class FineTuned(NetworkModel):
    """A backbone with a new head.

    Batch normalisation keeps the statistics of the weights that it came with: those of small batches are worse. The
    blocks that do not learn are computed once for each image and symmetry, and training goes on from their maps.
    """

    Options = FineTuneOptions

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most: blocks that are not trained once, where they can be."""
        base = backbone_cost(options.backbone, task.side)
        share = 1.0 if options.trained_blocks is None else min(1.0, options.trained_blocks / base.blocks)
        train = task.train + (task.validation if options.with_validation else 0)
        steering = 0 if options.with_validation else task.validation
        symmetries = COUNT if options.augment else 1
        once = float(options.head_start) * task.train
        maps = 0.0
        if share < 1 and base.maps and task.features == CHANNELS and not (options.jitter or options.noise):
            border = base.maps[base.blocks - int(options.trained_blocks) - 1]
            maps = 2.0 * (task.train * symmetries + task.validation) * border
        if 0 < maps <= MOST_BYTES:
            once += (1 - share) * symmetries * train
            each = share * (BACKWARD * train + steering)
        else:
            maps, each = 0.0, (1 + (BACKWARD - 1) * share) * train + steering
        layers = Layers(task.side, task.side, task.features)
        layers.count((base.features,), weights=base.parameters, uses=base.macs / base.parameters)
        layers.values, layers.widest = base.values * share + base.passing, base.passing
        layers.dense(task.classes)
        return network_cost(
            layers, options, task, train=once + options.epochs * each, maps=maps,
            repeats=COUNT if options.average_symmetries else 1, prepared=once > 0,
        )  # fmt: skip

    def build(self, input_shape: tuple[int, ...]) -> Any:
        """Return backbone, mean over the map, dropout and head."""
        return self._assemble(input_shape, "none")

    def _assemble(self, input_shape: tuple[int, ...], weights: str) -> Any:
        options = self.options
        check_backbone(options.backbone, min(input_shape[:2]))
        keras = load_keras(self.threads)
        layers = keras.layers
        channels, before = input_shape[2], []
        if channels != 3 and weights == options.weights == "none":
            before = [layers.Rescaling(*_TO_UNIT)]
            self.backbone_ = _of_channels(options.backbone, input_shape)
        else:
            if channels != 3:
                before = [layers.Conv2D(3, 1, name="adapter", kernel_initializer=_mean(channels))]
            self.backbone_ = backbone(
                options.backbone, weights=weights, input_shape=(input_shape[0], input_shape[1], 3), threads=self.threads
            )
        return keras.Sequential(
            [
                keras.Input(input_shape),
                *before,
                self.backbone_,
                layers.GlobalAveragePooling2D(dtype="float32"),
                layers.Dropout(options.dropout),
                layers.Dense(self.n_classes, activation=self.activation, dtype="float32", name="head"),
            ]
        )

    def fit(self, examples: Examples, *, seed: int, checkpoint: "Checkpoint | None" = None) -> FitReport:
        """Train the last blocks and the head; validation images decide which epoch is kept."""
        keras = load_keras(self.threads)
        keras.utils.set_random_seed(seed)
        options = self.options
        shape = examples.inputs.take(np.zeros(1, np.int64)).shape[1:]
        self.network_ = self._assemble(shape, options.weights)
        frozen = self._freeze()
        if options.head_start:
            self._start_head(examples)
        early, late = divide_network(self.network_, self.backbone_, frozen)
        symmetries = COUNT if options.augment else 1
        count = len(examples.train) + len(examples.validation)
        if early is None or options.jitter or options.noise or map_bytes(early, count, symmetries) > MOST_BYTES:
            return self._train(self.network_, examples, seed=seed, checkpoint=checkpoint)
        maps = EarlyMaps(examples.inputs, early, symmetries=symmetries, seed=seed)
        maps.prepare(self.learned(examples), examples.validation)
        examples = Examples(maps, examples.targets, examples.train, examples.validation)
        return self._train(late, examples, seed=seed, checkpoint=checkpoint, turn=False)

    def _freeze(self) -> int:
        """Let the last blocks learn and no other; return how many stay as they are."""
        parts = blocks(self.backbone_)
        trained = self.options.trained_blocks
        if trained is not None and trained > len(parts):
            raise UsageError(
                f"model fine_tune: option 'trained_blocks' is {trained}; {self.options.backbone} has {len(parts)}"
            )
        frozen = 0 if trained is None else len(parts) - trained
        for place, part in enumerate(parts):
            for layer in part:
                keeps = type(layer).__name__ == "BatchNormalization" and self.options.weights != "none"
                layer.trainable = place >= frozen and not keeps
        return frozen

    def _start_head(self, examples: Examples) -> None:
        """Fit the head to what the network makes of the training images before it learns."""
        import keras

        pooled = keras.Sequential(self.network_.layers[:-2])
        features = np.zeros((len(examples.inputs), pooled.output_shape[-1]), np.float32)
        for start in range(0, len(examples.train), _CHUNK):
            places = examples.train[start : start + _CHUNK]
            features[places] = pooled.predict_on_batch(examples.inputs.take(places))
        head = LogisticHead(
            LogisticOptions(c=1e-3, max_iterations=200), n_classes=self.n_classes, several_labels=self.several_labels
        )
        none = np.empty(0, np.int64)
        head.fit(Examples(Features(features), examples.targets, examples.train, none), seed=0)
        self.network_.get_layer("head").set_weights([head.weights_, head.bias_])

    def facts(self) -> dict[str, str]:
        """What is worth telling of it."""
        options = self.options
        trained = "all" if options.trained_blocks is None else f"the last {options.trained_blocks}"
        return {
            "backbone": f"{options.backbone}, weights {Path(options.weights).name}", "blocks that learn": trained,
            **super().facts(),
        }  # fmt: skip


def _of_channels(name: str, input_shape: tuple[int, ...]) -> Any:
    """Return a network for images of any number of channels, with random weights; published ones are for three."""
    if name in SCALES:
        rows, cols, channels = input_shape
        return efficientnet_lite(name, (rows, cols, channels))
    made = resolve(BACKBONES, name, "backbone")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Keras expects one or three channels, and takes any
        return made(include_top=False, weights=None, input_shape=input_shape)


def _mean(channels: int) -> Any:
    """Begin the adapter as the mean of all channels, so that a trained backbone sees a picture from the first step."""
    import keras

    return keras.initializers.Constant(1 / channels)
