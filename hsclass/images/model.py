"""The contract of every model of images, and the one table of them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hsclass.cost import Cost, Task
from hsclass.images.inputs import Inputs
from hsclass.models.classifier import FitReport
from hsclass.options import Options
from hsclass.tables import resolve

if TYPE_CHECKING:
    from hsclass.learning.checkpoint import Checkpoint

MODELS = {
    "cnn": "hsclass.images.small_networks:Convolutional",
    "dense": "hsclass.images.small_networks:Dense",
    "fine_tune": "hsclass.images.fine_tune:FineTuned",
    "logistic": "hsclass.images.logistic:LogisticHead",
    "softmax": "hsclass.images.small_networks:Softmax",
}


@dataclass(frozen=True)
class Examples:
    """Images to learn from.

    Attributes
    ----------
    inputs : Inputs
        Of all images of the index.
    targets : ndarray of float32, shape (images, classes)
        1 where an image has the class.
    train, validation : ndarray of int
        Places.
    """

    inputs: Inputs
    targets: np.ndarray
    train: np.ndarray
    validation: np.ndarray


class ImageModel(ABC):
    """A model of images: learns from examples, gives the probability of each class.

    Parameters
    ----------
    options : Options
        An instance of the family's `Options`.
    n_classes : int
    several_labels : bool
        Whether an image may have more than one class; the probabilities then do not add up to 1.
    threads : int
    """

    Options: ClassVar[type[Options]]
    on_features: ClassVar[bool] = False
    """Whether it takes features of frozen networks, not pixels."""

    def __init__(self, options: Any, *, n_classes: int, several_labels: bool, threads: int = 1) -> None:
        self.options = options
        self.n_classes = n_classes
        self.several_labels = several_labels
        self.threads = threads

    @classmethod
    @abstractmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""

    @abstractmethod
    def fit(
        self,
        examples: Examples,
        *,
        seed: int,
        checkpoint: "Checkpoint | None" = None,
    ) -> FitReport:
        """Learn from the training images; validation images choose, and are not learned from unless options say so.

        A network keeps its state at `checkpoint` from epoch to epoch, and goes on from there.
        """

    @abstractmethod
    def predict(self, inputs: Inputs, places: np.ndarray) -> np.ndarray:
        """Return the probabilities of the classes, float32 of shape (n, n_classes), of the images at `places`."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what was learned into a folder; only data."""

    @abstractmethod
    def load(self, folder: Path, input_shape: tuple[int, ...]) -> None:
        """Read what `save` wrote, for inputs of a shape; nothing in it is executed."""


def image_model(name: str) -> type[ImageModel]:
    """Return the model of images of that name, or raise UsageError with the valid names."""
    return resolve(MODELS, name, "model of images")
