"""Samplers as scikit-learn splitters."""

import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.samplers import make_split
from hsclass.samplers.splitter import SpatialSplit
from hsclass.split import Role

LABELS = np.kron([[1, 0, 2], [0, 1, 0], [2, 0, 1]], np.ones((6, 6), int))
PLACES = np.argwhere(LABELS > 0)
NAMES = np.array(["", "oats", "rye"])[LABELS[tuple(PLACES.T)]]


def test_it_gives_the_splits_of_the_sampler() -> None:
    spectra = np.zeros((len(PLACES), 2))
    for seed, (train, test) in enumerate(
        SpatialSplit("regions", positions=PLACES + 100, n_splits=3, window=3, random_state=4).split(spectra, NAMES), 4
    ):
        roles = make_split(LABELS, "regions", window=3, validation=0, seed=seed).roles
        assert PLACES[train].tolist() == np.argwhere(roles == Role.TRAIN).tolist()
        assert PLACES[test].tolist() == np.argwhere(roles == Role.TEST).tolist()


def test_scikit_learn_takes_it() -> None:
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KNeighborsClassifier

    splitter = SpatialSplit("blocks", positions=PLACES, n_splits=2, window=3, size=4)
    search = GridSearchCV(KNeighborsClassifier(1), {"n_neighbors": [1]}, cv=splitter)
    spectra = (NAMES == "oats")[:, np.newaxis].astype(float)
    assert search.fit(spectra, NAMES).best_score_ == 1
    assert splitter.get_n_splits() == 2


def test_groups_alone_are_enough_without_windows() -> None:
    groups = np.repeat(["a", "b", "c", "d"], 5)
    for train, test in SpatialSplit("regions", n_splits=3, train=0.2).split(None, np.ones(20), groups):
        assert len(train) == 4
        assert len(set(groups[train])) == 1
        assert set(groups[test]) == set("abcd") - set(groups[train])


@pytest.mark.parametrize(
    ("positions", "sentence"),
    [
        (None, "positions: are missing for window 3 and no groups; expected row and column"),
        (PLACES[1:], r"positions: are int64 of shape \(179, 2\); expected whole numbers of shape \(180, 2\)"),
        (PLACES * 0, "positions: 179 of 180 samples lie on the pixel of another"),
    ],
)
def test_positions_that_do_not_fit_are_refused(positions: np.ndarray | None, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        next(SpatialSplit("regions", positions=positions, window=3).split(np.zeros((180, 1)), NAMES))
