"""K-fold cross-validation: whole units are dealt to folds, and every fold tests once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import Field

from hsclass.errors import DataError, UsageError
from hsclass.options import Options
from hsclass.samplers.notes import Notes
from hsclass.samplers.regions import cut
from hsclass.samplers.sampler import Assignment, Request, Sampler
from hsclass.samples import Neighbours
from hsclass.split import Role

KEEP = (Role.TEST, Role.VALIDATION, Role.TRAIN)
"""What the guard keeps under k-fold: every pixel must be tested once, so it is training that gives way."""


class FoldOptions(Options):
    """Options of the samplers that can cross-validate."""

    folds: int | None = Field(
        default=None,
        ge=2,
        description="k of a k-fold cross-validation; null for a plain split. Seed s tests fold s mod k of the partition"
        " drawn with seed s div k, so the seeds 0 to k - 1 are one whole cross-validation. Training gets all that"
        " neither tests nor validates: fractions.train is not used.",
    )


@dataclass(frozen=True)
class Partition:
    """Samples in units that are never torn between folds.

    Attributes
    ----------
    units : ndarray of int, shape of the samples
        Number of each labelled sample's unit, from 1; 0 = unlabelled.
    folds : ndarray of int, shape (n_units + 1,)
        Fold of each unit, from 0; -1 for unit 0.
    max_overshoot : float or None
        Factor by which the last unit taken for validation may exceed a class's share before it is cut; None never
        cuts. Only for units that are of one class each.
    remarks : tuple of str
        What a reader should know of the partition.
    found : mapping of str to object
        Options that the sampler found itself, in place of those given.
    """

    units: np.ndarray
    folds: np.ndarray
    max_overshoot: float | None = None
    remarks: tuple[str, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)


class FoldingSampler(Sampler):
    """A sampler that can cross-validate."""

    def partition(self, asked: Request, folds: int) -> Partition:
        """Divide the labelled samples into units and deal these to folds."""
        raise NotImplementedError


def train_share(folds: int, validation: float) -> float:
    """Return the share of the labelled samples left to training, 1 - 1 / k - validation.

    Raises
    ------
    UsageError
        If that is nothing, or validation is more than the one fold that it is taken from.
    """
    if not 0 <= validation < 1 - 1 / folds or validation > 1 / folds:
        raise UsageError(
            f"folds: is {folds} and validation is {validation}; expected a validation share of at most one fold,"
            f" {1 / folds:.3g}, and some samples left for training; choose other fractions or more folds"
        )
    return round(1 - 1 / folds - validation, 12)


def deal(labels: np.ndarray, units: np.ndarray, *, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Deal units to folds so that every fold gets about the same share of every class.

    One unit after the other goes to the fold that holds least of the unit's classes, each class counted in shares of
    its samples; that keeps the sum of the squared shares low. The order is drawn, larger units tending to come first:
    without replacement, with probabilities proportional to what the units hold of their classes.

    scikit-learn's StratifiedGroupKFold follows the same idea, but takes the units in a fixed order, largest first.
    All seeds would then give one and the same partition wherever no two units are alike, and a repetition would
    repeat nothing.

    Parameters
    ----------
    labels, units : ndarray of int, shape of the samples
        Class ids and numbers of units, both 0 = unlabelled.
    folds : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int, shape (n_units + 1,)
        Fold of each unit, from 0; -1 for unit 0.
    """
    used = units > 0
    classes, index = np.unique(labels[used], return_inverse=True)
    counts = np.zeros((units.max() + 1, len(classes)))
    np.add.at(counts, (units[used], index), 1)
    shares = counts / counts.sum(axis=0)
    weights = shares[1:].sum(axis=1)
    order = 1 + np.argsort(rng.exponential(size=len(weights)) / weights)
    held = np.zeros((folds, len(classes)))
    dealt = np.full(len(shares), -1)
    for unit in order:
        costs = held @ shares[unit]
        level = np.flatnonzero(costs == costs.min())
        dealt[unit] = level[held[level].sum(axis=1).argmin()]
        held[dealt[unit]] += shares[unit]
    dealt[1:] = rng.permutation(folds)[dealt[1:]]
    return dealt


def assign_fold(strategist: FoldingSampler, asked: Request, *, folds: int, fold: int) -> Assignment:
    """Give every labelled sample its role in one fold of the partition that the sampler draws.

    The fold tests; of the next fold, whole units validate, in a drawn order, until each class's share is met; all
    else trains.

    Parameters
    ----------
    strategist : FoldingSampler
    asked : Request
    folds : int
    fold : int
        The one that tests, from 0.

    Raises
    ------
    DataError
        If a fold, this one or another, is empty, because there are fewer units than folds.
    """
    labels, leaky = asked.labels, strategist.declares_leaky(asked.kind)
    partition = strategist.partition(asked, folds)
    of_sample = partition.folds[partition.units]
    held = np.unique(partition.units[partition.units > 0])
    if empty := folds - len(np.unique(partition.folds[held])):
        raise DataError(
            f"{asked.where}: {empty} of {folds} folds are empty, as its labelled samples lie in {len(held)} units;"
            " expected one for each fold at least; choose fewer folds or smaller units"
        )
    test = of_sample == fold
    roles = np.where(labels > 0, Role.TRAIN, Role.UNUSED).astype(np.uint8)
    roles[test] = Role.TEST
    if asked.validation > 0:
        near_test = test if leaky else asked.neighbours.near(test)
        _validate(roles, asked, partition, (of_sample == (fold + 1) % folds) & ~near_test)
    groups = None if leaky or asked.images is None else partition.units
    notes = _lacking(labels, roles, fold, folds, asked.validation)
    return Assignment(roles, notes, keep=KEEP, groups=groups, remarks=partition.remarks, found=partition.found)


def _validate(roles: np.ndarray, asked: Request, partition: Partition, free: np.ndarray) -> None:
    """Take units for validation, the smallest class first, of the samples that are free for it."""
    labels = asked.labels
    classes, sizes = np.unique(labels[labels > 0], return_counts=True)
    for identity, size in sorted(zip(classes.tolist(), sizes.tolist(), strict=True), key=lambda pair: pair[1]):
        wanted = max(1, round(asked.validation * size))
        given = int(((labels == identity) & (roles == Role.VALIDATION)).sum())
        units, counts = np.unique(
            partition.units[free & (labels == identity) & (roles == Role.TRAIN)], return_counts=True
        )
        if given >= wanted or len(units) == 0:
            continue
        order = asked.rng.permutation(len(units))
        totals = given + np.cumsum(counts[order])
        last = min(int(np.searchsorted(totals, wanted)), len(units) - 1)
        whole = order[: last + 1]
        if partition.max_overshoot is not None and totals[last] > partition.max_overshoot * wanted:
            whole = order[:last]
            rest = np.argwhere(free & (partition.units == units[order[last]]))
            ends = [rest[part] for part in cut(rest, wanted - (given + int(counts[whole].sum())))]
            cheapest = min(ends, key=lambda end: _cost(end, roles, asked.neighbours))
            roles[tuple(cheapest.T)] = Role.VALIDATION
        roles[free & np.isin(partition.units, units[whole])] = Role.VALIDATION


def _cost(pixels: np.ndarray, roles: np.ndarray, neighbours: Neighbours) -> int:
    """Return how many training pixels are neighbours of `pixels`."""
    taken = np.zeros(roles.shape, bool)
    taken[tuple(pixels.T)] = True
    return int((neighbours.near(taken) & (roles == Role.TRAIN)).sum())


def _lacking(labels: np.ndarray, roles: np.ndarray, fold: int, folds: int, validation: float) -> Notes:
    texts = {Role.TRAIN: f"no training: all its units test or validate in fold {fold} of {folds}"}
    if validation > 0:
        texts[Role.VALIDATION] = "no validation: the next fold has none of its units out of test's reach"
    texts[Role.TEST] = f"no test: none of its units is in fold {fold} of {folds}"
    notes = Notes()
    notes.add_lacking(labels, roles, texts)
    return notes
