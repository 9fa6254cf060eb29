"""Splits as index arrays and as cross-validators of scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

import hsclass
from hsclass import Scene, Split
from hsclass.errors import DataError, UsageError

ROLES = np.array([[1, 1, 0, 3], [2, 4, 3, 3]], np.uint8)


def split_of(roles: np.ndarray) -> Split:
    return Split(roles, 1, "fixed", 0, {}, False)


def test_indices_are_those_of_pixels_row_by_row() -> None:
    split = split_of(ROLES)
    assert (split.train.tolist(), split.validation.tolist(), split.test.tolist()) == ([0, 1], [4], [3, 6, 7])


@pytest.mark.parametrize("form", [np.zeros((8, 2)), pd.DataFrame(np.zeros((8, 2))), None])
def test_all_pixels_are_split_by_rows(form: object) -> None:
    [(train, test)] = split_of(ROLES).split(form)
    assert (train.tolist(), test.tolist()) == ([0, 1], [3, 6, 7])


def test_pixels_with_a_role_alone_are_split_in_their_order() -> None:
    """Roles without unused: 1 1 3 2 4 3 3."""
    [(train, test)] = split_of(ROLES).split(np.zeros((7, 2)))
    assert (train.tolist(), test.tolist()) == ([0, 1], [2, 5, 6])
    [(train, validation)] = split_of(ROLES).tuning().split(np.zeros((7, 2)))
    assert (train.tolist(), validation.tolist()) == ([0, 1], [3])


def test_other_samples_are_refused() -> None:
    with pytest.raises(DataError, match="of 8 samples, 7 of them with a role, but X has 5"):
        next(split_of(ROLES).split(np.zeros((5, 2))))
    with pytest.raises(DataError, match="has no validation sample"):
        next(split_of(np.where(ROLES == 2, 0, ROLES)).tuning().split())


def test_score_under_a_split_is_that_of_its_test_pixels(toy_scene: Scene, toy_split: Split) -> None:
    estimator = KNeighborsClassifier(3)
    every = toy_scene.cube.reshape(-1, 24)
    labels = toy_scene.labels.ravel()
    apart = toy_split.roles.ravel()
    by_hand = clone(estimator).fit(every[apart == 1], labels[apart == 1]).score(every[apart == 3], labels[apart == 3])
    assert cross_val_score(estimator, every, labels, cv=toy_split).tolist() == [by_hand]
    used = toy_split.roles > 0
    assert cross_val_score(estimator, toy_scene.cube[used], toy_scene.labels[used], cv=toy_split).tolist() == [by_hand]


def test_grid_search_chooses_by_the_validation_pixels_alone(toy_scene: Scene, toy_split: Split) -> None:
    """Labels of the test pixels are wrong, which a search that looks at them would notice."""
    labels = np.where(toy_split.roles == 3, 14 - toy_scene.labels.astype(int), toy_scene.labels)
    search = GridSearchCV(RandomForestClassifier(5, random_state=0), {"max_depth": [1, 5]}, cv=toy_split.tuning())
    search.fit(toy_scene.cube.reshape(-1, 24), labels.ravel())
    assert search.n_splits_ == 1
    assert search.best_score_ > 0.9


def test_folds_test_every_labelled_pixel_once_and_keep_windows_apart(toy_scene: Scene) -> None:
    folds = hsclass.make_folds(toy_scene, "blocks", folds=3, window=3)
    assert (len(folds), folds.get_n_splits(), len(folds[1:])) == (3, 3, 2)
    tested = np.concatenate([test for _, test in folds.split()])
    assert sorted(tested) == np.flatnonzero(toy_scene.labels.ravel()).tolist()
    assert all(hsclass.audit_split(split, toy_scene.labels).overlap_share == 0 for split in folds)
    scores = cross_val_score(
        RandomForestClassifier(5, random_state=0), toy_scene.cube.reshape(-1, 24), toy_scene.labels.ravel(), cv=folds
    )
    assert scores.shape == (3,)


def test_sampler_without_folds_is_refused(toy_scene: Scene) -> None:
    with pytest.raises(UsageError, match="unknown option 'folds'"):
        hsclass.make_folds(toy_scene, "region_growing", window=3)
