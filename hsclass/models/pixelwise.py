"""Model families that are scikit-learn estimators on single spectra."""

from abc import abstractmethod
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.models.estimator_file import read_estimator, write_estimator
from hsclass.models.spectra import SpectrumClassifier

FILE = "estimator.skops"


class PixelwiseClassifier(SpectrumClassifier):
    """A scikit-learn estimator behind the contract of `Classifier`; reach 0."""

    @abstractmethod
    def build(self, seed: int) -> Any:
        """Return the unfitted estimator."""

    @property
    def seen(self) -> np.ndarray:
        """The class indices that training held."""
        return self.estimator_.classes_

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Fit the estimator."""
        self.estimator_ = self.build(seed).fit(spectra, targets)

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the estimator's own probabilities."""
        return self.estimator_.predict_proba(spectra)

    def save(self, folder: Path) -> None:
        """Write the estimator in skops' format."""
        write_estimator(self.estimator_, folder / FILE)

    def load(self, folder: Path) -> None:
        """Read the estimator; a file that asks for types beyond skops' own list and a forest's trees is refused."""
        self.estimator_ = read_estimator(
            folder / FILE, type(self.build(0)), n_features=self.n_features, n_classes=self.n_classes
        )
