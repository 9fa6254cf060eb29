"""A linear head on features of a frozen network: logistic regression."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from hsclass.cost import READ, SOLVER, Cost, Task
from hsclass.images.inputs import Inputs
from hsclass.images.model import Examples, ImageModel
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import FitReport
from hsclass.options import Options

if TYPE_CHECKING:
    from hsclass.learning.checkpoint import Checkpoint

FILE = "head.npz"
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Inverse strengths of the penalty that the validation images choose from."""


class LogisticOptions(Options):
    """Options of the head."""

    c: float | None = Field(
        None, gt=0, description="inverse strength of the L2 penalty on standardised features; null: by validation"
    )
    max_iterations: int = Field(500, ge=1)
    with_validation: bool = Field(
        False, description="fit again on training and validation images together, with the strength that was chosen"
    )


class LogisticHead(ImageModel):
    """Multinomial logistic regression on standardised features; with several labels, one regression a class."""

    Options = LogisticOptions
    on_features = True

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        fits = 1 if options.c or not task.validation else len(STRENGTHS) + 1
        work = float(task.features) * task.classes
        return Cost(
            train=fits * options.max_iterations * 2 * (task.train + SOLVER) * work,
            predict=float(task.predict) * (work + READ * task.features),
            parameters=work,
            train_bytes=16.0 * task.train * task.features,
        )

    def fit(self, examples: Examples, *, seed: int, checkpoint: "Checkpoint | None" = None) -> FitReport:
        """Fit; without an option `c`, the validation images choose it: the lowest loss."""
        del seed, checkpoint  # nothing is drawn, and a fit takes seconds
        inputs, targets = examples.inputs, examples.targets
        x, y = inputs.take(examples.train), targets[examples.train]
        strengths = [self.options.c] if self.options.c else STRENGTHS if len(examples.validation) else [1e-2]
        losses = []
        for strength in strengths:
            self._fit(x, y, strength)
            if len(strengths) > 1:
                found = self.predict(inputs, examples.validation)
                losses.append(_log_loss(found, targets[examples.validation], several=self.several_labels))
        chosen = strengths[int(np.argmin(losses))] if losses else strengths[0]
        if self.options.with_validation:
            both = np.concatenate([examples.train, examples.validation])
            x, y = inputs.take(both), targets[both]
        self._fit(x, y, chosen)
        learned = "training and validation images" if self.options.with_validation else "training images"
        return FitReport(
            facts={"c": f"{chosen:g}{'' if self.options.c else ', by validation'}", "learned from": learned},
            parameters=self.weights_.size + self.bias_.size,
        )

    def _fit(self, x: np.ndarray, y: np.ndarray, strength: float) -> None:
        from sklearn.linear_model import LogisticRegression

        mean, spread = x.mean(axis=0), x.std(axis=0)
        spread = np.where(spread > 0, spread, 1)
        scaled = (x - mean) / spread
        self.weights_ = np.zeros((x.shape[1], self.n_classes), np.float32)
        self.bias_ = np.full(self.n_classes, -30, np.float32)  # a class without examples is never found

        def regress(targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            fitted = LogisticRegression(C=strength, max_iter=self.options.max_iterations).fit(scaled, targets)
            return fitted.coef_, fitted.intercept_

        if self.several_labels:
            for column in range(self.n_classes):
                if 0 < y[:, column].sum() < len(y):
                    slopes, level = regress(y[:, column])
                    self.weights_[:, column], self.bias_[column] = slopes[0], level[0]
        else:
            classes = y.argmax(axis=1)
            slopes, level = regress(classes)
            present = np.unique(classes)
            if len(present) == 2:
                slopes, level = np.concatenate([-slopes, slopes]) / 2, np.concatenate([-level, level]) / 2
            self.weights_[:, present], self.bias_[present] = slopes.T, level
        self.bias_ -= (mean / spread) @ self.weights_
        self.weights_ /= spread[:, np.newaxis]

    def predict(self, inputs: Inputs, places: np.ndarray) -> np.ndarray:
        """Return the probabilities of the classes."""
        scores = inputs.take(places) @ self.weights_ + self.bias_
        if self.several_labels:
            return (1 / (1 + np.exp(-scores))).astype(np.float32)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write slopes and levels."""
        write_arrays(folder / FILE, weights=self.weights_, bias=self.bias_)

    def load(self, folder: Path, input_shape: tuple[int, ...]) -> None:
        """Read slopes and levels."""
        layout = {"weights": ("f4", (input_shape[0], self.n_classes)), "bias": ("f4", (self.n_classes,))}
        arrays = read_arrays(folder / FILE, layout)
        self.weights_, self.bias_ = arrays["weights"], arrays["bias"]


def _log_loss(found: np.ndarray, targets: np.ndarray, *, several: bool) -> float:
    """Return the mean cross-entropy of probabilities, summed over the classes."""
    sure = np.clip(found, 1e-7, 1 - 1e-7)
    terms = targets * np.log(sure) + ((1 - targets) * np.log(1 - sure) if several else 0)
    return float(-terms.sum(axis=1).mean())
