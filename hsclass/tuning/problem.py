"""The inner problem: a scene reduced to what the search may use, and its folds."""

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
"""Number of folds that a mean and its spread need."""


@dataclass(frozen=True)
class Problem:
    """The part of a scene that a search may use.

    Attributes
    ----------
    scene : Scene
        Labelled at the training pixels of the outer split only. If `reach` is bounded, spectra farther than `reach`
        from them are 0 and the mask is False.
    outer : ndarray of bool, shape (rows, cols)
        The training pixels of the outer split.
    folds : tuple of Split
        Each tests a different part of the training pixels.
    reach : int or None
        Spectra up to this distance [pixels] around the training pixels are kept; None: everywhere.
    left_out : tuple of int
        Classes with too few training pixels for both training and test.
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
        """SHA-256 of all data that the fits can use."""
        seen = hashlib.sha256(np.ascontiguousarray(self.scene.cube).tobytes())
        for raster in (self.scene.mask, self.scene.require_labels(), *(fold.roles for fold in self.folds)):
            seen.update(np.ascontiguousarray(raster).tobytes())
        seen.update(repr([cover.id for cover in self.scene.classes]).encode())
        return seen.hexdigest()

    @cached_property
    def least_classes(self) -> int:
        """The smallest number of classes that a fold trains."""
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
        """Return the test pixels of a fold that are scored, ndarray of bool, shape (rows, cols).

        No model can be correct on a class that the fold does not train, so that such pixels are not scored.
        """
        return _scored(fold, self.scene.require_labels())


def make_problem(
    scene: Scene, split: Split, *, search: TuneOptions, reach: int | None, validation: float, seed: int
) -> Problem:
    """Reduce a scene to what a search may use, and distribute its training pixels among guarded spatial folds.

    Parameters
    ----------
    scene : Scene
    split : Split
        The outer split; all but its training pixels lose their labels.
    search : TuneOptions
        Sampler, folds and the window of their guard.
    reach : int or None
        Receptive-field radius of features and model [pixels]; None: unbounded, all spectra are kept.
    validation : float
        Share of the training pixels for validation in each fold.
    seed : int
        Of the folds.

    Raises
    ------
    UsageError
        If the sampler is leaky or cannot cross-validate.
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
        # The models use windows of the outer split's side; a smaller guard is for those with a smaller receptive field.
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
