"""Folders of image files from what data sets come as: archives, and arrays."""

import tarfile
import zipfile
from pathlib import Path

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError

PUBLISHED_PARTS = ("train", "test")
"""Folders above the class folders, where a set comes divided."""


def unpack_archive(archive: Path, folder: Path) -> None:
    """Unpack a ZIP or TAR archive into a new folder; no member can land outside of it.

    A folder that is there already is left as it is: it is written whole or not at all.

    Raises
    ------
    DataError
        If the file is no such archive, or is damaged.
    """
    if folder.is_dir():
        return
    try:
        with atomic_path(folder) as partial:
            partial.mkdir()
            if zipfile.is_zipfile(archive):
                with zipfile.ZipFile(archive) as opened:
                    opened.extractall(partial)
            else:
                with tarfile.open(archive) as packed:
                    packed.extractall(partial, filter="data")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise DataError(
            f"{archive}: cannot be unpacked ({error}); expected a ZIP or TAR archive; get it again"
        ) from error


def write_arrays(file: Path, folder: Path) -> None:
    """Write images that come as arrays in an NPZ file (`x_train`, `y_train`, `x_test`, `y_test`) as PNG files.

    They lie in ``folder/train/<class>/`` and ``folder/test/<class>/``, as the file divides them.

    Raises
    ------
    DataError
        If the file holds other arrays, or other numbers of images and labels.
    """
    if folder.is_dir():
        return
    try:
        with np.load(file, allow_pickle=False) as held:
            parts = {part: (held[f"x_{part}"], held[f"y_{part}"]) for part in PUBLISHED_PARTS}
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{file}: does not hold x_train, y_train, x_test and y_test ({error}); get it again") from error
    with atomic_path(folder) as partial:
        for part, (pixels, labels) in parts.items():
            if len(pixels) != len(labels) or pixels.dtype != np.uint8:
                raise DataError(
                    f"{file}: x_{part} is {pixels.dtype} of shape {pixels.shape} with {len(labels)} labels; expected"
                    " bytes, one image a label; get it again"
                )
            _write_pngs(partial / part, pixels, labels)


def write_digits(folder: Path) -> None:
    """Write the 1,797 digits of scikit-learn, 8 x 8 pixels of 0…16, as PNG files of 0…255 in a folder a class."""
    from sklearn.datasets import load_digits

    if folder.is_dir():
        return
    digits = load_digits()
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
    with atomic_path(folder) as partial:
        _write_pngs(partial, pixels, digits.target)


def _write_pngs(folder: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    from PIL import Image

    for identity in np.unique(labels).tolist():
        (folder / str(identity)).mkdir(parents=True)
    for number, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        Image.fromarray(image).save(folder / str(label) / f"{number:05d}.png")
