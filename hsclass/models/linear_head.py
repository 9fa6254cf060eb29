"""A linear head on features of a frozen network: logistic regression, for one class a sample or several."""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field
from threadpoolctl import threadpool_limits

from hsclass.cost import READ, SOLVER, Cost, Task
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import Classifier, FitReport, ModelOptions, Sample
from hsclass.models.spectra import at_places, check_training
from hsclass.normalize import Normalization
from hsclass.space import Range, search_space

_LOG = logging.getLogger(__name__)

FILE = "head.npz"
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Inverse strengths of the penalty that the validation samples choose from."""

_UNKNOWN = 1e-2  # the strength where no validation samples choose one


class LinearHeadOptions(ModelOptions):
    """Options of the head."""

    normalization: Normalization = Field("none", description="of the features; the head standardises them itself")
    c: float | None = Field(
        None, gt=0, description="inverse strength of the L2 penalty on standardised features; null: by validation"
    )
    max_iterations: int = Field(500, ge=1)
    with_validation: bool = Field(
        False, description="fit again on training and validation samples together, with the strength that was chosen"
    )


class LinearHead(Classifier):
    """Multinomial logistic regression on standardised features; with several labels, one regression per class.

    The validation samples choose the strength of the penalty: the lowest log-loss.
    """

    Options = LinearHeadOptions
    learns_several_labels = True
    space = search_space(c=Range(low=1e-5, high=1e2, log=True))

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

    def fit(self, inputs: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Fit; without an option `c`, the validation samples choose it: the lowest loss."""
        del seed  # nothing is drawn
        x, y = at_places(inputs, train.places), train.one_hot(self.n_classes)
        check_training(x)
        strengths = [self.options.c] if self.options.c else STRENGTHS if len(validation) else [_UNKNOWN]
        reference = validation.one_hot(self.n_classes)
        losses = []
        for strength in strengths:
            self._fit(x, y, strength)
            if len(strengths) > 1:
                found = self.predict_proba(inputs, validation.places)
                losses.append(_log_loss(found, reference, several=self.several_labels))
                _LOG.info("c %g: validation loss %.4f", strength, losses[-1])
        chosen = strengths[int(np.argmin(losses))] if losses else strengths[0]
        if self.options.with_validation:
            x, y = np.concatenate([x, at_places(inputs, validation.places)]), np.concatenate([y, reference])
        self._fit(x, y, chosen)
        learned = "training and validation samples" if self.options.with_validation else "training samples"
        return FitReport(
            facts={"c": f"{chosen:g}{', by validation' if losses else ''}", "learned from": learned},
            parameters=self.weights_.size + self.bias_.size,
        )

    def _fit(self, x: np.ndarray, y: np.ndarray, strength: float) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        mean, spread = x.mean(axis=0), x.std(axis=0)
        spread[np.ptp(x, axis=0) == 0] = 1  # rounding leaves a constant column a spread
        scaled = (x - mean) / spread
        self.weights_ = np.zeros((x.shape[1], self.n_classes), np.float32)
        self.bias_ = np.full(self.n_classes, -30, np.float32)  # a class without examples is never found

        def regress(targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            with threadpool_limits(self.threads), warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
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

    def predict_proba(self, inputs: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Return the probabilities of the classes, float32 of shape (n, n_classes)."""
        scores = at_places(inputs, places) @ self.weights_ + self.bias_
        if self.several_labels:
            return (1 / (1 + np.exp(-scores))).astype(np.float32)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write slopes and levels."""
        write_arrays(folder / FILE, weights=self.weights_, bias=self.bias_)

    def load(self, folder: Path) -> None:
        """Read slopes and levels."""
        layout = {"weights": ("f4", (self.n_features, self.n_classes)), "bias": ("f4", (self.n_classes,))}
        arrays = read_arrays(folder / FILE, layout)
        self.weights_, self.bias_ = arrays["weights"], arrays["bias"]


def _log_loss(found: np.ndarray, targets: np.ndarray, *, several: bool) -> float:
    """Return the mean cross-entropy of probabilities, summed over the classes."""
    sure = np.clip(found, 1e-7, 1 - 1e-7)
    terms = targets * np.log(sure) + ((1 - targets) * np.log(1 - sure) if several else 0)
    return float(-terms.sum(axis=1).mean())
