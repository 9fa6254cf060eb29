"""A look at a few pixels before a scene is mapped: are its values of the kind that the model was trained on?"""

import numpy as np

from hsclass.datasets.cube import in_yaml, usual_marks
from hsclass.predict.pixels import Pixels
from hsclass.predict.prediction import Predictor
from hsclass.wording import counted

FAR = 10.0
"""Typical distance from the training pixels' mean, in their standard deviations, that no land cover explains."""

FLAT = 0.01
"""Spread among pixels, in standard deviations of the training pixels, that is less than a sensor's noise."""

HALF = 0.5
"""Share of the pixels outside the area of applicability above which a warning is given."""

_FEW = 30


def undeclared(pixels: Pixels) -> str | None:
    """Return a sentence where pixels at the top, in the middle or at the end look like missing data, else None."""
    if pixels.cube.path is None:
        return None
    last = pixels.shape[0] - 1
    for row in sorted({0, last // 2, last}):
        rows = slice(row, row + 1)
        strip = pixels.cube.strip(rows)
        valid = strip.read(rows)[1]
        for mark, count in usual_marks(strip.stored, valid).most_common(1):
            declared = in_yaml(*pixels.cube.nodata, mark)
            return (
                f"row {row} (0-based) has {counted(count, 'pixel')} of {mark:g} in every band, mapped as data, as"
                f" nothing declares it; if they hold none, say 'nodata: {declared}' in a descriptor and map that"
            )
    return None


def implausible(predictor: Predictor) -> str | None:
    """Return a sentence where the values of the scene's middle row are not like the training pixels', else None.

    Reflectance of 0…1 given to a model of 0…10,000, or the other way round, would be mapped without complaint. Without
    a normalisation that was fitted only the area of applicability is known of the training pixels.
    """
    middle = predictor.pixels.shape[0] // 2
    rows = slice(middle, middle + 1)
    values, mask, _ = predictor.pixels.cube.strip(rows, predictor.conversion.order).read(rows)
    given = predictor.conversion.apply(values[mask])
    if len(given) < _FEW:
        return None
    return _far_off(predictor, given, middle) or _outside(predictor, middle)


def _far_off(predictor: Predictor, given: np.ndarray, middle: int) -> str | None:
    """Say where values are so far from the training pixels' mean, or so alike, that no land cover explains it."""
    normalizer = predictor.model.normalizer
    if normalizer is None or normalizer.kind == "none":
        return None
    normalized = normalizer.transform(given)
    far, spread = np.median(np.abs(normalized)), np.median(normalized.std(axis=0))
    if far <= FAR and (spread >= FLAT or spread == 0):
        return None
    centre = 0.5 if normalizer.kind == "minmax" else 0
    trained = np.median(normalizer.offset_ + centre * normalizer.scale_)
    return (
        f"the values of row {middle} (0-based) are about {np.median(given):.3g}, those that the model was trained on"
        f" about {trained:.3g}, which no land cover explains; are both in the same units ('scale')?"
    )


def _outside(predictor: Predictor, middle: int) -> str | None:
    """Say where most pixels are unlike the training pixels in the features that the model takes."""
    known, pixels = predictor.model.applicability, predictor.pixels
    if known is None:
        return None
    around = predictor.tiles.around(slice(middle, middle + 1))
    values, mask, _ = pixels.cube.strip(around, predictor.conversion.order).read(around)
    features = predictor.model.features_of(predictor.conversion.apply(values), mask)
    row, there = features[middle - around.start], mask[middle - around.start]
    share = float((known.dissimilarity(row[there]) > known.threshold).mean())
    if share <= HALF:
        return None
    return (
        f"{share:.0%} of the pixels of row {middle} (0-based) lie outside the model's area of applicability, unlike"
        " anything that it was trained on; are both in the same units ('scale'), of the same sensor and season?"
        " --applicability shows where"
    )
