"""Pixels that a map gives no class because it was not sure: how an evaluation counts them."""

import json
from collections.abc import Mapping

import numpy as np

from hsclass.errors import DataError
from hsclass.scene import LandCover


def abstained_id(tags: Mapping[str, str]) -> int | None:
    """Return the id of pixels that a map gives no class, by the tags of its file; None where it abstains nowhere."""
    if "abstained" not in tags:
        return None
    try:
        return int(json.loads(tags["abstained"])["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"map: its tag 'abstained' is not hsclass's ({error}); predict again") from error


def with_abstained(
    predicted: np.ndarray, classes: tuple[LandCover, ...], tags: Mapping[str, str], drawn: tuple[LandCover, ...]
) -> tuple[np.ndarray, tuple[LandCover, ...]]:
    """Return a map and the classes to evaluate it by, where the map abstains at some pixels.

    "Abstained" becomes one more class, which no reference label has: a test pixel without an answer is not right. So
    overall and producer's accuracies count it as an error and cannot be raised by abstaining; the user's
    accuracies of the other classes are those of the pixels that were given them.

    Parameters
    ----------
    predicted : ndarray of int, shape (rows, cols)
    classes : tuple of LandCover
        Of the reference labels, by ascending id.
    tags : mapping
        Of the map's file: `abstained` names the id.
    drawn : tuple of LandCover
        The map's legend.

    Returns
    -------
    predicted : ndarray
        With an id of its own for abstained pixels, after all others.
    classes : tuple of LandCover
        The same object as given where the map does not abstain.
    """
    identity = abstained_id(tags)
    if identity is None:
        return predicted, classes
    entry = next(cover for cover in drawn if cover.id == identity)
    own = max(identity, max(cover.id for cover in classes) + 1)
    moved = np.where(predicted == identity, own, predicted.astype(np.int64))
    return moved, (*classes, LandCover(own, entry.name, entry.color))
