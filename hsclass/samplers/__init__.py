"""Samplers: strategies that assign labelled pixels to train, validation and test."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from hsclass.options import parse_options
from hsclass.samplers import request
from hsclass.samplers.folds import FoldingSampler, FoldOptions, assign_fold, train_share
from hsclass.samplers.guard import apply_guard
from hsclass.samplers.sampler import Sampler
from hsclass.samples import WindowNeighbours
from hsclass.scene import Scene
from hsclass.split import Split, class_shares
from hsclass.tables import resolve

SAMPLERS: dict[str, str] = {
    "random": "hsclass.samplers.random:RandomSampler",
    "blocks": "hsclass.samplers.blocks:Blocks",
    "clusters": "hsclass.samplers.clusters:Clusters",
    "stripes": "hsclass.samplers.stripes:Stripes",
    "region_growing": "hsclass.samplers.region_growing:RegionGrowing",
    "dbscan_area": "hsclass.samplers.dbscan_area:DbscanArea",
    "dbscan_variance": "hsclass.samplers.dbscan_variance:DbscanVariance",
    "twin": "hsclass.samplers.twin:TwinSampler",
    "fixed": "hsclass.samplers.fixed:FixedSampler",
}


def make_split(
    labels: np.ndarray | Scene,
    sampler: str = "dbscan_area",
    *,
    window: int,
    train: float = 0.10,
    validation: float = 0.05,
    seed: int = 0,
    cube: np.ndarray | None = None,
    mask: np.ndarray | None = None,
    scene: str = "scene",
    **options: Any,
) -> Split:
    """Split the labelled pixels of a scene into train, validation and test.

    Why not at random? A model that classifies a pixel from the window around it has seen every pixel of its training
    windows. Two windows of side w share a pixel iff the Chebyshev distance of their centres (the greater of the row
    and column distances) is at most w - 1. When training pixels are drawn at random, almost every test pixel has one
    of them that near: on Indian Pines with a tenth for training, 99.6 % of the 5 × 5 test windows and all 9 × 9 ones
    share pixels with a training window, and 87 % of the 5 × 5 ones contain a training pixel itself. Even without
    windows, the neighbours in a field are nearly copies of each other. Accuracy on such test pixels says how well the
    model remembers, not how well it maps what it has not seen. The samplers that do not declare themselves leaky
    hence assign whole regions, and end in a guard that drops (role `GUARD`) every test pixel whose window shares a
    pixel with a training or validation window, and every validation pixel whose window shares one with a training
    window. Nothing is dropped in silence: the split accounts for every class.

    Parameters
    ----------
    labels : ndarray of int, shape (rows, cols), or Scene
        Class ids, 0 = unlabelled. A scene gives its ground truth, cube, mask and name.
    sampler : str
        A name of `SAMPLERS`.
    window : int
        Side of the windows [pixels], odd. For a model that looks at single pixels, 1.
    train, validation : float
        Shares of the labelled pixels asked for; test is the rest. Region samplers meet them roughly. With the option
        `folds`, training is the rest, and `train` is not used.
    seed : int
        Of all random choices; the same arguments give the same split.
    cube : ndarray, shape (rows, cols, bands), optional
        The spectra, for the samplers that look at them.
    mask : ndarray of bool, shape (rows, cols), optional
        True where the pixel holds data; elsewhere labels are ignored. Everywhere by default.
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
        For an unknown sampler or option, an impossible window or fraction, or a missing cube.
    DataError
        If the rasters do not fit each other, a class has too few pixels, or the guard leaves no test pixel.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.repeat(np.repeat(np.array([[1, 2], [2, 1]]), 10, axis=0), 20, axis=1)
    >>> split = make_split(labels, "dbscan_area", window=3)
    >>> [(share.id, share.asked, share.train) for share in split.classes]
    [(1, 40, 40), (2, 40, 40)]
    """
    if isinstance(labels, Scene):
        scene, cube, mask, labels = labels.name, labels.cube, labels.mask, labels.require_labels()
    strategy: type[Sampler] = resolve(SAMPLERS, sampler, "sampler")
    chosen = parse_options(strategy.options_model, options, f"sampler {sampler}")
    folds = chosen.folds if isinstance(chosen, FoldOptions) else None
    train = train if folds is None else train_share(folds, validation)
    request.check_fractions(train, validation)
    request.check_rasters(labels, cube, mask, sampler=sampler, needs_cube=strategy.needs_cube, scene=scene)
    request.check_window(window, *labels.shape)
    mask = np.ones(labels.shape, bool) if mask is None else mask.astype(bool)
    labels = np.where(mask, labels, 0).astype(np.int64)
    identities, counts = np.unique(labels[labels > 0], return_counts=True)
    per_class = dict(zip(identities.tolist(), counts.tolist(), strict=True))
    check_counts(per_class, sampler, train=train, validation=validation, scene=scene)

    strategist = strategy(chosen)
    rasters: dict[str, Any] = {"window": window, "validation": validation, "cube": cube, "mask": mask}
    if folds is None:
        assigned = strategist.assign(labels, train=train, rng=np.random.default_rng(seed), **rasters)
    else:
        folding = cast(FoldingSampler, strategist)
        assigned = assign_fold(folding, labels, folds=folds, seed=seed, scene=scene, **rasters)
    roles, notes, given = assigned.roles, dict(assigned.notes), assigned.given
    labels = labels if given is None else np.where(given > 0, given, labels)
    if not strategist.leaky:
        roles, guard_notes = apply_guard(roles, labels, WindowNeighbours(window), keep=assigned.keep)
        for identity, note in guard_notes.items():
            notes[identity] = f"{notes[identity]}; {note}" if identity in notes else note
    classes = class_shares(labels, roles, train if assigned.asked is None else assigned.asked, notes)
    fractions = {"train": train, "validation": validation} if assigned.fractions is None else assigned.fractions
    request.check_roles(classes, sampler=sampler, window=window, train=fractions.get("train"), scene=scene)
    return Split(
        roles=roles, window=window, sampler=sampler, seed=seed, fractions=fractions, leaky=strategist.leaky,
        classes=classes, options=chosen.model_dump(mode="json"), given=given,
    )  # fmt: skip


def check_counts(
    counts: Mapping[int, int], sampler: str, *, train: float, validation: float, scene: str = "scene"
) -> None:
    """Check that a sampler can split classes of these sizes, before any job starts.

    Parameters
    ----------
    counts : mapping of int to int
        Labelled pixels of each class, by class id.
    sampler : str
        A name of `SAMPLERS`.
    train, validation : float
        Shares of the labelled pixels asked for.
    scene : str
        Name of the scene, for messages.

    Raises
    ------
    UsageError
        For an unknown sampler or impossible fractions.
    DataError
        If there is no class, or a class has fewer pixels than the sampler needs.
    """
    strategy: type[Sampler] = resolve(SAMPLERS, sampler, "sampler")
    request.check_fractions(train, validation)
    request.check_least(counts, strategy.least(validation), sampler=sampler, scene=scene)
