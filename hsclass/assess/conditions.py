"""The conditions under which an accuracy holds: what the model has seen, and how far it looks."""

from dataclasses import dataclass

import numpy as np

from hsclass.errors import DataError, LeakageError
from hsclass.fit_scope import FitScope
from hsclass.results.metrics import Leakage
from hsclass.results.model import FittedCounts
from hsclass.samples.neighbours import within
from hsclass.split import Role, Split


@dataclass(frozen=True)
class Conditions:
    """What a model saw of the samples that it is tested on.

    Attributes
    ----------
    fit_scope : FittedCounts
        Samples that each of its parts was fitted on; none of them is a test sample.
    leakage : Leakage or None
        Shares of the test windows that share pixels with what the model has seen; None for images.
    """

    fit_scope: FittedCounts
    leakage: Leakage | None


def require_unseen(scope: FitScope, split: Split, *, digest: str = "") -> Conditions | None:
    """Refuse to test a model on what it has seen.

    Two windows of reach r share a pixel iff the Chebyshev distance of their centres is at most 2 r. The windows are
    those of the model's own reach; where it is without bound, those of the split.

    Parameters
    ----------
    scope : FitScope
        Of the model.
    split : Split
        Its test samples are those to be tested on.
    digest : str
        Of the scene that is tested on; empty when unknown.

    Returns
    -------
    Conditions or None
        None for a model of another scene, by the digests: nothing can be said of what it saw of this one.

    Raises
    ------
    LeakageError
        If a part of the model was fitted on a test sample; or if test windows of the model's reach share pixels with
        those that it was fitted on, and the split does not declare itself leaky.
    DataError
        If fit scope and split differ in shape.
    """
    if scope.digest and digest and scope.digest != digest:
        return None
    unit = "images" if split.roles.ndim == 1 else "pixels"
    if scope.seen.shape != split.roles.shape:
        raise DataError(
            f"fit scope: is {scope.seen.shape} {unit}, but the split is {split.roles.shape}; expected both of one"
            " scene or image set; give the model that was trained on it"
        )
    test = split.roles == Role.TEST
    touched = {part: count for part, seen in scope.parts.items() if (count := int((seen & test).sum()))}
    if touched:
        listed = ", ".join(f"{part} {count}" for part, count in touched.items())
        raise LeakageError(
            f"model: was fitted on test {unit} ({listed}, of {int(test.sum())}); expected none; test it with the split"
            " that it was trained with, or train it again with this one"
        )
    return Conditions(FittedCounts(**scope.counts), None if split.roles.ndim == 1 else _leakage(scope, split, test))


def _leakage(scope: FitScope, split: Split, test: np.ndarray) -> Leakage:
    reach = (split.window - 1) // 2 if scope.reach is None else scope.reach
    shared = _share(test, within(scope.seen, 2 * reach))
    if shared > 0 and not split.leaky:
        raise LeakageError(
            f"model: looks {reach} pixels far, and {shared:.1%} of its test windows share pixels with windows that it"
            f" was fitted on, as the split keeps windows of side {split.window} apart; expected none; make the split"
            f" with window {2 * reach + 1}"
        )
    return Leakage(
        reach=scope.reach,
        unbounded=scope.reach is None,
        window=None if scope.reach is None else 2 * scope.reach + 1,
        overlap_share=shared,
        centre_share=_share(test, within(scope.parts["model"], reach)),
    )


def _share(test: np.ndarray, marked: np.ndarray) -> float:
    return int((test & marked).sum()) / int(test.sum())
