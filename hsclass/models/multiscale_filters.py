"""Filters of a convolution layer that linear support vector machines learn, and their pooled maps of a scene."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter, uniform_filter

from hsclass.models.classifier import BLOCK


@dataclass(frozen=True)
class FilterBank:
    """The filters of one scale.

    Attributes
    ----------
    scale : int
        Side [pixels], odd, of the window around a pixel that the filters are moved in.
    weights : ndarray of float32, shape (side, side, features, filters)
    offsets : ndarray of float32, shape (filters,)
    """

    scale: int
    weights: np.ndarray
    offsets: np.ndarray

    @property
    def play(self) -> int:
        """How far [pixels] the filters' centre moves from the centre of the window."""
        return (self.scale - len(self.weights)) // 2


def learn_bank(
    cube: np.ndarray,
    pixels: np.ndarray,
    targets: np.ndarray,
    *,
    scale: int,
    side: int,
    machines: int,
    samples: int,
    cost: float,
    rng: np.random.Generator,
) -> FilterBank:
    """Learn the filters of one scale.

    Each machine draws up to `samples` training pixels, as equally from the classes as they allow, and from each
    pixel's window one sub-window of `side`. A linear support vector machine, each class against the rest, separates
    their classes; its weights are the filters, with an offset that makes their mean response zero.

    Parameters
    ----------
    cube : ndarray of float32, shape (rows, cols, features)
    pixels, targets : ndarray, shapes (n, 2) and (n,)
    scale, side : int
        Sides [pixels], odd, of window and filters.
    machines, samples : int
    cost : float
        Of a training error.
    rng : numpy.random.Generator
    """
    play = (scale - side) // 2
    weights, offsets = [], []
    for _ in range(machines):
        chosen = _draw(targets, samples, rng)
        centres = pixels[chosen] + rng.integers(-play, play + 1, (len(chosen), 2))
        windows = gather(cube, centres, side).reshape(len(chosen), -1)
        machine_weights, machine_offsets = _linear_machine(
            windows.astype(np.float64), targets[chosen], cost=cost, seed=int(rng.integers(2**31))
        )
        weights.append(machine_weights)
        offsets.append(machine_offsets)
    kernels = np.concatenate(weights).T.reshape(side, side, cube.shape[2], -1)
    return FilterBank(scale, kernels.astype(np.float32), np.concatenate(offsets).astype(np.float32))


def pooled_maps(
    cube: np.ndarray, banks: Sequence[FilterBank], pixels: np.ndarray, *, pooling: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield positions in `pixels`, shape (n, 2), and their features, float32 of shape (positions, filters in all).

    The responses are computed once for tiles of rows, and the pixels picked from them: windows that overlap share their
    convolutions, and a pixel gets the same numbers whichever others are asked for.
    """
    rows, cols, _ = cube.shape
    reach = max(bank.scale for bank in banks) // 2
    step = max(1, BLOCK // cols)
    down, across = mirrored(rows, reach), mirrored(cols, reach)
    tiles = pixels[:, 0] // step
    for tile in np.unique(tiles):
        top = int(tile) * step
        here = np.flatnonzero(tiles == tile)
        padded = cube[np.ix_(down[top : min(top + step, rows) + 2 * reach], across)]
        inside = pixels[here, 0] - top, pixels[here, 1]
        features = []
        for bank in banks:
            edge = reach - bank.scale // 2
            part = padded[edge : len(padded) - edge, edge : padded.shape[1] - edge]
            features.append(_pooled(part, bank, pooling)[inside])
        yield here, np.hstack(features)


def gather(cube: np.ndarray, centres: np.ndarray, side: int) -> np.ndarray:
    """Return the windows of `side` around `centres`, shape (n, side, side, features), mirrored at the scene's edge.

    Centres may lie outside the scene.
    """
    rows, cols, _ = cube.shape
    beyond = side // 2 + max(0, -int(centres.min()), *(centres.max(axis=0) - (rows - 1, cols - 1)))
    steps = np.arange(-(side // 2), side // 2 + 1) + beyond
    down = mirrored(rows, beyond)[centres[:, :1] + steps]
    across = mirrored(cols, beyond)[centres[:, 1:] + steps]
    return cube[down[:, :, np.newaxis], across[:, np.newaxis, :]]


def mirrored(length: int, beyond: int) -> np.ndarray:
    """Return the indices 0…length-1 with `beyond` more at each end, mirrored without repeating the first and last."""
    return np.pad(np.arange(length), beyond, mode="reflect")


def _linear_machine(
    samples: np.ndarray, targets: np.ndarray, *, cost: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weights, shape (filters, features), of linear machines, each class against the rest, and offsets.

    An offset makes the mean response zero. With a machine's own, which is near -1 because most samples are of the rest,
    rectification would leave little or nothing of a filter.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    basis, mean = None, samples.mean(axis=0)
    if samples.shape[0] < samples.shape[1]:
        # The weights are a sum of samples, so the machine need only see their coordinates in the space they span.
        basis, coordinates = np.linalg.qr(samples.T)
        samples = coordinates.T
    machine = LinearSVC(C=cost, dual=True, max_iter=100, random_state=seed)
    with warnings.catch_warnings():
        # A filter need not be the optimum of its machine, only tell classes apart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(samples, targets)
    weights = machine.coef_ if basis is None else machine.coef_ @ basis.T
    if len(weights) == 1:  # two classes have one machine between them
        weights = np.vstack([-weights, weights])
    return weights, -weights @ mean


def _draw(targets: np.ndarray, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of up to `samples` targets, each class at least once and none more often than it must."""
    order = rng.permutation(len(targets))
    shuffled = targets[order]
    rank = np.empty(len(order), np.int64)
    for target in np.unique(shuffled):
        held = shuffled == target
        rank[held] = np.arange(held.sum())
    kept = np.argsort(rank, kind="stable")[: max(samples, len(np.unique(targets)))]
    return order[kept]


def _pooled(padded: np.ndarray, bank: FilterBank, pooling: str) -> np.ndarray:
    """Rectified responses, pooled over the places of a filter in the window of each pixel."""
    side, _, bands, filters = bank.weights.shape
    rows, cols = padded.shape[0] - side + 1, padded.shape[1] - side + 1
    responses = np.empty((rows * cols, filters), np.float32)
    responses[:] = bank.offsets
    for row in range(side):
        for col in range(side):
            shifted = np.ascontiguousarray(padded[row : row + rows, col : col + cols]).reshape(-1, bands)
            responses += shifted @ bank.weights[row, col]
    maps = np.maximum(responses, 0, out=responses).reshape(rows, cols, filters)
    play = bank.play
    if not play:
        return maps
    size = (2 * play + 1, 2 * play + 1, 1)
    pooled = maximum_filter(maps, size) if pooling == "max" else uniform_filter(maps, size)
    return pooled[play : rows - play, play : cols - play]
