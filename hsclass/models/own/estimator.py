"""scikit-learn estimators of the user's own on single spectra."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import ConfigDict

from hsclass.cost import Cost, Task
from hsclass.errors import DataError, UsageError
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import FitReport, ModelOptions, Sample
from hsclass.models.estimator_file import check_seen, read_any_estimator, write_estimator
from hsclass.models.own.source import ModelSource
from hsclass.models.spectra import SpectrumClassifier

FILE = "estimator.skops"
SEEN_FILE = "seen.npz"


class OwnEstimator(SpectrumClassifier):
    """An estimator behind the contract of `Classifier`; reach 0.

    Without `predict_proba`, the class that it predicts has probability 1.
    """

    own = "estimator"
    source: ClassVar[ModelSource]
    Options: ClassVar[type[ModelOptions]] = ModelOptions

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return the cost of a random forest: what an estimator of one's own costs is not known before it runs."""
        from hsclass.models.forest import ForestOptions, RandomForest

        del options
        return RandomForest.cost(ForestOptions(), task)

    def fit(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Learn from the spectra of the training pixels; `validation` is not used."""
        report = super().fit(cube, train, validation, seed=seed)
        if hasattr(self.estimator_, "predict_proba"):
            return report
        note = (
            f"{self.source.name} has no predict_proba, so that its confidence is 1 everywhere; wrap it in"
            " sklearn.calibration.CalibratedClassifierCV for probabilities"
        )
        return replace(report, notes=[*report.notes, note])

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Fit the estimator."""
        made = self.source.make(
            self.options, ModelOptions, seed=seed, random_state=seed, threads=self.threads, n_jobs=self.threads,
            n_features=self.n_features, n_classes=self.n_classes,
        )  # fmt: skip
        if not (hasattr(made, "fit") and hasattr(made, "predict")):
            raise UsageError(
                f"model {self.source.name}: returned {type(made).__name__} without fit and predict; expected an"
                " estimator of scikit-learn; a function that builds a Keras network has the parameter input_shape"
            )
        self.estimator_ = made.fit(spectra, targets)
        self.classes_ = np.unique(targets)

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the estimator's own probabilities, or 1 for the class that it predicts."""
        if hasattr(self.estimator_, "predict_proba"):
            return np.asarray(self.estimator_.predict_proba(spectra))
        return np.asarray(self.estimator_.predict(spectra)[:, np.newaxis] == self.classes_, np.float32)

    def facts(self) -> dict[str, str]:
        """Return the estimator with the parameters that are not its defaults."""
        return {"model of one's own": self.source.name, "estimator": " ".join(repr(self.estimator_).split())}

    def save(self, folder: Path) -> None:
        """Write the estimator in skops' format.

        Raises
        ------
        UsageError
            If it holds objects that cannot be read back without running code.
        """
        write_estimator(self.estimator_, folder / FILE)
        try:
            read_any_estimator(folder / FILE, n_features=self.n_features)
        except DataError as error:
            raise UsageError(
                f"model {self.source.name}: can be used, but not saved, as reading it would run code: {error}"
            ) from error
        write_arrays(folder / SEEN_FILE, seen=self.classes_.astype(np.int64))

    def load(self, folder: Path) -> None:
        """Read the estimator; a file that asks for types beyond scikit-learn's own is refused."""
        self.estimator_ = read_any_estimator(folder / FILE, n_features=self.n_features)
        self.classes_ = read_arrays(folder / SEEN_FILE, {"seen": ("i8", (None,))})["seen"]
        check_seen(self.classes_, self.n_classes, folder / SEEN_FILE)


class SavedOptions(ModelOptions):
    """Options of a trained model of one's own, as its card has them."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


class SavedEstimator(OwnEstimator):
    """A trained estimator, whose class and options are in its file."""

    Options = SavedOptions
