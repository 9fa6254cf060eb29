"""Placement: the roles that published masks give the pixels of a scene, and all that is dropped or kept on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from hsclass.datasets.masks import Mask, count_classes, listed, require_numbering
from hsclass.errors import DataError
from hsclass.samplers.notes import ROLE_NAMES, Notes
from hsclass.split import Role
from hsclass.wording import counted

Unlabelled = Literal["drop", "keep"]
Otherwise = Literal["drop", "reference", "mask"]


@dataclass(frozen=True)
class Placement:
    """What masks make of a scene.

    Attributes
    ----------
    roles : ndarray of uint8, shape (rows, cols)
        Codes of `Role`.
    given : ndarray of uint16, shape (rows, cols), or None
        Class ids of the masks where they replace those of the reference data, 0 where these hold.
    notes : dict of int to str
        What was dropped or kept, by class id.
    asked : dict of int to int
        Pixels of each class in the training mask.
    """

    roles: np.ndarray
    given: np.ndarray | None
    notes: dict[int, str]
    asked: dict[int, int]


def place(
    masks: Mapping[Role, Mask],
    labels: np.ndarray,
    *,
    unlabelled: Unlabelled,
    otherwise: Otherwise,
    data: np.ndarray | None = None,
) -> Placement:
    """Give the pixels of masks their roles; without a test mask all labelled pixels in no other mask test.

    Parameters
    ----------
    masks : mapping of Role to Mask
        At least of training.
    labels : ndarray of int, shape (rows, cols)
        The reference labels that the masks were read against, 0 = unlabelled or without data.
    unlabelled : {"drop", "keep"}
        What becomes of pixels that the reference data leave unlabelled: `keep` takes the mask's class. Those of a
        plain yes/no mask have no class and are dropped either way.
    otherwise : {"drop", "reference", "mask"}
        What becomes of pixels that are of another class in the reference data, or whose class is taken.
    data : ndarray of bool, shape (rows, cols), optional
        True where the scene holds data; everywhere by default.

    Returns
    -------
    Placement

    Raises
    ------
    DataError
        If a mask numbers the classes in another way, masks overlap, or they leave fewer than two classes to train or
        no pixel to test or validate.
    """
    _require_disjoint(masks)
    if unlabelled == "keep" or otherwise != "reference":
        for mask in masks.values():
            require_numbering(mask)
    roles = np.zeros(labels.shape, np.uint8)
    given = np.zeros(labels.shape, np.uint16)
    notes = Notes()
    inside = np.ones(labels.shape, bool) if data is None else data
    for role, mask in masks.items():
        kept = mask.members & inside & ((labels > 0) | ((unlabelled == "keep") & (mask.classes > 0)))
        if otherwise == "drop":
            kept &= ~mask.otherwise
        roles[kept] = role
        own = kept & (mask.unlabelled if otherwise != "mask" else mask.unlabelled | mask.otherwise)
        given[own] = mask.classes[own]
        _note_unlabelled(notes, role, mask, kept, inside)
        _note_otherwise(notes, role, mask, otherwise)
    elsewhere = (labels > 0) & ~np.logical_or.reduce([mask.members for mask in masks.values()])
    if Role.TEST not in masks:
        roles[elsewhere] = Role.TEST
    else:
        for identity, count in count_classes(labels[elsewhere]).items():
            notes.add(identity, f"{counted(count, 'pixel is', 'pixels are')} in no mask, unused")
    reference = np.where(given > 0, given, labels)
    _require_pixels(masks, roles, reference)
    _note_missing(notes, masks, roles, reference)
    return Placement(roles, given if given.any() else None, notes, masks[Role.TRAIN].counts())


def _require_disjoint(masks: Mapping[Role, Mask]) -> None:
    for first, second in combinations(masks, 2):
        one, other = masks[first], masks[second]
        both = one.members & other.members
        if both.any():
            remedy = "; leave the test mask out to test on the rest" if Role.TEST in (first, second) else ""
            raise DataError(
                f"{other.path}: the {ROLE_NAMES[second]} mask shares {counted(both.sum(), 'pixel')} with the"
                f" {ROLE_NAMES[first]} mask {one.path} (by class {listed(one.counts(both))}); expected a pixel in"
                f" one mask only{remedy}"
            )


def _require_pixels(masks: Mapping[Role, Mask], roles: np.ndarray, reference: np.ndarray) -> None:
    for role in (*masks, Role.TEST):
        left = count_classes(reference[roles == role])
        if not left:
            source = f"{masks[role].path}: the mask" if role in masks else f"{masks[Role.TRAIN].path}: the masks' rest"
            had = f" (of {listed(masks[role].counts())})" if role in masks else ""
            raise DataError(
                f"{source} leaves no {ROLE_NAMES[role]} pixel{had} that the reference data label and 'unlabelled' or"
                " 'otherwise' does not drop; expected some; check that the mask is of this scene"
            )
        if role == Role.TRAIN and len(left) == 1:
            raise DataError(
                f"{masks[role].path}: the training mask has pixels of one class only ({listed(left)}); expected two or"
                f" more of the classes of the reference data ({listed(count_classes(reference))}); check mask and 'ids'"
            )


def _note_unlabelled(notes: Notes, role: Role, mask: Mask, kept: np.ndarray, inside: np.ndarray) -> None:
    sizes, bare = mask.counts(), mask.unlabelled
    for pixels, fate in (
        (bare & kept, "are unlabelled in the reference data, kept as this class"),
        (bare & inside & ~kept, "are unlabelled in the reference data, dropped"),
        (bare & ~inside, "lie where the scene holds no data, dropped"),
    ):
        for identity, count in mask.counts(pixels).items():
            notes.add(identity, f"{ROLE_NAMES[role]}: {count} of {sizes[identity]} mask pixels {fate}")


def _note_otherwise(notes: Notes, role: Role, mask: Mask, otherwise: Otherwise) -> None:
    for (said, is_), count in mask.contradictions().items():
        here = {"drop": "dropped", "reference": f"taken as {is_}", "mask": "kept as this class"}[otherwise]
        there = {"drop": "dropped", "reference": "kept as this class", "mask": f"taken as {said}"}[otherwise]
        notes.add(
            said,
            f"{ROLE_NAMES[role]}: {counted(count, 'mask pixel is', 'mask pixels are')} class {is_} in the reference"
            f" data, {here}",
        )
        notes.add(
            is_, f"{ROLE_NAMES[role]}: {counted(count, 'pixel is', 'pixels are')} class {said} in the mask, {there}"
        )


def _note_missing(notes: Notes, masks: Mapping[Role, Mask], roles: np.ndarray, reference: np.ndarray) -> None:
    for role in (*masks, Role.TEST) if Role.TEST not in masks else masks:
        held = count_classes(reference[roles == role])
        for identity in count_classes(reference):
            if identity not in held:
                notes.add(identity, f"no {ROLE_NAMES[role]} pixel")
