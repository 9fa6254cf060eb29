"""A trained model of images: everything that a prediction needs, in one folder that holds data only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError
from hsclass.images.frozen import FeatureOptions, FrozenNetwork, feature_images
from hsclass.images.inputs import Features, Inputs, from_record
from hsclass.images.model import ImageModel, image_model
from hsclass.models.card_file import read_card, write_card
from hsclass.options import parse_options
from hsclass.results.model import ModelCard, TrainingRecord


@dataclass(frozen=True)
class TrainedImageModel:
    """A fitted model and the account of it.

    Attributes
    ----------
    model : ImageModel
    card : ModelCard
    training : TrainingRecord
    history : tuple of mapping
        One row an epoch, for networks; empty after `load`.
    """

    model: ImageModel
    card: ModelCard
    training: TrainingRecord
    history: tuple[Mapping[str, Any], ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the probabilities."""
        return tuple(entry.name for entry in self.card.classes)

    def inputs(self, files: np.ndarray) -> Inputs:
        """Return what the model takes of image files: their pixels in its form, or features computed now.

        Raises
        ------
        DataError
            If a file cannot be read, or the weights of the frozen network are not those that the model saw.
        """
        about = self.card.image_features
        if about is None:
            return from_record(self.card.images or {}, files)
        options = parse_options(FeatureOptions, about["options"], "features")
        size = about["size"]
        network = FrozenNetwork(options, size, threads=self.model.threads)
        if network.digest != about["weights_digest"]:
            raise DataError(
                f"features: the weights of {', '.join(options.backbones)} ({options.weights}) are not those that the"
                " model was trained on; give back that file, or train again"
            )
        images = feature_images(options, files, (size, size, 3))
        return Features(network.features(images, np.arange(len(files))))

    def predict(self, inputs: Inputs, places: np.ndarray | None = None) -> np.ndarray:
        """Return the probabilities of the classes, float32 of shape (n, classes)."""
        return self.model.predict(inputs, np.arange(len(inputs)) if places is None else places)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the model into a new folder, atomically."""
        with atomic_path(folder) as partial:
            partial.mkdir()
            write_card(partial, self.card, self.training, self.history)
            self.model.save(partial)

    @classmethod
    def load(cls, folder: str | os.PathLike[str], *, threads: int = 1) -> "TrainedImageModel":
        """Read a model that `save` wrote. Nothing in the files is executed.

        Raises
        ------
        DataError
            If a file is missing or is not what `save` writes.
        """
        folder = Path(folder)
        try:
            card, training = read_card(folder)
            family = image_model(card.model)
            options = parse_options(family.Options, card.options, f"model {card.model}")
            model = family(options, n_classes=len(card.classes), several_labels=card.several_labels, threads=threads)
            shape = tuple(card.input_shape or ())
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{folder}: is not a model that 'hsclass images train' wrote ({error}); train it again"
            ) from error
        model.load(folder, shape)
        return cls(model, card, training)
