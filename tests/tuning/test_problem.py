"""What a search may see of a scene, and the folds of it."""

from dataclasses import replace

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.problem import Problem, make_problem


def make(scene: Scene, split: Split, *, reach: int | None = 1, validation: float = 0.0, **options: object) -> Problem:
    search = TuneOptions.model_validate({"folds": 3, **options})
    return make_problem(scene, split, search=search, reach=reach, validation=validation, seed=0)


def test_only_training_pixels_keep_their_labels(fields: Scene, outer: Split) -> None:
    train = outer.roles == Role.TRAIN
    problem = make(fields, outer)
    np.testing.assert_array_equal(problem.scene.labels, np.where(train, fields.labels, 0))
    for fold in problem.folds:
        assert (fold.roles[~train] == Role.UNUSED).all()


def test_spectra_beyond_the_training_windows_are_gone(fields: Scene, outer: Split) -> None:
    """Training ends at row 35; with reach 1, row 36 is the last to be seen, below a labelled pixel."""
    problem = make(fields, outer, reach=1)
    assert (problem.scene.cube[37:] == 0).all()
    assert not problem.scene.mask[37:].any()
    below = outer.roles[35] == Role.TRAIN
    np.testing.assert_array_equal(problem.scene.cube[36][below], fields.cube[36][below])
    train = outer.roles == Role.TRAIN
    np.testing.assert_array_equal(problem.scene.cube[train], fields.cube[train])


def test_without_reach_nothing_but_the_training_pixels_is_seen(fields: Scene, outer: Split) -> None:
    np.testing.assert_array_equal(make(fields, outer, reach=0).scene.mask, outer.roles == Role.TRAIN)


def test_features_without_bound_see_all_spectra_and_no_more_labels(fields: Scene, outer: Split) -> None:
    problem = make(fields, outer, reach=None)
    assert problem.scene.cube is fields.cube
    assert (problem.scene.labels[36:] == 0).all()


def test_windows_of_a_fold_share_no_pixel_with_those_that_it_learns_from(fields: Scene, outer: Split) -> None:
    for validation in (0.0, 0.1):
        for fold in make(fields, outer, validation=validation).folds:
            test = np.argwhere(fold.roles == Role.TEST)
            learned = np.argwhere(np.isin(fold.roles, (Role.TRAIN, Role.VALIDATION)))
            distances = np.abs(test[:, np.newaxis] - learned[np.newaxis]).max(axis=2)
            assert distances.min() >= 3


def test_every_training_pixel_is_tested_once(fields: Scene, outer: Split) -> None:
    tests = sum((fold.roles == Role.TEST).astype(int) for fold in make(fields, outer).folds)
    np.testing.assert_array_equal(tests, (outer.roles == Role.TRAIN).astype(int))


def test_smaller_guard_leaves_more_to_learn_and_the_models_window_as_it_is(fields: Scene, outer: Split) -> None:
    wide, narrow = make(fields, outer), make(fields, outer, window=1)
    pixels = [sum(fold["train"] for fold in problem.summary()) for problem in (wide, narrow)]
    assert pixels[0] < pixels[1]
    assert {fold.window for fold in (*wide.folds, *narrow.folds)} == {3}


def test_classes_that_a_fold_does_not_train_do_not_count(fields: Scene, outer: Split) -> None:
    """Class 9 keeps one field: the fold that tests it has none to learn from."""
    labels = fields.require_labels().copy()
    first = np.zeros(labels.shape, bool)
    first[:6, 18:24] = True
    assert (labels[first] == 9).all()
    roles = np.where((labels == 9) & ~first, Role.UNUSED, outer.roles).astype(np.uint8)
    problem = make(fields, replace(outer, roles=roles), sampler_options={"max_overshoot": None})
    testing = next(fold for fold in problem.folds if (fold.roles[first] == Role.TEST).all())
    assert not (problem.scored(testing) & first).any()
    assert problem.scored(testing).any()
    assert problem.least_classes == 3


def test_class_of_a_single_training_pixel_is_left_out_and_told(fields: Scene, outer: Split) -> None:
    labels = fields.require_labels()
    roles = outer.roles.copy()
    roles[(labels == 9) & (roles == Role.TRAIN)] = Role.UNUSED
    roles[0, 18] = Role.TRAIN
    problem = make(fields, replace(outer, roles=roles))
    assert problem.left_out == (9,)
    assert 9 not in problem.scene.require_labels()


def test_classes_that_a_split_gives_itself_hold(fields: Scene, outer: Split) -> None:
    given = np.where((outer.roles == Role.TRAIN) & (fields.labels == 9), 3, 0).astype(np.uint16)
    assert 9 not in make(fields, replace(outer, given=given)).scene.require_labels()


def test_digest_follows_what_is_seen_and_nothing_else(fields: Scene, outer: Split) -> None:
    digest = make(fields, outer).digest
    cube, labels = fields.cube.copy(), fields.require_labels().copy()
    cube[42:] *= 9
    labels[42:] = 3
    assert make(replace(fields, cube=cube, labels=labels), outer).digest == digest
    cube[0, 0] += 1
    assert make(replace(fields, cube=cube), outer).digest != digest


def test_too_few_fields_for_the_folds_is_one_sentence(fields: Scene, outer: Split) -> None:
    roles = outer.roles.copy()
    roles[6:36] = Role.UNUSED
    with pytest.raises(DataError) as caught:
        make(fields, replace(outer, roles=roles), window=15)
    message = str(caught.value)
    assert message.startswith(
        "search: the 288 training pixels of split fixed cannot be dealt to 3 folds by dbscan_area"
    )
    assert "with window 15, of which fewer than 2 can be scored (fold 0: " in message
    assert "\n" not in message
    assert "choose other 'folds', another 'sampler' or a smaller 'window' for the search" in message


def test_fold_that_cannot_be_scored_is_dropped_and_told(fields: Scene, outer: Split) -> None:
    """In ten folds of the fields of two classes, some test a class that the guard leaves nowhere else."""
    labels = fields.require_labels()
    roles = np.where(np.isin(labels, (3, 5)) & (np.indices(labels.shape)[1] < 30), outer.roles, Role.UNUSED)
    problem = make(fields, replace(outer, roles=roles.astype(np.uint8)), window=21, folds=6)
    assert problem.dropped
    assert len(problem.folds) + len(problem.dropped) == 6
    assert all(fold["classes_train"] == 2 and fold["scored"] for fold in problem.summary())


def test_sampler_that_leaks_is_refused(fields: Scene, outer: Split) -> None:
    sentence = r"'sampler' is 'random', which leaks or cannot cross-validate; expected one of blocks, clusters, "
    with pytest.raises(UsageError, match=sentence):
        make(fields, outer, sampler="random")


def test_split_of_another_scene_is_refused(fields: Scene, outer: Split) -> None:
    with pytest.raises(DataError, match=r"split: is \(60, 50\) pixels, but scene fields is \(60, 60\)"):
        make(fields, replace(outer, roles=outer.roles[:, :50]))
