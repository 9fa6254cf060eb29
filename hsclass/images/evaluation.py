"""Evaluate: how right predictions are on the test images of a split."""

import numpy as np

from hsclass.assess import evaluate
from hsclass.errors import DataError
from hsclass.images.predictions import Predictions, places_of
from hsclass.results.metrics import Metrics
from hsclass.samples.images import ImageSamples
from hsclass.split import Role, Split


def evaluate_images(found: Predictions, index: ImageSamples, split: Split) -> Metrics:
    """Compare predictions with the classes of the test images.

    Raises
    ------
    DataError
        If a test image has no prediction, or the classes are others.
    """
    if found.classes != index.class_names:
        raise DataError(f"predictions: are of other classes than the index ({len(found.classes)}); predict again")
    paths = [image.path for image in index.images]
    places = places_of(found.paths, paths, "predictions")
    lacking = len(np.setdiff1d(split.places(Role.TEST), places))
    if lacking:
        raise DataError(f"predictions: lack {lacking} test images; predict the part test again")
    truth = index.targets > 0
    chosen, probabilities = np.zeros_like(truth), np.zeros(truth.shape, np.float32)
    chosen[places], probabilities[places] = found.chosen, found.probabilities
    if not index.several_labels:
        truth, chosen = (1 + known.argmax(axis=1) for known in (truth, chosen))
    return evaluate(chosen, truth, split, index.classes, confidence=probabilities, names=paths)
