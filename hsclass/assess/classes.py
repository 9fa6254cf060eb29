"""The accuracy of each class, with intervals."""

from collections.abc import Sequence

import numpy as np

from hsclass.assess.sample import EvaluatedSamples
from hsclass.assess.units import Units
from hsclass.results.figures import ClassFigures
from hsclass.scene import LandCover


def class_figures(samples: EvaluatedSamples, classes: Sequence[LandCover], units: Units) -> list[ClassFigures]:
    """Return producer's accuracy (recall), user's accuracy (precision) and F1 of each class, NaN where undefined.

    Parameters
    ----------
    samples : EvaluatedSamples
        Of several classes each where the samples may have several: then column k is that of class k.
    classes : sequence of LandCover
    units : Units
        Of the intervals.
    """
    rows = []
    for column, cover in enumerate(classes):
        if samples.several_labels:
            reference, predicted = samples.reference[:, column], samples.predicted[:, column]
        else:
            reference, predicted = samples.reference == cover.id, samples.predicted == cover.id
        right = reference & predicted
        agreed, support, named = (int(np.count_nonzero(each)) for each in (right, reference, predicted))
        producers, users = units.share(right, reference), units.share(right, predicted)
        rows.append(
            ClassFigures(
                id=cover.id,
                name=cover.name,
                support=support,
                **units.counts(reference),
                producers_accuracy=agreed / support if support else None,
                users_accuracy=agreed / named if named else None,
                f1=2 * agreed / (support + named) if support + named else None,
                producers_low=producers.low,
                producers_high=producers.high,
                users_low=users.low,
                users_high=users.high,
            )
        )
    return rows
