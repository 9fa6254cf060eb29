"""The test samples of a split: what was predicted for them and what is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hsclass.errors import DataError, UsageError
from hsclass.samples.counting import places_of
from hsclass.split import Role, Split

_PART = 2**20  # samples taken at a time


@dataclass(frozen=True)
class EvaluatedSamples:
    """The test samples of a split, in its order; or those of several, one split after the other.

    Attributes
    ----------
    places : ndarray of int, shape (n, 2) or (n, 1)
        (row, col) of each pixel, or the place of each image.
    reference, predicted : ndarray of int, shape (n,), or of bool, shape (n, classes)
        Class ids, or which classes each sample has where it may have several.
    runs : ndarray of int, shape (n,), or None
        The run that each belongs to, None where all are of one.
    """

    places: np.ndarray
    reference: np.ndarray
    predicted: np.ndarray
    runs: np.ndarray | None = None

    def __getitem__(self, members: np.ndarray) -> "EvaluatedSamples":
        runs = None if self.runs is None else self.runs[members]
        return EvaluatedSamples(self.places[members], self.reference[members], self.predicted[members], runs)

    @property
    def several_labels(self) -> bool:
        """Whether a sample may have several classes."""
        return self.reference.ndim == 2

    @property
    def right(self) -> np.ndarray:
        """True where the prediction is the reference, all classes of it, shape (n,)."""
        same = self.predicted == self.reference
        return same.all(axis=1) if self.several_labels else same

    def take(self, values: np.ndarray) -> np.ndarray:
        """Return the values of the test samples from an array that begins with the axes of all samples."""
        found = np.empty((len(self.places), *values.shape[self.places.shape[1] :]), values.dtype)
        for start in range(0, len(found), _PART):  # indices take 8 bytes for each axis
            part = slice(start, start + _PART)
            found[part] = values[tuple(self.places[part].T)]
        return found


def take_samples(predicted: np.ndarray, labels: np.ndarray, split: Split, *, name: str = "") -> EvaluatedSamples:
    """Return the test samples of a prediction, reference labels and a split.

    Parameters
    ----------
    predicted, labels : ndarray
        Class ids of the shape of the split's roles, (rows, cols) or (n,); bool of shape (n, classes) where an image
        may have several classes. Classes that the split gives itself replace those of `labels`.
    split : Split
    name : str
        Of the prediction, for messages.

    Raises
    ------
    DataError
        If the shapes differ, or there is no test sample.
    """
    images = split.roles.ndim == 1
    if predicted.shape != labels.shape or labels.shape[: split.roles.ndim] != split.roles.shape:
        what, whole = ("predictions", "image set") if images else ("map", "scene")
        raise DataError(
            f"{what} {name + ' ' if name else ''}{predicted.shape}, reference labels {labels.shape} and split"
            f" {split.roles.shape} differ in shape; expected all three of one {whole}"
        )
    tested = split.roles == Role.TEST
    if not tested.any():
        raise DataError(
            f"split: has no test {'image' if images else 'pixel'}; expected role test (3) somewhere; make the split"
            " again"
        )
    places = places_of(tested, np.min_scalar_type(-max(tested.shape)))
    return EvaluatedSamples(places, split.reference(labels)[tested], predicted[tested])


def take_runs(
    predictions: Sequence[np.ndarray], labels: np.ndarray, splits: Sequence[Split], *, name: str = ""
) -> list[EvaluatedSamples]:
    """Return the test samples of each of several runs; `take_samples` says what of.

    Raises
    ------
    UsageError
        If there are not as many predictions as splits.
    """
    if len(predictions) != len(splits) or not splits:
        raise UsageError(
            f"{name or 'predictions'}: has {len(predictions)} maps or tables, but there are {len(splits)} splits;"
            " expected one for each, in their order"
        )
    return [take_samples(one, labels, split, name=name) for one, split in zip(predictions, splits, strict=True)]


def join(runs: Sequence[EvaluatedSamples]) -> EvaluatedSamples:
    """Return the test samples of several runs, one run after the other."""
    if len(runs) == 1:
        return runs[0]
    numbers = np.repeat(np.arange(len(runs), dtype=np.int16), [len(run.places) for run in runs])
    places, reference, predicted = (
        np.concatenate([getattr(run, name) for run in runs]) for name in ("places", "reference", "predicted")
    )
    return EvaluatedSamples(places, reference, predicted, numbers)
