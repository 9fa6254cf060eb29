"""Make a split: what a sampler decides, the guard, and what every class was given."""

import logging
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from hsclass.errors import UsageError
from hsclass.options import Options, parse_options
from hsclass.raster import Grid
from hsclass.samplers import checks
from hsclass.samplers.folds import FoldingSampler, FoldOptions, assign_fold, train_share
from hsclass.samplers.guard import apply_guard
from hsclass.samplers.notes import Notes
from hsclass.samplers.sampler import Assignment, Kind, Request
from hsclass.samplers.table import DEFAULT, check_counts, sampler_for
from hsclass.samples import DuplicateNeighbours, ImageSamples, Neighbours, Samples, WindowNeighbours
from hsclass.samples.counting import class_counts
from hsclass.samples.hashing import THRESHOLD
from hsclass.scene import Scene
from hsclass.split import Role, Split, class_shares
from hsclass.splitter import Folds
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)


def make_split(
    samples: np.ndarray | Samples,
    sampler: str | None = None,
    *,
    window: int | None = None,
    train: float = 0.10,
    validation: float = 0.05,
    seed: int = 0,
    cube: np.ndarray | None = None,
    mask: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    scene: str = "scene",
    **options: Any,
) -> Split:
    """Split the labelled pixels of a scene, or the images of a set, into train, validation and test.

    The split is a cross-validator of scikit-learn, too: `cross_val_score(estimator, X, y, cv=split)`; see
    `hsclass.splitter.Splitter`.

    Why not at random? A model that classifies a pixel from the window around it has seen every pixel of its training
    windows. Two windows of side w share a pixel iff the Chebyshev distance of their centres (the greater of the row
    and column distances) is at most w - 1. When training pixels are drawn at random, almost every test pixel has one
    of them that near: on Indian Pines with a tenth for training, 99.6 % of the 5 × 5 test windows and all 9 × 9 ones
    share pixels with a training window, and 87 % of the 5 × 5 ones contain a training pixel itself. Even without
    windows, the neighbours in a field are nearly copies of each other. Accuracy on such test pixels says how well the
    model remembers, not how well it maps what it has not seen. The samplers that do not declare themselves leaky
    hence assign whole regions, and end in a guard that drops (role `GUARD`) every test pixel whose window shares a
    pixel with a training or validation window, and every validation pixel whose window shares one with a training
    window. Nothing is dropped in silence: the split says what every class was given.

    Images are neighbours where they nearly show the same; see `hsclass.samples.hashing`.

    Parameters
    ----------
    samples : ndarray of int, shape (rows, cols), Scene or ImageSamples
        Class ids, 0 = unlabelled. A scene gives its reference labels, groups, cube, mask and name.
    sampler : str, optional
        A name of `SAMPLERS`; by default that of `DEFAULT`.
    window : int, optional
        Side of the windows [pixels], odd; needed for pixels. For a model that looks at single pixels, 1.
    train, validation : float
        Shares of the labelled samples asked for; test is the rest. Region samplers meet them roughly. With the option
        `folds`, training is the rest, and `train` is not used.
    seed : int
        Of all random choices; the same arguments give the same split.
    cube : ndarray, shape (rows, cols, bands), optional
        The spectra, for the samplers that look at them.
    mask : ndarray of bool, shape (rows, cols), optional
        True where the pixel holds data; elsewhere labels are ignored. Everywhere by default.
    groups : ndarray of int, shape (rows, cols), optional
        Group of each labelled pixel, from 1: its field, site or campaign. The sampler `regions` keeps groups whole.
    scene : str
        Name of the scene, for messages.
    **options
        Options of the sampler.

    Returns
    -------
    Split
        Its `classes` say for every class what was asked and given, and why.

    Raises
    ------
    UsageError
        For an unknown sampler or option, one that is not for such samples, an impossible window or fraction, or a
        missing cube.
    DataError
        If the rasters do not fit each other, a class has too few pixels, or no training or no test sample is left.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.repeat(np.repeat(np.array([[1, 2], [2, 1]]), 10, axis=0), 20, axis=1)
    >>> split = make_split(labels, "dbscan_area", window=3)
    >>> [(share.id, share.asked, share.train) for share in split.classes]
    [(1, 40, 40), (2, 40, 40)]
    """
    kind: Kind = "images" if isinstance(samples, ImageSamples) else "pixels"
    sampler = sampler or DEFAULT[kind]
    strategy = sampler_for(sampler, kind)
    chosen = parse_options(strategy.options_of(kind), options, f"sampler {sampler}")
    folds = chosen.folds if isinstance(chosen, FoldOptions) else None
    train = train if folds is None else train_share(folds, validation)
    checks.check_fractions(train, validation)
    if isinstance(samples, ImageSamples):
        material = _images(samples, window, chosen)
    else:
        material = _pixels(samples, window, cube, mask, groups, scene, sampler=sampler)
        check_counts(class_counts(material.labels), sampler, train=train, validation=validation, scene=material.name)

    strategist = strategy(chosen)
    rng = np.random.default_rng(seed if folds is None else seed // folds)
    request = Request(
        material.labels, train, validation, rng, material.neighbours, material.mask, cube=material.cube,
        images=material.images, groups=material.groups, where=material.where, grid=material.grid,
        group_names=samples.group_names if isinstance(samples, Scene) else {},
    )  # fmt: skip
    if folds is None:
        assigned = strategist.assign(request)
    else:
        folding = cast(FoldingSampler, strategist)
        assigned = assign_fold(folding, request, folds=folds, fold=seed % folds)
    leaky = strategist.declares_leaky(kind)
    reference, given = material.labels, assigned.given
    if given is not None:
        reference = np.where(given > 0, given, reference)
    roles, notes = _guarded(assigned, reference, material.neighbours, leaky)
    fractions = {"train": train, "validation": validation} if assigned.fractions is None else assigned.fractions
    asked = train if assigned.asked is None else assigned.asked
    members = reference if material.images is None else material.images.targets
    classes = class_shares(members, roles, asked, notes)
    checks.check_roles(classes, sampler=sampler, window=window, train=fractions.get("train"), where=material.where)
    lacking = () if material.images is None else _lacking(material.images, roles)
    remarks = (*assigned.remarks, *lacking)
    for note in remarks:
        _LOG.warning("%s: %s", material.where, note)
    return Split(
        roles=roles, window=window or 1, sampler=sampler, seed=seed, fractions=fractions, leaky=leaky, classes=classes,
        options=chosen.model_dump(mode="json") | dict(assigned.found), given=given, published=assigned.published,
        threshold=material.threshold if assigned.threshold is None else assigned.threshold,
        groups=material.groups if assigned.groups is None else assigned.groups, notes=remarks, grid=material.grid,
    )  # fmt: skip


def make_folds(
    samples: np.ndarray | Samples,
    sampler: str | None = None,
    *,
    folds: int = 5,
    validation: float = 0.0,
    seed: int = 0,
    **options: Any,
) -> Folds:
    """Divide the labelled samples into folds, each of which tests once; what is learned from is kept apart from it.

    Parameters
    ----------
    samples : ndarray of int, shape (rows, cols), Scene or ImageSamples
    sampler : str, optional
        One that has the option `folds`.
    folds : int
    validation : float
        Share of the labelled samples that validates, taken from the next fold; 0: none.
    seed : int
        Of the partition.
    **options
        `window` and whatever else `make_split` takes.

    Returns
    -------
    Folds
        A sequence of `Split`, and a cross-validator of scikit-learn.

    Raises
    ------
    UsageError, DataError
        As `make_split`.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.tile(np.repeat(np.repeat([[1, 2], [2, 1]], 10, axis=0), 10, axis=1), (2, 2))
    >>> folds = make_folds(labels, "blocks", folds=4, window=3)
    >>> len(folds), sum(len(test) for _, test in folds.split()) == labels.size
    (4, True)
    """
    more = {"validation": validation, **options}
    return Folds([make_split(samples, sampler, folds=folds, seed=seed * folds + k, **more) for k in range(folds)])


@dataclass(frozen=True)
class _Material:
    """The samples in the form that samplers take."""

    name: str
    where: str
    labels: np.ndarray
    mask: np.ndarray
    neighbours: Neighbours
    cube: np.ndarray | None = None
    images: ImageSamples | None = None
    threshold: int | None = None
    grid: Grid = field(default_factory=Grid)
    groups: np.ndarray | None = None


def _pixels(
    samples: np.ndarray | Scene,
    window: int | None,
    cube: np.ndarray | None,
    mask: np.ndarray | None,
    groups: np.ndarray | None,
    name: str,
    *,
    sampler: str,
) -> _Material:
    grid = Grid()
    if isinstance(samples, Scene):
        grid = samples.grid
        name, cube, mask, groups = samples.name, samples.cube, samples.mask, samples.groups
        samples = samples.require_labels()
    if window is None:
        raise UsageError("window: is missing; give the side [pixels] of the windows to keep apart, 1 for single pixels")
    needs_cube, where = sampler_for(sampler, "pixels").needs_cube, f"scene {name}"
    checks.check_rasters(samples, cube, mask, groups, sampler=sampler, needs_cube=needs_cube, where=where)
    checks.check_window(window, *samples.shape)
    mask = np.ones(samples.shape, bool) if mask is None else mask.astype(bool)
    labels = np.where(mask, samples, 0).astype(np.int32, copy=False)
    held = None if groups is None else np.where(labels > 0, groups, 0).astype(np.int64)
    return _Material(name, where, labels, mask, WindowNeighbours(window), cube=cube, groups=held, grid=grid)


def _images(samples: ImageSamples, window: int | None, chosen: Options) -> _Material:
    if window is not None:
        raise UsageError(f"window: is {window}, but images have no windows; leave it out")
    threshold = getattr(chosen, "threshold", THRESHOLD)
    neighbours = DuplicateNeighbours(samples.hashes, threshold)
    labels = samples.labels
    return _Material(
        samples.name, f"images {samples.name}", labels, labels > 0, neighbours, images=samples, threshold=threshold
    )


def _guarded(
    assigned: Assignment, labels: np.ndarray, neighbours: Neighbours, leaky: bool
) -> tuple[np.ndarray, dict[int, str]]:
    """Return the roles that the guard leaves, and the notes on the classes."""
    if leaky or not assigned.guard:
        return assigned.roles, assigned.notes
    roles, found = apply_guard(assigned.roles, labels, neighbours, keep=assigned.keep)
    notes = Notes(assigned.notes)
    for identity, note in found.items():
        notes.add(identity, note)
    return roles, notes


def _lacking(images: ImageSamples, roles: np.ndarray) -> tuple[str, ...]:
    """Return what a reader should know of a split of images: the classes without images of a role, and the dropped."""
    notes = []
    for role in (Role.TRAIN, Role.TEST):
        has = images.targets[roles == role].sum(axis=0) > 0
        lacking = [name for name, there in zip(images.class_names, has, strict=True) if not there]
        if lacking:
            named = ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
            notes.append(f"no {role.name.lower()} images of {named}")
    if dropped := int((roles == Role.GUARD).sum()):
        some = counted(dropped, "image dropped as a near-duplicate", "images dropped as near-duplicates")
        notes.append(f"{some} of an image of another role")
    return tuple(notes)
