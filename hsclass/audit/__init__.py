"""The audit: how far a split, from here or from anyone's masks, can be believed."""

import numpy as np
from scipy.ndimage import distance_transform_cdt

from hsclass.audit.figures import Audit
from hsclass.audit.inputs import open_input, parse_ids
from hsclass.audit.measures import kl_divergence, moran_i, shares_by_window
from hsclass.audit.text import as_json_text, as_table
from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.split import Role, Split

__all__ = [
    "Audit", "as_json_text", "as_table", "audit_split", "kl_divergence", "moran_i", "open_input", "parse_ids",
    "require_sound",
]  # fmt: skip

_WINDOWS = 31  # side [pixels] up to which shares are given by window; networks in use look at 27 pixels at most


def audit_split(
    split: Split | np.ndarray,
    labels: np.ndarray | None = None,
    *,
    window: int | None = None,
    leaky: bool | None = None,
) -> Audit:
    """Measure a split.

    Two windows of side w share a pixel iff the Chebyshev distance of their centres is at most w - 1, and a window
    contains a pixel iff that is at most (w - 1) / 2 from its centre. All figures cost time linear in the pixels.

    Parameters
    ----------
    split : Split, or ndarray of int, shape (rows, cols)
        A split, or its codes of `Role` from elsewhere: 0 unused, 1 train, 2 validation, 3 test, 4 guard.
    labels : ndarray of int, shape (rows, cols), optional
        The ground truth, class ids, 0 = unlabelled.
    window : int, optional
        Side of the windows [pixels], odd; the split's own by default. Bare codes need it.
    leaky : bool, optional
        Whether the split declares itself leaky; by default what the split says, and False for bare codes.

    Returns
    -------
    Audit

    Raises
    ------
    UsageError
        If the window is missing or impossible.
    DataError
        If the codes are not those of `Role`, there is no training or no test pixel, or the labels do not fit.

    References
    ----------
    Moran, P. A. P. (1950). Notes on Continuous Stochastic Phenomena. Biometrika 37.
    Kullback, S., Leibler, R. A. (1951). On Information and Sufficiency. Annals of Mathematical Statistics 22.
    """
    known = split if isinstance(split, Split) else None
    if known and labels is not None:
        labels = known.reference(labels)
    roles = _checked(known.roles if known else np.asarray(split), labels)
    window = _odd(known.window if window is None and known else window)
    train, validation, test = (roles == role for role in (Role.TRAIN, Role.VALIDATION, Role.TEST))
    n_test = int(test.sum())
    lost: tuple[int, ...] = ()
    if labels is not None:
        lost = tuple(np.setdiff1d(labels[labels > 0], labels[test]).tolist())
    elif known:
        lost = tuple(given.id for given in known.classes if given.test == 0)
    to_training, to_others = (
        distance_transform_cdt(~pixels, metric="chessboard")[test] for pixels in (train, train | validation)
    )
    edges = np.arange(1, to_training.max() + 2)
    by_window = shares_by_window(to_training, to_others, max(window, min(_WINDOWS, *roles.shape)))
    shares = by_window[window // 2]
    return Audit(
        window=window,
        n_train=int(train.sum()),
        n_validation=int(validation.sum()),
        n_test=n_test,
        overlap_share=shares.overlap_share,
        centre_share=shares.centre_share,
        moran_i=moran_i(train, train | validation | test),
        kl_train=None if labels is None else kl_divergence(labels, train),
        kl_test=None if labels is None else kl_divergence(labels, test),
        train_ratio_asked=known.fractions.get("train") if known else None,
        train_ratio=int(train.sum()) / int((roles > 0 if labels is None else labels > 0).sum()),
        lost_classes=lost,
        leaky=leaky if leaky is not None else bool(known and known.leaky),
        distance_edges=tuple(edges.tolist()),
        distance_counts=tuple(np.bincount(to_training)[1:].tolist()),
        by_window=by_window,
    )


def require_sound(audit: Audit, name: str) -> None:
    """Raise LeakageError when a split leaks and does not declare itself leaky; `name` is the split's, for the message.

    Raises
    ------
    LeakageError
    """
    if audit.leaks and not audit.leaky:
        raise LeakageError(
            f"{name}: {audit.overlap_share:.1%} of the {audit.n_test} test windows of side {audit.window} share pixels"
            " with a training or validation window, expected none; make the split again with that window, or declare"
            " it leaky"
        )


def _odd(window: int | None) -> int:
    if window is None:
        raise UsageError("window: is missing; bare split codes do not say it; pass window=")
    if window < 1 or window % 2 == 0:
        raise UsageError(f"window: is {window} pixels; expected an odd number of 1 or more; choose another window")
    return window


def _checked(roles: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """Return the codes as uint8, after checking that they and the labels are possible."""
    foreign = sorted(set(np.unique(roles).tolist()) - {int(role) for role in Role})
    if foreign or roles.ndim != 2:
        raise DataError(
            f"split: has shape {roles.shape} and the values {foreign[:5]} beside the split codes; expected (rows, cols)"
            " of 0 unused, 1 train, 2 validation, 3 test, 4 guard; recode it"
        )
    if labels is not None and labels.shape != roles.shape:
        raise DataError(
            f"split: is {roles.shape} pixels, but the ground truth is {labels.shape}; both must lie on one grid"
        )
    if labels is not None and (bare := int(((roles > 0) & (labels == 0)).sum())):
        raise DataError(
            f"split: has {bare} pixels with a role that the ground truth does not label; expected roles on labelled"
            " pixels only; check that both are of one scene, or set those pixels to 0"
        )
    codes = roles.astype(np.uint8)
    train, test = int((codes == Role.TRAIN).sum()), int((codes == Role.TEST).sum())
    if train == 0 or test == 0:
        raise DataError(
            f"split: has {train} training and {test} test pixels; expected some of both; check the codes (1 train,"
            " 3 test)"
        )
    return codes
