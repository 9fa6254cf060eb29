"""Published masks as a split: what becomes of pixels on which mask and reference data do not agree."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.errors import DataError, UsageError
from hsclass.samplers import make_split
from hsclass.split import Role, Split, read_split, write_split

# Two rows of: class 1 thrice, unlabelled twice, class 2 thrice, class 5 twice.
ROW = np.array([1, 1, 1, 0, 0, 2, 2, 2, 5, 5])
LABELS = np.tile(ROW, (2, 1))


def rows(*parts: list[int]) -> np.ndarray:
    return np.array(parts)


def fixed(folder: Path, train: np.ndarray, *, labels: np.ndarray = LABELS, window: int = 1, **options: Any) -> Split:
    """Split by masks; those of test and validation may be given as arrays."""
    np.save(folder / "train.npy", train)
    for name in ("test_mask", "validation_mask"):
        if isinstance(options.get(name), np.ndarray):
            np.save(folder / f"{name}.npy", options[name])
            options[name] = folder / f"{name}.npy"
    return make_split(labels, "fixed", window=window, train_mask=folder / "train.npy", **options)


def notes(split: Split) -> dict[int, str]:
    return {share.id: share.note for share in split.classes}


# First row: 1, then 1 and 2 on unlabelled pixels, 1 where the reference data says 2, 5.
DISAGREEING = rows([1, 0, 0, 1, 2, 1, 0, 0, 5, 0], [0] * 10)
REST = [3, 3, 3, 0, 0, 3, 3, 3, 3, 3]


def test_without_a_test_mask_all_other_labelled_pixels_test(tmp_path: Path) -> None:
    split = fixed(tmp_path, rows([1, 0, 0, 0, 0, 2, 0, 0, 5, 0], [0] * 10), validation=0)
    assert split.roles.tolist() == [[1, 3, 3, 0, 0, 1, 3, 3, 1, 3], REST]
    assert split.given is None
    assert notes(split) == {1: "", 2: "", 5: ""}
    assert (split.fractions, split.leaky) == ({}, False)
    assert [(share.asked, share.train, share.test) for share in split.classes] == [(1, 1, 5), (1, 1, 5), (1, 1, 3)]


def test_with_a_test_mask_the_rest_is_unused_and_noted(tmp_path: Path) -> None:
    test = rows([0] * 10, [1, 1, 0, 0, 0, 2, 0, 0, 5, 0])
    split = fixed(tmp_path, rows([1, 0, 0, 0, 0, 2, 0, 0, 0, 0], [0] * 10), test_mask=test, validation=0)
    assert split.roles.tolist() == [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 0, 0, 0, 3, 0, 0, 3, 0]]
    assert notes(split) == {
        1: "3 pixels are in no mask, unused",
        2: "4 pixels are in no mask, unused",
        5: "3 pixels are in no mask, unused; no training pixel",
    }


def test_pixels_that_the_ground_truth_does_not_confirm_are_dropped_at_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    split = fixed(tmp_path, DISAGREEING, validation=0)
    assert split.roles.tolist() == [[1, 3, 3, 0, 0, 0, 3, 3, 1, 3], REST]
    assert split.given is None
    assert notes(split) == {
        1: "training: 1 of 3 mask pixels are unlabelled in the reference data, dropped; training: 1 mask pixel is"
        " class 2 in the reference data, dropped",
        2: "training: 1 of 1 mask pixels are unlabelled in the reference data, dropped; training: 1 pixel is class 1"
        " in the mask, dropped; no training pixel",
        5: "",
    }
    assert [share.asked for share in split.classes] == [3, 1, 1]
    assert "2 of 5 pixels are unlabelled in the reference data (by class 1: 1, 2: 1)" in caplog.text
    assert "1 of 5 pixels are of another class in the reference data (1 of class 1 are 2)" in caplog.text


def test_unlabelled_pixels_are_kept_with_the_masks_class(tmp_path: Path) -> None:
    split = fixed(tmp_path, DISAGREEING, unlabelled="keep", validation=0)
    assert split.roles.tolist() == [[1, 3, 3, 1, 1, 0, 3, 3, 1, 3], REST]
    assert split.given is not None
    assert split.given.tolist() == [[0, 0, 0, 1, 2, 0, 0, 0, 0, 0], [0] * 10]
    assert split.reference(LABELS)[0].tolist() == [1, 1, 1, 1, 2, 2, 2, 2, 5, 5]
    assert "1 of 3 mask pixels are unlabelled in the reference data, kept as this class" in notes(split)[1]
    shares = {share.id: (share.train, share.test) for share in split.classes}
    assert shares == {1: (2, 5), 2: (1, 5), 5: (1, 3)}


@pytest.mark.parametrize(
    ("otherwise", "given", "here", "there"),
    [("reference", 0, "taken as 2", "kept as this class"), ("mask", 1, "kept as this class", "taken as 1")],
)
def test_pixels_that_are_labelled_otherwise_take_either_class(
    otherwise: str, given: int, here: str, there: str, tmp_path: Path
) -> None:
    split = fixed(tmp_path, DISAGREEING, otherwise=otherwise, validation=0)
    assert split.roles[0].tolist() == [1, 3, 3, 0, 0, 1, 3, 3, 1, 3]
    assert (0 if split.given is None else split.given[0, 5]) == given
    assert f"1 mask pixel is class 2 in the reference data, {here}" in notes(split)[1]
    assert f"1 pixel is class 1 in the mask, {there}" in notes(split)[2]
    assert {share.id: share.train for share in split.classes} == {1: 1 + given, 2: 1 - given, 5: 1}


def test_a_yes_no_mask_takes_the_classes_of_the_ground_truth(tmp_path: Path) -> None:
    chosen = rows([1, 0, 0, 1, 0, 1, 0, 0, 1, 0], [0] * 10) > 0
    split = fixed(tmp_path, chosen, unlabelled="keep", otherwise="mask", validation=0)
    assert split.roles[0].tolist() == [1, 3, 3, 0, 0, 1, 3, 3, 1, 3]
    assert split.given is None
    assert [share.train for share in split.classes] == [1, 1, 1]


def test_no_validation_is_made_up(tmp_path: Path) -> None:
    train = rows([1, 0, 0, 0, 0, 2, 0, 0, 5, 0], [0] * 10)
    split = fixed(tmp_path, train, validation=0.2)
    assert len(split.places(Role.VALIDATION)) == 0
    assert set(notes(split).values()) == {"no validation: no mask was given"}
    validation = rows([0] * 10, [1, 0, 0, 0, 0, 0, 0, 2, 0, 0])
    with_mask = fixed(tmp_path, train, validation=0, validation_mask=validation)
    assert with_mask.places(Role.VALIDATION).tolist() == [[1, 0], [1, 7]]
    assert notes(with_mask) == {1: "", 2: "", 5: "no validation pixel"}
    assert with_mask.roles[1].tolist() == [2, 3, 3, 0, 0, 3, 3, 2, 3, 3]


def test_the_guard_drops_test_pixels_near_training_unless_it_is_switched_off(tmp_path: Path) -> None:
    labels = np.tile(np.repeat([1, 2], 10), (5, 1))
    train = np.where(np.isin(np.arange(20), (0, 19)), labels, 0)
    guarded = fixed(tmp_path, train, labels=labels, window=5, validation=0)
    # Windows of 5 share pixels up to a distance of 4: columns 1 to 4 and 15 to 18.
    assert guarded.roles[0].tolist() == [1] + [4] * 4 + [3] * 10 + [4] * 4 + [1]
    assert audit_split(guarded, labels).overlap_share == 0
    published = fixed(tmp_path, train, labels=labels, window=5, validation=0, guard=False)
    assert published.roles[0].tolist() == [1] + [3] * 18 + [1]
    assert published.leaky
    assert not guarded.leaky
    audit = audit_split(published, labels)
    assert (audit.overlap_share, audit.train_ratio_asked, audit.train_ratio) == (8 / 18, None, 0.1)


def test_pixels_without_data_are_not_kept(tmp_path: Path) -> None:
    data = np.ones(LABELS.shape, bool)
    data[0, [0, 3]] = False
    split = fixed(tmp_path, rows([1, 1, 0, 1, 0, 2, 0, 0, 0, 0], [0] * 10), mask=data, unlabelled="keep", validation=0)
    assert split.roles[0].tolist() == [0, 1, 3, 0, 0, 1, 3, 3, 3, 3]
    assert notes(split)[1] == "training: 2 of 3 mask pixels lie where the scene holds no data, dropped"


def test_ids_and_keys(tmp_path: Path) -> None:
    own = np.select([LABELS == 1, LABELS == 2, LABELS == 5], [3, 1, 2])
    own[:, 1:] *= ROW[1:] != ROW[:-1]
    np.savez(tmp_path / "masks.npz", TR=own, other=LABELS)
    options = {"train_mask": tmp_path / "masks.npz", "train_key": "TR", "ids": {3: 1, 1: 2, 2: 5}}
    split = make_split(LABELS, "fixed", window=1, validation=0, **options)
    assert split.roles[0].tolist() == [1, 3, 3, 0, 0, 1, 3, 3, 1, 3]
    assert split.options["train_key"] == "TR"
    with pytest.raises(UsageError, match=r"sampler fixed: option 'ids.*' is '?-1"):
        make_split(LABELS, "fixed", window=1, **{**options, "ids": {3: -1}})
    with pytest.raises(UsageError, match="sampler fixed: option 'train_mask' is missing"):
        make_split(LABELS, "fixed", window=1)


def test_written_and_read_again_with_the_classes_that_it_gives(tmp_path: Path) -> None:
    split = fixed(tmp_path, DISAGREEING, unlabelled="keep", ids={1: 1})
    write_split(split, tmp_path / "split.tif")
    again = read_split(tmp_path / "split.tif")
    assert np.array_equal(again.reference(LABELS), split.reference(LABELS))
    assert again.classes == split.classes
    assert (again.fractions, again.options["unlabelled"]) == ({}, "keep")


TRAIN = rows([1, 0, 0, 0, 0, 2, 0, 0, 5, 0], [0] * 10)


@pytest.mark.parametrize(
    ("train", "options", "sentence"),
    [
        (LABELS, {"test_mask": TRAIN}, r"test mask shares 3 pixels with the training mask .*train.npy \(by class 1: 1, "
         r"2: 1, 5: 1\); expected a pixel in one mask only; leave the test mask out to test on the rest"),
        (TRAIN, {"validation_mask": LABELS}, r"validation mask shares 3 pixels with the training mask"),
        (LABELS, {}, r"the masks' rest leaves no test pixel"),
        (np.where(LABELS == 0, 2, 0), {"ids": {2: 2}}, r"train.npy: the mask leaves no training pixel \(of 2: 4\)"),
        (TRAIN, {"test_mask": np.where(LABELS == 0, 7, 0)}, r"test_mask.npy: the mask leaves no test pixel"),
        (np.where(TRAIN == 2, 2, 0), {}, r"training mask has pixels of one class only \(2: 1\); expected two or more of"
         r" the classes of the reference data \(1: 6, 2: 6, 5: 4\)"),
        (TRAIN, {"labels": np.where(np.arange(20).reshape(2, 10) == 9, 7, LABELS)},
         r"class 7 has fewer than the 2 pixels that sampler fixed needs .*\(pixels per class: .* 5: 3, 7: 1\)"),
        (np.where(TRAIN == 5, 7, TRAIN), {}, r"classes that the reference data lack \(pixels by class 7: 1; the"
         r" reference data have 1: 6, 2: 6, 5: 4\); say with 'ids' what its ids stand for, which looks like 1:1,2:2"),
        (TRAIN * 0, {}, r"train.npy: the mask has no pixel"),
        (TRAIN.T, {}, r"the mask is \(10, 2\) pixels; expected \(2, 10\), as the reference data; it looks transposed"),
    ],
)  # fmt: skip
def test_masks_that_make_no_split_are_data_errors(
    train: np.ndarray, options: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=sentence):
        fixed(tmp_path, train, **options)


def test_a_window_that_leaves_no_test_pixel_is_a_data_error(tmp_path: Path) -> None:
    labels = np.tile(np.repeat([1, 2], 4), (8, 1))
    train = np.where(np.isin(np.arange(8), (0, 7)), labels, 0)
    with pytest.raises(DataError, match=r"sampler fixed with window 7 leaves no test pixel .*1: 8 train.*24 guard"):
        fixed(tmp_path, train, labels=labels, window=7)


def test_a_mask_of_other_classes_may_still_say_where(tmp_path: Path) -> None:
    coarse = np.where(TRAIN > 0, 1 + (TRAIN > 1), 0)
    with pytest.raises(DataError, match=r"or check that it is of this scene"):
        fixed(tmp_path, coarse * 100)
    split = fixed(tmp_path, coarse * 100, otherwise="reference", validation=0)
    assert [share.train for share in split.classes] == [1, 1, 1]
