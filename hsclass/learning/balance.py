"""What lets rare classes count as much as frequent ones."""

import numpy as np


def class_weights(targets: np.ndarray) -> np.ndarray:
    """Return float32 weights, shape (n,), that let every class count alike: n / (classes × examples of the class).

    Parameters
    ----------
    targets : ndarray of int, shape (n,)
        Class index of each example.
    """
    counts = np.bincount(targets)
    return (len(targets) / (np.count_nonzero(counts) * counts[targets])).astype(np.float32)


def balanced_order(targets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return places of examples, int64, for an epoch in which every class comes up equally often, and evenly.

    Each run of as many places as there are classes holds one example of each, so a batch holds classes in numbers that
    differ by two at most. Of a rare class every example comes up again before one comes up once more; of a frequent one
    each epoch takes a part. An epoch is as long as the examples are many, to a whole number of such runs.

    Parameters
    ----------
    targets : ndarray of int, shape (n,)
        Class index of each example.
    rng : numpy.random.Generator
        What the order is drawn from.
    """
    members = [np.flatnonzero(targets == target) for target in np.unique(targets)]
    each = -(-len(targets) // len(members))
    drawn = [
        np.concatenate([rng.permutation(places) for _ in range(-(-each // len(places)))])[:each] for places in members
    ]
    return rng.permuted(np.stack(drawn, axis=1), axis=1).ravel()
