"""The main figures of some test samples, with their intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hsclass.assess.classes import class_figures
from hsclass.assess.confusion import count_confusions, pseudo_values, summaries
from hsclass.assess.intervals import FEW_FIELDS, LEVEL, REPLICATES, Bounds, mean_bounds
from hsclass.assess.label_sets import label_set_figures
from hsclass.assess.sample import TestedSamples
from hsclass.assess.units import Units
from hsclass.errors import DataError
from hsclass.results.figures import ClassFigures, Interval
from hsclass.scene import LandCover


def main_figures(samples: TestedSamples, classes: Sequence[LandCover], units: Units) -> dict[str, Any]:
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
    interval = Interval(
        method=units.method,
        level=LEVEL,
        **{"blocks" if counts else "groups": round(units.blocks.effective)},
        **counts,
        reliable=effective is None or effective >= FEW_FIELDS,
        block_side=units.blocks.side,
        replicates=REPLICATES,
    )
    of_kind = label_set_figures(samples, units) if samples.several_labels else _one_label(samples, classes, rows, units)
    return {"several_labels": samples.several_labels, "classes": rows, "interval": interval, **of_kind}


def _one_label(
    samples: TestedSamples, classes: Sequence[LandCover], rows: Sequence[ClassFigures], units: Units
) -> dict[str, Any]:
    """Return OA, AA, kappa and macro F1 with their intervals, and the confusion matrix."""
    ids = np.array([cover.id for cover in classes])
    held = (np.flatnonzero(np.bincount(each)) for each in (samples.reference, samples.predicted))
    unknown = np.setdiff1d(np.concatenate(list(held)), ids).tolist()
    if unknown:
        raise DataError(f"test samples hold the class ids {unknown}; expected only {ids.tolist()} of the legend")
    confusion = count_confusions(samples.reference, samples.predicted, ids)
    present = [row for row in rows if row.support]
    of_classes = mean_bounds(
        np.array([row.producers_accuracy for row in present]),
        [Bounds.of(row.producers_low, row.producers_high) for row in present],
    )
    bounds = {
        "oa": units.share(samples.right, np.ones(len(samples.places), bool)),
        "aa": units.over_runs(of_classes, lambda: pseudo_values(samples.reference, samples.predicted, ids, "aa")),
        **units.summaries(samples.reference, samples.predicted, ids),
    }
    return {
        **summaries(confusion),
        **{f"{name}_{end}": value for name, pair in bounds.items() for end, value in pair._asdict().items()},
        "confusion": confusion.tolist(),
    }
