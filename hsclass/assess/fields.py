"""The accuracy of each field: how many of its tests are right, and what the others were taken for."""

from collections.abc import Sequence

import numpy as np

from hsclass.assess.blocks import Sites
from hsclass.assess.sample import EvaluatedSamples
from hsclass.results.pooled import FieldFigures
from hsclass.scene import LandCover


def field_figures(samples: EvaluatedSamples, sites: Sites, classes: Sequence[LandCover]) -> list[FieldFigures]:
    """Return a record for each field that test pixels lie in, by its number.

    Parameters
    ----------
    samples : EvaluatedSamples
        Of one run, or of several.
    sites : Sites
        Where they lie.
    classes : sequence of LandCover
        Of all class ids that the map has.
    """
    names = {0: "no data", **{cover.id: cover.name for cover in classes}}
    fields, (low, high) = sites.by_field, sites.boxes
    # The prediction most often wrong in each field; the first of equals.
    off = samples.predicted != samples.reference
    field, predicted = sites.fields[off].astype(np.int64), samples.predicted[off]
    size = int(predicted.max(initial=0)) + 1
    counts = np.bincount(field * size + predicted, minlength=(int(fields.numbers[-1]) + 1) * size).reshape(-1, size)
    counts = counts[fields.numbers]
    table = {
        "field": fields.numbers, "class_id": samples.reference[fields.order[fields.starts]],
        "row_first": low[:, 0], "row_last": high[:, 0], "col_first": low[:, 1], "col_last": high[:, 1],
        "pixels": sites.distinct_in_fields, "tests": fields.sizes, "wrong": counts.sum(axis=1),
        "right": fields.sizes - counts.sum(axis=1), "taken": counts.argmax(axis=1), "most": counts.max(axis=1),
    }  # fmt: skip
    rows = []
    for values in zip(*(column.tolist() for column in table.values()), strict=True):
        row = dict(zip(table, values, strict=True))
        taken, most, identity = row.pop("taken"), row.pop("most"), row["class_id"]
        rows.append(
            FieldFigures(
                **row,
                class_name=names.get(identity, str(identity)),
                taken_for=names.get(taken, str(taken)) if most else None,
                taken_for_tests=most,
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
