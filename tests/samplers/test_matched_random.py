"""The matched random split of a split."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.split import Split, write_split

LABELS = np.repeat(np.repeat(np.array([[1, 2], [2, 1]]), 20, axis=0), 30, axis=1)


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    write_split(make_split(LABELS, "dbscan_area", window=5), tmp_path / "safe.tif")
    return tmp_path / "safe.tif"


def test_every_class_has_exactly_the_same_count_in_every_role(safe: Path) -> None:
    other, matched = (
        make_split(LABELS, "dbscan_area", window=5),
        make_split(LABELS, "matched_random", window=5, of=safe),
    )
    for identity in (1, 2):
        here, there = (np.bincount(roles[identity == LABELS]) for roles in (matched.roles, other.roles))
        assert here.tolist() == there.tolist()
    assert (matched.roles != other.roles).mean() > 0.1


def test_what_was_asked_is_what_the_other_split_was_asked(safe: Path) -> None:
    matched = make_split(LABELS, "matched_random", window=5, of=safe, train=0.4)
    assert matched.fractions == {"train": 0.1, "validation": 0.05}
    assert [(share.id, share.asked) for share in matched.classes] == [(1, 120), (2, 120)]


def test_it_leaks_and_says_so(safe: Path) -> None:
    matched = make_split(LABELS, "matched_random", window=5, of=safe)
    assert matched.leaky
    assert audit_split(matched, LABELS).overlap_share > 0.99


def test_another_seed_is_another_draw(safe: Path) -> None:
    one, two = (make_split(LABELS, "matched_random", window=5, of=safe, seed=seed).roles for seed in (0, 1))
    assert not np.array_equal(one, two)


def test_classes_that_the_split_gives_itself_are_kept(tmp_path: Path) -> None:
    # The split calls an unlabelled pixel class 1 and trains on it; the other two pixels of class 1 test.
    labels = np.array([[0, 1, 1, 2, 2, 2]])
    given = np.array([[1, 0, 0, 0, 0, 0]], np.uint16)
    roles = np.array([[1, 3, 3, 1, 3, 3]], np.uint8)
    write_split(Split(roles, 1, "fixed", 0, {}, False, given=given), tmp_path / "fixed.tif")
    matched = [
        make_split(labels, "matched_random", window=1, of=tmp_path / "fixed.tif", seed=seed) for seed in range(12)
    ]
    assert {tuple(split.roles[0, :3].tolist()) for split in matched} == {(1, 3, 3), (3, 1, 3), (3, 3, 1)}
    assert all(split.reference(labels)[0, 0] == 1 for split in matched)


def test_a_split_of_another_scene_is_refused(safe: Path) -> None:
    with pytest.raises(DataError, match=r"is \(40, 60\) pixels, but the scene is \(40, 59\); expected both"):
        make_split(LABELS[:, 1:], "matched_random", window=5, of=safe)
    with pytest.raises(DataError, match=r"has 1200 pixels with a role that the reference labels leave unlabelled"):
        make_split(np.where(LABELS == 2, 0, LABELS), "matched_random", window=5, of=safe)
