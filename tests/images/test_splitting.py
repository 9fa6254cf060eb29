"""Images are divided as published or at random, and near-duplicates can be kept in one part."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.images.audit import audit_images, in_words, require_sound
from hsclass.images.splitting import divide_images
from hsclass.split import Role, read_split, write_split

SAME = "00ff00ff00ff00ff"


def test_every_class_gets_its_shares(make_index) -> None:
    index = make_index(40)
    roles = divide_images(index, "random", train=0.5, validation=0.25, seed=3).roles
    for column in range(2):
        members = index.targets[:, column] > 0
        assert np.bincount(roles[members], minlength=5).tolist() == [0, 10, 5, 5, 0]


def test_seed_draws_the_same_again_and_another_seed_does_not(make_index) -> None:
    first, again, other = (divide_images(make_index(40), "random", seed=seed).roles for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_near_duplicates_stay_together(make_index) -> None:
    index = make_index(40, hashes=dict.fromkeys((0, 7, 12, 33), SAME))
    for seed in range(5):
        roles = divide_images(index, "random", seed=seed).roles
        assert len(set(roles[[0, 7, 12, 33]].tolist())) == 1
        assert (roles > 0).all()
        assert audit_images(index, divide_images(index, "random", seed=seed))["overlap"] == 0


def test_silent_leak_ends_the_run_and_a_declared_one_does_not(make_index) -> None:
    index = make_index(40, hashes=dict.fromkeys(range(0, 40, 2), SAME))
    silent = divide_images(index, "random", keep_together=False)
    measured = audit_images(index, silent)
    test = silent.places(Role.TEST)
    assert measured["overlap"] == int((test % 2 == 0).sum())
    assert measured["overlap_share"] == measured["overlap"] / len(test)
    with pytest.raises(LeakageError, match=r"4 of 8 test images nearly show one that is learned from"):
        require_sound(measured, "split.csv")
    declared = divide_images(index, "random", keep_together=False, leaky=True)
    require_sound(audit_images(index, declared), "split.csv")


def test_pairs_are_counted_between_each_two_parts(make_index) -> None:
    parts = {0: "train", 1: "train", 2: "validation", 3: "test", 4: "test", 5: "train"}
    index = make_index(6, hashes={0: SAME, 2: SAME, 3: SAME, 1: "ff" * 8, 5: "ff" * 8}, splits=parts)
    measured = audit_images(index, divide_images(index, "published"))
    assert measured["pairs"] == {"train and validation": 1, "train and test": 1, "validation and test": 1}
    assert measured["within"] == 1
    assert measured["overlap"] == 1
    assert measured["overlap_share"] == 0.5
    assert measured["shown"][0]["parts"] in (["train", "test"], ["validation", "test"])
    assert "1 between train and test" in in_words(measured)
    require_sound(measured, "published lists are reported, not refused")


def test_guard_drops_what_is_learned_from_and_keeps_the_test_set(make_index) -> None:
    parts = {0: "train", 1: "train", 2: "validation", 3: "test", 4: "test", 5: "train"}
    index = make_index(6, hashes={0: SAME, 2: SAME, 3: SAME}, splits=parts)
    roles = divide_images(index, "published", guard=True).roles.tolist()
    assert roles == [Role.GUARD, Role.TRAIN, Role.GUARD, Role.TEST, Role.TEST, Role.TRAIN]


def test_validation_is_taken_from_published_training_images(make_index) -> None:
    index = make_index(40, splits={place: "train" if place < 30 else "test" for place in range(40)})
    split = divide_images(index, "published", validation=0.2)
    assert [split.count(role) for role in (Role.TRAIN, Role.VALIDATION, Role.TEST)] == [24, 6, 10]
    assert split.places(Role.TEST)[:, 0].min() == 30


def test_split_comes_back_from_its_file(make_index, tmp_path: Path) -> None:
    index = make_index(20)
    split = divide_images(index, "random", seed=4)
    write_split(split, tmp_path / "split.csv", images=index, labels_file="../index.csv")
    again, named = read_split(tmp_path / "split.csv", index)
    assert named == tmp_path / "../index.csv"
    assert (again.roles == split.roles).all()
    assert (again.groups == split.groups).all()
    assert replace(again, roles=0, groups=0) == replace(split, roles=0, groups=0)
    with pytest.raises(DataError, match="splits 20 other images than the 30 of set"):
        read_split(tmp_path / "split.csv", make_index(30))


@pytest.mark.parametrize(
    ("sampler", "options", "sentence"),
    [
        ("published", {}, "the set has no lists and no folders train and test"),
        ("random", {"train": 0.8, "validation": 0.2}, "leave no test images"),
        ("random", {"trian": 0.8}, "unknown option 'trian'"),
        ("blocks", {}, "unknown sampler of images 'blocks': expected one of published, random"),
    ],
)
def test_wrong_split_is_one_sentence(make_index, sampler: str, options: dict[str, float], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        divide_images(make_index(), sampler, **options)
    assert sentence in str(caught.value)
