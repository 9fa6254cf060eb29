"""The contract of every model family."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from hsclass.cost import Cost, Task
from hsclass.memory import MAP_MEMORY
from hsclass.normalize import Normalization
from hsclass.options import Options
from hsclass.space import Choice, Space

# Pixels that a whole-scene prediction holds what it needs of at a time, so that memory does not grow with the scene.
BLOCK = 32768


ClassWeight = Annotated[
    Literal["balanced"] | None, Field(description="'balanced': weights inverse to the frequency of a class")
]
CLASS_WEIGHTS = Choice(choices=(None, "balanced"))


class ModelOptions(Options):
    """Options that every model has."""

    normalization: Normalization = "standard"


Takes = Literal["spectra", "windows", "images"]
"""What a model looks at: the features of a pixel or an image, windows of a feature cube, or whole images."""


@dataclass(frozen=True)
class Sample:
    """Samples to learn from.

    Attributes
    ----------
    places : ndarray of int32, shape (n, 2) or (n, 1)
        Row and column of each in the feature cube; of whole images the place of each in its set.
    targets : ndarray of int32, shape (n,), or of float32, shape (n, n_classes)
        Class index, from 0, of each; where a sample may have several classes, 1 for each that it has.
    """

    places: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    def one_hot(self, n_classes: int) -> np.ndarray:
        """Return float32 targets, shape (n, n_classes)."""
        return self.targets if self.targets.ndim > 1 else np.eye(n_classes, dtype=np.float32)[self.targets]

    def at(self, chosen: np.ndarray) -> "Sample":
        """Return the samples where `chosen`, bool of shape (n,), is True."""
        return Sample(self.places[chosen], self.targets[chosen])

    def joined(self, other: "Sample") -> "Sample":
        """Return these samples and then the others."""
        return Sample(np.concatenate([self.places, other.places]), np.concatenate([self.targets, other.targets]))


@dataclass(frozen=True)
class FitReport:
    """What is worth knowing of a finished fit.

    Attributes
    ----------
    facts : dict of str to str
        Hyper-parameters in words, for the information block of a report.
    parameters, epochs, best_epoch : int or None
        Trainable parameters, epochs run, and the epoch (from 1) whose weights were kept; None where meaningless.
    backend : str or None
        Keras backend of a network.
    device : str
        "CPU" or the name of the accelerator.
    history : list of dict
        One row an epoch: epoch, loss, accuracy, val_loss, val_accuracy, learning_rate, seconds.
    notes : list of str
        What the user should know, in sentences.
    resumed : int
        Epochs that an earlier run, which was stopped, had done.
    gpu_memory_mb : float or None
        Most memory [MB] of a GPU that was held.
    """

    facts: dict[str, str]
    parameters: int | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    backend: str | None = None
    device: str = "CPU"
    history: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    resumed: int = 0
    gpu_memory_mb: float | None = None


class Classifier(ABC):
    """A model family: learns from samples of a feature cube or from images, gives class probabilities.

    Parameters
    ----------
    options : ModelOptions
        An instance of the family's `Options`.
    window : int
        Side [pixels], odd, of the windows of the experiment; of a model that takes images, their side.
    n_features, n_classes : int
        Length of a sample's feature vector, or channels of an image; number of classes.
    threads : int
        How many processor threads the model may use. It may be changed at any time, but Keras keeps the first.
    several_labels : bool
        Whether a sample may have more than one class; the probabilities then do not add up to 1.

    Attributes
    ----------
    takes : {"spectra", "windows", "images"}
        What the model looks at. One that takes spectra also takes the features of images, as a cube of one row.
    learns_several_labels : bool
        True where a sample may have more than one class.
    network : bool
        True for a Keras network.
    parallel : bool
        True where a second thread makes training much faster.
    several_workers : bool
        True where several processes can share a training (strategy multi_worker).
    own : {"estimator", "network"} or None
        What a model of the user's own is; None for those of hsclass.
    space : mapping of str to Dimension
        The options that a search (`hsclass tune`) varies, and how far; empty where there is nothing worth it.
    """

    Options: ClassVar[type[ModelOptions]]
    takes: ClassVar[Takes] = "spectra"
    learns_several_labels: ClassVar[bool] = False
    space: ClassVar[Space] = {}
    network: ClassVar[bool] = False
    parallel: ClassVar[bool] = False
    several_workers: ClassVar[bool] = False
    own: ClassVar[Literal["estimator", "network"] | None] = None

    def __init__(
        self, options: Any, *, window: int, n_features: int, n_classes: int, threads: int = 1,
        several_labels: bool = False,
    ) -> None:  # fmt: skip
        self.options = options
        self.window = window
        self.n_features = n_features
        self.n_classes = n_classes
        self.threads = threads
        self.several_labels = several_labels
        self.check(options, window=window, n_features=n_features)

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where the model does not fit windows of that side or that many features; this one does."""
        del options, window, n_features

    @classmethod
    def settle(cls, options: Any, centres: np.ndarray | None) -> Any:
        """Return options that ask nothing more of the scene; those of this model do not.

        `centres` are the wavelengths [nm] of the features, None where the features have none.
        """
        del centres
        return options

    @classmethod
    def runs_keras(cls, options: Any) -> bool:
        """Return whether a model with these options is a Keras network, or has some inside."""
        del options
        return cls.network

    @classmethod
    @abstractmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""

    @classmethod
    def bounded(cls, options: Any) -> bool:
        """Return whether a model with these options looks no farther than a known distance."""
        del options
        return True

    @classmethod
    def map_bytes(cls, options: Any) -> float:
        """Return the bytes of a pixel that `predict_map` takes in addition to cube, features and probabilities."""
        del options
        return 0.0

    @property
    def reach(self) -> int | None:
        """How far [pixels] the model looks from the pixel it classifies; None: without bound."""
        return 0

    @abstractmethod
    def fit(self, inputs: Any, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Learn from the `train` samples of `inputs`.

        Parameters
        ----------
        inputs : ndarray of float32, shape (rows, cols, n_features), or ImageSource
            The feature cube; the images for a model that takes these.
        train, validation : Sample
            Validation samples may only steer training (early stopping), unless an option says otherwise; there may be
            none.
        seed : int
        """

    @abstractmethod
    def predict_proba(self, inputs: Any, places: np.ndarray) -> np.ndarray:
        """Return float32 class probabilities, shape (n, n_classes), of the samples at `places` of `inputs`."""

    def predict_map(
        self,
        cube: np.ndarray,
        rows: slice | None = None,
        *,
        mask: np.ndarray | None = None,
        memory: float = MAP_MEMORY,
    ) -> np.ndarray:
        """Return float32 class probabilities, shape (rows, cols, n_classes), of a feature cube, in blocks.

        `rows`, around which the model may look at others, are all by default. `mask`, bool of shape (rows, cols) of the
        cube, is True where there is data, everywhere by default; most models take pixels without data as any other.
        `memory` is what a network may work in [bytes]; other models work on blocks of one size. Unless the model runs
        Keras, several threads may call this at once.
        """
        del memory, mask
        rows = rows or slice(0, len(cube))
        cols = cube.shape[1]
        step = max(1, BLOCK // cols)
        blocks = [
            self.predict_proba(
                cube, np.argwhere(np.ones((min(step, rows.stop - top), cols), bool)) + np.array([top, 0])
            )
            for top in range(rows.start, rows.stop, step)
        ]
        return np.concatenate(blocks).reshape(-1, cols, self.n_classes)

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`, in files that hold data only."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Read what `save` wrote; never executes anything in the files."""
