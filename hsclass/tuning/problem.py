"""The inner problem: a scene that holds nothing but what the search may see, and its folds."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.samples.neighbours import within
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.tuning.checks import check_sampler
from hsclass.tuning.options import TuneOptions

_LEAST = 2
"""Folds that a mean and its spread take."""


@dataclass(frozen=True)
class Problem:
    """What a search sees of a scene.

    Attributes
    ----------
    scene : Scene
        Labelled at the training pixels of the outer split alone. Where `reach` is bounded, its spectra are 0 and its
        mask False beyond reach of them.
    outer : ndarray of bool, shape (rows, cols)
        The training pixels of the outer split.
    folds : tuple of Split
        Each tests another part of the training pixels.
    reach : int or None
        How far [pixels] around the training pixels spectra are to be seen; None: everywhere.
    left_out : tuple of int
        Classes with too few training pixels to be both learned and tested.
    dropped : dict of int to str
        Folds, by number, that cannot be scored, and why.
    """

    scene: Scene
    outer: np.ndarray
    folds: tuple[Split, ...]
    reach: int | None
    left_out: tuple[int, ...]
    dropped: Mapping[int, str]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that the fits can see."""
        seen = hashlib.sha256(np.ascontiguousarray(self.scene.cube).tobytes())
        for raster in (self.scene.mask, self.scene.require_labels(), *(fold.roles for fold in self.folds)):
            seen.update(np.ascontiguousarray(raster).tobytes())
        seen.update(repr([cover.id for cover in self.scene.classes]).encode())
        return seen.hexdigest()

    @cached_property
    def least_classes(self) -> int:
        """The fewest classes that a fold trains."""
        labels = self.scene.require_labels()
        return min(len(np.unique(labels[fold.roles == Role.TRAIN])) for fold in self.folds)

    def summary(self) -> list[dict[str, int]]:
        """Return pixels and classes of each fold."""
        labels = self.scene.require_labels()
        return [
            {
                "train": int((fold.roles == Role.TRAIN).sum()),
                "validation": int((fold.roles == Role.VALIDATION).sum()),
                "test": int((fold.roles == Role.TEST).sum()),
                "guard": int((fold.roles == Role.GUARD).sum()),
                "classes_train": len(np.unique(labels[fold.roles == Role.TRAIN])),
                "scored": int(self.scored(fold).sum()),
            }
            for fold in self.folds
        ]

    def scored(self, fold: Split) -> np.ndarray:
        """Mark the test pixels of a fold that count, ndarray of bool, shape (rows, cols).

        No model can be right on a class that the fold does not train, so such pixels say nothing about the options.
        """
        return _scored(fold, self.scene.require_labels())


def make_problem(
    scene: Scene, split: Split, *, search: TuneOptions, reach: int | None, validation: float, seed: int
) -> Problem:
    """Cut out of a scene what a search may see, and deal its training pixels to guarded spatial folds.

    Parameters
    ----------
    scene : Scene
    split : Split
        The outer split; all but its training pixels lose their labels.
    search : TuneOptions
        Sampler, folds and the window that they keep apart.
    reach : int or None
        How far [pixels] features and model look; None: without bound, which leaves every spectrum to be seen.
    validation : float
        Share of the training pixels that validates in each fold.
    seed : int
        Of the folds.

    Raises
    ------
    UsageError
        If the sampler leaks or cannot cross-validate.
    DataError
        If fewer than two folds of the training pixels can be scored.
    """
    sampler = check_sampler(search)
    labels = split.reference(scene.require_labels())
    if labels.shape != split.roles.shape:
        raise DataError(
            f"split: is {split.roles.shape} pixels, but scene {scene.name} is {labels.shape}; make the split from this"
            " scene"
        )
    outer = (split.roles == Role.TRAIN) & scene.mask
    known = np.where(outer, labels, 0)
    identities, sizes = np.unique(known[known > 0], return_counts=True)
    left_out = identities[sizes < sampler.least(validation)]
    known[np.isin(known, left_out)] = 0
    seen = scene.mask if reach is None else scene.mask & within(outer, reach)
    cube = scene.cube
    if reach is not None:
        cube = np.zeros_like(scene.cube)
        cube[seen] = scene.cube[seen]
    inner = replace(scene, cube=cube, labels=known.astype(labels.dtype), mask=seen)
    window = search.window or split.window
    folds: list[Split] = []
    dropped: dict[int, str] = {}
    for number in range(search.folds):
        try:
            made = make_split(
                inner, search.sampler, window=window, validation=validation, seed=seed * search.folds + number,
                folds=search.folds, **search.sampler_options,
            )  # fmt: skip
        except DataError as error:
            dropped[number] = str(error)
            continue
        trained = np.unique(known[made.roles == Role.TRAIN])
        if len(trained) < 2 or not _scored(made, known).any():
            dropped[number] = f"after the guard it trains {len(trained)} classes, and tests none of two or more"
            continue
        # The models take windows of the outer split's side; a smaller guard is for those that look less far.
        folds.append(replace(made, window=split.window))
    if len(folds) < _LEAST:
        raise _impossible(outer, split, search, window, dropped)
    return Problem(inner, outer, tuple(folds), reach, tuple(left_out.tolist()), dropped)


def _scored(fold: Split, labels: np.ndarray) -> np.ndarray:
    known = np.unique(labels[fold.roles == Role.TRAIN])
    return (fold.roles == Role.TEST) & np.isin(labels, known)


def _impossible(
    outer: np.ndarray, split: Split, search: TuneOptions, window: int, dropped: Mapping[int, str]
) -> DataError:
    number, reason = next(iter(dropped.items()))
    return DataError(
        f"search: the {int(outer.sum())} training pixels of split {split.sampler} cannot be dealt to {search.folds}"
        f" folds by {search.sampler} with window {window}, of which fewer than {_LEAST} can be scored (fold {number}:"
        f" {reason.rstrip('.')}); choose other 'folds', another"
        " 'sampler' or a smaller 'window' for the search, or a split with more training pixels"
    )
