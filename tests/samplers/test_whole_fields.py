"""Whole fields, drawn with the seed."""

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.samples.fields import fields_of
from hsclass.split import Role


def rows_of_fields(sizes: dict[int, list[int]], gap: int = 3) -> np.ndarray:
    """Return labels with a row of fields for each class, 4 pixels high and as wide as given, `gap` pixels apart."""
    width = max(sum(row) + gap * len(row) for row in sizes.values())
    labels = np.zeros((len(sizes) * (4 + gap), width), int)
    for place, (identity, row) in enumerate(sizes.items()):
        left = 0
        for size in row:
            labels[place * (4 + gap) : place * (4 + gap) + 4, left : left + size] = identity
            left += size + gap
    return labels


FIELDS = rows_of_fields({1: [5, 5, 10, 20], 2: [4, 6, 10, 30], 3: [20]})


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("window", [1, 3])
def test_no_field_both_trains_and_tests(seed: int, window: int) -> None:
    split = make_split(FIELDS, "regions", window=window, train=0.2, validation=0.1, seed=seed)
    fields = fields_of(FIELDS)
    held = [set(fields[split.roles == role].tolist()) for role in (Role.TRAIN, Role.VALIDATION, Role.TEST)]
    assert not held[0] & held[2]
    assert not held[1] & held[2]
    assert not held[0] & held[1]


@pytest.mark.parametrize("seed", range(6))
def test_every_class_gets_exactly_its_share(seed: int) -> None:
    split = make_split(FIELDS, "regions", window=1, train=0.2, validation=0.1, seed=seed)
    assert [(share.train, share.asked) for share in split.classes] == [(32, 32), (40, 40), (16, 16)]
    assert [share.validation for share in split.classes[:2]] == [16, 20]


def test_the_only_field_of_a_class_trains_and_the_class_is_untestable() -> None:
    share = make_split(FIELDS, "regions", window=1, train=0.2, validation=0.1).classes[2]
    assert (share.train, share.validation, share.test, share.guard) == (16, 0, 0, 64)
    assert share.note == (
        "untestable: of its 1 field(s) none is left for test; no validation: of its 1 field(s) none is left that"
        " is far enough from training"
    )


def test_small_fields_train_more_often_the_larger_their_weight() -> None:
    labels = rows_of_fields({1: [5, 20]})
    small = labels.copy()
    small[:, 5:] = 0

    def times(power: float) -> int:
        splits = (
            make_split(labels, "regions", window=1, train=0.1, validation=0, seed=seed, smallest_first=power)
            for seed in range(200)
        )
        return sum(bool((split.roles[small > 0] == Role.TRAIN).any()) for split in splits)

    # One of two fields is drawn, the small one with probability w / (w + 1), w = 4^power: 1/2, 4/5 and 16/17.
    for power, share in ((0, 0.5), (1, 0.8), (2, 16 / 17)):
        assert times(power) / 200 == pytest.approx(share, abs=3.5 * np.sqrt(share * (1 - share) / 200))


def test_seeds_are_replicates() -> None:
    trained = {make_split(FIELDS, "regions", window=3, train=0.1, seed=seed).roles.tobytes() for seed in range(5)}
    assert len(trained) == 5


def test_a_field_is_passed_over_that_would_leave_its_class_without_test() -> None:
    labels = rows_of_fields({1: [4, 16], 2: [8, 8]})
    for seed in range(20):
        split = make_split(labels, "regions", window=1, train=0.5, validation=0.2, seed=seed)
        assert all(share.test > 0 and share.train > 0 for share in split.classes)


def test_groups_are_the_fields_where_there_are_any() -> None:
    labels = np.ones((1, 12), int)
    groups = np.repeat([[9, 4, 2]], 4, axis=1)
    split = make_split(labels, "regions", window=1, train=0.3, validation=0, groups=groups)
    trained = np.unique(groups[split.roles == Role.TRAIN])
    assert len(trained) == 1
    assert set(groups[split.roles == Role.TEST].tolist()) == {2, 4, 9} - set(trained.tolist())
    np.testing.assert_array_equal(split.groups, groups)


def test_sites_of_several_classes_go_whole_to_one_role() -> None:
    rng = np.random.default_rng(3)
    labels, sites = rng.integers(1, 4, (20, 30)), np.repeat(np.repeat([[1, 2, 3], [4, 5, 6]], 10, axis=0), 10, axis=1)
    for seed in range(5):
        split = make_split(
            labels, "regions", window=1, train=0.2, validation=0.1, groups=sites, several_classes=True, seed=seed
        )
        held = [set(sites[split.roles == role].tolist()) for role in (Role.TRAIN, Role.VALIDATION, Role.TEST)]
        assert not held[0] & held[2] and not held[1] & held[2] and not held[0] & held[1]
        assert all(share.train == share.asked for share in split.classes)


def test_folds_test_every_field_once_and_as_a_whole() -> None:
    fields = fields_of(FIELDS)
    tested = [
        set(fields[make_split(FIELDS, "regions", window=1, folds=3, seed=seed).roles == Role.TEST].tolist())
        for seed in range(3)
    ]
    assert sorted(field for fold in tested for field in fold) == list(range(1, 10))


@pytest.mark.parametrize(
    ("labels", "groups", "options", "sentence"),
    [
        (
            [[1, 1, 2, 2, 1]],
            [[1, 1, 1, 2, 3]],
            {},
            r"1 of 3 groups holds several classes \(1: classes 1, 2\); .*final: {sampler_options: ",
        ),
        ([[1, 1, 2, 2, 1]], [[1, 1, 0, 2, 3]], {}, "2 of 10 labelled pixels belong to no group"),
        ([[1, 1, 0, 2, 2]], None, {}, r"each of its 2 classes lies in a single connected region \(2 in all\)"),
        ([[1, 1, 0, 2, 2]], [[7, 7, 0, 8, 8]], {}, r"each of its 2 classes lies in a single group \(2 in all\)"),
        ([[1, 0, 1, 0, 2]], None, {"folds": 4}, "has 3 fields for 4 folds; expected as many at least"),
    ],
)
def test_groups_that_cannot_be_split_are_refused_with_counts(
    labels: list[list[int]], groups: list[list[int]] | None, options: dict[str, int], sentence: str
) -> None:
    held = None if groups is None else np.array(groups)
    with pytest.raises(DataError, match=sentence):
        make_split(np.array(labels * 2), "regions", window=1, validation=0, **options,
                   groups=None if held is None else np.repeat(held, 2, axis=0))  # fmt: skip


def test_replicates_that_can_hardly_differ_are_reported() -> None:
    split = make_split(rows_of_fields({1: [5, 5], 2: [9]}), "regions", window=1)
    assert split.notes == (
        "the seed chooses among few fields: 1 of 2 classes have more than one, 3 fields in all; seeds may give the same"
        " split",
    )
    assert make_split(FIELDS, "regions", window=1).notes == ()
