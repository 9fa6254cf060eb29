"""What an audit is given: masks as they are published, with what they and the ground truth do not agree on."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from hsclass.audit import audit_split
from hsclass.audit.inputs import open_input, parse_ids
from hsclass.errors import DataError, UsageError

LABELS = np.tile(np.array([1, 1, 1, 0, 2, 2, 2], np.uint8), (2, 1))
TRAIN = np.zeros_like(LABELS)
TRAIN[0] = [1, 0, 0, 2, 2, 1, 0]  # the 2 is on an unlabelled pixel, the last 1 on class 2


@pytest.fixture
def files(tmp_path: Path) -> Path:
    savemat(tmp_path / "TR.mat", {"TR": TRAIN.astype(float)})
    savemat(tmp_path / "TS.mat", {"TS": np.where(TRAIN > 0, 0, LABELS) * [[0], [1]]})
    np.save(tmp_path / "gt.npy", LABELS)
    return tmp_path


def test_masks_are_taken_as_published(files: Path) -> None:
    opened = open_input(files / "TR.mat", "rest", labels=files / "gt.npy")
    assert opened.split.roles.tolist() == [[1, 3, 3, 1, 1, 1, 3], [3, 3, 3, 0, 3, 3, 3]]
    assert isinstance(opened.samples, np.ndarray)
    assert opened.split.reference(opened.samples)[0].tolist() == [1, 1, 1, 2, 2, 1, 2]
    assert [remark.split(": ", 1)[1] for remark in opened.remarks] == [
        "a mask of 4 pixels (by class 1: 2, 2: 2)",
        "1 of 4 pixels are unlabelled in the reference data (by class 2: 1)",
        "1 of 4 pixels are of another class in the reference data (1 of class 1 are 2)",
    ]
    audit = audit_split(opened.split, opened.samples, window=1)
    assert (audit.n_train, audit.n_test, audit.leaky, audit.train_ratio_asked) == (4, 9, False, None)
    assert audit.train_ratio == 4 / 13


def test_a_test_mask_leaves_the_rest_unused(files: Path) -> None:
    opened = open_input(files / "TR.mat", str(files / "TS.mat"), labels=files / "gt.npy")
    assert opened.split.roles.tolist() == [[1, 0, 0, 1, 1, 1, 0], [3, 3, 3, 0, 3, 3, 3]]


def test_windows_must_be_given_for_masks(files: Path) -> None:
    opened = open_input(files / "TR.mat", "rest", labels=files / "gt.npy")
    assert opened.windows([5, 1]) == [5, 1]
    with pytest.raises(UsageError, match=r"TR\.mat: was not written by hsclass, so its window is not known"):
        opened.windows([])


@pytest.mark.parametrize("options", [{}, {"ids": {1: 2}}])
def test_a_mask_alone_is_no_split(files: Path, options: dict[str, dict[int, int]]) -> None:
    with pytest.raises(UsageError, match=r"TR\.mat: is taken for a training mask, but nothing says what tests; .*rest"):
        open_input(files / "TR.mat", labels=files / "gt.npy", **options)


def test_masks_need_a_ground_truth_with_labels(files: Path) -> None:
    with pytest.raises(UsageError, match="give them with --labels"):
        open_input(files / "TR.mat", "rest")
    np.save(files / "gt.npy", LABELS * 0)
    with pytest.raises(DataError, match=r"gt\.npy: has no labelled pixel"):
        open_input(files / "TR.mat", "rest", labels=files / "gt.npy")


def test_ids_as_text() -> None:
    assert parse_ids("1:2, 2:3,10:0") == {1: 2, 2: 3, 10: 0}
    for text in ("1", "1:2,1:3", "a:b", "1:2,", "1:2:3"):
        with pytest.raises(UsageError, match=rf"--ids {text}: cannot be read; expected each mask id once"):
            parse_ids(text)
