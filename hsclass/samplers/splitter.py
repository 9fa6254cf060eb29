"""Samplers as scikit-learn splitters, so that they serve other people's models."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from hsclass.errors import UsageError
from hsclass.samplers.making import make_split
from hsclass.split import Role


class SpatialSplit:
    """Split pixels by any sampler of scenes, as scikit-learn's splitters do.

    Pass it as `cv` to `cross_val_score`, `GridSearchCV` and the like. Random folds of pixels test a model in the fields
    that it was trained in; the samplers of hsclass hold whole fields or regions back, and drop the pixels whose windows
    share a pixel with a window of another role.

    Parameters
    ----------
    sampler : str
        A name of `hsclass.samplers.SAMPLERS` that takes pixels.
    positions : array-like of int, shape (n, 2), optional
        Row and column of each sample. Without them the samples are taken to be far apart, and `groups` says which
        belong together.
    n_splits : int
        How many splits: of the seeds `random_state`, `random_state + 1` … With the option `folds`, `folds` splits are
        one cross-validation.
    window : int
        Side of the windows [pixels], odd, that are kept apart.
    train, validation : float
        Shares of the samples asked for; those of validation are left out of both parts.
    random_state : int
        The first seed.
    map_positions : array-like of int, shape (m, 2), optional
        Row and column of the pixels that the model will map, for the sampler `knndm`; by default all in the rectangle
        around the samples.
    **options
        Options of the sampler.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.model_selection import cross_val_score
    >>> fields = np.repeat(np.arange(8), 5)
    >>> splitter = SpatialSplit("regions", folds=4, n_splits=4)
    >>> X, y = np.zeros((40, 1)), fields % 2
    >>> [sorted(set(fields[test].tolist())) for _, test in splitter.split(X, y, fields)]
    [[0, 3], [1, 4], [2, 7], [5, 6]]
    >>> cross_val_score(DummyClassifier(), X, y, groups=fields, cv=splitter).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """

    def __init__(
        self,
        sampler: str = "regions",
        *,
        positions: Any = None,
        n_splits: int = 5,
        window: int = 1,
        train: float = 0.1,
        validation: float = 0.0,
        random_state: int = 0,
        map_positions: Any = None,
        **options: Any,
    ) -> None:
        self.sampler = sampler
        self.positions = positions
        self.n_splits = n_splits
        self.window = window
        self.train = train
        self.validation = validation
        self.random_state = random_state
        self.map_positions = map_positions
        self.options = options

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """Return the number of splits."""
        return self.n_splits

    def split(self, X: Any, y: Any, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # noqa: N803
        """Yield the indices of the training and of the test samples of each split.

        Parameters
        ----------
        X : array-like, shape (n, bands)
            Spectra, for the samplers that look at them.
        y : array-like, shape (n,)
            Classes.
        groups : array-like, shape (n,), optional
            Group of each sample: a field, a site or a campaign.

        Raises
        ------
        UsageError
            If neither positions nor groups are given, or the positions do not fit the samples.
        DataError
            If the sampler cannot split these samples.
        """
        classes = np.unique(np.asarray(y), return_inverse=True)[1].ravel() + 1
        places = self._places(len(classes), grouped=groups is not None)
        mask = None
        if self.map_positions is not None:
            others = np.asarray(self.map_positions)
            corner = np.minimum(others.min(axis=0), np.asarray(self.positions).min(axis=0))
            places, others = np.asarray(self.positions) - corner, others - corner
            mask = np.zeros(np.maximum(places.max(axis=0), others.max(axis=0)) + max(1, self.window), bool)
            mask[tuple(places.T)] = mask[tuple(others.T)] = True
        shape = mask.shape if mask is not None else tuple(places.max(axis=0) + max(1, self.window))
        where = tuple(places.T)
        labels = np.zeros(shape, np.int64)
        labels[where] = classes
        held = cube = None
        if groups is not None:
            held = np.zeros(shape, np.int64)
            held[where] = np.unique(np.asarray(groups), return_inverse=True)[1].ravel() + 1
        spectra = np.asarray(X)
        if spectra.ndim == 2 and len(spectra) == len(classes):
            cube = np.zeros((*shape, spectra.shape[1]), spectra.dtype)
            cube[where] = spectra
        for seed in range(self.random_state, self.random_state + self.n_splits):
            roles = make_split(
                labels, self.sampler, window=self.window, train=self.train, validation=self.validation, seed=seed,
                cube=cube, groups=held, mask=mask, scene="samples", **self.options,
            ).roles[where]  # fmt: skip
            yield np.flatnonzero(roles == Role.TRAIN), np.flatnonzero(roles == Role.TEST)

    def _places(self, count: int, *, grouped: bool) -> np.ndarray:
        """Return the row and column of each sample, from 0: on a line where only the groups count."""
        if self.positions is None:
            if not grouped or self.window > 1 or self.map_positions is not None:
                raise UsageError(
                    f"positions: are missing for window {self.window} and {'the given' if grouped else 'no'} groups;"
                    " expected row and column of each sample, or groups and window 1"
                )
            return np.column_stack([np.zeros(count, np.int64), np.arange(count)])
        places = np.asarray(self.positions)
        if places.shape != (count, 2) or not np.issubdtype(places.dtype, np.integer):
            raise UsageError(
                f"positions: are {places.dtype} of shape {places.shape}; expected whole numbers of shape ({count}, 2),"
                " row and column of each sample"
            )
        if repeated := count - len(np.unique(places, axis=0)):
            raise UsageError(
                f"positions: {repeated} of {count} samples lie on the pixel of another; expected one sample a pixel"
            )
        return places - places.min(axis=0)
