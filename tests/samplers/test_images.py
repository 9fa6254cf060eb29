"""Images are split as their lists say or at random, and near-duplicates are kept in one role."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsclass.audit import as_json_text, audit_split, require_sound
from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.samplers import make_split
from hsclass.scene import Scene
from hsclass.split import Role, read_split, read_split_and_labels, write_split

SAME = "00ff00ff00ff00ff"
SHARES = {"train": 0.6, "validation": 0.2}


def test_every_class_gets_its_shares(make_index) -> None:
    index = make_index(40)
    roles = make_split(index, "random", train=0.5, validation=0.25, seed=3).roles
    for column in range(2):
        members = index.targets[:, column] > 0
        assert np.bincount(roles[members], minlength=5).tolist() == [0, 10, 5, 5, 0]


def test_seed_draws_the_same_again_and_another_seed_does_not(make_index) -> None:
    first, again, other = (make_split(make_index(40), "random", **SHARES, seed=seed).roles for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_near_duplicates_stay_together(make_index) -> None:
    index = make_index(40, hashes=dict.fromkeys((0, 7, 12, 33), SAME))
    for seed in range(5):
        split = make_split(index, "random", **SHARES, seed=seed)
        assert len(set(split.roles[[0, 7, 12, 33]].tolist())) == 1
        assert (split.roles > 0).all()
        assert split.groups is not None
        assert np.flatnonzero(split.groups == split.groups[0]).tolist() == [0, 7, 12, 33]
        assert audit_split(split, index).overlap == 0


def test_split_that_leaks_and_does_not_say_so_ends_the_run_and_a_declared_one_does_not(make_index) -> None:
    index = make_index(40, hashes=dict.fromkeys(range(0, 40, 2), SAME))
    declared = make_split(index, "random", **SHARES, keep_together=False)
    measured = audit_split(declared, index)
    test = declared.places(Role.TEST)[:, 0]
    assert measured.overlap == int((test % 2 == 0).sum())
    assert measured.overlap_share == measured.overlap / len(test)
    require_sound(measured, "split.csv")
    with pytest.raises(
        LeakageError, match=r"4 of the 8 test images are near-duplicates of a training or validation image, as a/"
    ):
        require_sound(audit_split(replace(declared, leaky=False), index), "split.csv")


def test_pairs_are_counted_between_each_two_roles(make_index) -> None:
    parts = {0: "train", 1: "train", 2: "validation", 3: "test", 4: "test", 5: "train"}
    index = make_index(6, hashes={0: SAME, 2: SAME, 3: SAME, 1: "ff" * 8, 5: "ff" * 8}, splits=parts)
    measured = audit_split(make_split(index, "lists"), index)
    assert measured.pairs == {"train and validation": 1, "train and test": 1, "validation and test": 1}
    assert measured.within == 1
    assert measured.overlap == 1
    assert measured.overlap_share == 0.5
    assert measured.shown[0].parts in (["train", "test"], ["validation", "test"])
    assert (measured.window, measured.centre_share, measured.moran_i, measured.by_window) == (None, None, None, [])
    # Of three images of each class, b trains with two and a with one.
    assert measured.kl_train == pytest.approx(2 / 3 * np.log(2 / 3 / 0.5) + 1 / 3 * np.log(1 / 3 / 0.5))
    assert json.loads(as_json_text([measured]))["pairs"]["train and test"] == 1
    require_sound(measured, "published lists are reported, not refused")


def test_lost_classes_are_those_without_test_images(make_index) -> None:
    parts = {place: "test" if place in {1, 3} else "train" for place in range(8)}
    assert audit_split(make_split(make_index(8, splits=parts), "lists"), make_index(8, splits=parts)).lost_classes == [
        1
    ]


def test_images_are_needed_to_audit_a_split_of_them(make_index) -> None:
    with pytest.raises(UsageError, match="pass the images that it splits"):
        audit_split(make_split(make_index(40), "random", **SHARES))


def test_guard_drops_what_is_learned_from_and_keeps_the_test_set(make_index) -> None:
    parts = {0: "train", 1: "train", 2: "validation", 3: "test", 4: "test", 5: "train"}
    index = make_index(6, hashes={0: SAME, 2: SAME, 3: SAME}, splits=parts)
    roles = make_split(index, "lists", guard=True).roles.tolist()
    assert roles == [Role.GUARD, Role.TRAIN, Role.GUARD, Role.TEST, Role.TEST, Role.TRAIN]


def test_validation_is_taken_from_published_training_images(make_index) -> None:
    index = make_index(40, splits={place: "train" if place < 30 else "test" for place in range(40)})
    split = make_split(index, "lists", validation_of_train=0.2)
    assert [split.count(role) for role in (Role.TRAIN, Role.VALIDATION, Role.TEST)] == [24, 6, 10]
    assert split.places(Role.TEST)[:, 0].min() == 30


def test_split_comes_back_from_its_file(make_index, tmp_path: Path) -> None:
    index = make_index(20)
    split = make_split(index, "random", **SHARES, seed=4)
    write_split(split, tmp_path / "split.csv", images=index, labels_file="../index.csv")
    again, named = read_split_and_labels(tmp_path / "split.csv", index)
    assert named == tmp_path / "../index.csv"
    assert (again.roles == split.roles).all()
    assert (again.groups == split.groups).all()
    assert replace(again, roles=0, groups=0) == replace(split, roles=0, groups=0)
    with pytest.raises(DataError, match="splits 20 other images than the 30 of set"):
        read_split(tmp_path / "split.csv", make_index(30))


@pytest.mark.parametrize(
    ("sampler", "options", "sentence"),
    [
        ("lists", {}, "the set has no lists and no folders train and test"),
        ("random", {"train": 0.8, "validation": 0.2}, "a sum below 1, so that test samples are left"),
        ("random", {"trian": 0.8}, "unknown option 'trian'"),
        ("blocks", {}, "sampler blocks: splits pixels, not images; expected one of lists, matched_random, random"),
    ],
)
def test_wrong_split_is_one_sentence(make_index, sampler: str, options: dict[str, float], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_split(make_index(), sampler, **options)
    assert sentence in str(caught.value)


def test_missing_table_and_strange_columns_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"split\.csv: no such file; check the path, or run 'hsclass split'"):
        read_split(tmp_path / "split.csv")
    (tmp_path / "split.csv").write_text("name,part\n", encoding="utf-8")
    with pytest.raises(DataError, match="its columns are name, part in place of path, class, role, group"):
        read_split(tmp_path / "split.csv")
    (tmp_path / "split.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="its columns are none in place of"):
        read_split(tmp_path / "split.csv")


def test_split_of_the_other_kind_of_samples_is_refused(make_index, tmp_path: Path) -> None:
    index = make_index(40)
    write_split(make_split(index, "random", **SHARES), tmp_path / "split.csv", images=index, labels_file="index.csv")
    mask = np.ones((2, 3), bool)
    scene = Scene("field", np.zeros((2, 3, 1), np.float32), None, None, mask, ())
    with pytest.raises(DataError, match=r"split\.csv: splits images, but field holds pixels; run 'hsclass split' on"):
        read_split(tmp_path / "split.csv", scene)
