"""The conditions under which an accuracy holds: what the model has seen, and how far it looks."""

from dataclasses import dataclass, field

import numpy as np

from hsclass.errors import DataError, LeakageError
from hsclass.fit_scope import FitScope
from hsclass.results.metrics import Leakage
from hsclass.results.model import FittedCounts
from hsclass.samples.neighbours import within
from hsclass.split import Role, Split

_NO_SCOPE = "not checked whether the model has seen test samples: no model was named"
_OTHER_SAMPLES = (
    "not checked whether the model has seen test samples: it was trained on another scene or image set, whose values or"
    " grid differ from those tested on; where both show the same ground or hold the same images, these may be among"
    " what it was fitted on"
)
_BY_PLACE = (
    "checked by place alone whether the model has seen test samples: the model or the reference labels do not say which"
    " scene or image set they belong to"
)


@dataclass(frozen=True)
class Conditions:
    """What is known of what a model saw of the samples that it is tested on.

    Attributes
    ----------
    fit_scope : FittedCounts or None
        Samples that each of its parts was fitted on, none of them a test sample; None where this is unknown.
    leakage : Leakage or None
        Shares of the test windows that share pixels with what the model has seen; None for images too.
    checks : list of str
        What could not be checked, and why, a sentence each.
    """

    fit_scope: FittedCounts | None = None
    leakage: Leakage | None = None
    checks: list[str] = field(default_factory=list)


def require_unseen(scope: FitScope | None, split: Split, *, identity: str = "") -> Conditions:
    """Refuse to test a model on what it has seen.

    Two windows of reach r share a pixel iff the Chebyshev distance of their centres is at most 2 r. The windows are
    those of the model's own reach; where it is without bound, those of the split.

    Parameters
    ----------
    scope : FitScope or None
        Of the model; None when unknown.
    split : Split
        Its test samples are those to be tested on.
    identity : str
        Of the scene or image set that is tested on; empty when unknown.

    Returns
    -------
    Conditions
        Of a model of another scene or image set, by the identities, nothing can be said. Where one of these is
        unknown, the samples are taken for those of the model.

    Raises
    ------
    LeakageError
        If a part of the model was fitted on a test sample; or if test windows of the model's reach share pixels with
        those that it was fitted on, and the split does not declare itself leaky.
    DataError
        If fit scope and split differ in shape.
    """
    if scope is None:
        return Conditions(checks=[_NO_SCOPE])
    if scope.identity and identity and scope.identity != identity:
        return Conditions(checks=[_OTHER_SAMPLES])
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
    return Conditions(
        FittedCounts(**scope.counts),
        None if split.roles.ndim == 1 else _leakage(scope, split, test),
        [] if scope.identity and identity else [_BY_PLACE],
    )


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
