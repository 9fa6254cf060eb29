"""The evaluate stage: accuracy of a map on the test pixels of a split."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hsclass.errors import DataError
from hsclass.scene import LandCover
from hsclass.split import Role, Split

LEVEL = 0.95
REPLICATES = 2000


@dataclass(frozen=True)
class Evaluation:
    """Accuracy of a map on test pixels.

    Attributes
    ----------
    confusion : ndarray of int64, shape (classes, classes)
        Test pixels; rows: reference, columns: predicted.
    classes : tuple of LandCover
        In the order of the confusion matrix.
    intervals : dict of str to (low, high)
        Of `oa`, `aa` and `kappa`, by bootstrap over spatial blocks; NaN where undefined, as with a single block.
    blocks, block_side : int
        Number and side [pixels] of these blocks.
    """

    confusion: np.ndarray
    classes: tuple[LandCover, ...]
    intervals: dict[str, tuple[float, float]]
    blocks: int
    block_side: int

    def as_dict(self) -> dict[str, Any]:
        """Return all figures as plain numbers, None where undefined."""
        producers, users = producers_accuracy(self.confusion), users_accuracy(self.confusion)
        f1 = f1_scores(self.confusion)
        return {
            "n_test": int(self.confusion.sum()),
            "oa": overall_accuracy(self.confusion),
            "aa": average_accuracy(self.confusion),
            "kappa": _plain(cohen_kappa(self.confusion)),
            "macro_f1": _plain(_mean_of_present(f1, self.confusion)),
            **{
                f"{name}_{end}": _plain(value)
                for name, bounds in self.intervals.items()
                for end, value in zip(("low", "high"), bounds, strict=True)
            },
            "interval": {
                "method": f"percentile bootstrap over square blocks of {self.block_side} pixels a side",
                "level": LEVEL, "blocks": self.blocks, "replicates": REPLICATES,
            },
            "classes": [
                {
                    "id": cover.id, "name": cover.name, "support": int(self.confusion[row].sum()),
                    "producers_accuracy": _plain(producers[row]), "users_accuracy": _plain(users[row]),
                    "f1": _plain(f1[row]),
                }
                for row, cover in enumerate(self.classes)
            ],
            "confusion": self.confusion.tolist(),
        }  # fmt: skip


def overall_accuracy(confusion: np.ndarray) -> float:
    """Return the share of pixels on the diagonal (OA)."""
    return float(np.trace(confusion) / confusion.sum())


def producers_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return each class's recall, shape (classes,): correct / reference pixels; NaN where it has none."""
    return _ratio(np.diagonal(confusion), confusion.sum(axis=1))


def users_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Return each class's precision, shape (classes,): correct / predicted pixels; NaN where it has none."""
    return _ratio(np.diagonal(confusion), confusion.sum(axis=0))


def f1_scores(confusion: np.ndarray) -> np.ndarray:
    """Return each class's F1, shape (classes,): 2 correct / (reference + predicted); NaN where both are none."""
    return _ratio(2 * np.diagonal(confusion), confusion.sum(axis=0) + confusion.sum(axis=1))


def average_accuracy(confusion: np.ndarray) -> float:
    """Return the mean of the producer's accuracies of the classes that have test pixels (AA)."""
    return _mean_of_present(producers_accuracy(confusion), confusion)


def cohen_kappa(confusion: np.ndarray) -> float:
    """Return Cohen's kappa (Cohen 1960); NaN where chance agreement is already complete."""
    shares = confusion / confusion.sum()
    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    return float((np.trace(shares) - chance) / (1 - chance)) if chance < 1 else float("nan")


def evaluate(
    predicted: np.ndarray,
    labels: np.ndarray,
    split: Split,
    classes: tuple[LandCover, ...],
    *,
    seed: int = 0,
) -> Evaluation:
    """Compare a map with the ground truth on the test pixels of a split.

    The intervals come from a bootstrap over spatial blocks, not over pixels: neighbouring pixels of one field are right
    or wrong together, so resampling pixels would make the interval far too narrow. Blocks are squares of two windows a
    side.

    Parameters
    ----------
    predicted : ndarray of int, shape (rows, cols)
        Class ids of the map.
    labels : ndarray of int, shape (rows, cols)
        Ground truth, 0 = unlabelled.
    split : Split
        Says which pixels are test.
    classes : tuple of LandCover
        In ascending order of id.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Evaluation

    Raises
    ------
    DataError
        If the shapes differ, or there is no test pixel, or the ground truth has a class that `classes` does not.

    Examples
    --------
    >>> import numpy as np
    >>> from hsclass.scene import LandCover
    >>> from hsclass.split import Split
    >>> split = Split(np.full((1, 4), 3, np.uint8), 1, "fixed", 0, {}, False)
    >>> classes = (LandCover(1, "water", (0, 0, 255)), LandCover(2, "wood", (0, 99, 0)))
    >>> evaluation = evaluate(np.array([[1, 1, 2, 1]]), np.array([[1, 1, 2, 2]]), split, classes)
    >>> evaluation.confusion.tolist()
    [[2, 0], [1, 1]]
    >>> evaluation.as_dict()["oa"]
    0.75
    """
    if not predicted.shape == labels.shape == split.roles.shape:
        raise DataError(
            f"map {predicted.shape}, ground truth {labels.shape} and split {split.roles.shape} differ in shape;"
            " expected all three of one scene"
        )
    test = split.roles == Role.TEST
    if not test.any():
        raise DataError("split: has no test pixel; expected code 3 somewhere; make the split again")
    ids = np.array([cover.id for cover in classes])
    unknown = sorted(set(np.unique([labels[test], predicted[test]]).tolist()) - set(ids.tolist()))
    if unknown:
        raise DataError(f"test pixels hold the class ids {unknown}; expected only {ids.tolist()} of the legend")

    side = max(2 * split.window, 2)
    rows, cols = np.nonzero(test)
    _, block = np.unique(np.stack([rows // side, cols // side]), axis=1, return_inverse=True)
    matrices = np.zeros((block.max() + 1, len(ids), len(ids)), np.int64)
    np.add.at(matrices, (block, np.searchsorted(ids, labels[test]), np.searchsorted(ids, predicted[test])), 1)
    return Evaluation(matrices.sum(axis=0), classes, _block_bootstrap(matrices, seed), len(matrices), side)


def _block_bootstrap(matrices: np.ndarray, seed: int) -> dict[str, tuple[float, float]]:
    """Percentile intervals of OA, AA and kappa from resampled blocks' confusion matrices.

    A single block cannot tell how much others would vary; resampling it would feign certainty.
    """
    count, size, _ = matrices.shape
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(count, np.full(count, 1 / count), size=REPLICATES)
    resampled = (draws @ matrices.reshape(count, -1)).reshape(REPLICATES, size, size)
    tail = 50 * (1 - LEVEL)
    statistics = {"oa": overall_accuracy, "aa": average_accuracy, "kappa": cohen_kappa}
    intervals = {}
    for name, statistic in statistics.items():
        values = np.array([statistic(matrix) for matrix in resampled])
        values = values[~np.isnan(values)]
        known = count > 1 and len(values) > 0
        low, high = np.percentile(values, [tail, 100 - tail]) if known else (np.nan, np.nan)
        intervals[name] = (float(low), float(high))
    return intervals


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=denominator > 0)


def _mean_of_present(values: np.ndarray, confusion: np.ndarray) -> float:
    """Mean over the classes that have reference pixels."""
    return float(values[confusion.sum(axis=1) > 0].mean())


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
