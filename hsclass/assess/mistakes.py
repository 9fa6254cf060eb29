"""The mistakes that a model was surest of."""

from collections.abc import Sequence

import numpy as np

from hsclass.assess.sample import EvaluatedSamples
from hsclass.results.metrics import Mistake
from hsclass.scene import LandCover

MOST = 60


def mistakes(
    samples: EvaluatedSamples, classes: Sequence[LandCover], probabilities: np.ndarray, names: Sequence[str]
) -> list[Mistake]:
    """Return the wrong samples, those first that the model was surest of, at most 60.

    Parameters
    ----------
    samples : EvaluatedSamples
    classes : sequence of LandCover
    probabilities : ndarray of float, shape (n, classes)
        Of the test samples.
    names : sequence of str
        Of all samples.
    """
    ids = np.array([cover.id for cover in classes])
    truth, chosen = (
        found if samples.several_labels else found[:, np.newaxis] == ids
        for found in (samples.reference, samples.predicted)
    )
    wrong = np.flatnonzero(~samples.right)
    doubt = np.where(chosen, probabilities, 1 - probabilities)
    sure = np.where(truth != chosen, doubt, 0).max(axis=1)
    named = np.array([cover.name for cover in classes], object)
    return [
        Mistake(
            path=names[int(samples.places[row, 0])],
            truth=named[truth[row]].tolist(),
            predicted=named[chosen[row]].tolist(),
            confidence=float(sure[row]),
        )
        for row in wrong[np.argsort(-sure[wrong], kind="stable")][:MOST]
    ]
