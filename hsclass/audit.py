"""The audit: how far a split, from here or from anyone's masks, can be believed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_cdt

from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.samplers.guard import within
from hsclass.split import Role, Split


@dataclass(frozen=True)
class Audit:
    """Figures of a split.

    Attributes
    ----------
    window : int
        Side of the windows [pixels] that the shares are for.
    n_train, n_validation, n_test : int
        Pixels in each role.
    overlap_share : float
        Share of the test windows that share at least one pixel with a training or validation window.
    centre_share : float
        Share of the test windows that contain a training pixel.
    moran_i : float or None
        Moran's I of the assignment; see `moran_i`. None where it is undefined.
    kl_train, kl_test : float or None
        Kullback-Leibler divergence [nat] of the class shares of the training and test set from the scene's; 0 when
        they agree. None without labels.
    train_ratio_asked : float or None
        Share of the labelled pixels that was asked for training; None when unknown.
    train_ratio : float
        Training pixels as a share of the labelled pixels (without labels: of the pixels with a role).
    lost_classes : tuple of int
        Ids of the classes that have labelled pixels and no test pixel; empty when neither labels nor the split's own
        account say what classes there are.
    leaky : bool
        Whether the split declares itself leaky.
    distance_edges, distance_counts : tuple of int
        Histogram of the Chebyshev distance [pixels] of each test pixel to the nearest training pixel: bin i counts
        the test pixels with edges[i] <= distance < edges[i + 1].
    """

    window: int
    n_train: int
    n_validation: int
    n_test: int
    overlap_share: float
    centre_share: float
    moran_i: float | None
    kl_train: float | None
    kl_test: float | None
    train_ratio_asked: float | None
    train_ratio: float
    lost_classes: tuple[int, ...]
    leaky: bool
    distance_edges: tuple[int, ...]
    distance_counts: tuple[int, ...]

    @property
    def leaks(self) -> bool:
        """True when at least one test window shares a pixel with a training or validation window."""
        return self.overlap_share > 0

    def as_dict(self) -> dict[str, Any]:
        """Return the figures, without the histogram, as what JSON knows; the keys and their order are fixed."""
        return {
            "window": self.window,
            "n_train": self.n_train,
            "n_validation": self.n_validation,
            "n_test": self.n_test,
            "overlap_share": self.overlap_share,
            "centre_share": self.centre_share,
            "moran_i": self.moran_i,
            "kl_train": self.kl_train,
            "kl_test": self.kl_test,
            "train_ratio_asked": self.train_ratio_asked,
            "train_ratio": self.train_ratio,
            "lost_classes": list(self.lost_classes),
            "leaky": self.leaky,
        }

    @property
    def distance_histogram(self) -> dict[str, list[int]]:
        """The `edges` [pixels] and `counts` of the test pixels' distances to the nearest training pixel."""
        return {"edges": list(self.distance_edges), "counts": list(self.distance_counts)}

    def details(self) -> dict[str, Any]:
        """Return what `as_dict` leaves out, as what JSON knows."""
        return {"distance_histogram": self.distance_histogram}


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
    distances = distance_transform_cdt(~train, metric="chessboard")[test]
    edges = np.arange(1, distances.max() + 2)
    return Audit(
        window=window,
        n_train=int(train.sum()),
        n_validation=int(validation.sum()),
        n_test=n_test,
        overlap_share=int((test & within(train | validation, window - 1)).sum()) / n_test,
        centre_share=int((distances <= (window - 1) // 2).sum()) / n_test,
        moran_i=moran_i(train, train | validation | test),
        kl_train=None if labels is None else kl_divergence(labels, train),
        kl_test=None if labels is None else kl_divergence(labels, test),
        train_ratio_asked=known.fractions.get("train") if known else None,
        train_ratio=int(train.sum()) / int((roles > 0 if labels is None else labels > 0).sum()),
        lost_classes=lost,
        leaky=leaky if leaky is not None else bool(known and known.leaky),
        distance_edges=tuple(edges.tolist()),
        distance_counts=tuple(np.bincount(distances)[1:].tolist()),
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


def moran_i(marked: np.ndarray, used: np.ndarray) -> float | None:
    """Return Moran's I of an assignment over used pixels.

    I = (n / W) · Σ w_ij z_i z_j / Σ z_i², with z the deviation of the assignment (1 marked, 0 otherwise) from its
    mean and w_ij = 1 for pixels that share a side, else 0. Near 1 the marked pixels lie together, near 0 they are
    scattered at random, at -1 no two of a kind are neighbours.

    Parameters
    ----------
    marked, used : ndarray of bool, shape (rows, cols)
        `marked` lies within `used`.

    Returns
    -------
    float or None
        None where no two used pixels are neighbours or all are assigned alike.
    """
    deviation = np.where(used, marked - marked[used].mean(), 0) if used.any() else np.zeros(used.shape)
    pairs, products = 0, 0.0
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        pairs += int((used[one] & used[other]).sum())
        products += float((deviation[one] * deviation[other]).sum())
    squares = float((deviation**2).sum())
    if pairs == 0 or squares == 0:
        return None
    return int(used.sum()) / pairs * products / squares


def kl_divergence(labels: np.ndarray, members: np.ndarray) -> float | None:
    """Return the Kullback-Leibler divergence [nat] of a set's class shares p from the scene's q, Σ p ln(p / q).

    Parameters
    ----------
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled.
    members : ndarray of bool, shape (rows, cols)
        True for the pixels of the set.

    Returns
    -------
    float or None
        None for a set without labelled pixels.
    """
    classes, scene = np.unique(labels[labels > 0], return_counts=True)
    chosen = labels[members & (labels > 0)]
    if len(chosen) == 0:
        return None
    counts = np.bincount(np.searchsorted(classes, chosen), minlength=len(classes))
    p, q = counts / counts.sum(), scene / scene.sum()
    held = p > 0
    return max(0.0, float((p[held] * np.log(p[held] / q[held])).sum()))


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
