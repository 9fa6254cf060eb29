"""Checks of what a split is asked for, before anything is computed."""

from collections.abc import Mapping, Sequence

import numpy as np

from hsclass.datasets.masks import listed
from hsclass.errors import DataError, UsageError
from hsclass.split import ClassShare


def check_window(window: int, rows: int, cols: int) -> None:
    """Raise UsageError unless `window` [pixels] is odd, at least 1 and no larger than the scene."""
    if window < 1 or window % 2 == 0 or window > min(rows, cols):
        raise UsageError(
            f"window: is {window} pixels; expected an odd number from 1 to {min(rows, cols)}, as the scene has"
            f" {rows} rows and {cols} columns; choose another window"
        )


def check_fractions(train: float, validation: float) -> None:
    """Raise UsageError unless the shares of training and validation are possible and leave some for test."""
    if not (train > 0 and validation >= 0 and train + validation < 1):
        raise UsageError(
            f"fractions: train is {train} and validation is {validation}; expected train above 0, validation of 0 or"
            " more, and a sum below 1, so that test samples are left; choose other fractions"
        )


def check_least(counts: Mapping[int, int], least: int, *, sampler: str, where: str) -> None:
    """Raise DataError for a scene without classes, or with one of fewer than `least` pixels."""
    if not counts:
        raise DataError(f"{where}: has no labelled pixel; expected class ids from 1 up in its reference labels")
    short = [str(identity) for identity, count in sorted(counts.items()) if count < least]
    if short:
        raise DataError(
            f"{where}: class {', '.join(short)} has fewer than the {least} pixels that sampler {sampler} needs of"
            f" every class (pixels per class: {listed(counts)}); drop such classes with drop_classes, or choose a"
            " sampler that needs fewer"
        )


def check_rasters(
    labels: np.ndarray,
    cube: np.ndarray | None,
    mask: np.ndarray | None,
    groups: np.ndarray | None,
    *,
    sampler: str,
    needs_cube: bool,
    where: str,
) -> None:
    """Raise unless reference labels, cube, mask and groups are what `make_split` says they are."""
    if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"{where}: its labels are of type {labels.dtype} and shape {labels.shape}; expected integers of shape"
            " (rows, cols); convert them to class ids, 0 = unlabelled"
        )
    if labels.size and labels.min() < 0:
        raise DataError(
            f"{where}: its labels hold {labels.min()}; expected class ids from 1 up, 0 = unlabelled; renumber them"
        )
    if needs_cube and cube is None:
        raise UsageError(f"sampler {sampler}: looks at the spectra, but no cube was given; pass cube= or a scene")
    for name, raster in (("cube", cube), ("mask", mask), ("groups", groups)):
        if raster is not None and raster.shape[:2] != labels.shape:
            raise DataError(
                f"{where}: {name} is {raster.shape[:2]} pixels, but the labels are {labels.shape}; both must lie on one"
                " grid"
            )


def check_roles(
    classes: Sequence[ClassShare], *, sampler: str, window: int | None, train: float | None, where: str
) -> None:
    """Raise DataError for a split, described by its classes, without any training or any test sample.

    `window` is None for images, and `train`, the share asked for, where masks or lists decide.
    """
    n_train, n_test = sum(share.train for share in classes), sum(share.test for share in classes)
    if n_train and n_test:
        return
    unit, given = "image" if window is None else "pixel", "training" if n_test else "test"
    per_class = {
        share.id: f"{share.train} train, {share.validation} validation, {share.guard} guard" for share in classes
    }
    asked = "" if train is None else f" and train {train}"
    smaller = "" if train is None else ", a smaller train fraction" if n_train else ", larger units"
    if window is None:
        how, choose = f"sampler {sampler}{asked}", "choose other fractions or another sampler"
        leaves = f"leaves no {given} image"
    else:
        how, choose = f"sampler {sampler} with window {window}{asked}", f"choose a smaller window{smaller} or another"
        leaves, choose = f"leaves no {given} pixel out of reach of the other windows", f"{choose} sampler"
    raise DataError(f"{where}: {how} {leaves} ({unit}s per class: {listed(per_class)}); {choose}")
