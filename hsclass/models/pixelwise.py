"""Model families that are scikit-learn estimators on single spectra."""

from abc import abstractmethod
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError
from hsclass.models.classifier import Classifier, FitReport, Progress, Sample

FILE = "estimator.skops"
_TRUSTED = ["sklearn.tree._tree.Tree"]


class PixelwiseClassifier(Classifier):
    """A scikit-learn estimator behind the contract of `Classifier`; reach 0."""

    @abstractmethod
    def build(self, seed: int) -> Any:
        """Return the unfitted estimator."""

    @abstractmethod
    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n, classes seen in training), of `spectra`, shape (n, n_features)."""
        return self.estimator_.predict_proba(spectra)

    def fit(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int, progress: Progress) -> FitReport:
        """Learn from the spectra of the training pixels; `validation` is not used."""
        if len(np.unique(train.targets)) < 2:
            raise DataError(f"{type(self).__name__}: the training pixels hold one class only; at least 2 are needed")
        progress(f"{len(train)} spectra of {self.n_features} features")
        self.estimator_ = self.build(seed).fit(_spectra(cube, train.pixels), train.targets)
        return FitReport(facts=self.facts())

    def predict_proba(self, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n, n_classes); a class that training did not hold gets 0."""
        probabilities = np.zeros((len(pixels), self.n_classes), np.float32)
        probabilities[:, self.estimator_.classes_] = self.scores(_spectra(cube, pixels))
        return probabilities

    def save(self, folder: Path) -> None:
        """Write the estimator in skops' format: a zip of JSON and arrays, no pickle."""
        import skops.io

        skops.io.dump(self.estimator_, folder / FILE)

    def load(self, folder: Path) -> None:
        """Read the estimator; a file that asks for types beyond skops' own list and a forest's trees is refused."""
        import skops.io
        from skops.io.exceptions import UntrustedTypesFoundException

        file, family = folder / FILE, type(self.build(0))
        try:
            estimator = skops.io.load(file, trusted=_TRUSTED)
        except UntrustedTypesFoundException as error:
            raise DataError(
                f"{file}: asks for types that a classifier does not need ({error}); do not use this file"
            ) from error
        except Exception as error:  # a broken file can fail the reader at any of its steps
            raise DataError(f"{file}: cannot be read ({error}); train the model again") from error
        features = getattr(estimator, "n_features_in_", None)
        if type(estimator) is not family or features != self.n_features:
            raise DataError(
                f"{file}: holds a {type(estimator).__name__} of {features} features; expected a fitted"
                f" {family.__name__} of {self.n_features}; train the model again"
            )
        self.estimator_ = estimator


def _spectra(cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    return cube[pixels[:, 0], pixels[:, 1]]
