"""The accuracy on the validation samples, by which models can be compared before a test sample is looked at."""

import numpy as np

from hsclass.results.metrics import Validation
from hsclass.split import Role, Split


def validation_accuracy(
    predicted: np.ndarray, labels: np.ndarray, split: Split, *, learned: np.ndarray | None = None
) -> Validation | None:
    """Return OA and AA on the validation samples of a split.

    Parameters
    ----------
    predicted, labels : ndarray
        As `evaluate` takes them. A pixel of class 0, no data, is wrong.
    split : Split
    learned : ndarray of bool, of the shape of the split's roles, optional
        The samples that the model itself was fitted on.

    Returns
    -------
    Validation or None
        None where there is no validation sample, where the model was fitted on one, where an image of these has no
        prediction, and where a sample may have several classes.
    """
    at = split.roles == Role.VALIDATION
    if predicted.ndim > split.roles.ndim or not at.any() or (learned is not None and (learned & at).any()):
        return None
    found, reference = predicted[at], split.reference(labels)[at]
    if split.roles.ndim == 1 and not found.all():
        return None
    right = found == reference
    counts = np.bincount(reference)
    shares = np.bincount(reference, right)[counts > 0] / counts[counts > 0]
    return Validation(n=len(right), oa=right.mean(), aa=shares.mean())
