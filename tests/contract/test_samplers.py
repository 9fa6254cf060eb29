"""What every entry of the samplers' table must keep."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.options import Options
from hsclass.raster import Grid
from hsclass.samplers import SAMPLERS, check_counts, make_split
from hsclass.samplers.folds import FoldOptions
from hsclass.split import Role, Split, class_shares, write_split
from hsclass.tables import resolve

WINDOWS = (1, 3, 5, 9)
SAFE = [name for name in SAMPLERS if not resolve(SAMPLERS, name, "sampler").leaky]
FOLDING = [name for name in SAMPLERS if issubclass(resolve(SAMPLERS, name, "sampler").options_model, FoldOptions)]


def toy() -> tuple[np.ndarray, np.ndarray]:
    """Return labels of four classes in regions of many sizes, some touching, with scattered pixels; and a cube."""
    rng = np.random.default_rng(5)
    labels = np.zeros((60, 70), np.uint8)
    for identity in (1, 2, 5, 9):
        for _ in range(4):
            top, left = rng.integers(0, 50, 2)
            height, width = rng.integers(4, 18, 2)
            labels[top : top + height, left : left + width] = identity
    scattered = rng.random(labels.shape) < 0.02
    labels[scattered] = rng.choice([0, 1, 2, 5, 9], scattered.sum())
    return labels, rng.normal(size=(*labels.shape, 3)) * rng.random(labels.shape)[..., np.newaxis]


def needed_options(sampler: str, labels: np.ndarray, folder: Path, window: int) -> dict[str, object]:
    """Return the options that a sampler cannot do without."""
    if sampler == "twin":
        write_split(make_split(labels, "dbscan_area", window=window), folder / "other.tif", grid=Grid())
        return {"of": folder / "other.tif"}
    if sampler == "fixed":
        roles = make_split(labels, "dbscan_area", window=window).roles
        for role in (Role.TRAIN, Role.VALIDATION):
            np.save(folder / f"{role.name}.npy", np.where(roles == role, labels, 0))
        return {"train_mask": folder / "TRAIN.npy", "validation_mask": folder / "VALIDATION.npy"}
    return {}


def split_toy(sampler: str, folder: Path, *, window: int = 3, **arguments: object) -> tuple[np.ndarray, Split]:
    labels, cube = toy()
    options = needed_options(sampler, labels, folder, window)
    return labels, make_split(labels, sampler, cube=cube, window=window, **options, **arguments)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_declarations(sampler: str) -> None:
    strategy = resolve(SAMPLERS, sampler, "sampler")
    assert isinstance(strategy.leaky, bool)
    assert isinstance(strategy.needs_cube, bool)
    assert issubclass(strategy.options_model, Options)
    assert strategy.least(0.05) >= strategy.least(0) >= 1
    assert strategy.__doc__


@pytest.mark.parametrize("sampler", SAFE)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("validation", [0, 0.05])
def test_no_test_window_shares_a_pixel(sampler: str, window: int, validation: float, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path, window=window, validation=validation)
    audit = audit_split(split, labels)
    assert audit.overlap_share == 0
    assert not audit.leaks
    validating, training = split.places(Role.VALIDATION), split.places(Role.TRAIN)
    if len(validating):
        distances = np.abs(validating[:, np.newaxis] - training[np.newaxis]).max(axis=2)
        assert distances.min() >= window


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_roles_are_on_labelled_pixels_and_every_labelled_pixel_has_one(sampler: str, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path)
    assert split.roles.dtype == np.uint8
    assert np.array_equal(split.roles > 0, labels > 0)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_account_adds_up(sampler: str, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path, window=5)
    notes = {share.id: share.note for share in split.classes}
    asked = 0.1 if split.fractions else {share.id: share.train for share in split.classes}
    assert split.classes == class_shares(labels, split.roles, asked, notes)
    for share in split.classes:
        size = int((labels == share.id).sum())
        assert share.train + share.validation + share.test + share.guard == size
        assert share.asked == (round(0.1 * size) if split.fractions else share.train)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_share_of_training_is_near_what_was_asked(sampler: str, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path)
    assert 0.07 <= audit_split(split, labels).train_ratio <= 0.15


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("seed", [0, 11])
def test_the_same_seed_gives_the_same_split(sampler: str, seed: int, tmp_path: Path) -> None:
    _, one = split_toy(sampler, tmp_path, seed=seed)
    _, two = split_toy(sampler, tmp_path, seed=seed)
    assert np.array_equal(one.roles, two.roles)
    assert one.classes == two.classes


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_class_trains_and_what_it_lacks_is_noted(sampler: str, tmp_path: Path) -> None:
    _, split = split_toy(sampler, tmp_path, window=9)
    for share in split.classes:
        assert share.train > 0
        assert share.note or (share.validation > 0 and share.test > 0)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_class_sizes_that_pass_the_check_can_be_split(sampler: str, tmp_path: Path) -> None:
    least = resolve(SAMPLERS, sampler, "sampler").least(0.05)
    labels = np.zeros((40, 40), int)
    labels[:10, :10] = 1
    labels[20, :least] = 2
    counts = {1: 100, 2: least}
    check_counts(counts, sampler, train=0.1, validation=0.05)
    cube = np.random.default_rng(0).normal(size=(40, 40, 2))
    split = make_split(labels, sampler, window=3, cube=cube, **needed_options(sampler, labels, tmp_path, 3))
    assert {share.id for share in split.classes} == {1, 2}


def fold_roles(sampler: str, folder: Path, folds: int, seeds: range, **arguments: object) -> list[np.ndarray]:
    return [split_toy(sampler, folder, folds=folds, seed=seed, **arguments)[1].roles for seed in seeds]


@pytest.mark.parametrize("sampler", FOLDING)
@pytest.mark.parametrize(("folds", "window", "validation"), [(2, 3, 0), (3, 5, 0.05), (5, 3, 0.1)])
def test_over_the_folds_every_labelled_pixel_is_tested_once(
    sampler: str, folds: int, window: int, validation: float, tmp_path: Path
) -> None:
    labels, _ = toy()
    for repetition in (0, 3):
        seeds = range(repetition * folds, (repetition + 1) * folds)
        rasters = fold_roles(sampler, tmp_path, folds, seeds, window=window, validation=validation)
        assert np.array_equal(sum((roles == Role.TEST).astype(int) for roles in rasters), (labels > 0).astype(int))


@pytest.mark.parametrize("sampler", FOLDING)
def test_the_next_repetition_is_another_partition(sampler: str, tmp_path: Path) -> None:
    first, second = fold_roles(sampler, tmp_path, 5, range(0, 10, 5))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("sampler", [name for name in FOLDING if name in SAFE])
@pytest.mark.parametrize("window", WINDOWS)
def test_no_fold_leaks(sampler: str, window: int, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path, window=window, folds=4, seed=6)
    assert audit_split(split, labels).overlap_share == 0
    validating, training = split.places(Role.VALIDATION), split.places(Role.TRAIN)
    distances = np.abs(validating[:, np.newaxis] - training[np.newaxis]).max(axis=2)
    assert distances.min() >= window


@pytest.mark.parametrize("sampler", FOLDING)
@pytest.mark.parametrize("seed", [0, 3])
def test_a_fold_accounts_for_every_class(sampler: str, seed: int, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path, folds=5, validation=0.05, seed=seed, train=0.01)
    assert split.fractions == {"train": 0.75, "validation": 0.05}
    assert audit_split(split, labels).train_ratio_asked == 0.75
    for share in split.classes:
        size = int((labels == share.id).sum())
        assert share.asked == round(0.75 * size)
        assert share.train + share.validation + share.test + share.guard == size
        assert share.note or (share.train > 0 and share.validation > 0 and share.test > 0)
