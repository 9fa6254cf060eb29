"""The main figures of some test samples, with their intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hsclass.assess.classes import class_figures
from hsclass.assess.confusion import count_confusions, summaries
from hsclass.assess.intervals import LEVEL, Bounds
from hsclass.assess.label_sets import label_set_figures
from hsclass.assess.sample import EvaluatedSamples
from hsclass.assess.units import Units
from hsclass.errors import DataError
from hsclass.results.figures import ClassFigures, Interval, too_few
from hsclass.samples.counting import tally
from hsclass.scene import LandCover


def main_figures(samples: EvaluatedSamples, classes: Sequence[LandCover], units: Units) -> dict[str, Any]:
    """Return the fields of `hsclass.results.Figures`, of one run's test samples or of those of several.

    Raises
    ------
    DataError
        If the samples hold a class that `classes` does not.
    """
    rows = class_figures(samples, classes, units)
    everything = np.ones(len(samples.places), bool)
    counts = units.counts(everything)
    effective = counts.get("effective_fields")
    runs = 1 if samples.runs is None else len(np.unique(samples.runs))
    interval = Interval(
        method=units.method,
        level=LEVEL,
        **{"blocks" if counts else "groups": round(units.blocks.effective)},
        **counts,
        runs=runs,
        reliable=not too_few(effective if counts else units.blocks.effective, runs),
        block_side=units.blocks.side,
    )
    of_kind = label_set_figures(samples, units) if samples.several_labels else _one_label(samples, classes, rows, units)
    return {"several_labels": samples.several_labels, "classes": rows, "interval": interval, **of_kind}


def _one_label(
    samples: EvaluatedSamples, classes: Sequence[LandCover], rows: Sequence[ClassFigures], units: Units
) -> dict[str, Any]:
    """Return OA, AA, kappa and macro F1 with their intervals, and the confusion matrix."""
    ids = np.array([cover.id for cover in classes])
    _require_known(samples, classes)
    confusion = count_confusions(samples.reference, samples.predicted, ids)
    of_classes = [Bounds.of(row.producers_low, row.producers_high) for row in rows if row.support]
    bounds = {
        "oa": units.share(samples.right, np.ones(len(samples.places), bool)),
        "aa": units.class_mean("aa", of_classes, samples, ids),
        **units.summaries(samples, ids),
    }
    return {
        **summaries(confusion),
        **{f"{name}_{end}": value for name, pair in bounds.items() for end, value in pair._asdict().items()},
        "confusion": confusion.tolist(),
    }


def _require_known(samples: EvaluatedSamples, classes: Sequence[LandCover]) -> None:
    """Raise DataError where a test sample has no class, or one that the legend lacks."""
    ids = [cover.id for cover in classes]
    for values, what, remedy in (
        (samples.reference, "reference labels", "give the labels that the split was made from, or split by these"),
        (samples.predicted, "predictions", "predict those too"),
    ):
        counts = tally(values)
        if bare := int(counts[0]):
            raise DataError(f"{what}: leave {bare} of {len(values)} test samples without a class; {remedy}")
        if foreign := np.setdiff1d(np.flatnonzero(counts), ids).tolist():
            raise DataError(
                f"{what}: give test samples the class ids {foreign}; expected only {ids}; give each class one id in"
                " predictions and reference labels"
            )
