"""The inner problem: a scene that holds nothing but what the search may see, and its folds."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hsclass.errors import DataError, HsclassError, UsageError
from hsclass.samplers import make_split
from hsclass.samplers.guard import within
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.tuning.checks import check_sampler
from hsclass.tuning.options import TuneOptions


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
    """

    scene: Scene
    outer: np.ndarray
    folds: tuple[Split, ...]
    reach: int | None
    left_out: tuple[int, ...]

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

    def account(self) -> list[dict[str, int]]:
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

        No model can be right on a class that the fold does not train, so such pixels tell nothing of the options.
        """
        labels = self.scene.require_labels()
        known = np.unique(labels[fold.roles == Role.TRAIN])
        return (fold.roles == Role.TEST) & np.isin(labels, known)


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
        If the training pixels cannot be dealt to so many folds.
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
    folds = []
    for fold in range(search.folds):
        try:
            made = make_split(
                inner, search.sampler, window=window, validation=validation, seed=seed * search.folds + fold,
                folds=search.folds, **search.sampler_options,
            )  # fmt: skip
        except UsageError:
            raise
        except HsclassError as error:
            raise _impossible(outer, split, search, window, str(error)) from error
        # The models take windows of the outer split's side; a smaller guard is for those that look less far.
        folds.append(replace(made, window=split.window))
    problem = Problem(inner, outer, tuple(folds), reach, tuple(left_out.tolist()))
    for number, counts in enumerate(problem.account()):
        if counts["classes_train"] < 2 or not counts["scored"]:
            reason = (
                f"fold {number} trains {counts['classes_train']} classes, and tests {counts['scored']} pixels of them"
            )
            raise _impossible(outer, split, search, window, reason)
    return problem


def _impossible(outer: np.ndarray, split: Split, search: TuneOptions, window: int, reason: str) -> DataError:
    return DataError(
        f"search: the {int(outer.sum())} training pixels of split {split.sampler} cannot be dealt to {search.folds}"
        f" folds by {search.sampler} with window {window} ({reason.rstrip('.')}); choose other 'folds', another"
        " 'sampler' or a smaller 'window' for the search, or a split with more training pixels"
    )
