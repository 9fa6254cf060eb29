"""What an audit is handed: a split of hsclass, a raster of its codes, or anyone's masks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.masks import read_ids
from hsclass.errors import DataError, UsageError
from hsclass.options import parse_options
from hsclass.samplers.fixed import MaskFiles
from hsclass.samplers.placement import place
from hsclass.split import FOREIGN, Split, read_split

REST = "rest"
_ARRAYS = {".mat", ".npy", ".npz"}


@dataclass(frozen=True)
class AuditInput:
    """A split to be audited.

    Attributes
    ----------
    path : Path
        The file that was handed in, for messages.
    split : Split
    labels : ndarray of uint8 or uint16, shape (rows, cols), or None
        The ground truth, 0 = unlabelled.
    remarks : list of str
        What a reader should know of the masks, in sentences.
    """

    path: Path
    split: Split
    labels: np.ndarray | None
    remarks: list[str]

    def windows(self, asked: Sequence[int]) -> list[int]:
        """Return the window sides asked for, or the split's own where none was.

        Raises
        ------
        UsageError
            If none was asked for and the split was made elsewhere, so that it has none of its own.
        """
        if not asked and self.split.sampler == FOREIGN:
            raise UsageError(
                f"{self.path}: was not written by hsclass, so its window is not known; give it with --window"
            )
        return list(asked) or [self.split.window]


def open_input(
    path: Path, test: str | None = None, *, labels: Path | None = None, labels_key: str | None = None, **masks: Any
) -> AuditInput:
    """Read what is to be audited: masks where it is said what tests, else a raster of split codes.

    Masks are taken just as they are: nothing that has a class is dropped, nothing is declared.

    Parameters
    ----------
    path : Path
        Of the training mask, or of the raster of split codes.
    test : str, optional
        Path of the test mask, or "rest" for all labelled pixels in no other mask.
    labels : Path, optional
        Ground truth, in anything that `hsclass.datasets.masks.read_ids` reads; by default the one that a split names.
    labels_key : str, optional
        Variable of its file.
    **masks
        Other options of `hsclass.samplers.fixed.MaskFiles`, None where they are not given: validation_mask,
        train_key, test_key, validation_key, ids.

    Raises
    ------
    UsageError
        If a training mask comes without a test mask or ground truth, or an option is impossible.
    DataError
        If a file cannot be read, or does not fit the ground truth or the other masks.
    """
    if test is not None:
        return _open_masks(path, test, labels, labels_key, masks)
    if path.suffix.lower() in _ARRAYS or any(value is not None for value in masks.values()):
        raise UsageError(
            f"{path}: is taken for a training mask, but nothing says what tests; give the mask of the test pixels with"
            f" --test, or '--test {REST}' for all other labelled pixels"
        )
    split, named = read_split(path)
    truth = labels or named
    return AuditInput(path, split, None if truth is None else read_ids(truth, key=labels_key), [])


def _open_masks(
    path: Path, test: str, labels: Path | None, labels_key: str | None, options: Mapping[str, Any]
) -> AuditInput:
    if labels is None:
        raise UsageError(f"{path}: is a mask, which is audited against a ground truth; give it with --labels")
    given = {**options, "train_mask": path, "test_mask": None if test == REST else test}
    files = parse_options(MaskFiles, given, "audit of masks")
    truth = read_ids(labels, key=labels_key)
    if not truth.any():
        raise DataError(f"{labels}: has no labelled pixel; expected a ground truth of class ids from 1 up")
    masks = files.read(truth)
    placed = place(masks, truth, unlabelled="keep", otherwise="mask")
    split = Split(placed.roles, 1, FOREIGN, 0, {}, leaky=False, given=placed.given)
    return AuditInput(path, split, truth, [remark for mask in masks.values() for remark in mask.remarks()])


def parse_ids(text: str) -> Mapping[int, int]:
    """Read "1:2,2:3" as the class ids 2 and 3 of the ground truth for the ids 1 and 2 of a mask.

    Raises
    ------
    UsageError
        If the text is anything else, or names an id twice.
    """
    pairs = [part.partition(":") for part in text.split(",")]
    try:
        ids = {int(identity): int(target) for identity, _, target in pairs}
    except ValueError:
        ids = {}
    if len(ids) != len(pairs):
        raise UsageError(f"--ids {text}: cannot be read; expected each mask id once, as in 1:2,2:3 (0 for no class)")
    return ids
