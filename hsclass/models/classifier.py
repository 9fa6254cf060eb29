"""The contract of every model family."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from hsclass.cost import Cost, Task
from hsclass.normalize import Normalization
from hsclass.options import Options
from hsclass.space import Space

# Pixels that a whole-scene prediction holds what it needs of at a time, so that memory does not grow with the scene.
BLOCK = 32768

MAP_MEMORY = 900_000_000
"""Bytes that a network may work in to map a scene, in addition to cube and result, unless another limit is given."""


class ModelOptions(Options):
    """Options that every model has."""

    normalization: Normalization = "standard"


@dataclass(frozen=True)
class Sample:
    """Pixels to learn from.

    Attributes
    ----------
    pixels : ndarray of int32, shape (n, 2)
        Row and column of each.
    targets : ndarray of int32, shape (n,)
        Class index, from 0, of each.
    """

    pixels: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.pixels)


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
    """A model family: learns from pixels of a feature cube, gives class probabilities.

    Parameters
    ----------
    options : ModelOptions
        An instance of the family's `Options`.
    window : int
        Side [pixels], odd, of the windows of the experiment.
    n_features, n_classes : int
        Length of a pixel's feature vector; number of classes of the scene.
    threads : int
        How many processor threads the model may use.

    Attributes
    ----------
    network : bool
        True for a Keras network.
    parallel : bool
        True where a second thread makes training much faster.
    several_workers : bool
        True where several processes can share a training (strategy multi_worker).
    space : mapping of str to Dimension
        The options that a search (`hsclass tune`) varies, and how far; empty where there is nothing worth it.
    """

    Options: ClassVar[type[ModelOptions]]
    space: ClassVar[Space] = {}
    network: ClassVar[bool] = False
    parallel: ClassVar[bool] = False
    several_workers: ClassVar[bool] = False

    def __init__(self, options: Any, *, window: int, n_features: int, n_classes: int, threads: int = 1) -> None:
        self.options = options
        self.window = window
        self.n_features = n_features
        self.n_classes = n_classes
        self.threads = threads
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
    @abstractmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""

    @property
    def reach(self) -> int:
        """How far [pixels] the model looks from the pixel it classifies."""
        return 0

    @abstractmethod
    def fit(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Learn from the `train` pixels of a float32 feature cube of shape (rows, cols, n_features).

        `validation` may only steer training (early stopping); it can be empty.
        """

    @abstractmethod
    def predict_proba(self, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return float32 class probabilities, shape (n, n_classes), of `pixels`, shape (n, 2), of a feature cube."""

    def predict_map(self, cube: np.ndarray, rows: slice | None = None, *, memory: float = MAP_MEMORY) -> np.ndarray:
        """Return float32 class probabilities, shape (rows, cols, n_classes), of a feature cube, in blocks.

        `rows`, around which the model may look at others, are all by default. `memory` is what a network may work in
        [bytes]; other models work on blocks of one size.
        """
        del memory
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
