"""Model families that classify the spectrum of one pixel."""

import logging
from abc import abstractmethod

import numpy as np
from threadpoolctl import threadpool_limits

from hsclass.errors import DataError
from hsclass.models.classifier import Classifier, FitReport, Sample

_LOG = logging.getLogger(__name__)


def check_training(features: np.ndarray) -> None:
    """Raise DataError where `features`, shape (n, n_features), hold no information.

    Single constant features are harmless: they add nothing, and every model here takes them.
    """
    if (features == features[0]).all():
        raise DataError(
            f"features: all {len(features)} training pixels have the same values; expected features that differ;"
            " look at the scene's bands and the features' options"
        )


class SpectrumClassifier(Classifier):
    """A model of single spectra, of whatever origin; reach 0."""

    classes_: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """The class indices that training held, ascending, in the order of the columns of `scores`."""
        return self.classes_

    @abstractmethod
    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Learn from `spectra`, float32 of shape (n, n_features), of two or more classes `targets`, shape (n,)."""

    @abstractmethod
    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n, classes seen in training), of `spectra`, shape (n, n_features)."""

    @abstractmethod
    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""

    def fit(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Learn from the spectra of the training pixels; `validation` is not used.

        Raises
        ------
        DataError
            If the training pixels all have the same spectrum, or are too few for the model.
        """
        spectra = at_places(cube, train.places)
        check_training(spectra)
        _LOG.info("%d spectra of %d features", len(train), self.n_features)
        with threadpool_limits(self.threads):
            self.learn(spectra, train.targets, seed=seed)
        return FitReport(facts=self.facts())

    def predict_proba(self, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n, n_classes); a class that training did not hold gets 0."""
        probabilities = np.zeros((len(pixels), self.n_classes), np.float32)
        with threadpool_limits(self.threads):
            probabilities[:, self.seen] = self.scores(at_places(cube, pixels))
        return probabilities


def at_places(cube: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the spectra, shape (n, n_features), at `places`, shape (n, 2)."""
    return cube[places[:, 0], places[:, 1]]
