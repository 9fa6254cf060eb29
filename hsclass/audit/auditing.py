"""Audit a split: how many test samples are neighbours of what a model learns from, and what else there is to know."""

from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_cdt

from hsclass.audit.autocorrelation import ranges
from hsclass.audit.cautions import cautions
from hsclass.audit.distances import feature_distances, geographic_distances
from hsclass.audit.duplicates import measure_pairs
from hsclass.audit.measures import kl_divergence, moran_i, shares_by_window
from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.results.audit import Audit, Distances, Histogram
from hsclass.samples import DuplicateNeighbours, ImageSamples, Neighbours, Samples, WindowNeighbours
from hsclass.samples.fields import fields_of
from hsclass.samples.hashing import THRESHOLD
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.wording import counted

_WINDOWS = 31  # side [pixels] up to which shares are given by window; networks in use look at 27 pixels at most


def audit_split(
    split: Split | np.ndarray,
    samples: np.ndarray | Samples | None = None,
    *,
    window: int | None = None,
    threshold: int | None = None,
    leaky: bool | None = None,
) -> Audit:
    """Measure a split of pixels or of images.

    Two windows of side w share a pixel iff the Chebyshev distance of their centres is at most w - 1, and a window
    contains a pixel iff that is at most (w - 1) / 2 from its centre. All figures of pixels cost time linear in them.
    Two images are near-duplicates iff their perceptual hashes differ in few bits; all pairs are compared.

    Parameters
    ----------
    split : Split, or ndarray of int, shape (rows, cols) or (n,)
        A split, or its codes of `Role` from elsewhere: 0 unused, 1 train, 2 validation, 3 test, 4 guard.
    samples : ndarray of int, shape (rows, cols), Scene or ImageSamples, optional
        The reference labels, class ids, 0 = unlabelled, or what holds them; needed for images.
    window : int, optional
        Side of the windows [pixels], odd; the split's own by default. Bare codes need it.
    threshold : int, optional
        Bits of 64 in which the hashes of near-duplicate images may differ; the split's own by default.
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
        If the codes are not those of `Role`, there is no training or no test sample, or the labels do not fit.

    References
    ----------
    Moran, P. A. P. (1950). Notes on Continuous Stochastic Phenomena. Biometrika 37.
    Kullback, S., Leibler, R. A. (1951). On Information and Sufficiency. Annals of Mathematical Statistics 22.
    Zauner, C. (2010). Implementation and benchmarking of perceptual image hash functions.
    """
    known = split if isinstance(split, Split) else None
    labels = samples if samples is None or isinstance(samples, np.ndarray) else samples.require_labels()
    scene = samples if isinstance(samples, Scene) else None
    if known and labels is not None:
        labels = known.reference(labels)
    roles = _checked(known.roles if known else np.asarray(split), labels)
    train, validation, test = (roles == role for role in (Role.TRAIN, Role.VALIDATION, Role.TEST))
    neighbours: Neighbours
    own: dict[str, Any]
    if isinstance(samples, ImageSamples):
        own_bits = THRESHOLD if known is None or known.threshold is None else known.threshold
        neighbours = DuplicateNeighbours(samples.hashes, own_bits if threshold is None else threshold)
        own = {"threshold": neighbours.threshold, **measure_pairs(neighbours.pairs, roles, samples)}
    elif roles.ndim == 1:
        raise UsageError("split: is one of images; pass the images that it splits")
    else:
        side = _odd(known.window if window is None and known else window)
        neighbours = WindowNeighbours(side)
        own = {"window": side, **_of_windows(train, validation, test, side)}
        own["distances"] = _distances(train, test, scene)
        if scene is not None and labels is not None:
            own["autocorrelation"] = ranges(scene, labels, train, test)
        if labels is not None:
            fields = fields_of(labels, known.groups if known else None)
            own["sampled_field_share"] = float(np.isin(fields[test], fields[train]).mean())
            own["cautions"] = cautions(
                labels, train, test, {cover.id: cover.name for cover in scene.classes} if scene else None
            )
    overlap, n_test = int((neighbours.near(train | validation) & test).sum()), int(test.sum())
    figures: dict[str, Any] = {
        "centre_share": None, "moran_i": None,
        "n_train": int(train.sum()), "n_validation": int(validation.sum()), "n_test": n_test,
        "n_guard": int((roles == Role.GUARD).sum()), "overlap": overlap, "overlap_share": overlap / n_test,
        "kl_train": None if labels is None else kl_divergence(labels, train),
        "kl_test": None if labels is None else kl_divergence(labels, test),
        "train_ratio_asked": known.fractions.get("train") if known else None,
        "train_ratio": int(train.sum()) / int((roles > 0 if labels is None else labels > 0).sum()),
        "lost_classes": _lost(known, samples if isinstance(samples, ImageSamples) else labels, test),
        "leaky": leaky if leaky is not None else bool(known and known.leaky),
        "published": bool(known and known.published), "notes": list(known.notes) if known else [],
    }  # fmt: skip
    return Audit(**{**figures, **own})


def require_sound(audit: Audit, name: str) -> None:
    """Raise LeakageError when a split leaks and neither declares itself leaky nor is published; `name` is the split's.

    Raises
    ------
    LeakageError
    """
    if not audit.leaks or audit.leaky or audit.published:
        return
    if audit.window is not None:
        raise LeakageError(
            f"{name}: {audit.overlap_share:.1%} of the {audit.n_test} test windows of side {audit.window} share pixels"
            " with a training or validation window, expected none; make the split again with that window, or declare"
            " it leaky"
        )
    first = audit.shown[0]
    raise LeakageError(
        f"{name}: {audit.overlap} of the {audit.n_test} test images are near-duplicates of a training or validation"
        f" image, as {first.paths[0]} and {first.paths[1]}, expected none; make the split again with 'threshold:"
        f" {audit.threshold}', or with 'keep_together: false' to declare it leaky"
    )


def _of_windows(train: np.ndarray, validation: np.ndarray, test: np.ndarray, window: int) -> dict[str, Any]:
    """Return the figures that only windows have."""
    to_training, to_others = (
        distance_transform_cdt(~pixels, metric="chessboard")[test] for pixels in (train, train | validation)
    )
    by_window = shares_by_window(to_training, to_others, max(window, min(_WINDOWS, *test.shape)))
    edges = np.arange(1, to_training.max() + 2)
    return {
        "centre_share": by_window[window // 2].centre_share,
        "moran_i": moran_i(train, train | validation | test),
        "distance_histogram": Histogram(edges=edges.tolist(), counts=np.bincount(to_training)[1:].tolist()),
        "by_window": list(by_window),
    }


def _distances(train: np.ndarray, test: np.ndarray, scene: Scene | None) -> list[Distances]:
    mapped = np.ones(train.shape, bool) if scene is None else scene.mask
    found = [geographic_distances(train, test, mapped)]
    if scene is not None:
        found.append(feature_distances(scene.cube, train, test, mapped))
    return found


def _lost(known: Split | None, labels: np.ndarray | ImageSamples | None, test: np.ndarray) -> list[int]:
    if isinstance(labels, ImageSamples):
        readable = labels.labels > 0
        lost = (labels.targets[readable].sum(axis=0) > 0) & (labels.targets[test].sum(axis=0) == 0)
        return [cover.id for cover, is_lost in zip(labels.classes, lost, strict=True) if is_lost]
    if labels is not None:
        return [int(identity) for identity in np.setdiff1d(labels[labels > 0], labels[test])]
    return [share.id for share in known.classes if share.test == 0] if known else []


def _odd(window: int | None) -> int:
    if window is None:
        raise UsageError("window: is missing; bare split codes do not say it; pass window=")
    if window < 1 or window % 2 == 0:
        raise UsageError(f"window: is {window} pixels; expected an odd number of 1 or more; choose another window")
    return window


def _checked(roles: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """Return the codes as uint8, after checking that they and the labels are possible."""
    foreign = sorted(set(np.unique(roles).tolist()) - {int(role) for role in Role})
    if foreign or roles.ndim not in {1, 2}:
        raise DataError(
            f"split: has shape {roles.shape} and the values {foreign[:5]} next to the split codes; expected (rows,"
            " cols) or (images,) of 0 unused, 1 train, 2 validation, 3 test, 4 guard; recode it"
        )
    if labels is not None and labels.shape != roles.shape:
        raise DataError(
            f"split: is of shape {roles.shape}, but the reference labels are {labels.shape}; both must be of the same"
            " samples, and lie on one grid"
        )
    if labels is not None and (bare := int(((roles > 0) & (labels == 0)).sum())):
        raise DataError(
            f"split: has {counted(bare, 'sample')} with a role that the reference labels leave unlabelled; expected"
            " roles on labelled samples only; check that both are of one scene, or set those roles to 0"
        )
    codes = roles.astype(np.uint8)
    train, test = int((codes == Role.TRAIN).sum()), int((codes == Role.TEST).sum())
    if train == 0 or test == 0:
        raise DataError(
            f"split: has {train} training and {test} test samples; expected some of both; check the codes (1 train,"
            " 3 test)"
        )
    return codes
