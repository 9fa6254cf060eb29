"""The conditions under which an accuracy holds: what the model has seen, and how far it looks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hsclass.errors import DataError, LeakageError
from hsclass.fit_scope import FitScope
from hsclass.samples.neighbours import within
from hsclass.split import Role, Split


@dataclass(frozen=True)
class Conditions:
    """What a model saw of the scene that it is tested on.

    Attributes
    ----------
    fitted : dict of str to int
        Pixels that each of its parts was fitted on; none of them is a test pixel.
    reach : int or None
        How far [pixels] features and model look; None: without bound.
    overlap_share : float
        Share of the test windows that share a pixel with the window of a pixel that any part of the model has seen.
        The windows are those of the model's own reach; where it is without bound, those of the split.
    centre_share : float
        Share of the test windows that contain a pixel that the model was trained on.
    """

    fitted: dict[str, int]
    reach: int | None
    overlap_share: float
    centre_share: float

    def as_dict(self) -> dict[str, Any]:
        """Return the keys `leakage` and `fit_scope` as what JSON knows."""
        return {
            "leakage": {
                "reach": self.reach,
                "unbounded": self.reach is None,
                "window": None if self.reach is None else 2 * self.reach + 1,
                "overlap_share": self.overlap_share,
                "centre_share": self.centre_share,
            },
            "fit_scope": self.fitted,
        }


def require_unseen(scope: FitScope, split: Split, *, digest: str = "") -> Conditions | None:
    """Refuse to test a model on what it has seen.

    Two windows of reach r share a pixel iff the Chebyshev distance of their centres is at most 2 r.

    Parameters
    ----------
    scope : FitScope
        Of the model.
    split : Split
        Its test pixels are those to be tested on.
    digest : str
        Of the scene that is tested on; empty when unknown.

    Returns
    -------
    Conditions or None
        None for a model of another scene, by the digests: nothing can be said of what it saw of this one.

    Raises
    ------
    LeakageError
        If a part of the model was fitted on a test pixel; or if test windows of the model's reach share pixels with
        those that it was fitted on, and the split does not declare itself leaky.
    DataError
        If fit scope and split differ in shape.
    """
    if scope.digest and digest and scope.digest != digest:
        return None
    if scope.seen.shape != split.roles.shape:
        raise DataError(
            f"fit scope: is {scope.seen.shape} pixels, but the split is {split.roles.shape}; expected both of one"
            " scene; give the model that was trained on it"
        )
    test = split.roles == Role.TEST
    touched = {part: count for part, pixels in scope.parts.items() if (count := int((pixels & test).sum()))}
    if touched:
        listed = ", ".join(f"{part} {count}" for part, count in touched.items())
        raise LeakageError(
            f"model: was fitted on test pixels ({listed}, of {int(test.sum())}); expected none; test it with the split"
            " that it was trained with, or train it again with this one"
        )
    reach = (split.window - 1) // 2 if scope.reach is None else scope.reach
    shared = _share(test, within(scope.seen, 2 * reach))
    if shared > 0 and not split.leaky:
        raise LeakageError(
            f"model: looks {reach} pixels far, and {shared:.1%} of its test windows share pixels with windows that it"
            f" was fitted on, as the split keeps windows of side {split.window} apart; expected none; make the split"
            f" with window {2 * reach + 1}"
        )
    return Conditions(scope.counts, scope.reach, shared, _share(test, within(scope.parts["model"], reach)))


def _share(test: np.ndarray, marked: np.ndarray) -> float:
    return int((test & marked).sum()) / int(test.sum())
