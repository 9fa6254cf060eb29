"""Figures of a confusion matrix: rows are the reference, columns the predicted classes."""

import numpy as np

from hsclass.samples.counting import tally


def cells_of(reference: np.ndarray, predicted: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return the cell of the confusion matrix that each pixel counts in: row times the number of classes plus column.

    Parameters
    ----------
    reference, predicted : ndarray of int, shape (pixels,)
        Class ids, all of them among `ids`.
    ids : ndarray of int, shape (classes,)
        In ascending order.

    Returns
    -------
    ndarray of int, shape (pixels,)
    """
    size, first, last = len(ids), int(ids[0]), int(ids[-1])
    if last - first == size - 1:  # without gaps: seven times as fast as looking each up
        kind = np.min_scalar_type(-max(size**2, last + 1))
        cells = reference.astype(kind)
        cells -= first
        cells *= size
        cells += predicted.astype(kind, copy=False)
        cells -= first
        return cells
    place = np.zeros(last + 1, np.min_scalar_type(-(size**2)))
    place[ids] = np.arange(size)
    cells = place[reference]
    cells *= size
    cells += place[predicted]
    return cells


def count_confusions(reference: np.ndarray, predicted: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Count pixels by reference (rows) and predicted class (columns), int64 of shape (classes, classes)."""
    size = len(ids)
    return tally(cells_of(reference, predicted, ids), least=size**2).reshape(size, size)


def overall_accuracy(confusion: np.ndarray) -> float:
    """Return the share of pixels on the diagonal (OA)."""
    return float(summaries(confusion)["oa"])


def producers_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return each class's recall, shape (classes,): correct / reference pixels; NaN where it has none."""
    return _ratio(_diagonal(confusion), confusion.sum(axis=-1))


def users_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return each class's precision, shape (classes,): correct / predicted pixels; NaN where it has none."""
    return _ratio(_diagonal(confusion), confusion.sum(axis=-2))


def f1_scores(confusion: np.ndarray) -> np.ndarray:
    """Return each class's F1, shape (classes,): 2 correct / (reference + predicted); NaN where both are none."""
    return _ratio(2 * _diagonal(confusion), confusion.sum(axis=-2) + confusion.sum(axis=-1))


def average_accuracy(confusion: np.ndarray) -> float:
    """Return the mean of the producer's accuracies of the classes that have test pixels (AA)."""
    return float(summaries(confusion)["aa"])


def cohen_kappa(confusion: np.ndarray) -> float:
    """Return Cohen's kappa (Cohen 1960); NaN where chance agreement is already complete."""
    return float(summaries(confusion)["kappa"])


def macro_f1(confusion: np.ndarray) -> float:
    """Return the mean F1 of the classes that have test pixels."""
    return float(summaries(confusion)["macro_f1"])


def summaries(confusions: np.ndarray) -> dict[str, np.ndarray]:
    """Return `oa`, `aa`, `kappa` and `macro_f1` of many confusion matrices at once.

    Parameters
    ----------
    confusions : ndarray of int or float, shape (..., classes, classes)
        Pixels, or weights of pixels; not all 0.

    Returns
    -------
    dict of str to ndarray of float64, shape (...)
        NaN where undefined.
    """
    total = confusions.sum(axis=(-2, -1))
    reference, predicted = confusions.sum(axis=-1), confusions.sum(axis=-2)
    agreement = _diagonal(confusions).sum(axis=-1) / total
    chance = (reference * predicted).sum(axis=-1) / total**2
    # One class alone: in floating-point weights the chance misses 1 by rounding only.
    open_to_chance = 1 - chance > 1e-12
    return {
        "oa": agreement,
        "aa": _mean_where(producers_accuracy(confusions), reference > 0),
        "kappa": _ratio(np.where(open_to_chance, agreement - chance, 0), np.where(open_to_chance, 1 - chance, 0)),
        "macro_f1": _mean_where(f1_scores(confusions), reference > 0),
    }


def pseudo_values(reference: np.ndarray, predicted: np.ndarray, ids: np.ndarray, figure: str) -> np.ndarray:
    """Return values of the pixels whose mean is a figure of `summaries` and whose variance is that of the figure.

    The figure plus what one more pixel of the same kind adds to it: its derivative by the weight of a pixel (the
    infinitesimal jackknife, Efron 1982). For OA they are 1 for right pixels and 0 for others.

    Parameters
    ----------
    reference, predicted : ndarray of int, shape (pixels,)
        Class ids, all of them among `ids`.
    ids : ndarray of int, shape (classes,)
        In ascending order.
    figure : {"oa", "aa", "kappa", "macro_f1"}

    Returns
    -------
    ndarray of float64, shape (pixels,)
        NaN where the figure is not defined.

    References
    ----------
    Efron, B. (1982). The jackknife, the bootstrap and other resampling plans. SIAM.
    """
    cells = cells_of(reference, predicted, ids)
    confusion = tally(cells, least=len(ids) ** 2).reshape(len(ids), -1).astype(float)
    total, found = len(cells), float(summaries(confusion)[figure])
    return np.asarray((found + total * _derivatives(confusion)[figure]).ravel()[cells])


def _derivatives(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Return the derivatives of each figure by the weight of a pixel of each cell, of the shape of the matrix."""
    size, total = len(confusion), confusion.sum()
    reference, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    right, held = np.eye(size), reference > 0
    agreement = np.trace(confusion) / total
    chance = (reference * predicted).sum() / total**2
    of_agreement = (right - agreement) / total
    of_chance = (predicted[:, np.newaxis] + reference) / total**2 - 2 * chance / total
    apart = 1 - chance if 1 - chance > 1e-12 else np.nan
    recall, f1 = (np.where(held, values(confusion), 0) for values in (producers_accuracy, f1_scores))
    share = np.where(held, f1 / np.maximum(reference + predicted, 1), 0)
    each = np.where(held, 2 / np.maximum(reference + predicted, 1), 0)
    return {
        "oa": of_agreement,
        "aa": (right - recall[:, np.newaxis]) / np.maximum(reference, 1)[:, np.newaxis] / held.sum(),
        "kappa": (of_agreement * apart - of_chance * (1 - agreement)) / apart**2,
        "macro_f1": (right * each - share[:, np.newaxis] - share) / held.sum(),
    }


def _diagonal(confusion: np.ndarray) -> np.ndarray:
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator > 0)


def _mean_where(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    return np.where(counted, values, 0).sum(axis=-1) / counted.sum(axis=-1)
