"""The accuracy of each field: how many of its tests are right, and what the others were taken for."""

from collections.abc import Sequence

import numpy as np

from hsclass.assess.blocks import Sites
from hsclass.assess.sample import TestedSamples
from hsclass.results.pooled import FieldFigures
from hsclass.scene import LandCover


def field_figures(samples: TestedSamples, sites: Sites, classes: Sequence[LandCover]) -> list[FieldFigures]:
    """Return a record for each field that test pixels lie in, by its number.

    Parameters
    ----------
    samples : TestedSamples
        Of one run, or of several.
    sites : Sites
        Where they lie.
    classes : sequence of LandCover
        Of all class ids that the map has.
    """
    names = {0: "no data", **{cover.id: cover.name for cover in classes}}
    order = np.argsort(sites.fields, kind="stable")
    rows = []
    for members in np.split(order, np.flatnonzero(np.diff(sites.fields[order])) + 1):
        pixels, reference, predicted = sites.pixels[members], samples.reference[members], samples.predicted[members]
        wrong = predicted[predicted != reference]
        taken, counts = np.unique(wrong, return_counts=True)
        (row_first, col_first), (row_last, col_last) = pixels.min(axis=0).tolist(), pixels.max(axis=0).tolist()
        identity = int(reference[0])
        rows.append(
            FieldFigures(
                field=int(sites.fields[members[0]]),
                class_id=identity,
                class_name=names.get(identity, str(identity)),
                row_first=row_first,
                row_last=row_last,
                col_first=col_first,
                col_last=col_last,
                pixels=sites[members].distinct,
                tests=len(members),
                right=len(members) - len(wrong),
                wrong=len(wrong),
                taken_for=names.get(int(taken[counts.argmax()]), str(taken[counts.argmax()])) if len(wrong) else None,
                taken_for_tests=int(counts.max()) if len(wrong) else 0,
            )
        )
    return rows


def field_map(fields: np.ndarray, rows: Sequence[FieldFigures]) -> np.ndarray:
    """Return the share of right tests of each field as a raster of its pixels, NaN elsewhere.

    Parameters
    ----------
    fields : ndarray of int, shape (rows, cols)
        The number of each pixel's field, 0 = none.
    rows : sequence of FieldFigures
    """
    shares = np.full(int(fields.max()) + 1, np.nan, np.float32)
    shares[[row.field for row in rows]] = [row.right / row.tests for row in rows]
    return shares[fields]
