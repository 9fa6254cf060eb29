"""Legends that meet in an evaluation: which class has which id in the map and in the reference labels."""

import logging
from collections.abc import Iterable

import numpy as np

from hsclass.datasets.reference_labels import legend
from hsclass.errors import DataError
from hsclass.scene import LandCover

_LOG = logging.getLogger(__name__)
_LISTED = 10


def joined(legends: Iterable[tuple[LandCover, ...]]) -> tuple[LandCover, ...]:
    """Return the classes of several legends by ascending id, each as the first that has its id names it."""
    found: dict[int, LandCover] = {}
    for classes in legends:
        found = {cover.id: cover for cover in classes} | found
    return tuple(found[identity] for identity in sorted(found))


def legend_of_ids(labels: np.ndarray, known: tuple[LandCover, ...], *, name: str) -> tuple[LandCover, ...]:
    """Return the classes of reference labels that do not name them: those that the predictions name, and further ids.

    Parameters
    ----------
    labels : ndarray of int
        Class ids, 0 = unlabelled.
    known : tuple of LandCover
        Classes of the predictions; empty where they name none either.
    name : str
        Of the labels, for messages: the beginning of a sentence.

    Raises
    ------
    DataError
        If the labels have no class of the predictions.
    """
    ids = np.unique(labels[labels > 0]).tolist()
    foreign = sorted(set(ids) - {cover.id for cover in known})
    if known and ids and foreign == ids:
        raise DataError(
            f"{name} holds the class ids {_few(ids)}, none of which the predictions have: they have {_listed(known)};"
            " expected the same ids; renumber one of the two"
        )
    if known and foreign:
        _LOG.warning(
            "%s holds the class ids %s, which the predictions have no class for; test samples of these count as"
            " errors; the predictions have %s", name, _few(foreign), _listed(known),
        )  # fmt: skip
    return joined([known, legend((), tuple(foreign))])


def require_same_ids(drawn: tuple[LandCover, ...], reference: tuple[LandCover, ...], *, name: str) -> None:
    """Check that predictions and reference labels give every class one id; report ids that they name differently.

    Names such as "class 3" say nothing and are not compared.

    Raises
    ------
    DataError
        If both know a class by its name, but under two ids.
    """
    ids = {_plain(cover): cover.id for cover in reference if _says(cover)}
    for cover in drawn:
        if _says(cover) and ids.get(_plain(cover), cover.id) != cover.id:
            raise DataError(
                f"{name} gives '{cover.name}' the id {cover.id}, the reference labels give it {ids[_plain(cover)]};"
                f" expected one id for each class, as in the reference labels ({_listed(reference)}); renumber one of"
                " the two"
            )
    named = {cover.id: cover for cover in reference}
    for cover in drawn:
        other = named.get(cover.id, cover)
        if _says(cover) and _says(other) and _plain(cover) != _plain(other):
            _LOG.warning(
                "%s names class %d '%s', the reference labels name it '%s'; they count as one class", name, cover.id,
                cover.name, other.name,
            )  # fmt: skip


def _says(cover: LandCover) -> bool:
    return _plain(cover) != f"class {cover.id}"


def _plain(cover: LandCover) -> str:
    return " ".join(cover.name.casefold().replace("_", " ").split())


def _listed(classes: tuple[LandCover, ...]) -> str:
    shown = ", ".join(f"{cover.id} {cover.name}" for cover in classes[:_LISTED])
    return shown + (f" and {len(classes) - _LISTED} more" if len(classes) > _LISTED else "")


def _few(ids: list[int]) -> str:
    return f"[{', '.join(map(str, ids[:_LISTED]))}{', …' if len(ids) > _LISTED else ''}]"
