"""The accuracy of one map under one split: all its figures together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsclass.assess.area import adjusted_area
from hsclass.assess.blocks import make_blocks
from hsclass.assess.calibration import calibration
from hsclass.assess.conditions import Conditions, require_unseen
from hsclass.assess.confusion import count_confusions, f1_scores, producers_accuracy, summaries, users_accuracy
from hsclass.assess.distance import accuracy_by_distance
from hsclass.assess.intervals import LEVEL, METHOD, REPLICATES, Bounds, mean_bounds, share_bounds, summary_bounds
from hsclass.assess.plain import plain
from hsclass.assess.sample import Sample, least_side, take_sample
from hsclass.errors import DataError
from hsclass.fit_scope import FitScope
from hsclass.scene import LandCover
from hsclass.split import Split


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
        Of `oa`, `aa`, `kappa` and `macro_f1`, by bootstrap over spatial blocks; NaN where undefined, as with a single
        block.
    producers, users : tuple of (low, high)
        The same for each class's producer's and user's accuracy.
    blocks, block_side : int
        Effective number of blocks over all test pixels, and their side [pixels].
    calibration : dict or None
        See `calibration`; None without confidences.
    distance : list of dict
        See `accuracy_by_distance`.
    area : dict or None
        See `adjusted_area`.
    conditions : Conditions or None
        What the model has seen, and how far it looks; None where that was not checked.
    """

    confusion: np.ndarray
    classes: tuple[LandCover, ...]
    intervals: Mapping[str, Bounds]
    producers: tuple[Bounds, ...]
    users: tuple[Bounds, ...]
    blocks: int
    block_side: int
    calibration: dict[str, Any] | None
    distance: list[dict[str, Any]]
    area: dict[str, Any] | None
    conditions: Conditions | None

    def as_dict(self) -> dict[str, Any]:
        """Return all figures as plain numbers, None where undefined."""
        found = summaries(self.confusion)
        return {
            "n_test": int(self.confusion.sum()),
            **{name: plain(float(value)) for name, value in found.items()},
            **{
                f"{name}_{end}": plain(value)
                for name, bounds in self.intervals.items()
                for end, value in bounds._asdict().items()
            },
            "interval": {
                "method": METHOD, "level": LEVEL, "blocks": self.blocks, "block_side": self.block_side,
                "replicates": REPLICATES,
            },
            "classes": self._class_rows(),
            "confusion": self.confusion.tolist(),
            "calibration": self.calibration,
            "distance": self.distance,
            "area": self.area,
            **({"leakage": None, "fit_scope": None} if self.conditions is None else self.conditions.as_dict()),
        }  # fmt: skip

    def _class_rows(self) -> list[dict[str, Any]]:
        producers, users = producers_accuracy(self.confusion), users_accuracy(self.confusion)
        f1 = f1_scores(self.confusion)
        return [
            {
                "id": cover.id, "name": cover.name, "support": int(self.confusion[row].sum()),
                "producers_accuracy": plain(producers[row]), "users_accuracy": plain(users[row]), "f1": plain(f1[row]),
                "producers_low": plain(self.producers[row].low), "producers_high": plain(self.producers[row].high),
                "users_low": plain(self.users[row].low), "users_high": plain(self.users[row].high),
            }
            for row, cover in enumerate(self.classes)
        ]  # fmt: skip


def evaluate(
    predicted: np.ndarray,
    labels: np.ndarray,
    split: Split,
    classes: tuple[LandCover, ...],
    *,
    confidence: np.ndarray | None = None,
    pixel_area: float | None = None,
    scope: FitScope | None = None,
    digest: str = "",
    seed: int = 0,
) -> Evaluation:
    """Compare a map with the ground truth on the test pixels of a split.

    The intervals come from a bootstrap over spatial blocks, not over pixels: neighbouring pixels of one field are right
    or wrong together, so resampling pixels would make the interval far too narrow. Each figure has the largest blocks
    that leave about eight of them on its own pixels, no smaller than three windows a side.

    Parameters
    ----------
    predicted : ndarray of int, shape (rows, cols)
        Class ids of the map, 0 = no data.
    labels : ndarray of int, shape (rows, cols)
        Ground truth, 0 = unlabelled.
    split : Split
        Says which pixels are test.
    classes : tuple of LandCover
        In ascending order of id.
    confidence : ndarray of float, shape (rows, cols), optional
        Probability of the predicted class, 0…1; needed for the calibration.
    pixel_area : float, optional
        Area of a pixel [m²]; without it areas are in pixels.
    scope : FitScope, optional
        Which pixels the model was fitted on, its `TrainedModel.scope`; without it nothing is checked.
    digest : str
        Of the scene; a model of another scene, by its scope's digest, is not checked.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Evaluation

    Raises
    ------
    DataError
        If the shapes differ, or there is no test pixel, or the test pixels hold a class that `classes` does not, or a
        confidence that is no probability.
    LeakageError
        If the model was fitted on a test pixel, or looks farther than a split that does not declare itself leaky keeps
        windows apart.

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
    sample = take_sample(predicted, labels, split)
    conditions = None if scope is None else require_unseen(scope, split, digest=digest)
    ids = np.array([cover.id for cover in classes])
    unknown = sorted(set(np.unique([sample.reference, sample.predicted]).tolist()) - set(ids.tolist()))
    if unknown:
        raise DataError(f"test pixels hold the class ids {unknown}; expected only {ids.tolist()} of the legend")
    least = least_side(split)

    def bounds(members: np.ndarray) -> Bounds:
        return share_bounds(sample.right[members], sample.sites[members], least=least, seed=seed)

    producers = tuple(bounds(sample.reference == identity) for identity in ids)
    blocks = make_blocks(sample.sites, least=least)
    by_block = [count_confusions(sample.reference, sample.predicted, ids, blocks=grid) for grid in blocks.grids]
    confusion = by_block[0].sum(axis=0)
    present = np.flatnonzero(confusion.sum(axis=1))
    counted = np.array([(predicted == identity).sum() for identity in ids])
    return Evaluation(
        confusion=confusion,
        classes=classes,
        intervals={
            "oa": bounds(np.ones(len(sample.right), bool)),
            "aa": mean_bounds(producers_accuracy(confusion)[present], [producers[row] for row in present]),
            **summary_bounds(by_block, blocks, seed=seed),
        },
        producers=producers,
        users=tuple(bounds(sample.predicted == identity) for identity in ids),
        blocks=round(blocks.effective),
        block_side=blocks.side,
        calibration=None if confidence is None else calibration(_of_test(confidence, sample, split), sample.right),
        distance=accuracy_by_distance(sample.right, sample.sites, split.roles, least=least, seed=seed),
        area=adjusted_area(
            confusion, counted, classes, pixel_area=pixel_area, unnamed=int((predicted > 0).sum() - counted.sum())
        ),
        conditions=conditions,
    )


def _of_test(confidence: np.ndarray, sample: Sample, split: Split) -> np.ndarray:
    """Return the confidences of the test pixels, after a check that they are."""
    if confidence.shape != split.roles.shape:
        raise DataError(
            f"confidence {confidence.shape} and split {split.roles.shape} differ in shape; expected both of one scene"
        )
    values = confidence[tuple(sample.sites.pixels.T)]
    if not ((values >= 0) & (values <= 1)).all():
        raise DataError(
            f"confidence: is {values.min()} to {values.max()} at the test pixels; expected probabilities, 0 to 1;"
            " predict the map again"
        )
    return values
