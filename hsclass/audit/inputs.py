"""What an audit is given: a split of hsclass, a raster of its codes, or anyone's masks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.alignment import aligned
from hsclass.datasets.masks import read_ids
from hsclass.datasets.open_samples import open_samples
from hsclass.datasets.opening import read_scene
from hsclass.errors import DataError, UsageError
from hsclass.options import parse_options
from hsclass.samplers.fixed import MaskFiles
from hsclass.samplers.placement import place
from hsclass.samples import ImageSamples
from hsclass.scene import CUBE_FILE, LABELS_FILE, Scene
from hsclass.split import FOREIGN, TABLE_SUFFIX, Split, read_split, read_split_and_labels

REST = "rest"
_ARRAYS = {".mat", ".npy", ".npz"}


@dataclass(frozen=True)
class AuditInput:
    """A split to be audited.

    Attributes
    ----------
    path : Path
        The file that was given, for messages.
    split : Split
    samples : ndarray of uint8 or uint16, shape (rows, cols), Scene, ImageSamples or None
        The reference labels, 0 = unlabelled, the scene that they belong to, or the images.
    remarks : list of str
        What a reader should know of the masks, in sentences.
    """

    path: Path
    split: Split
    samples: np.ndarray | Scene | ImageSamples | None
    remarks: list[str]

    def windows(self, asked: Sequence[int]) -> list[int | None]:
        """Return the window sides asked for, or the split's own where none was; None for images.

        Raises
        ------
        UsageError
            If none was asked for and the split was made elsewhere, so that it has none of its own; or if one was asked
            for, but the split is of images.
        """
        if isinstance(self.samples, ImageSamples):
            if asked:
                raise UsageError(f"--window {asked[0]}: images have no windows; leave it out, or give --threshold")
            return [None]
        if not asked and self.split.sampler == FOREIGN:
            raise UsageError(
                f"{self.path}: was not written by hsclass, so its window is not known; give it with --window"
            )
        return list(asked) or [self.split.window]


def open_input(
    path: Path, test: str | None = None, *, labels: Path | None = None, labels_key: str | None = None, **masks: Any
) -> AuditInput:
    """Read what is to be audited: masks where it is said what tests, else a split of pixels or of images.

    Masks are taken just as they are: nothing that has a class is dropped, nothing is declared.

    Parameters
    ----------
    path : Path
        Of the training mask, or of the split: a raster of codes, or a table of images.
    test : str, optional
        Path of the test mask, or "rest" for all labelled pixels in no other mask.
    labels : Path, optional
        Reference labels, in anything that `hsclass.datasets.masks.read_ids` reads, or the index of the images; by
        default what a split names.
    labels_key : str, optional
        Variable of its file.
    **masks
        Other options of `hsclass.samplers.fixed.MaskFiles`, None where they are not given: validation_mask,
        train_key, test_key, validation_key, ids.

    Raises
    ------
    UsageError
        If a training mask comes without a test mask or reference labels, a split of images names no index, or an
        option is impossible.
    DataError
        If a file cannot be read, or does not fit the reference labels or the other masks.
    """
    if test is not None:
        return _open_masks(path, test, labels, labels_key, masks)
    if path.suffix.lower() in _ARRAYS or any(value is not None for value in masks.values()):
        raise UsageError(
            f"{path}: is taken for a training mask, but nothing says what tests; give the mask of the test pixels with"
            f" --test, or '--test {REST}' for all other labelled pixels"
        )
    split, named = read_split_and_labels(path)
    reference = labels or named
    if path.suffix == TABLE_SUFFIX:
        if reference is None:
            raise UsageError(f"{path}: names no index of its images; give it with --labels")
        images = open_samples(reference)
        if not isinstance(images, ImageSamples):
            raise UsageError(f"{path}: is a split of images, but {reference} is a scene; give the images with --labels")
        return AuditInput(path, read_split(path, images), images, [])
    if reference is None:
        return AuditInput(path, split, None, [])
    if reference.name == LABELS_FILE and (reference.parent / CUBE_FILE).exists():
        scene = read_scene(reference.parent)
        return AuditInput(path, read_split(path, scene), scene, [])
    ids, grid = read_ids(reference, key=labels_key)
    shape = split.roles.shape[0], split.roles.shape[1]
    name = f"{reference}: the raster of labels"
    return AuditInput(
        path, split, aligned(ids, grid, split.grid, shape=shape, name=name, other=f"the split {path}"), []
    )


def _open_masks(
    path: Path, test: str, labels: Path | None, labels_key: str | None, options: Mapping[str, Any]
) -> AuditInput:
    if labels is None:
        raise UsageError(f"{path}: is a mask, which is audited against reference labels; give them with --labels")
    given = {**options, "train_mask": path, "test_mask": None if test == REST else test}
    files = parse_options(MaskFiles, given, "audit of masks")
    reference, grid = read_ids(labels, key=labels_key)
    if not reference.any():
        raise DataError(f"{labels}: has no labelled pixel; expected class ids from 1 up")
    masks = files.read(reference, grid)
    placed = place(masks, reference, unlabelled="keep", otherwise="mask")
    split = Split(placed.roles, 1, FOREIGN, 0, {}, leaky=False, given=placed.given, grid=grid)
    return AuditInput(path, split, reference, [remark for mask in masks.values() for remark in mask.remarks()])


def parse_ids(text: str) -> Mapping[int, int]:
    """Read "1:2,2:3" as the class ids 2 and 3 of the reference labels for the ids 1 and 2 of a mask.

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
