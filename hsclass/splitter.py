"""Splits as index arrays, and as what scikit-learn takes as `cv=`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, overload

import numpy as np

from hsclass.errors import DataError


class Role(IntEnum):
    """What a sample is used for; the codes of `split.tif`."""

    UNUSED = 0
    TRAIN = 1
    VALIDATION = 2
    TEST = 3
    GUARD = 4


ROLE_COLORS = {0: (0, 0, 0), 1: (230, 97, 1), 2: (253, 184, 99), 3: (94, 60, 153), 4: (120, 120, 120)}


class Splitter:
    """Index arrays of the roles of a split, and its form as a cross-validator of scikit-learn with one fold.

    A pixel's index is that of its row in `scene.cube.reshape(-1, bands)`: the pixels follow each other by rows.

    Examples
    --------
    >>> import numpy as np, hsclass
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.model_selection import cross_val_score
    >>> labels = np.repeat(np.repeat([[1, 2], [2, 1]], 10, axis=0), 20, axis=1)
    >>> cube = np.random.default_rng(0).normal(labels[..., np.newaxis], 0.1, (20, 40, 4))
    >>> split = hsclass.make_split(labels, "blocks", window=3, train=0.4)
    >>> cross_val_score(RandomForestClassifier(10), cube.reshape(-1, 4), labels.ravel(), cv=split).tolist()
    [1.0]
    """

    roles: np.ndarray

    @property
    def train(self) -> np.ndarray:
        """Indices of the training samples, ndarray of int."""
        return self.indices(Role.TRAIN)

    @property
    def validation(self) -> np.ndarray:
        """Indices of the validation samples, ndarray of int."""
        return self.indices(Role.VALIDATION)

    @property
    def test(self) -> np.ndarray:
        """Indices of the test samples, ndarray of int."""
        return self.indices(Role.TEST)

    def indices(self, role: int) -> np.ndarray:
        """Return the indices of the samples in a role, ndarray of int, in ascending order."""
        return np.flatnonzero(self.roles.ravel() == role)

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # noqa: N803
        """Yield the indices of the training and of the test samples, once.

        Parameters
        ----------
        X : array-like, shape (n, features), optional
            All samples in the order of `roles.ravel()`, or only those that have a role, `cube[split.roles > 0]`.
        y, groups : Any
            Not used.

        Raises
        ------
        DataError
            If `X` holds another number of samples.
        """
        del y, groups
        yield self._pair(X, Role.TEST)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """Return 1."""
        del X, y, groups
        return 1

    def tuning(self) -> "Tuning":
        """Return the same training samples with the validation samples in place of the test samples.

        To choose options by `GridSearchCV(…, cv=split.tuning())`, so that the test samples are not chosen by.
        """
        return Tuning(self)

    def _pair(self, samples: Any, role: Role) -> tuple[np.ndarray, np.ndarray]:
        roles = self.roles.ravel()
        if samples is not None and (count := len(getattr(samples, "index", samples))) != len(roles):
            used = roles[roles != Role.UNUSED]
            if count != len(used):
                raise DataError(
                    f"split: is of {len(roles)} samples, {len(used)} of them with a role, but X has {count}; expected"
                    " either: cube.reshape(-1, bands), or cube[split.roles > 0]"
                )
            roles = used
        train, held_out = np.flatnonzero(roles == Role.TRAIN), np.flatnonzero(roles == role)
        if not len(held_out):
            raise DataError(f"split: has no {role.name.lower()} sample; make it with another fraction or seed")
        return train, held_out


@dataclass(frozen=True)
class Tuning:
    """The training and validation samples of a split, as a cross-validator of scikit-learn with one fold."""

    of: Splitter

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # noqa: N803
        """Yield the indices of the training and of the validation samples, once; see `Splitter.split`."""
        del y, groups
        yield self.of._pair(X, Role.VALIDATION)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """Return 1."""
        return self.of.get_n_splits(X, y, groups)


class Folds(Sequence[Any]):
    """The splits of a cross-validation, a sequence of `hsclass.split.Split`, and what scikit-learn takes as `cv=`."""

    def __init__(self, splits: Sequence[Any]) -> None:
        self.splits = tuple(splits)

    def __len__(self) -> int:
        return len(self.splits)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> "Folds": ...
    def __getitem__(self, place: int | slice) -> Any:
        return Folds(self.splits[place]) if isinstance(place, slice) else self.splits[place]

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # noqa: N803
        """Yield the indices of the training and of the test samples of each fold; see `Splitter.split`."""
        for one in self.splits:
            yield from one.split(X, y, groups)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803
        """Return how many folds there are."""
        del X, y, groups
        return len(self.splits)
