"""Matched splits: a ladder of three splits with the same test pixels and the same training counts."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.samplers.matched import halves
from hsclass.samples.fields import fields_of
from hsclass.split import Role, Split, read_split, write_split

LABELS = np.kron([[1, 0, 2, 0, 1], [0, 0, 0, 0, 0], [2, 0, 1, 0, 2]], np.ones((20, 24), int))
WINDOW = 5
MATCHED = ("matched_random", "matched_apart")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write_split(make_split(LABELS, "regions", window=WINDOW), tmp_path / "base.tif")
    return tmp_path / "base.tif"


def match(sampler: str, of: Path, labels: np.ndarray = LABELS, **options: object) -> Split:
    return make_split(labels, sampler, **{"window": WINDOW, "of": of, **options})


@pytest.mark.parametrize("seed", range(4))
def test_all_rungs_test_the_same_pixels_with_the_same_counts(base: Path, seed: int) -> None:
    spatial = read_split(base)
    random, apart = (match(name, base, seed=seed) for name in MATCHED)
    np.testing.assert_array_equal(random.roles == Role.TEST, apart.roles == Role.TEST)
    assert (spatial.roles[random.roles == Role.TEST] == Role.TEST).all()
    for split in (random, apart):
        np.testing.assert_array_equal(split.roles == Role.VALIDATION, spatial.roles == Role.VALIDATION)
        assert [(share.id, share.train) for share in split.classes] == [
            (share.id, share.train) for share in spatial.classes
        ]


def test_the_rungs_differ_in_where_training_pixels_lie(base: Path) -> None:
    spatial = read_split(base)
    random, apart = (match(name, base) for name in MATCHED)
    fields, test = fields_of(LABELS), random.roles == Role.TEST
    trained, others, unseen = (fields[split.roles == Role.TRAIN] for split in (random, apart, spatial))
    # As many in every test field on the two rungs; none on the last.
    np.testing.assert_array_equal(np.bincount(trained, minlength=9), np.bincount(others, minlength=9))
    assert set(fields[test].tolist()) == set(trained.tolist())
    assert not set(fields[test].tolist()) & set(unseen.tolist())
    assert audit_split(random, LABELS).overlap_share > 0.99
    assert random.leaky
    for split in (apart, spatial):
        places, tests = split.places(Role.TRAIN), np.argwhere(test)
        assert np.abs(places[:, np.newaxis] - tests).max(axis=2).min() >= WINDOW
        assert not split.leaky


def test_random_training_is_spread_over_the_whole_field(base: Path) -> None:
    fields, trained = fields_of(LABELS), match("matched_random", base).roles == Role.TRAIN
    for field in np.unique(fields[trained]):
        rows, cols = np.argwhere(trained & (fields == field)).T
        assert np.ptp(rows) >= 15
        assert np.ptp(cols) >= 18


def test_what_does_not_fit_into_the_test_fields_stays_where_it_was(tmp_path: Path) -> None:
    # The test field of class 1, 5 x 12 pixels, has parts of 5 x 4 pixels for window 5; 50 pixels of a class train.
    labels = np.zeros((5, 60), int)
    labels[:, :12] = labels[:, 20:30] = 1
    labels[:, 40:] = 2
    roles = np.zeros(labels.shape, np.uint8)
    roles[:, :12], roles[:, 20:30], roles[:, 40:50], roles[:, 55:] = Role.TEST, Role.TRAIN, Role.TRAIN, Role.TEST
    write_split(Split(roles, WINDOW, "fixed", 0, {}, False), tmp_path / "s.tif")
    split = match("matched_apart", tmp_path / "s.tif", labels)
    assert (split.roles[:, :12] == Role.TRAIN).sum() == 20
    assert (split.roles[:, 20:30] == Role.TRAIN).sum() == 30
    assert {share.id: share.note for share in split.classes} == {
        1: "20 of 50 training pixels moved into its test fields",
        2: "not compared: no test field takes any of its 50 training pixels",
    }


@pytest.mark.parametrize(
    ("shape", "gap", "sizes"),
    [((4, 11), 3, {16, 20}), ((11, 4), 3, {16, 20}), ((3, 3), 3, None), ((2, 6), 1, {6})],
)
def test_a_field_is_cut_across_where_the_smaller_part_is_largest(
    shape: tuple[int, int], gap: int, sizes: set[int] | None
) -> None:
    found = halves(np.argwhere(np.ones(shape, bool)), gap, np.random.default_rng(0))
    if sizes is None:
        assert found is None
        return
    one, other = found
    assert {len(one), len(other)} == sizes
    assert np.abs(one[:, np.newaxis] - other).max(axis=2).min() == gap


def test_either_part_may_test(base: Path) -> None:
    pixels = np.argwhere(np.ones((2, 6), bool))
    first = {int(halves(pixels, 1, np.random.default_rng(seed))[0].sum()) for seed in range(20)}
    assert len(first) == 2


def test_another_seed_is_another_draw(base: Path) -> None:
    one, two = (match("matched_random", base, seed=seed).roles for seed in (0, 1))
    assert not np.array_equal(one, two)


def test_what_was_asked_is_what_the_other_split_was_asked(base: Path) -> None:
    matched = match("matched_random", base, train=0.4)
    assert matched.fractions == {"train": 0.1, "validation": 0.05}
    assert [(share.id, share.asked) for share in matched.classes] == [(1, 144), (2, 144)]


def test_classes_that_the_split_gives_itself_are_kept(tmp_path: Path) -> None:
    labels, roles = np.zeros((1, 20), int), np.zeros((1, 20), np.uint8)
    labels[0, 10:] = 1
    given = np.zeros((1, 20), np.uint16)
    given[0, :4] = 1
    roles[0, :4], roles[0, 10:] = Role.TRAIN, Role.TEST
    write_split(Split(roles, 1, "fixed", 0, {}, False, given=given), tmp_path / "fixed.tif")
    split = match("matched_apart", tmp_path / "fixed.tif", labels, window=1)
    assert split.reference(labels)[0, :4].tolist() == [1, 1, 1, 1]
    assert (split.roles[0, 10:] == Role.TRAIN).sum() == 4


@pytest.mark.parametrize("sampler", MATCHED)
def test_a_split_that_cannot_be_matched_is_refused(base: Path, tmp_path: Path, sampler: str) -> None:
    with pytest.raises(DataError, match=r"base\.tif: the split is \(60, 120\) pixels"):
        match(sampler, base, LABELS[:, 1:])
    with pytest.raises(DataError, match=r"has \d+ pixels with a role that the reference labels leave unlabelled"):
        match(sampler, base, np.where(LABELS == 2, 0, LABELS))
    write_split(make_split(LABELS, "random", window=WINDOW), tmp_path / "random.tif")
    with pytest.raises(DataError, match="declares itself leaky \\(sampler random\\); expected a spatial split"):
        match(sampler, tmp_path / "random.tif")
    with pytest.raises(DataError, match=r"none of its \d test fields has two parts 25 pixels apart \(the longest side"):
        match(sampler, base, window=25)


def test_fields_get_training_pixels_in_proportion_to_their_parts_that_do_not_test(tmp_path: Path) -> None:
    """Window 5: fields of 10 x 14 and 10 x 4 pixels have parts of 10 x 5 and 3 x 4; of 31 pixels 25 and 6 move."""
    labels = np.zeros((10, 80), int)
    labels[:, :14] = labels[:, 20:24] = labels[:, 36:46] = 1
    labels[:, 60:] = 2
    roles = np.zeros(labels.shape, np.uint8)
    roles[:, :14] = roles[:, 20:24] = roles[:, 75:] = Role.TEST
    roles[:3, 36:46] = roles[3, 36] = roles[:, 60:65] = Role.TRAIN
    write_split(Split(roles, WINDOW, "fixed", 0, {}, False), tmp_path / "s.tif")
    for sampler in MATCHED:
        trains = match(sampler, tmp_path / "s.tif", labels).roles == Role.TRAIN
        assert (trains[:, :14].sum(), trains[:, 20:24].sum(), trains[:, 36:46].sum()) == (25, 6, 0)
