"""The test pixels of a split: what a map says there and what is right."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from hsclass.assess.blocks import Sites
from hsclass.errors import DataError
from hsclass.split import Role, Split


@dataclass(frozen=True)
class Sample:
    """The test pixels in row order.

    Attributes
    ----------
    sites : Sites
        Where they lie; a field is connected pixels of one class of the ground truth.
    reference, predicted : ndarray of int, shape (pixels,)
        Class ids.
    """

    sites: Sites
    reference: np.ndarray
    predicted: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """True where the prediction is the reference, shape (pixels,)."""
        return self.predicted == self.reference


def take_sample(predicted: np.ndarray, labels: np.ndarray, split: Split, *, name: str = "") -> Sample:
    """Return the test pixels of a map, ground truth and split, all of shape (rows, cols); `name` is the map's.

    Classes that the split gives itself replace those of the ground truth.

    Raises
    ------
    DataError
        If the shapes differ, or there is no test pixel.
    """
    if not predicted.shape == labels.shape == split.roles.shape:
        raise DataError(
            f"map {name + ' ' if name else ''}{predicted.shape}, ground truth {labels.shape} and split"
            f" {split.roles.shape} differ in shape; expected all three of one scene"
        )
    pixels = split.places(Role.TEST)
    if len(pixels) == 0:
        raise DataError("split: has no test pixel; expected code 3 somewhere; make the split again")
    rows, cols = pixels.T
    reference = split.reference(labels)
    return Sample(Sites(pixels, _fields(reference)[rows, cols]), reference[rows, cols], predicted[rows, cols])


def _fields(labels: np.ndarray) -> np.ndarray:
    """Number the connected pixels of each class, corners included, from 1 up, shape (rows, cols)."""
    fields = np.zeros(labels.shape, np.int64)
    for identity in np.unique(labels[labels > 0]):
        found, _ = label(labels == identity, structure=np.ones((3, 3)))
        fields += np.where(found > 0, found + fields.max(), 0)
    return fields


def least_side(split: Split) -> int:
    """Return the smallest side [pixels] of a block: three windows, as models see the same pixels within one."""
    return 3 * split.window
