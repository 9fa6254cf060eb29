"""Calibration: probabilities as high as the share of samples that have the class, in fields that were not trained on.

References
----------
Guo, C., Pleiss, G., Sun, Y., Weinberger, K. Q. (2017). On Calibration of Modern Neural Networks. ICML.
Zhang, J., Kailkhura, B., Han, T. Y.-J. (2020). Mix-n-Match: Ensemble and Compositional Methods for Uncertainty
Calibration in Deep Learning. ICML.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from hsclass.errors import DataError
from hsclass.models.classifier import Sample
from hsclass.samplers.dbscan import DbscanArea
from hsclass.samplers.sampler import Request
from hsclass.samples import WindowNeighbours

Calibrator = Literal["temperature", "isotonic"]

_BLOCK = 1 << 14  # samples at a time, in double precision
_TINY = float(np.finfo(np.float32).tiny)
_TEMPERATURES = 0.02, 50.0
_SLOPE = 1e-3  # of the line that is added to isotonic steps, so that classes keep their order


@dataclass(frozen=True)
class ProbabilityCalibration:
    """An increasing function of each probability; those of a sample are then scaled to a sum of 1.

    Attributes
    ----------
    before, after : ndarray of float64, shape (n,)
        Points from 0 to 1, both ascending; the function is linear in between.
    temperature : float
        What `after` is raised to the inverse of.
    floor : float
        What lower values of the function count as: half of the lowest probability above 0 that was met.
    """

    before: np.ndarray
    after: np.ndarray
    temperature: float = 1.0
    floor: float = _TINY

    LAYOUT: ClassVar[Mapping[str, tuple[str, tuple[int | None, ...]]]] = {
        "before": ("f8", (None,)), "after": ("f8", (None,)), "temperature": ("f8", ()), "floor": ("f8", ()),
    }  # fmt: skip

    @classmethod
    def none(cls) -> "ProbabilityCalibration":
        """Return the function that changes nothing."""
        return cls(np.array([0.0, 1.0]), np.array([0.0, 1.0]))

    def as_arrays(self) -> dict[str, np.ndarray]:
        """Return its attributes as arrays of `LAYOUT`."""
        return {name: np.asarray(getattr(self, name), np.float64) for name in self.LAYOUT}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], file: Path) -> "ProbabilityCalibration":
        """Return what `as_arrays` described, or raise DataError where that is no increasing function."""
        before, after, temperature, floor = (arrays[name] for name in cls.LAYOUT)
        ascends = len(before) > 1 and len(before) == len(after) and (np.diff(before) > 0).all()
        if not ascends or (np.diff(after) < 0).any() or temperature <= 0 or floor <= 0:
            raise DataError(f"{file}: holds a calibration that is no increasing function; train the model again")
        return cls(before, after, float(temperature), float(floor))

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities, float32 of shape (…, classes)."""
        rows = probabilities.reshape(-1, probabilities.shape[-1])
        found = np.empty(rows.shape, np.float32)
        for start in range(0, len(rows), _BLOCK):
            found[start : start + _BLOCK] = np.exp(self.logarithms(rows[start : start + _BLOCK]))
        return found.reshape(probabilities.shape)

    def logarithms(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the logarithms of the same, float64."""
        found = np.interp(probabilities, self.before, self.after)
        found = np.log(np.maximum(found, self.floor)) / self.temperature
        found -= found.max(axis=-1, keepdims=True)
        return found - np.log(np.exp(found).sum(axis=-1, keepdims=True))


def fit_calibration(how: Calibrator, probabilities: np.ndarray, targets: np.ndarray) -> ProbabilityCalibration:
    """Fit a calibration to samples that the model was not trained on.

    `temperature` divides the logarithms by the number that makes the targets most likely (Guo et al. 2017); `isotonic`
    is one ascending step function for all classes together, so that they keep their order (Zhang et al. 2020).

    Parameters
    ----------
    how : {"temperature", "isotonic"}
    probabilities : ndarray, shape (n, classes)
    targets : ndarray of int, shape (n,)
        Class index of each.
    """
    floor = max(_TINY, float(probabilities[probabilities > 0].min()) / 2)
    if how == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        right = np.arange(probabilities.shape[1]) == targets[:, np.newaxis]
        steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(
            probabilities.ravel().astype(np.float64), right.ravel().astype(np.float64)
        )
        before = np.unique(np.concatenate([[0.0, 1.0], steps.X_thresholds_]))
        return ProbabilityCalibration(before, (steps.predict(before) + _SLOPE * before) / (1 + _SLOPE))
    from scipy.optimize import minimize_scalar

    none = replace(ProbabilityCalibration.none(), floor=floor)

    def surprise(log_temperature: float) -> float:
        found = replace(none, temperature=float(np.exp(log_temperature))).logarithms(probabilities)
        return -float(found[np.arange(len(targets)), targets].mean())

    best = minimize_scalar(surprise, bounds=np.log(_TEMPERATURES), method="bounded")
    return replace(none, temperature=float(np.exp(best.x)))


def held_out_folds(
    train: Sample, shape: tuple[int, int], *, window: int, folds: int, seed: int
) -> Iterator[tuple[Sample, Sample]]:
    """Yield, for each fold, the samples that train a model and those that it is calibrated on.

    Folds are of whole fields, as `dbscan_area` with `folds` deals them; training samples whose windows share pixels
    with those held out are left out, and samples held out whose class is then not trained.

    Parameters
    ----------
    train : Sample
    shape : tuple of int
        Rows and columns of the scene.
    window, folds, seed : int

    Raises
    ------
    DataError
        If no fold has samples to train two classes and to calibrate one of them.
    """
    rows, cols = train.places.T
    labels = np.zeros(shape, np.int64)
    labels[rows, cols] = train.targets + 1
    near = WindowNeighbours(window)
    asked = Request(labels, 0.0, 0.0, np.random.default_rng(seed), near, np.ones(shape, bool))
    partition = DbscanArea(DbscanArea.options_model()).partition(asked, folds)
    fold_of = partition.folds[partition.units]
    usable = 0
    for fold in range(folds):
        held = fold_of == fold
        kept = ~near.near(held)[rows, cols]
        trained = np.unique(train.targets[kept])
        tested = held[rows, cols] & np.isin(train.targets, trained)
        if len(trained) > 1 and tested.any():
            usable += 1
            yield train.at(kept), train.at(tested)
    if not usable:
        raise DataError(
            f"calibrate: the {len(train)} training pixels cannot be divided into {folds} folds of whole fields, a"
            f" window of {window} apart, that train two classes and hold out one of these; train on more fields, or set"
            " 'calibrate' to null"
        )
