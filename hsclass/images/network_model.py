"""What all networks of images share: options, form of the images, training, prediction, file."""

import logging
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from hsclass.backend import device_name, load_keras
from hsclass.cost import BACKWARD, Cost, Layers, Task, network_cost
from hsclass.errors import DataError
from hsclass.images.inputs import Inputs
from hsclass.images.model import Examples, ImageModel
from hsclass.images.symmetries import COUNT, turned
from hsclass.learning.recipes import NetworkOptions, recipe_facts
from hsclass.models.classifier import FitReport
from hsclass.samples.reading import Fit

if TYPE_CHECKING:
    from hsclass.learning.checkpoint import Checkpoint

_LOG = logging.getLogger(__name__)

FILE = "network.weights.h5"
_PREDICT_BATCH = 64


class ImageNetworkOptions(NetworkOptions):
    """Options of every network of images."""

    size: int | None = Field(None, ge=1, description="side [pixels] that images are brought to; null: the commonest")
    fit: Fit = Field("resize", description="how: resize stretches, crop cuts the middle out")
    grey: bool = Field(False, description="one channel in place of red, green and blue")
    bands: tuple[int, ...] = Field((), description="bands to take, counted from 0; empty: red, green, blue, or all")
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="share of each target that is spread over all classes")
    average_symmetries: bool = Field(False, description="predict the mean over the eight symmetries of the image")
    with_validation: bool = Field(
        False, description="learn from the validation images, too; the epoch of the lowest loss is then kept"
    )


class NetworkModel(ImageModel):
    """A network of images; a family gives `build`."""

    Options = ImageNetworkOptions

    @abstractmethod
    def build(self, input_shape: tuple[int, ...]) -> Any:
        """Return the network, keras.Model, from images (size, size, channels) of 0…255 to (n_classes,)."""

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the same layers, counted."""
        raise NotImplementedError

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        train = task.train + (task.validation if options.with_validation else 0)
        steering = 0 if options.with_validation else task.validation
        return network_cost(
            cls.layers(options, task), options, task, train=options.epochs * (BACKWARD * train + steering),
            repeats=COUNT if options.average_symmetries else 1,
        )  # fmt: skip

    @property
    def activation(self) -> str:
        """Of the last layer."""
        return "sigmoid" if self.several_labels else "softmax"

    def fit(self, examples: Examples, *, seed: int, checkpoint: "Checkpoint | None" = None) -> FitReport:
        """Train the network; validation images decide which epoch is kept."""
        keras = load_keras(self.threads)
        keras.utils.set_random_seed(seed)
        self.network_ = self.build(_shape(examples.inputs))
        return self._train(self.network_, examples, seed=seed, checkpoint=checkpoint)

    def learned(self, examples: Examples) -> np.ndarray:
        """Return the places of the images to learn from."""
        parts = [examples.train, *([examples.validation] if self.options.with_validation else [])]
        return np.concatenate(parts)

    def _train(
        self,
        network: Any,
        examples: Examples,
        *,
        seed: int,
        checkpoint: "Checkpoint | None",
        turn: bool = True,
    ) -> FitReport:
        """Train a network from `examples` to probabilities; the weights that it shares with `network_` are learned.

        `turn` False leaves out the layers of augmentation, where the examples come turned already.
        """
        import keras

        from hsclass.images.batches import InputBatches
        from hsclass.learning.augmentation import augmentation_layers
        from hsclass.learning.fitting import make_trainer, train_network

        options, inputs = self.options, examples.inputs
        train = self.learned(examples)
        steering = len(examples.validation) > 0 and not options.with_validation
        batches = InputBatches(
            inputs, train, examples.targets, batch_size=options.batch_size, seed=seed, mixup=options.mixup or None
        )
        checking = InputBatches(
            inputs, examples.validation, examples.targets, batch_size=_PREDICT_BATCH,
            mixup=0 if options.mixup else None,
        )  # fmt: skip
        shape = _shape(inputs)
        before = [keras.Input(shape, dtype="float32")]
        before += augmentation_layers(options, seed, side=shape[0]) if turn else []
        trainer = make_trainer(network, before, options, steps=len(batches), **self._measured(keras))
        _LOG.info("%d images of %s, %d to validate", len(train), shape, len(examples.validation))
        fitted = train_network(
            trainer, network, batches, checking if steering else None, options=options,
            checkpoint=checkpoint, what="images",
        )  # fmt: skip
        facts = recipe_facts(options.model_copy(update={} if steering else {"monitor": "loss"}))
        return FitReport(
            facts=facts | {"batch": f"{options.batch_size} images"} | self.facts() | fitted.facts,
            parameters=self.network_.count_params(),
            epochs=len(fitted.history),
            best_epoch=fitted.best_epoch,
            backend=keras.backend.backend(),
            device=device_name(),
            history=fitted.history,
        )

    def facts(self) -> dict[str, str]:
        """What of the options is worth telling in a report, beside the training's."""
        found = {"label smoothing": f"{self.options.label_smoothing:g}"} if self.options.label_smoothing else {}
        if self.options.average_symmetries:
            found["prediction"] = "mean over the eight symmetries"
        return found

    def _measured(self, keras: Any) -> dict[str, Any]:
        """Return the loss and its companion, in place of those of networks on windows."""
        smoothing = self.options.label_smoothing
        if self.several_labels:
            loss = keras.losses.BinaryCrossentropy(label_smoothing=smoothing)
            return {"loss": loss, "weighted_metrics": [keras.metrics.BinaryAccuracy(name="accuracy")]}
        if self.options.loss == "mean_squared_error":
            return {}
        return {"loss": keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)}

    def predict(self, inputs: Inputs, places: np.ndarray) -> np.ndarray:
        """Return the probabilities of the classes, of the images as they are or as the mean over their symmetries."""
        symmetries = range(COUNT) if self.options.average_symmetries else range(1)
        found = np.zeros((len(places), self.n_classes), np.float32)
        for start in range(0, len(places), _PREDICT_BATCH):
            images = inputs.take(places[start : start + _PREDICT_BATCH])
            for symmetry in symmetries:
                found[start : start + len(images)] += self.network_.predict_on_batch(turned(images, symmetry))
        return found / len(symmetries)

    def save(self, folder: Path) -> None:
        """Write the weights; the architecture follows from the options."""
        self.network_.save_weights(folder / FILE)

    def load(self, folder: Path, input_shape: tuple[int, ...]) -> None:
        """Build the network from the options and read its weights."""
        load_keras(self.threads)
        self.network_ = self.build(input_shape)
        try:
            self.network_.load_weights(folder / FILE)
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"{folder / FILE}: does not hold this network's weights ({reason}); train again") from error


def _shape(inputs: Inputs) -> tuple[int, ...]:
    return inputs.take(np.zeros(1, np.int64)).shape[1:]
