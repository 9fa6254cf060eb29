"""Evaluate: how right predictions are on the test images of a split, and how sure that is."""

from typing import Any

import numpy as np

from hsclass.assess.calibration import calibration
from hsclass.assess.confusion import producers_accuracy, summaries
from hsclass.assess.intervals import LEVEL, REPLICATES, UNDEFINED, Bounds, mean_bounds, wilson_limits
from hsclass.assess.plain import plain
from hsclass.errors import DataError
from hsclass.images.predictions import Predictions, places_of
from hsclass.samples.images import ImageSamples
from hsclass.split import Role, Split

METHOD = "Wilson's limits, each test image a trial; kappa and macro F1 by bootstrap over the images"
Z = 1.959963984540054  # of the normal distribution, for 95 %
MOST_MISTAKES = 60


def evaluate_images(found: Predictions, index: ImageSamples, split: Split) -> dict[str, Any]:
    """Compare predictions with the classes of the test images.

    Test images are taken for independent of each other, which is why the audit counts near-duplicates.

    Parameters
    ----------
    found : Predictions
    index : ImageSamples
    split : Split

    Returns
    -------
    dict
        The figures of `hsclass.assess.evaluate` that have a meaning for images, under the same names, and `mistakes`:
        the wrong test images, most confident first. With several labels an image: `micro_f1`, `macro_f1`, `subset`
        (share of images with exactly the right classes), and precision, recall and F1 of each class, for a probability
        of one half.

    Raises
    ------
    DataError
        If a test image has no prediction, or the classes are others.
    """
    if found.classes != index.class_names:
        raise DataError(f"predictions: are of other classes than the index ({len(found.classes)}); predict again")
    places = places_of(found.paths, [image.path for image in index.images], "predictions")
    tested = np.isin(places, split.places(Role.TEST))
    lacking = split.count(Role.TEST) - int(tested.sum())
    if lacking:
        raise DataError(f"predictions: lack {lacking} test images; predict the part test again")
    truth, probabilities = index.targets[places[tested]] > 0, found.probabilities[tested]
    chosen = found.chosen[tested]
    counts = {
        "n_train": split.count(Role.TRAIN), "n_validation": split.count(Role.VALIDATION),
        "n_test": int(tested.sum()), "several_labels": index.several_labels,
    }  # fmt: skip
    figures = _several(truth, chosen) if index.several_labels else _single(truth, probabilities)
    return {
        **counts,
        **figures,
        "classes": class_rows(truth, chosen, index.class_names),
        "interval": {"method": METHOD, "level": LEVEL, "replicates": REPLICATES},
        "mistakes": _mistakes(places[tested], truth, chosen, probabilities, index),
    }


def image_bounds(share: float, count: int) -> Bounds:
    """Return Wilson's 95 % limits of a share of independent images; undefined without images."""
    return wilson_limits(share, count, Z) if count else UNDEFINED


def class_rows(truth: np.ndarray, chosen: np.ndarray, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return recall (producer's), precision (user's) and F1 of each class, with intervals; ids count from 1."""
    rows = []
    for column, name in enumerate(classes):
        reference, predicted = truth[:, column], chosen[:, column]
        right, support, named = (int(x.sum()) for x in (reference & predicted, reference, predicted))
        recall, precision = right / support if support else np.nan, right / named if named else np.nan
        low_high = image_bounds(recall, support), image_bounds(precision, named)
        f1 = 2 * right / (support + named) if support + named else np.nan
        rows.append({
            "id": column + 1, "name": name, "support": support,
            "producers_accuracy": plain(recall), "users_accuracy": plain(precision), "f1": plain(f1),
            "producers_low": plain(low_high[0].low), "producers_high": plain(low_high[0].high),
            "users_low": plain(low_high[1].low), "users_high": plain(low_high[1].high),
        })  # fmt: skip
    return rows


def _single(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    size = truth.shape[1]
    reference, predicted = truth.argmax(axis=1), probabilities.argmax(axis=1)
    cells = reference * size + predicted
    confusion = np.bincount(cells, minlength=size**2).reshape(size, size)
    figures = {name: float(value) for name, value in summaries(confusion).items()}
    recall, support = producers_accuracy(confusion), confusion.sum(axis=1)
    present = np.flatnonzero(support)
    by_class = [image_bounds(float(recall[row]), int(support[row])) for row in present]
    bounds = {
        "oa": image_bounds(figures["oa"], len(reference)),
        "aa": mean_bounds(recall[present], by_class),
        **_resampled(reference, predicted, size),
    }
    return {
        **{name: plain(value) for name, value in figures.items()},
        **{f"{name}_{end}": plain(v) for name, pair in bounds.items() for end, v in pair._asdict().items()},
        "confusion": confusion.tolist(),
        "calibration": calibration(probabilities.max(axis=1), reference == predicted),
    }


def _resampled(reference: np.ndarray, predicted: np.ndarray, size: int) -> dict[str, Bounds]:
    """Return percentile intervals of kappa and macro F1 under random weights of the cells of the confusion matrix.

    Images in one cell are alike, so their weights, exponential each, add up to a gamma variate.
    """
    cells, counts = np.unique(reference * size + predicted, return_counts=True)
    rng = np.random.default_rng(0)
    drawn = rng.standard_gamma(counts, (REPLICATES, len(cells)))
    tables = np.zeros((REPLICATES, size * size))
    tables[:, cells] = drawn
    found = summaries(tables.reshape(REPLICATES, size, size))
    tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    return {name: Bounds(*np.percentile(found[name], tails).tolist()) for name in ("kappa", "macro_f1")}


def _several(truth: np.ndarray, chosen: np.ndarray) -> dict[str, Any]:
    right, named, wanted = (truth & chosen).sum(axis=0), chosen.sum(axis=0), truth.sum(axis=0)
    micro = 2 * right.sum() / max(int(named.sum() + wanted.sum()), 1)
    present = wanted > 0
    f1 = 2 * right[present] / (named + wanted)[present]
    subset = float((truth == chosen).all(axis=1).mean())
    low, high = image_bounds(subset, len(truth))
    return {
        "micro_f1": float(micro), "macro_f1": float(f1.mean()), "subset": subset, "subset_low": low,
        "subset_high": high, "oa": None, "aa": None, "kappa": None, "oa_low": None, "oa_high": None, "confusion": [],
        "calibration": None,
    }  # fmt: skip


def _mistakes(
    places: np.ndarray, truth: np.ndarray, chosen: np.ndarray, probabilities: np.ndarray, index: ImageSamples
) -> list[dict[str, Any]]:
    """Return the wrong images, those first that the model was surest of."""
    names = np.array(index.class_names, object)
    wrong = np.flatnonzero((truth != chosen).any(axis=1))
    doubt = np.where(chosen, probabilities, 1 - probabilities)
    sure = np.where(truth != chosen, doubt, 0).max(axis=1)
    return [
        {
            "path": index.images[int(places[row])].path, "truth": names[truth[row]].tolist(),
            "predicted": names[chosen[row]].tolist(), "confidence": float(sure[row]),
        }
        for row in wrong[np.argsort(-sure[wrong], kind="stable")][:MOST_MISTAKES]
    ]  # fmt: skip


def in_words(figures: dict[str, Any]) -> str:
    """Return the main figures as one line."""
    if figures["several_labels"]:
        return f"micro F1 {figures['micro_f1']:.4f}, macro F1 {figures['macro_f1']:.4f}, {figures['n_test']} images"
    low, high = figures["oa_low"], figures["oa_high"]
    return f"OA {figures['oa']:.4f} ({low:.4f} to {high:.4f}), {figures['n_test']} images"
