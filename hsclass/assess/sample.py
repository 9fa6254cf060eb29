"""The test samples of a split: what was predicted for them and what is right."""

from dataclasses import dataclass

import numpy as np

from hsclass.errors import DataError
from hsclass.split import Role, Split


@dataclass(frozen=True)
class TestedSamples:
    """The test samples of a split, in its order.

    Attributes
    ----------
    places : ndarray of int, shape (n, 2) or (n, 1)
        (row, col) of each pixel, or the place of each image.
    reference, predicted : ndarray of int, shape (n,), or of bool, shape (n, classes)
        Class ids, or which classes each sample has where it may have several.
    """

    places: np.ndarray
    reference: np.ndarray
    predicted: np.ndarray

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
        return values[tuple(self.places.T)]


def take_samples(predicted: np.ndarray, labels: np.ndarray, split: Split, *, name: str = "") -> TestedSamples:
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
    places = split.places(Role.TEST)
    if len(places) == 0:
        raise DataError(
            f"split: has no test {'image' if images else 'pixel'}; expected role test (3) somewhere; make the split"
            " again"
        )
    at = tuple(places.T)
    return TestedSamples(places, split.reference(labels)[at], predicted[at])
