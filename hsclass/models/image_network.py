"""Model families that are Keras networks on whole images: options, form of the images, training, prediction."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import Field, model_validator

from hsclass.cost import BACKWARD, Cost, Task, network_cost
from hsclass.learning.recipes import NetworkOptions
from hsclass.models.classifier import FitReport, Sample
from hsclass.models.keras_network import KerasNetwork
from hsclass.samples.image_source import ImageSource
from hsclass.samples.reading import Fit
from hsclass.samples.symmetries import COUNT, turned

if TYPE_CHECKING:
    from hsclass.learning.batches import ExampleSource

_PREDICT_BATCH = 64


class ImageNetworkOptions(NetworkOptions):
    """Options of every network on images."""

    size: int | None = Field(
        None, ge=1, description="side [pixels] that images are resized to; null: the most common one"
    )
    fit: Fit = Field("resize", description="how: resize stretches, crop cuts the middle out")
    grey: bool = Field(False, description="one channel in place of red, green and blue")
    bands: tuple[int, ...] = Field((), description="bands to take, counted from 0; empty: red, green, blue, or all")
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="share of each target that is spread over all classes")
    average_symmetries: bool = Field(False, description="predict the mean over the eight symmetries of the image")
    with_validation: bool = Field(
        False, description="learn from the validation images, too; the epoch of the lowest loss is then kept"
    )

    @model_validator(mode="after")
    def _smooth_what_is_smoothed(self) -> Self:
        if self.label_smoothing and self.loss != "cross_entropy":
            raise ValueError("'label_smoothing' is of the cross-entropy; set it to 0, or 'loss' to cross_entropy")
        return self


class ImageNetwork(KerasNetwork):
    """A Keras network from images (side, side, channels) of 0…255 to probabilities."""

    Options = ImageNetworkOptions
    takes = "images"
    learns_several_labels = True
    examples = "images"

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        train = task.train + (task.validation if options.with_validation else 0)
        steering = 0 if options.with_validation else task.validation
        return network_cost(
            cls.layers(options, task), options, task, train=options.epochs * (BACKWARD * train + steering),
            repeats=COUNT if options.average_symmetries else 1,
        )  # fmt: skip

    def fit(self, inputs: ImageSource, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Train on the `train` images; `validation` images decide which epoch is kept."""
        self.start(seed)
        return self.train_on(inputs, self.network_, train, validation, seed=seed)

    def train_on(
        self, source: "ExampleSource", network: Any, train: Sample, validation: Sample, *, seed: int, turn: bool = True
    ) -> FitReport:
        """Train `network_`, or a part of it, on the images or what `source` gives for them.

        `turn` False leaves out the layers of augmentation, where the examples come turned already.
        """
        import keras

        from hsclass.learning.augmentation import augmentation_layers
        from hsclass.learning.batches import SourceBatches

        options, learned = self.options, self.learned(train, validation)
        steered = len(validation) > 0 and not options.with_validation
        batches = SourceBatches(
            source, learned.places[:, 0], learned.one_hot(self.n_classes), batch_size=options.batch_size, seed=seed,
            mixup=options.mixup or None, **self.weighting(learned.targets),
        )  # fmt: skip
        steering = SourceBatches(
            source, validation.places[:, 0], validation.one_hot(self.n_classes), batch_size=_PREDICT_BATCH,
            mixup=0 if options.mixup else None,
        )  # fmt: skip
        shape = network.input_shape[1:]
        before = [keras.Input(shape, dtype="float32")]
        before += augmentation_layers(options, seed, side=shape[0]) if turn else []
        return self.train(network, before, batches, steering if steered else None)

    def learned(self, train: Sample, validation: Sample) -> Sample:
        """Return the images to learn from."""
        return train.joined(validation) if self.options.with_validation else train

    def facts(self) -> dict[str, str]:
        """Return what a report says of the network in addition to its training."""
        found = {"label smoothing": f"{self.options.label_smoothing:g}"} if self.options.label_smoothing else {}
        if self.several_labels:
            found["loss"] = "binary cross entropy"
        if self.options.average_symmetries:
            found["prediction"] = "mean over the eight symmetries"
        return found

    def compiled(self, keras: Any) -> dict[str, Any]:
        """Return the loss, smoothed or of several labels, and its companion."""
        smoothing = self.options.label_smoothing
        if self.several_labels:
            loss = keras.losses.BinaryCrossentropy(label_smoothing=smoothing)
            return {"loss": loss, "weighted_metrics": [keras.metrics.BinaryAccuracy(name="accuracy")]}
        if self.options.loss == "mean_squared_error":
            return {}
        return {"loss": keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)}

    def predict_proba(self, inputs: ImageSource, places: np.ndarray) -> np.ndarray:
        """Return the probabilities of the classes, of the images as they are or as the mean over their symmetries."""
        symmetries = range(COUNT) if self.options.average_symmetries else range(1)
        found = np.zeros((len(places), self.n_classes), np.float32)
        for start in range(0, len(places), _PREDICT_BATCH):
            images = inputs.take(places[start : start + _PREDICT_BATCH, 0])
            for symmetry in symmetries:
                found[start : start + len(images)] += self.network_.predict_on_batch(turned(images, symmetry))
        return found / len(symmetries)
