"""The accuracy of one prediction under one split: all its figures together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hsclass.assess.area import adjusted_area
from hsclass.assess.calibration import calibration
from hsclass.assess.conditions import require_unseen
from hsclass.assess.distance import accuracy_by_distance, expected_over_map
from hsclass.assess.figures import main_figures
from hsclass.assess.mistakes import mistakes
from hsclass.assess.sample import EvaluatedSamples, take_samples
from hsclass.assess.sample_of import sample_of
from hsclass.assess.units import BlockUnits, units_of
from hsclass.assess.validation import validation_accuracy
from hsclass.errors import DataError
from hsclass.fit_scope import FitScope
from hsclass.results.metrics import Area, DistanceBin, Metrics
from hsclass.samples.fields import fields_of
from hsclass.scene import LandCover
from hsclass.split import Role, Split


def evaluate(
    predicted: np.ndarray,
    labels: np.ndarray,
    split: Split,
    classes: tuple[LandCover, ...],
    *,
    confidence: np.ndarray | None = None,
    names: Sequence[str] = (),
    pixel_area: float | None = None,
    scope: FitScope | None = None,
    identity: str = "",
    runs: np.ndarray | None = None,
) -> Metrics:
    """Compare a map, or predictions of images, with the reference labels on the test samples of a split.

    The standard errors of a map are clustered by spatial blocks and by fields or classes, not by pixels: neighbouring
    pixels of one field are right or wrong together, so that an interval that takes pixels for independent is far too
    narrow. Each figure has the largest blocks that leave about eight of them on its own pixels, no smaller than three
    windows a side. The units of images are groups of near-duplicates where the split
    keeps such groups together, else single images.

    Parameters
    ----------
    predicted : ndarray of int, shape (rows, cols) or (n,)
        Class ids of the map, 0 = no data, or of the images; bool of shape (n, classes) where an image may have several
        classes.
    labels : ndarray, same shape and type
        Reference labels, 0 = unlabelled.
    split : Split
        Says which samples are test.
    classes : tuple of LandCover
        In ascending order of id.
    confidence : ndarray of float, optional
        Probability of the predicted class, 0…1, of the shape of the split's roles; needed for the calibration. Or those
        of all classes, in an axis after the others.
    names : sequence of str
        Of all samples, to list the mistakes that the model was surest of; needs the probabilities of all classes.
    pixel_area : float, optional
        Area of a pixel [m²]; without it areas are in pixels.
    scope : FitScope, optional
        Which samples the model was fitted on, its `TrainedModel.scope`; without it nothing is checked.
    identity : str
        Of the samples, `Scene.identity`; a model of others, by its scope's identity, is not checked.
    runs : ndarray of int, of the shape of the split's roles, optional
        Which model each prediction is from where several made them, such as those of the folds of a cross-validation:
        intervals then contain what whole training sets differ in, as in `pool`.

    Returns
    -------
    Metrics
        Figures that are not defined for the samples are None: areas and distances for images, OA where a sample may
        have several classes (see `subset`), micro F1 and subset accuracy where it has one.

    Raises
    ------
    DataError
        If the shapes differ, or there is no test sample, or the test samples hold a class that `classes` does not, or a
        confidence that is no probability.
    LeakageError
        If the model was fitted on a test sample, or looks farther than a split that does not declare itself leaky keeps
        windows apart.

    Examples
    --------
    >>> import numpy as np
    >>> from hsclass.scene import LandCover
    >>> from hsclass.split import Split
    >>> split = Split(np.full((1, 4), 3, np.uint8), 1, "fixed", 0, {}, False)
    >>> classes = LandCover(1, "water", (0, 0, 255)), LandCover(2, "forest", (0, 128, 0))
    >>> found = evaluate(np.array([[1, 1, 1, 2]]), np.array([[1, 1, 2, 2]]), split, classes)
    >>> found.confusion
    [[2, 0], [1, 1]]
    >>> found.oa
    0.75
    """
    samples = take_samples(predicted, labels, split)
    if runs is not None:
        samples = replace(samples, runs=samples.take(runs))
    fields = None if split.roles.ndim == 1 else fields_of(split.reference(labels), split.groups)
    tested = sample_of(split, labels, fields=fields)
    conditions = require_unseen(scope, split, identity=identity)
    learned = scope.parts["model"] if scope is not None and conditions.fit_scope is not None else None
    values = None if confidence is None else _of_test(confidence, samples, split)
    figures: dict[str, Any] = {}
    if values is not None and not samples.several_labels:
        figures["calibration"] = calibration(_highest(values), samples.right)
    if names and values is not None and values.ndim == 2:
        figures["mistakes"] = mistakes(samples, classes, values, names)
    units = units_of(samples, labels, split, fields=fields)
    del confidence, values, fields  # of a large map, these are much of what is held
    figures |= main_figures(samples, classes, units)
    if isinstance(units, BlockUnits):
        figures["distance"] = _distances(samples, split, units)
        figures["map_oa"], figures["map_covered"] = expected_over_map(
            figures["distance"], units.sites, split.roles, predicted > 0
        )
        figures["area"] = _area(figures["confusion"], predicted, classes, pixel_area)
    return Metrics(
        window=split.window,
        leaky=split.leaky,
        n_train=split.count(Role.TRAIN),
        n_validation=split.count(Role.VALIDATION),
        n_test=len(samples.places),
        sample_of=tested,
        leakage=conditions.leakage,
        fit_scope=conditions.fit_scope,
        checks=conditions.checks,
        validation=validation_accuracy(predicted, labels, split, learned=learned),
        **figures,
    )


def _distances(samples: EvaluatedSamples, split: Split, units: BlockUnits) -> list[DistanceBin]:
    return accuracy_by_distance(samples.right, units.sites, split.roles, least=units.least)


def _area(
    confusion: list[list[int]], predicted: np.ndarray, classes: tuple[LandCover, ...], pixel_area: float | None
) -> Area | None:
    counted = np.array([(predicted == cover.id).sum() for cover in classes])
    unnamed = int((predicted > 0).sum() - counted.sum())
    return adjusted_area(np.array(confusion), counted, classes, pixel_area=pixel_area, unnamed=unnamed)


def _highest(values: np.ndarray) -> np.ndarray:
    return values if values.ndim == 1 else values.max(axis=1)


def _of_test(confidence: np.ndarray, samples: EvaluatedSamples, split: Split) -> np.ndarray:
    """Return the confidences of the test samples, after a check that they are probabilities."""
    if confidence.shape[: split.roles.ndim] != split.roles.shape:
        raise DataError(
            f"confidence {confidence.shape} and split {split.roles.shape} differ in shape; expected both of one scene"
        )
    values = samples.take(confidence)
    if not ((values >= 0) & (values <= 1)).all():
        raise DataError(
            f"confidence: is {values.min()} to {values.max()} at the test samples; expected probabilities, 0 to 1;"
            " predict again"
        )
    return values
