"""An ImageNet-pretrained network on windows of the scene."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, PositiveInt

from hsclass.backbones import backbone, backbone_cost, blocks, check_backbone, read_keras_weights, weights_digest
from hsclass.backend import load_keras, predicted
from hsclass.cost import BACKWARD, Cost, Layers, Task, network_cost
from hsclass.errors import DataError, UsageError
from hsclass.features.pca import principal_components
from hsclass.learning.recipes import NetworkOptions
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import FitReport, Sample
from hsclass.models.layers import Odd
from hsclass.models.network import TRAINING_SPACE, NetworkClassifier
from hsclass.models.softmax_head import SoftmaxHead
from hsclass.models.spatial import check_window
from hsclass.space import Choice, search_space

_LOG = logging.getLogger(__name__)

CHANNELS = 3
MEAN, DEVIATION = 117.9, 57.6  # of ImageNet's images, in 0…255: the mean of the three channels' published values

HEAD_FILE = "head.npz"
BACKBONE_FILE = "backbone.weights.h5"
DIGEST_FILE = "backbone.json"

_BATCH = 64  # larger ones leave the processor's cache
_MOST_FEATURES = 1_000_000_000  # bytes
_FEATURE_BYTES = 4 * 2048  # of a window; the widest backbones have more, most have less
_BACKBONE, _STANDARD, _HEAD = 3, 5, 6  # places in the network
_LEARNED = ("channels", "standard", "head")
_MEASURED = 4096  # training windows, of which the features are standardised

Number = Annotated[int, Field(ge=0)]


class TransferOptions(NetworkOptions):
    """Options of an ImageNet-pretrained network; the training options are those of its last layer."""

    backbone: str = Field("efficientnet_lite0", description="efficientnet_lite0, or a Keras application, as ResNet50")
    weights: str = Field("imagenet", description="imagenet, none (drawn at random), or a file of the network's weights")
    channels: Literal["pca", "adapter"] | tuple[Number, Number, Number] = Field(
        "pca",
        description="how features become the three channels of an image; pca: principal components of the training"
        " spectra; adapter: learned, beginning with these; else three features, counted from 0, as red, green and blue",
    )
    wavelengths: tuple[float, float, float] | None = Field(
        None, description="[nm] of red, green and blue: the bands next to them are the channels, in place of 'channels'"
    )
    size: PositiveInt = Field(48, description="side [pixels] of the images that windows are enlarged to")
    window: Odd | None = Field(
        None, description="side [pixels] of the windows, odd, up to the split's; null: the split's"
    )
    focus: float | None = Field(
        0.5,
        gt=0,
        description="half sides of the window at which contrast has faded to 0.61 of what it is at the centre, as a"
        " Gaussian does, so that the pixel to classify stands out; null: it does not fade",
    )
    augment: bool = Field(False, description="mirror and turn the windows at random")
    fine_tune: Annotated[int, Field(ge=0)] | Literal["all"] = Field(
        0, description="how many of the network's last blocks are trained too, after the last layer alone; or all"
    )
    fine_tune_learning_rate: float = Field(1e-4, gt=0, description="at its first step")
    fine_tune_epochs: int = Field(20, ge=1, description="maximum number of epochs of it")


class Transfer(NetworkClassifier):
    """Transfer learning: an ImageNet-pretrained network on the windows of the scene.

    The features of a window become three channels, each with the mean and the standard deviation of ImageNet's
    images at the training pixels. Contrast fades from the centre of the window, because a network for whole images
    finds what an image shows but hardly where. The window is enlarged to an image; the mean over the
    network's last feature map, standardised, goes into a linear layer with a softmax. That layer is trained first, on
    the network as it is; then, where asked for, the network's last blocks with it, their normalisations left as they
    are unless the weights are random.

    References
    ----------
    D. Marmanis, M. Datcu, T. Esch, U. Stilla: Deep Learning Earth Observation Classification Using ImageNet Pretrained
    Networks. IEEE Geoscience and Remote Sensing Letters 13, 2016, 105-109.
    """

    Options = TransferOptions
    several_workers = False  # it computes features of the training windows between the phases
    _tuned_from: "list[np.ndarray] | None" = None
    space = search_space(
        size=Choice(choices=(32, 48, 64)),
        window=Choice(choices=(None, 5, 7, 9)),
        fine_tune=Choice(choices=(0, 1, 2)),
        **TRAINING_SPACE,
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where the network is not known, or does not fit the images, windows or features."""
        check_backbone(options.backbone, options.size)
        check_window("transfer", options, window, kernels=(), shorten="")
        if isinstance(options.channels, tuple):
            if max(options.channels) >= n_features:
                raise UsageError(
                    f"model transfer: option 'channels' names feature {max(options.channels)}; expected numbers from 0"
                    f" to {n_features - 1}"
                )
        elif n_features < CHANNELS:
            raise UsageError(
                f"model transfer: {n_features} features do not give three channels; use more bands, or set 'channels'"
                " to three features' numbers, which may be the same"
            )

    @classmethod
    def settle(cls, options: Any, centres: np.ndarray | None) -> Any:
        """Return options that name bands where they named wavelengths."""
        if options.wavelengths is None:
            return options
        if centres is None:
            raise DataError(
                "model transfer: option 'wavelengths' is set, but the features have none; give the scene's in its"
                " descriptor and take features that are bands (raw, bands), or name features by number in 'channels'"
            )
        bands = tuple(int(np.abs(centres - asked).argmin()) for asked in options.wavelengths)
        return options.model_copy(update={"channels": bands, "wavelengths": None})

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the last layer, on the features of the frozen network, counted."""
        return Layers(backbone_cost(options.backbone, options.size).features).dense(task.classes)

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most: the frozen network once for each window, where it can."""
        frozen = backbone_cost(options.backbone, options.size)
        share = 1.0 if options.fine_tune == "all" else min(1.0, options.fine_tune / frozen.blocks)
        windows = task.train + task.validation
        once = _seen_once(options, windows)
        passes = float(windows if once else options.epochs * windows)
        if options.fine_tune:
            passes += options.fine_tune_epochs * (task.train * (1 + (BACKWARD - 1) * share) + task.validation)
        window = frozen.macs + (options.window or task.side) ** 2 * task.features * CHANNELS
        head = network_cost(cls.layers(options, task), options, task)
        trained = share * (5 * 4 * frozen.parameters + 4 * options.batch_size * frozen.values)
        return Cost(
            train=head.train + passes * window,
            predict=head.predict + float(task.predict) * window,
            parameters=head.parameters + frozen.parameters,
            train_bytes=head.train_bytes + trained + (4.0 * windows * frozen.features if once else 0.0),
            predict_bytes=4 * frozen.parameters + 4 * _BATCH * frozen.passing,
            prepared=once,
        )

    @property
    def side(self) -> int:
        """Side [pixels] of the windows."""
        return self.options.window or self.window

    def build(self) -> Any:
        """Return the network: frozen but for its last layer, or its last blocks where they are being tuned."""
        network = self._network(self.options.weights)
        if self._tuned_from is not None:
            self._unfreeze(network.layers[_BACKBONE])
        return network

    def _network(self, weights: str) -> Any:
        keras = load_keras(self.threads)
        options, layers = self.options, keras.layers
        size = options.size
        network = backbone(options.backbone, weights=weights, input_shape=(size, size, CHANNELS), threads=self.threads)
        network.trainable = False
        return keras.Sequential(
            [
                keras.Input((self.side, self.side, self.n_features)),
                layers.Dense(CHANNELS, trainable=options.channels == "adapter", dtype="float32", name="channels"),
                layers.Rescaling(DEVIATION * _focus(self.side, options.focus), MEAN, name="range"),
                layers.Resizing(size, size, name="enlarge"),
                network,
                layers.GlobalAveragePooling2D(name="pool"),
                layers.BatchNormalization(center=False, scale=False, trainable=False, name="standard"),
                layers.Dropout(options.dropout, name="dropout"),
                layers.Dense(self.n_classes, activation="softmax", name="head"),
            ]
        )

    def _unfreeze(self, network: Any) -> None:
        keras = load_keras(self.threads)
        parts = blocks(network)
        network.trainable = True
        for number, part in enumerate(parts, 1):
            for layer in part:
                fixed = isinstance(layer, keras.layers.BatchNormalization) and self.options.weights != "none"
                layer.trainable = number > len(parts) - self._tuned(len(parts)) and not fixed

    def _tuned(self, blocks: int) -> int:
        """How many of so many blocks are to be trained."""
        return blocks if self.options.fine_tune == "all" else min(self.options.fine_tune, blocks)

    def prepare(self, cube: np.ndarray, train: Sample) -> None:
        """Set the channels, and the scale of the features: each with mean 0 and variance 1 at the training pixels.

        Raises
        ------
        DataError
            If the training pixels are too few or too alike for three components.
        """
        if self._tuned_from is not None:
            self.network_.set_weights(self._tuned_from)
            return
        spectra = cube[train.places[:, 0], train.places[:, 1]].astype(np.float64)
        if isinstance(self.options.channels, tuple):
            components = np.eye(self.n_features)[list(self.options.channels)]
            deviation = spectra[:, self.options.channels].std(axis=0)
            components /= np.where(deviation > 0, deviation, 1)[:, np.newaxis]
            mean = spectra.mean(axis=0)
        else:
            mean, components, _ = principal_components(spectra, CHANNELS, whiten=True, who="transfer", table="model")
        self.network_.get_layer("channels").set_weights([components.T, -components @ mean])
        some = train.places[:: -(-len(train) // _MEASURED)]
        seen = self._run(self._part(_STANDARD), cube, some)
        self.network_.get_layer("standard").set_weights([seen.mean(axis=0), seen.var(axis=0)])

    def fit(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Train the last layer, then the blocks that are asked for; `validation` decides which epochs are kept."""
        options = self.options
        once = _seen_once(options, len(train) + len(validation))
        first = self._fit_head if once else super().fit
        kept = self.checkpoint, self.tensorboard
        if options.fine_tune:  # the second training is the one to resume
            self.checkpoint = self.tensorboard = None
        report = first(cube, train, validation, seed=seed)
        self.checkpoint, self.tensorboard = kept
        if options.fine_tune:
            _LOG.info("train the last blocks too: %s", options.fine_tune)
            self._tuned_from = self.network_.get_weights()
            self.options = options.model_copy(
                update={"learning_rate": options.fine_tune_learning_rate, "epochs": options.fine_tune_epochs}
            )
            try:
                tuned = super().fit(cube, train, validation, seed=seed)
            finally:
                self.options, self._tuned_from = options, None
            report = _one_after_the_other(report, tuned)
        return replace(report, facts=report.facts | self._facts())

    def _fit_head(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Train the last layer on features that are computed once: a scene of one column, a row for each window."""
        keras = load_keras(self.threads)
        from hsclass.learning.precision import building_in

        keras.utils.set_random_seed(seed)
        with building_in("float32"):
            self.network_ = self.build()
        self.prepare(cube, train)
        _LOG.info("compute the features of %d windows", len(train) + len(validation))
        seen = self._run(self._part(_HEAD), cube, np.concatenate([train.places, validation.places]))
        head = SoftmaxHead(
            self.options, window=1, n_features=seen.shape[1], n_classes=self.n_classes, threads=self.threads
        )
        head.checkpoint, head.tensorboard = self.checkpoint, self.tensorboard
        rows = np.arange(len(seen), dtype=np.int32)
        samples = [
            Sample(np.stack([places, np.zeros_like(places)], axis=1), sample.targets)
            for places, sample in zip(np.split(rows, [len(train)]), (train, validation), strict=True)
        ]
        report = head.fit(seen[:, np.newaxis], *samples, seed=seed)
        self.network_.get_layer("head").set_weights(head.network_.layers[-1].get_weights())
        return report

    def _facts(self) -> dict[str, str]:
        options, count = self.options, len(blocks(self._backbone))
        tuned = (
            f"the last {self._tuned(count)} of {count} blocks, learning rate {options.fine_tune_learning_rate:g},"
            f" {options.fine_tune_epochs} epochs at most"
        )
        return {
            "network": f"{options.backbone}, weights {options.weights}",
            "images": f"windows of {self.side} x {self.side}, enlarged to {options.size} x {options.size} pixels",
            "channels": options.channels if isinstance(options.channels, str) else f"features {[*options.channels]}",
            "fine-tuned": tuned if options.fine_tune else "nothing",
        }

    @property
    def _backbone(self) -> Any:
        return self.network_.layers[_BACKBONE]

    def predict_proba(self, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return class probabilities of the windows around `pixels`, gathered batch by batch."""
        network, predictor = getattr(self, "_predictor", (None, None))
        if network is not self.network_:
            predictor = self._part(None)
            self._predictor = self.network_, predictor
        return self._run(predictor, cube, pixels)

    def _part(self, end: int | None) -> Any:
        """Return the network from behind its first layer up to a place."""
        return load_keras(self.threads).Sequential(self.network_.layers[1:end])

    def _run(self, network: Any, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return what a network makes of the windows of three channels around `pixels`."""
        from hsclass.models.windows import pad_cube

        kernel, bias = self.network_.get_layer("channels").get_weights()
        channels = pad_cube(
            (cube.reshape(-1, self.n_features) @ kernel + bias).reshape(*cube.shape[:2], -1), self.reach
        )
        windows = np.lib.stride_tricks.sliding_window_view(channels, (self.side, self.side), axis=(0, 1))
        found = [
            predicted(network, windows[part[:, 0], part[:, 1]].transpose(0, 2, 3, 1))
            for part in np.split(pixels, range(_BATCH, len(pixels), _BATCH))
            if len(part)
        ]
        return np.concatenate(found) if found else np.empty((0, network.output_shape[-1]), np.float32)

    def save(self, folder: Path) -> None:
        """Write what was learned; of a backbone that was left as published, its digest alone."""
        held = {name: self.network_.get_layer(name).get_weights() for name in _LEARNED}
        write_arrays(
            folder / HEAD_FILE, **{f"{name}_{n}": array for name in held for n, array in enumerate(held[name])}
        )
        if self._published:
            digest = {"backbone": self.options.backbone, "sha256": weights_digest(self._backbone)}
            (folder / DIGEST_FILE).write_text(json.dumps(digest))
        else:
            self._backbone.save_weights(folder / BACKBONE_FILE)

    @property
    def _published(self) -> bool:
        return self.options.weights == "imagenet" and not self.options.fine_tune

    def load(self, folder: Path) -> None:
        """Build the network from the options, and give it the weights of the folder."""
        load_keras(self.threads)
        from hsclass.learning.precision import building_in

        with building_in("float32"):
            self.network_ = self._network("imagenet" if self._published else "none")
        layers = {name: self.network_.get_layer(name) for name in _LEARNED}
        layout = {
            f"{name}_{n}": ("f4", tuple(weight.shape))
            for name in layers
            for n, weight in enumerate(layers[name].weights)
        }
        arrays = read_arrays(folder / HEAD_FILE, layout)
        for name, layer in layers.items():
            layer.set_weights([arrays[f"{name}_{n}"] for n in range(len(layer.weights))])
        if not self._published:
            read_keras_weights(self._backbone, folder / BACKBONE_FILE, self.options.backbone)
            return
        found, expected = weights_digest(self._backbone), _digest(folder / DIGEST_FILE)
        if found != expected:
            raise DataError(
                f"{folder / DIGEST_FILE}: the model was trained on weights of {self.options.backbone} with sha256"
                f" {expected}, but those installed here have {found}; install the same ones, or train again"
            )


def _focus(side: int, focus: float | None) -> np.ndarray:
    """How much the contrast of each pixel of a window is kept, shape (side, side, 1): 1 at its centre, less around."""
    steps = (np.arange(side) - side // 2) / max(1, side // 2)
    profile = np.exp(-0.5 * (steps / focus) ** 2) if focus else np.ones(side)
    return (profile[:, np.newaxis] * profile)[..., np.newaxis].astype(np.float32)


def _seen_once(options: TransferOptions, windows: int) -> bool:
    """Whether each window has the same features in every epoch, and memory suffices to keep them."""
    varied = options.augment or options.jitter or options.noise
    return options.channels != "adapter" and not varied and windows * _FEATURE_BYTES <= _MOST_FEATURES


def _one_after_the_other(first: FitReport, second: FitReport) -> FitReport:
    done = len(first.history)
    return replace(
        second,
        epochs=done + len(second.history),
        best_epoch=done + (second.best_epoch or 0),
        history=[*first.history, *({**row, "epoch": done + int(row["epoch"] or 0)} for row in second.history)],
    )


def _digest(file: Path) -> str:
    try:
        return str(json.loads(file.read_text())["sha256"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{file}: cannot be read ({error}); train the model again") from error
