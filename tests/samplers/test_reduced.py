"""Reduced splits: nested training sets on one fixed test set."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.samples.fields import fields_of
from hsclass.split import Role, Split, read_split, write_split

LABELS = np.kron(
    [[1, 0, 2, 0, 1, 0, 2], [0] * 7, [2, 0, 1, 0, 2, 0, 1], [0] * 7, [1, 0, 2, 0, 1, 0, 2]], np.ones((9, 9), int)
)
SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return a split that trains on several whole fields of each class."""
    split = make_split(LABELS, "regions", window=3, train=0.55, validation=0.1, smallest_first=0)
    write_split(split, tmp_path / "base.tif")
    return tmp_path / "base.tif"


def reduce(of: Path, keep: float, unit: str = "pixels", **more: int) -> Split:
    return make_split(LABELS, "reduced", of=of, keep=keep, unit=unit, **{"window": 3, **more})


@pytest.mark.parametrize("unit", ["pixels", "fields"])
def test_only_training_changes_and_smaller_sets_lie_in_larger_ones(base: Path, unit: str) -> None:
    whole = read_split(base)
    inner = np.zeros(LABELS.shape, bool)
    for keep in SHARES:
        split = reduce(base, keep, unit)
        for role in (Role.VALIDATION, Role.TEST):
            np.testing.assert_array_equal(split.roles == role, whole.roles == role)
        trains = split.roles == Role.TRAIN
        assert (trains | ~inner).all()
        assert (
            (split.roles == Role.GUARD) == ((whole.roles == Role.GUARD) | ((whole.roles == Role.TRAIN) & ~trains))
        ).all()
        assert (audit_split(split, LABELS).overlap, split.leaky) == (0, False)
        inner = trains
    np.testing.assert_array_equal(inner, whole.roles == Role.TRAIN)


def test_pixels_of_every_class_are_kept_in_proportion(base: Path) -> None:
    whole = {share.id: share.train for share in read_split(base).classes}
    split = reduce(base, 0.25)
    assert {share.id: share.train for share in split.classes} == {key: round(n / 4) for key, n in whole.items()}
    assert [share.asked for share in split.classes] == [share.train for share in split.classes]
    assert [share.note for share in split.classes] == [
        f"{round(n / 4)} of {n} training pixels kept" for n in whole.values()
    ]
    assert {share.id: share.train for share in reduce(base, 1e-6).classes} == dict.fromkeys(whole, 1)


def test_fields_are_kept_whole(base: Path) -> None:
    whole, fields = read_split(base), fields_of(LABELS)
    had = {identity: set(fields[(whole.roles == Role.TRAIN) & (identity == LABELS)].tolist()) for identity in (1, 2)}
    assert min(map(len, had.values())) >= 4
    split = reduce(base, 0.5, "fields")
    for identity in (1, 2):
        kept = set(fields[(split.roles == Role.TRAIN) & (identity == LABELS)].tolist())
        assert len(kept) == round(len(had[identity]) / 2)
        for field in kept:
            assert ((split.roles == Role.TRAIN) == (whole.roles == Role.TRAIN))[fields == field].all()


def test_the_seed_draws_what_is_kept(base: Path) -> None:
    assert (reduce(base, 0.5, seed=0).roles != reduce(base, 0.5, seed=1).roles).any()


def test_a_split_whose_test_pixels_could_not_stay_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="keeps windows of 3 pixels apart; expected a split that keeps windows of 5"):
        reduce(base, 0.5, window=5)
    write_split(make_split(LABELS, "random", window=3), tmp_path / "random.tif")
    with pytest.raises(DataError, match="declares itself leaky"):
        reduce(tmp_path / "random.tif", 0.5)
