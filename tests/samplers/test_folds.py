"""K-fold cross-validation: units are dealt to folds, and one fold tests, the next validates, the rest trains."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from hsclass.errors import DataError, UsageError
from hsclass.samplers import make_split
from hsclass.samplers.dbscan import DbscanArea, DbscanAreaOptions
from hsclass.samplers.folds import FoldingSampler, Partition, assign_fold, deal, train_share
from hsclass.samplers.sampler import Assignment, Request
from hsclass.samples import WindowNeighbours
from hsclass.split import Role


class Given(FoldingSampler):
    """A sampler whose partition is given: units of one row, in folds."""

    def __init__(self, units: list[int], folds: list[int], max_overshoot: float | None = None) -> None:
        self.given = Partition(np.array([units]), np.array([-1, *folds]), max_overshoot)

    def partition(self, asked: Request, folds: int) -> Partition:
        return self.given


def assign(
    sampler: Given, labels: list[int], *, seed: int, folds: int = 3, window: int = 1, validation: float = 0
) -> Assignment:
    asked = request([labels], window=window, validation=validation, seed=seed // folds)
    return assign_fold(sampler, asked, folds=folds, fold=seed % folds)


def request(labels: list[list[int]], *, window: int = 1, validation: float = 0, seed: int = 0) -> Request:
    rng, neighbours = np.random.default_rng(seed), WindowNeighbours(window)
    return Request(
        np.array(labels), 0.1, validation, rng, neighbours, np.ones((1, len(labels)), bool), where="scene strip"
    )


def test_seed_says_which_fold_tests() -> None:
    sampler = Given([1, 1, 2, 2, 3, 3], [0, 1, 2])
    for seed, fold in ((0, 0), (1, 1), (2, 2), (3, 0), (8, 2)):
        roles = assign(sampler, [1, 2] * 3, seed=seed).roles[0]
        assert np.flatnonzero(roles == Role.TEST).tolist() == [2 * fold, 2 * fold + 1]
        assert (roles == Role.TRAIN).sum() == 4


def test_whole_units_of_the_next_fold_validate_until_each_class_has_its_share() -> None:
    # Fold 0 holds unit 1, fold 1 units 2 to 4, fold 2 unit 5. Of 20 pixels of a class, a tenth is 2. One unit of 3
    # pixels is enough, whichever is drawn.
    units = [1] * 6 + [2] * 3 + [3] * 3 + [4] * 3 + [5] * 5
    sampler = Given(units, [0, 1, 1, 1, 2])
    roles = assign(sampler, [1] * 20, seed=0, validation=0.1).roles[0]
    assert (roles[:6] == Role.TEST).all()
    assert [(roles[start : start + 3] == Role.VALIDATION).sum() for start in (6, 9, 12)].count(3) == 1
    assert (roles == Role.VALIDATION).sum() == 3
    # The last fold is followed by the first.
    assert set(np.flatnonzero(assign(sampler, [1] * 20, seed=2, validation=0.1).roles[0] == Role.VALIDATION)) == set(
        range(6)
    )


def test_a_unit_of_two_classes_validates_for_both() -> None:
    sampler = Given([1, 1, 2, 2, 3, 3], [0, 1, 2])
    assert assign(sampler, [1, 2] * 3, seed=0, validation=0.1).roles.tolist() == [[3, 3, 2, 2, 1, 1]]


def test_the_last_unit_is_cut_where_it_overshoots_the_share() -> None:
    # Of 30 pixels, a tenth is 3. The cut takes the end that costs less training: the one at the scene's border.
    units = [1] * 10 + [3] * 10 + [2] * 10
    sampler = Given(units, [0, 1, 2], max_overshoot=2)
    roles = assign(sampler, [1] * 30, seed=0, window=3, validation=0.1).roles[0]
    assert np.flatnonzero(roles == Role.VALIDATION).tolist() == [27, 28, 29]
    whole = assign(Given(units, [0, 1, 2]), [1] * 30, seed=0, window=3, validation=0.1).roles[0]
    assert np.flatnonzero(whole == Role.VALIDATION).tolist() == list(range(20, 30))


def test_validation_is_chosen_out_of_tests_reach() -> None:
    # Unit 2 touches the fold that tests, so with window 3 its first two pixels are within reach.
    sampler = Given([1] * 5 + [2] * 5 + [3] * 5, [0, 1, 2])
    assert (
        assign(sampler, [1] * 15, seed=0, window=3, validation=0.1).roles[0].tolist()
        == [3] * 5 + [1, 1, 2, 2, 2] + [1] * 5
    )


def test_what_a_class_lacks_in_a_fold_is_noted() -> None:
    # Class 1 is in all folds, class 2 in fold 0 only.
    sampler = Given([1, 2, 2, 3, 4, 4], [0, 0, 1, 2])
    labels = [1, 2, 2, 1, 1, 1]
    assert assign(sampler, labels, seed=0, validation=0.1).notes == {
        2: "no training: all its units test or validate in fold 0 of 3; no validation: the next fold has none of its"
        " units out of test's reach",
    }
    assert assign(sampler, labels, seed=2).notes == {2: "no test: none of its units is in fold 2 of 3"}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_empty_fold_is_an_error_with_advice_whichever_fold_tests(seed: int) -> None:
    with pytest.raises(
        DataError, match=r"scene strip: 1 of 3 folds are empty, as its labelled samples lie in 2 units; .* choose fewer"
    ):
        assign(Given([1, 1, 2], [0, 1]), [1, 1, 1], seed=seed)


def test_units_without_a_sample_do_not_count() -> None:
    # Two lines of pixels make two stripes, whatever number is asked for.
    with pytest.raises(DataError, match="2 of 4 folds are empty, as its labelled samples lie in 2 units"):
        make_split(np.ones((2, 9), int), "stripes", window=1, folds=4, validation=0)


@pytest.mark.parametrize(("folds", "validation", "share"), [(5, 0.05, 0.75), (2, 0, 0.5), (10, 0.1, 0.8)])
def test_training_gets_what_is_left(folds: int, validation: float, share: float) -> None:
    assert train_share(folds, validation) == share


@pytest.mark.parametrize(("folds", "validation"), [(2, 0.5), (5, 0.21), (5, -0.1), (3, float("nan"))])
def test_validation_that_one_fold_cannot_give_is_refused(folds: int, validation: float) -> None:
    with pytest.raises(UsageError, match=rf"folds: is {folds} and validation is {validation}; expected"):
        train_share(folds, validation)


def test_equal_units_are_dealt_evenly() -> None:
    labels = np.repeat([[1, 2]], 12, axis=0).repeat(3, axis=1)
    units = 1 + np.arange(12)[:, np.newaxis] * 2 + np.repeat([0, 1], 3)
    for seed in range(5):
        dealt = deal(labels, units, folds=4, rng=np.random.default_rng(seed))
        assert dealt[0] == -1
        assert np.bincount(dealt[1::2]).tolist() == np.bincount(dealt[2::2]).tolist() == [3, 3, 3, 3]


@pytest.mark.parametrize("seed", range(4))
def test_of_folds_that_lack_a_class_alike_the_emptier_one_gets_a_unit(seed: int) -> None:
    """Three classes of one unit each: whichever comes first, none of three folds gets two."""
    dealt = deal(np.array([[1, 2, 3]]), np.array([[1, 2, 3]]), folds=3, rng=np.random.default_rng(seed))
    assert sorted(dealt.tolist()) == [-1, 0, 1, 2]


def test_shares_are_kept_nearly_as_well_as_by_scikit_learn_and_the_seed_matters() -> None:
    rng = np.random.default_rng(2)
    units = 1 + np.arange(100)[:, np.newaxis] // 10 * 10 + np.arange(100) // 10
    labels = 1 + (np.arange(100)[:, np.newaxis] + 2 * np.arange(100) + rng.integers(0, 60, (100, 100))) // 90

    def spread(fold: np.ndarray) -> float:
        """Standard deviation over folds of the share of a class, mean over classes."""
        return float(
            np.mean([np.std(np.bincount(fold[labels == i], minlength=5)) / (labels == i).sum() for i in range(1, 5)])
        )

    dealt = [deal(labels, units, folds=5, rng=np.random.default_rng(seed))[units] for seed in range(5)]
    theirs = np.zeros(labels.size, int)
    splitter = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    for number, (_, test) in enumerate(splitter.split(labels.reshape(-1, 1), labels.ravel(), units.ravel())):
        theirs[test] = number
    assert max(map(spread, dealt)) < 2 * spread(theirs.reshape(labels.shape)) + 0.01
    drawn = rng.integers(0, 5, 101)[units]
    assert max(map(spread, dealt)) < 0.5 * spread(drawn)
    assert not np.array_equal(dealt[0], dealt[1])


def test_single_pixels_are_dealt_evenly_within_each_class() -> None:
    labels = np.repeat([1, 2, 5], [13, 50, 101])[np.newaxis].repeat(2, axis=0)
    tested = [make_split(labels, "random", window=1, folds=5, seed=seed) for seed in range(5, 10)]
    counts = np.array([[share.test for share in split.classes] for split in tested])
    assert counts.sum(axis=0).tolist() == [26, 100, 202]
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert np.ptp(counts.sum(axis=1)) <= 1
    assert all(split.leaky and not (split.roles == Role.GUARD).any() for split in tested)


def test_single_pixels_validate_to_the_pixel() -> None:
    labels = np.repeat([1, 2], [40, 60])[np.newaxis]
    split = make_split(labels, "random", window=1, folds=5, validation=0.05, seed=0)
    assert [(share.train, share.validation, share.test) for share in split.classes] == [(30, 2, 8), (45, 3, 12)]


def test_folds_go_with_stratified_draws_only() -> None:
    with pytest.raises(UsageError, match=r"option 'strategy' is 'uniform'; with folds it should be 'stratified'"):
        make_split(np.ones((5, 5), int), "random", window=1, folds=2, strategy="uniform")
    with pytest.raises(UsageError, match=r"option 'folds' is 1; it should be greater than or equal to 2"):
        make_split(np.ones((5, 5), int), "random", window=1, folds=1)
    with pytest.raises(UsageError, match=r"sampler region_growing: unknown option 'folds'"):
        make_split(np.ones((5, 5), int), "region_growing", window=1, folds=2)


def test_training_gives_way_to_test() -> None:
    # Two patches, one a fold: what is within reach of the one that tests does not train.
    labels = np.zeros((6, 25), int)
    labels[:, :10] = labels[:, 12:22] = 1
    split = make_split(labels, "dbscan_area", window=5, folds=2, validation=0)
    assert (split.classes[0].test, split.classes[0].train, split.classes[0].guard) == (60, 48, 12)


@pytest.mark.parametrize(("max_overshoot", "sizes"), [(2.0, [40, 40]), (1.0, [20] * 4), (None, [80])])
def test_a_region_too_large_for_a_fold_is_cut_first(max_overshoot: float | None, sizes: list[int]) -> None:
    labels = np.ones((4, 20), int)
    sampler = DbscanArea(DbscanAreaOptions(max_overshoot=max_overshoot))
    partition = sampler.partition(request(labels.tolist()), 4)
    assert np.bincount(partition.units.ravel())[1:].tolist() == sizes
    assert len(np.unique(partition.folds[1:])) == len(sizes)
