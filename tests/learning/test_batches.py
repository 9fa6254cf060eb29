"""Which examples stand in which batch follows from seed and epoch."""

import numpy as np
import pytest

from hsclass.learning.batches import Batches

INPUTS = np.arange(10)[:, np.newaxis]
TARGETS = np.eye(2, dtype=np.float32)[[0, 0, 0, 0, 0, 0, 0, 0, 1, 1]]


def epoch(batches: Batches, number: int) -> list[int]:
    batches.start(number)
    return np.concatenate([batches[index][0] for index in range(len(batches))]).ravel().tolist()


def test_without_a_seed_the_examples_stay_in_their_order() -> None:
    batches = Batches(INPUTS, TARGETS, batch_size=4)
    assert [batches[index][0].ravel().tolist() for index in range(len(batches))] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert epoch(batches, 5) == list(range(10))


def test_each_epoch_holds_every_example_once_in_an_order_of_its_own() -> None:
    batches = Batches(INPUTS, TARGETS, batch_size=4, seed=3)
    first, second = epoch(batches, 0), epoch(batches, 1)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_order_of_an_epoch_hangs_on_seed_and_epoch_alone() -> None:
    begun_late = Batches(INPUTS, TARGETS, batch_size=3, seed=3)
    unbroken = Batches(INPUTS, TARGETS, batch_size=3, seed=3)
    for number in range(4):
        epoch(unbroken, number)
    assert epoch(begun_late, 4) == epoch(unbroken, 4) == np.random.default_rng([3, 4]).permutation(10).tolist()
    assert epoch(Batches(INPUTS, TARGETS, batch_size=3, seed=4), 4) != epoch(begun_late, 4)


def test_targets_and_weights_go_with_their_inputs() -> None:
    weights = np.arange(10, dtype=np.float32) * 2
    batches = Batches(INPUTS, TARGETS, batch_size=4, seed=0, weights=weights)
    inputs, targets, weighed = batches[1]
    np.testing.assert_array_equal(targets, TARGETS[inputs.ravel()])
    assert weighed.tolist() == [2 * place for place in inputs.ravel()]


def test_balanced_batches_hold_classes_alike() -> None:
    batches = Batches(INPUTS, TARGETS, batch_size=4, seed=0, balanced=True)
    assert len(batches) == 3
    assert [batches[index][1].sum(axis=0).tolist() for index in range(3)] == [[2, 2], [2, 2], [1, 1]]


def test_a_subclass_reads_what_is_not_in_memory() -> None:
    class Doubled(Batches):
        def read(self, places: np.ndarray) -> np.ndarray:
            return 2 * self.inputs[places]

    assert Doubled(INPUTS, TARGETS, batch_size=2)[1][0].ravel().tolist() == [4, 6]


def test_mixup_blends_targets_and_weights_in_the_shares_of_the_inputs() -> None:
    weights = np.arange(1, 11, dtype=np.float32)
    batches = Batches(INPUTS, TARGETS, batch_size=10, seed=1, weights=weights, mixup=0.4)
    (inputs, partners, shares), targets, weighed = batches[0]
    ours, theirs = inputs.ravel(), partners.ravel()
    assert sorted(theirs) == list(range(10))
    assert shares.shape == (10, 1)
    assert ((shares > 0) & (shares < 1)).all()
    np.testing.assert_allclose(targets, shares * TARGETS[ours] + (1 - shares) * TARGETS[theirs], rtol=1e-6)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(weighed, shares[:, 0] * (ours + 1) + (1 - shares[:, 0]) * (theirs + 1), rtol=1e-6)


def test_mixup_is_drawn_from_seed_and_epoch() -> None:
    one, other = (Batches(INPUTS, TARGETS, batch_size=10, seed=1, mixup=0.4) for _ in range(2))
    one.start(1)
    one.start(2)
    other.start(2)
    np.testing.assert_array_equal(one.shares, other.shares)
    np.testing.assert_array_equal(one.partners, other.partners)


def test_shares_have_the_mean_and_variance_of_the_beta_distribution() -> None:
    many = Batches(np.zeros((20000, 1)), np.zeros((20000, 1)), batch_size=10, seed=1, mixup=0.5)
    assert many.shares.mean() == pytest.approx(0.5, abs=0.01)
    assert many.shares.var() == pytest.approx(1 / 8, rel=0.03)  # 1 / (4 (2 a + 1))


def test_mixup_of_0_pairs_each_example_with_itself() -> None:
    batches = Batches(INPUTS, TARGETS, batch_size=4, mixup=0)
    (inputs, partners, shares), targets = batches[2]
    assert inputs.ravel().tolist() == partners.ravel().tolist() == [8, 9]
    assert shares.ravel().tolist() == [1, 1]
    np.testing.assert_array_equal(targets, TARGETS[8:])
