"""Audit: near-duplicates that stand on both sides of a split."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hsclass.errors import LeakageError
from hsclass.samples.hashing import THRESHOLD, near_duplicates
from hsclass.samples.images import ImageSamples
from hsclass.split import Role, Split

MOST_PAIRS = 200
"""Pairs that the audit lists; all are counted."""


def audit_images(index: ImageSamples, split: Split, *, threshold: int | None = None) -> dict[str, Any]:
    """Measure how many test images have a near-duplicate among those that the model learns from.

    Parameters
    ----------
    index : ImageSamples
    split : Split
    threshold : int, optional
        Bits of 64 in which the perceptual hashes of near-duplicates may differ; the split's own by default.

    Returns
    -------
    dict
        Counts of the parts (`n_train`, `n_validation`, `n_test`); `overlap`: number of test images with a
        near-duplicate in training or validation, and `overlap_share`, theirs of all test images; `pairs`: number of
        pairs between each two parts; `shown`: the nearest pairs, each with both paths, parts and classes and the bits
        in which they differ; `lost_classes`: classes without test images; what the split declares (`leaky`,
        `given`); `train_ratio`; and None for what is measured of windows only.
    """
    roles = split.roles
    bits = split.threshold if threshold is None else threshold
    threshold = THRESHOLD if bits is None else bits
    pairs = near_duplicates(index.hashes, threshold)
    one, other = roles[pairs[:, 0]], roles[pairs[:, 1]]
    used = (Role.TRAIN, Role.VALIDATION, Role.TEST)
    across = pairs[np.isin(one, used) & np.isin(other, used) & (one != other)]
    kinds = {"train and validation": 3, "train and test": 4, "validation and test": 5}
    sums = roles[across[:, 0]].astype(int) + roles[across[:, 1]]
    test = split.places(Role.TEST)[:, 0]
    touched = np.intersect1d(across[sums >= 4][:, :2].ravel(), test)
    share = len(touched) / len(test) if len(test) else None
    has_test = index.targets[test].sum(axis=0) > 0
    used_count = int(np.isin(roles, used).sum())
    return {
        "sampler": split.sampler, "seed": split.seed, "threshold": threshold,
        "n_train": split.count(Role.TRAIN), "n_validation": split.count(Role.VALIDATION),
        "n_test": len(test), "n_guard": split.count(Role.GUARD),
        "overlap": len(touched), "overlap_share": share,
        "pairs": {kind: int((sums == code).sum()) for kind, code in kinds.items()},
        "shown": [_shown(index, roles, pair) for pair in _nearest(across, sums)],
        "within": int(len(pairs) - len(across)),
        "train_ratio": split.count(Role.TRAIN) / used_count,
        "lost_classes": np.flatnonzero(~has_test).tolist(), "leaky": split.leaky, "given": split.published,
        "notes": list(split.notes),
        "centre_share": None, "moran_i": None, "kl_train": None, "kl_test": None, "train_ratio_asked": None,
    }  # fmt: skip


def require_sound(audit: Mapping[str, Any], name: str) -> None:
    """Raise LeakageError where test images have near-duplicates and the split neither declares it nor is given."""
    if audit["overlap"] and not (audit["leaky"] or audit["given"]):
        first = audit["shown"][0]
        raise LeakageError(
            f"{name}: {audit['overlap']} of {audit['n_test']} test images nearly show one that is learned from, as"
            f" {first['paths'][0]} and {first['paths'][1]}; set 'keep_together: true', or 'leaky: true' to declare it"
        )


def in_words(audit: Mapping[str, Any]) -> str:
    """Return the audit as one line."""
    between = ", ".join(f"{count} between {kind}" for kind, count in audit["pairs"].items())
    return (
        f"{audit['n_train']} train, {audit['n_validation']} validation, {audit['n_test']} test images;"
        f" near-duplicates ({audit['threshold']} bits or fewer): {between}"
    )


def _nearest(across: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return the pairs to list: those with a test image first, then the nearest."""
    return across[np.lexsort((across[:, 2], sums < 4))][:MOST_PAIRS]


def _shown(index: ImageSamples, roles: np.ndarray, pair: np.ndarray) -> dict[str, Any]:
    places = pair[:2].tolist()
    images = [index.images[place] for place in places]
    return {
        "paths": [image.path for image in images],
        "parts": [Role(int(roles[place])).name.lower() for place in places],
        "classes": [list(image.labels) for image in images],
        "distance": int(pair[2]),
    }
