"""An ImageNet-pretrained network that is trained further on aerial images; or one with random weights."""

import warnings
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from hsclass.backbones import BACKBONES, backbone, backbone_cost, blocks, check_backbone
from hsclass.backbones.efficientnet_lite import SCALES, efficientnet_lite
from hsclass.backend import load_keras, predicted
from hsclass.cost import BACKWARD, Cost, Layers, Task, network_cost
from hsclass.learning.early_maps import MOST_BYTES, EarlyMaps, divide_network, map_bytes
from hsclass.models.classifier import FitReport, Sample
from hsclass.models.image_network import ImageNetwork, ImageNetworkOptions
from hsclass.models.linear_head import LinearHead, LinearHeadOptions
from hsclass.progress import progress
from hsclass.samples.image_source import ImageSource
from hsclass.samples.symmetries import COUNT
from hsclass.tables import resolve

_CHUNK = 64
CHANNELS = 3
_TO_UNIT = (1 / 64, -127.5 / 64)  # other numbers than bytes come with this spread and mean


class BackboneOptions(ImageNetworkOptions):
    """Options of a network that is trained further."""

    backbone: str = Field("efficientnet_lite0", description="the network, see hsclass.backbones")
    weights: str = Field("imagenet", description="imagenet, none (random), or a file of this network's weights")
    fine_tune: Annotated[int, Field(ge=0)] | Literal["all"] = Field(
        "all", description="how many of the network's last blocks are trained with the head; 0: the head alone; or all"
    )
    head_start: bool = Field(True, description="begin with a head that is fitted to the network as it is")
    learning_rate: float = Field(3e-4, gt=0, description="at the first step")
    schedule: Literal["constant", "cosine", "step", "exponential", "plateau"] = Field(
        "cosine", description="of the learning rate, as of other networks"
    )
    warmup: int = Field(
        1,
        ge=0,
        description="epochs in which the learning rate rises, to protect the pretrained weights",
    )
    weight_decay: float = Field(1e-2, ge=0, description="of adamw")
    label_smoothing: float = Field(0.1, ge=0, lt=1, description="share of each target spread over all classes")
    batch_size: int = Field(32, ge=1, description="images per step")
    epochs: int = Field(20, ge=1, description="maximum number of epochs")
    dropout: float = Field(0.2, ge=0, lt=1, description="before the head")
    patience: int | None = Field(
        None, ge=1, description="epochs without improvement before training stops; null: it never stops early"
    )
    average_symmetries: bool = Field(True, description="predict the mean over the eight symmetries of the image")


class Backbone(ImageNetwork):
    """A backbone with a new head.

    Batch normalisation keeps the statistics of the weights that it came with: those of small batches are worse. The
    blocks that do not learn are computed once for each image and symmetry, and training continues from their maps.
    """

    Options = BackboneOptions
    several_workers = False  # it predicts the maps of the early blocks before it trains

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return backbone and head, counted; layers that are not trained keep no values."""
        base = backbone_cost(options.backbone, task.side)
        layers = Layers(task.side, task.side, task.features)
        layers.count((base.features,), weights=base.parameters, uses=base.macs / base.parameters)
        layers.values = base.values * _trained_share(options, base.blocks) + base.passing
        layers.widest = base.passing
        return layers.dense(task.classes)

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most: blocks that are not trained once, where they can be."""
        base = backbone_cost(options.backbone, task.side)
        share = _trained_share(options, base.blocks)
        train = task.train + (task.validation if options.with_validation else 0)
        steering = 0 if options.with_validation else task.validation
        symmetries = COUNT if options.augment else 1
        once = float(options.head_start) * task.train
        maps = 0.0
        if share < 1 and base.maps and task.features == CHANNELS and not (options.jitter or options.noise):
            border = base.maps[base.blocks - int(options.fine_tune) - 1]
            maps = 2.0 * (task.train * symmetries + task.validation) * border
        if 0 < maps <= MOST_BYTES:
            once += (1 - share) * symmetries * train
            each = share * (BACKWARD * train + steering)
        else:
            maps, each = 0.0, (1 + (BACKWARD - 1) * share) * train + steering
        return network_cost(
            cls.layers(options, task), options, task, train=once + options.epochs * each, maps=maps,
            repeats=COUNT if options.average_symmetries else 1, prepared=once > 0,
        )  # fmt: skip

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where the backbone is not known, or images are too small for it."""
        del n_features
        check_backbone(options.backbone, window)

    def build(self) -> Any:
        """Return backbone, mean over the map, dropout and head."""
        return self._assemble("none")

    def _assemble(self, weights: str) -> Any:
        options = self.options
        input_shape = (self.side, self.side, self.n_features)
        keras = load_keras(self.threads)
        layers = keras.layers
        channels, before = self.n_features, []
        if channels != 3 and weights == options.weights == "none":
            before = [layers.Rescaling(*_TO_UNIT)]
            self.backbone_ = _of_channels(options.backbone, input_shape)
        else:
            if channels != 3:
                before = [layers.Conv2D(3, 1, name="adapter", kernel_initializer=_mean(channels))]
            self.backbone_ = backbone(
                options.backbone, weights=weights, input_shape=(self.side, self.side, CHANNELS), threads=self.threads
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

    def fit(self, inputs: ImageSource, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Train the last blocks and the head; validation images decide which epoch is kept."""
        options = self.options
        self.start(seed, lambda: self._assemble(options.weights))
        frozen = self._freeze()
        if options.head_start:
            self._start_head(inputs, train)
        early, late = divide_network(self.network_, self.backbone_, frozen)
        symmetries = COUNT if options.augment else 1
        count = len(train) + len(validation)
        if early is None or options.jitter or options.noise or map_bytes(early, count, symmetries) > MOST_BYTES:
            return self.train_on(inputs, self.network_, train, validation, seed=seed)
        maps = EarlyMaps(inputs, early, symmetries=symmetries, seed=seed)
        maps.prepare(self.learned(train, validation).places[:, 0], validation.places[:, 0])
        return self.train_on(maps, late, train, validation, seed=seed, turn=False)

    def _freeze(self) -> int:
        """Let the last blocks learn and no other; return how many stay as they are."""
        parts, asked = blocks(self.backbone_), self.options.fine_tune
        frozen = 0 if asked == "all" else max(0, len(parts) - asked)
        for place, part in enumerate(parts):
            for layer in part:
                keeps = type(layer).__name__ == "BatchNormalization" and self.options.weights != "none"
                layer.trainable = place >= frozen and not keeps
        return frozen

    def _start_head(self, images: ImageSource, train: Sample) -> None:
        """Fit the head to what the network makes of the training images before it learns."""
        import keras

        pooled = keras.Sequential(self.network_.layers[:-2])
        features = np.zeros((1, len(train), pooled.output_shape[-1]), np.float32)
        with progress("head", len(train), unit="images") as bar:
            for start in range(0, len(train), _CHUNK):
                part = images.take(train.places[start : start + _CHUNK, 0])
                features[0, start : start + len(part)] = predicted(pooled, part)
                bar.update(len(part))
        head = LinearHead(
            LinearHeadOptions(c=1e-3, max_iterations=200), window=1, n_features=features.shape[2],
            n_classes=self.n_classes, threads=self.threads, several_labels=self.several_labels,
        )  # fmt: skip
        places = np.stack([np.zeros(len(train), np.int32), np.arange(len(train), dtype=np.int32)], axis=1)
        head.fit(features, Sample(places, train.targets), Sample(places[:0], train.targets[:0]), seed=0)
        self.network_.get_layer("head").set_weights([head.weights_, head.bias_])

    def facts(self) -> dict[str, str]:
        """What is worth telling of it."""
        options = self.options
        trained = "all" if options.fine_tune == "all" else f"the last {options.fine_tune}"
        return {
            "backbone": f"{options.backbone}, weights {Path(options.weights).name}", "blocks that learn": trained,
            **super().facts(),
        }  # fmt: skip


def _trained_share(options: BackboneOptions, blocks: int) -> float:
    """Share of the blocks that are trained."""
    return 1.0 if options.fine_tune == "all" else min(1.0, options.fine_tune / blocks)


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
