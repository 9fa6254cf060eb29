"""Balancing of classes, so that rare ones count as much as frequent ones."""

import numpy as np


def class_weights(targets: np.ndarray) -> np.ndarray:
    """Return float32 weights, shape (n,), that give every class equal weight: n / (classes × examples of the class).

    Parameters
    ----------
    targets : ndarray of int, shape (n,)
        Class index of each example.
    """
    counts = np.bincount(targets)
    return (len(targets) / (np.count_nonzero(counts) * counts[targets])).astype(np.float32)


def balanced_order(targets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return places of examples, int64, for an epoch in which every class occurs equally often and evenly.

    Each run of as many places as there are classes has one example of each, so that the numbers of examples per class
    in a batch differ by two at most. Within an epoch, the numbers of repetitions of the examples of a class differ by
    one at most: examples of a rare class occur several times, and of a frequent class only a part occurs. The length of
    an epoch is the number of examples, rounded to a whole number of such runs.

    Parameters
    ----------
    targets : ndarray of int, shape (n,)
        Class index of each example.
    rng : numpy.random.Generator
        Source of the order.
    """
    members = [np.flatnonzero(targets == target) for target in np.unique(targets)]
    each = -(-len(targets) // len(members))
    drawn = [
        np.concatenate([rng.permutation(places) for _ in range(-(-each // len(places)))])[:each] for places in members
    ]
    return rng.permuted(np.stack(drawn, axis=1), axis=1).ravel()
