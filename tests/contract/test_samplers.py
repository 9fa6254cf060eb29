"""What every entry of the samplers' table must keep."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.errors import UsageError
from hsclass.options import Options
from hsclass.samplers import SAMPLERS, check_counts, make_split
from hsclass.samplers.folds import FoldOptions
from hsclass.samples import ImageRecord, ImageSamples
from hsclass.scene import LandCover
from hsclass.split import Role, Split, class_shares, write_split
from hsclass.tables import resolve

WINDOWS = (1, 3, 5, 9)
CLASSES = {name: resolve(SAMPLERS, name, "sampler") for name in SAMPLERS}
PIXELS, IMAGES = ([name for name, found in CLASSES.items() if kind in found.takes] for kind in ("pixels", "images"))
SAFE = [name for name in PIXELS if not CLASSES[name].leaky]
ALWAYS_FOLDS = {"knndm"}
"""Samplers that make folds only, and take no share of training."""
FOLDING = [name for name in PIXELS if issubclass(CLASSES[name].options_model, FoldOptions)]


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


def make_images(*, duplicates: int = 0, unreadable: tuple[int, ...] = ()) -> ImageSamples:
    """Return 60 images of three classes, listed for all roles; the first ones are near-duplicates of later ones."""
    rng = np.random.default_rng(2)
    hashes = rng.integers(0, 2**63, 60, dtype=np.uint64)
    for place in range(duplicates):
        hashes[place] = hashes[30 + place // 2] ^ np.uint64(0b1111 >> place % 5)
    listed = ["train"] * 6 + ["validation"] * 2 + ["test"] * 2
    images = tuple(
        ImageRecord(f"{place}.png", ("abc"[place % 3],), listed[place % 10], (8, 8, 3), "", f"{value:016x}")
        if place not in unreadable
        else ImageRecord(f"{place}.png", ("abc"[place % 3],), listed[place % 10], (0, 0, 0), "", "", "is broken")
        for place, value in enumerate(hashes.tolist())
    )
    classes = tuple(LandCover(1 + place, name, (place, 0, 0)) for place, name in enumerate("abc"))
    return ImageSamples("set", Path("/nowhere"), images, classes)


def needed_options(sampler: str, labels: np.ndarray, folder: Path, window: int) -> dict[str, object]:
    """Return the options that a sampler cannot do without."""
    if "of" in CLASSES[sampler].options_model.model_fields:
        write_split(make_split(labels, "dbscan_area", window=window), folder / "other.tif")
        return {"of": folder / "other.tif"} | ({"keep": 0.9} if sampler == "reduced" else {})
    if sampler == "fixed":
        roles = make_split(labels, "dbscan_area", window=window).roles
        for role in (Role.TRAIN, Role.VALIDATION):
            np.save(folder / f"{role.name}.npy", np.where(roles == role, labels, 0))
        return {"train_mask": folder / "TRAIN.npy", "validation_mask": folder / "VALIDATION.npy"}
    return {}


def split_toy(sampler: str, folder: Path, *, window: int = 3, **arguments: object) -> tuple[np.ndarray, Split]:
    labels, cube = toy()
    if sampler.startswith("matched_"):  # test fields large enough for two parts that are a window apart
        labels, cube = (np.repeat(np.repeat(part, 2, axis=0), 2, axis=1) for part in (labels, cube))
    options = needed_options(sampler, labels, folder, window)
    return labels, make_split(labels, sampler, cube=cube, window=window, **options, **arguments)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_declarations(sampler: str) -> None:
    strategy = CLASSES[sampler]
    assert strategy.takes and strategy.takes <= {"pixels", "images"}
    assert isinstance(strategy.leaky, bool)
    assert isinstance(strategy.needs_cube, bool)
    assert issubclass(strategy.options_model, Options)
    assert strategy.least(0.05) >= strategy.least(0) >= 1
    assert strategy.__doc__


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_samples_of_another_kind_are_refused_in_one_way(sampler: str) -> None:
    pixels, takes = toy()[0], CLASSES[sampler].takes
    if "pixels" not in takes:
        with pytest.raises(UsageError, match=f"sampler {sampler}: splits images, not pixels; expected one of blocks, "):
            make_split(pixels, sampler, window=3)
    if "images" not in takes:
        with pytest.raises(UsageError, match=f"sampler {sampler}: splits pixels, not images; expected one of lists, "):
            make_split(make_images(), sampler)


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        (
            "pixels",
            {"keep_together": False},
            "sampler random: unknown option 'keep_together'; expected one of folds, strategy",
        ),
        (
            "images",
            {"strategy": "uniform"},
            "sampler random: unknown option 'strategy'; expected one of folds, keep_together, threshold",
        ),
        ("images", {"window": 9}, "window: is 9, but images have no windows; leave it out"),
        ("pixels", {"window": None}, "window: is missing; give the side"),
    ],
)
def test_options_of_the_other_kind_are_refused(kind: str, options: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        if kind == "images":
            make_split(make_images(), "random", **options)
        else:
            make_split(toy()[0], "random", **{"window": 3, **options})


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


@pytest.mark.parametrize("sampler", PIXELS)
def test_roles_are_on_labelled_pixels_and_every_labelled_pixel_has_one(sampler: str, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path)
    assert split.roles.dtype == np.uint8
    assert np.array_equal(split.roles > 0, labels > 0)


@pytest.mark.parametrize("sampler", [name for name in PIXELS if name not in ALWAYS_FOLDS])
def test_the_account_adds_up(sampler: str, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path, window=5)
    notes = {share.id: share.note for share in split.classes}
    asked = 0.1 if split.fractions else {share.id: share.train for share in split.classes}
    assert split.classes == class_shares(labels, split.roles, asked, notes)
    for share in split.classes:
        size = int((labels == share.id).sum())
        assert share.train + share.validation + share.test + share.guard == size
        assert share.asked == (round(0.1 * size) if split.fractions else share.train)


@pytest.mark.parametrize("sampler", [name for name in PIXELS if name not in ALWAYS_FOLDS])
def test_the_share_of_training_is_near_what_was_asked(sampler: str, tmp_path: Path) -> None:
    labels, split = split_toy(sampler, tmp_path)
    assert 0.07 <= audit_split(split, labels).train_ratio <= 0.15


@pytest.mark.parametrize("sampler", PIXELS)
@pytest.mark.parametrize("seed", [0, 11])
def test_the_same_seed_gives_the_same_split(sampler: str, seed: int, tmp_path: Path) -> None:
    _, one = split_toy(sampler, tmp_path, seed=seed)
    _, two = split_toy(sampler, tmp_path, seed=seed)
    assert np.array_equal(one.roles, two.roles)
    assert one.classes == two.classes


@pytest.mark.parametrize("sampler", PIXELS)
def test_every_class_trains_and_what_it_lacks_is_noted(sampler: str, tmp_path: Path) -> None:
    _, split = split_toy(sampler, tmp_path, window=9)
    for share in split.classes:
        assert share.train > 0
        assert share.note or (share.validation > 0 and share.test > 0)


@pytest.mark.parametrize("sampler", PIXELS)
def test_class_sizes_that_pass_the_check_can_be_split(sampler: str, tmp_path: Path) -> None:
    least = CLASSES[sampler].least(0.05)
    labels = np.zeros((40, 40), int)
    labels[:5, :10] = labels[9:14, :10] = 1
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


def split_images(sampler: str, images: ImageSamples, folder: Path, **arguments: object) -> Split:
    """Split images with the options that a sampler cannot do without."""
    options = {}
    if sampler == "matched_random":
        write_split(make_split(images, "random"), folder / "other.csv", images=images)
        options = {"of": folder / "other.csv"}
    return make_split(images, sampler, **options, **arguments)


@pytest.mark.parametrize("sampler", IMAGES)
def test_roles_are_on_readable_images(sampler: str, tmp_path: Path) -> None:
    images = make_images(unreadable=(3, 40))
    split = split_images(sampler, images, tmp_path)
    assert split.roles.dtype == np.uint8
    assert split.roles.shape == images.labels.shape == (len(images),)
    assert np.array_equal(split.roles > 0, images.labels > 0)
    for share in split.classes:
        assert share.train + share.validation + share.test + share.guard == int((images.labels == share.id).sum())
        assert share.train > 0
        assert share.test > 0


@pytest.mark.parametrize("sampler", IMAGES)
@pytest.mark.parametrize("seed", [0, 11])
def test_the_same_seed_gives_the_same_split_of_images(sampler: str, seed: int, tmp_path: Path) -> None:
    one, two = (split_images(sampler, make_images(), tmp_path, seed=seed) for _ in range(2))
    assert np.array_equal(one.roles, two.roles)
    assert one.classes == two.classes


@pytest.mark.parametrize("sampler", IMAGES)
@pytest.mark.parametrize("threshold", [0, 4, 12])
def test_no_test_image_nearly_shows_another_role_unless_declared(sampler: str, threshold: int, tmp_path: Path) -> None:
    images = make_images(duplicates=30)
    options = {"threshold": threshold} if "threshold" in CLASSES[sampler].options_of("images").model_fields else {}
    if sampler == "lists":
        options["guard"] = True
    split = split_images(sampler, images, tmp_path, **options)
    audit = audit_split(split, images)
    assert split.leaky or audit.overlap_share == 0
    assert not split.leaky or audit.overlap_share > 0


@pytest.mark.parametrize("folds", [2, 5])
@pytest.mark.parametrize("keep_together", [True, False])
def test_over_the_folds_every_readable_image_is_tested_once(folds: int, keep_together: bool) -> None:
    images = make_images(duplicates=30, unreadable=(3,))
    splits = [
        make_split(images, "random", validation=0.1, seed=seed, folds=folds, keep_together=keep_together)
        for seed in range(folds)
    ]
    tested = sum((split.roles == Role.TEST).astype(int) for split in splits)
    assert np.array_equal(tested, (images.labels > 0).astype(int))
    assert all(split.leaky != keep_together for split in splits)
    if keep_together:
        assert all(audit_split(split, images).overlap_share == 0 for split in splits)
        assert all((split.roles[images.labels > 0] != Role.GUARD).all() for split in splits)
