"""Images from files: GeoTIFF, PNG, JPEG, WebP and BMP as arrays of one form."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from hsclass.samples.bigearthnet import read_geotiff, read_patch

SUFFIXES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".webp", ".bmp")
_LITTER = {"__macosx", "thumbs.db", "desktop.ini"}
Fit = Literal["resize", "crop"]


class UnreadableError(Exception):
    """Why a file is no image that can be read."""


def paths_below(folder: Path) -> Iterator[Path]:
    """Yield folders and files below a folder, but none that a program hides there: .ipynb_checkpoints, @eaDir, …

    Links are followed, each folder once.
    """
    seen = {folder.resolve()}
    for place, folders, files in os.walk(folder, followlinks=True):
        shown = sorted(name for name in folders if not _is_hidden(name))
        targets = [(Path(place) / name).resolve() for name in shown]
        folders[:] = [name for name, target in zip(shown, targets, strict=True) if target not in seen]
        seen.update(targets)
        yield from (Path(place) / name for name in [*folders, *sorted(files)] if not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "@", "$")) or name.lower() in _LITTER


@dataclass(frozen=True)
class Form:
    """The form that all images of a model are brought to.

    Attributes
    ----------
    size : int
        Side [pixels] of the square image.
    channels : int
        1: grey. 3: red, green, blue; a grey image is repeated, what lies beyond the third band, as transparency or
        infrared, is left out. Any other number: the first bands of the file, which must have as many.
    bands : tuple of int
        The bands to take, counted from 0, in place of the file's own order; empty: all.
    fit : {"resize", "crop"}
        How an image of another size is brought to it: "resize" stretches it, "crop" scales its shorter side and cuts
        the middle out.
    """

    size: int
    channels: int = 3
    bands: tuple[int, ...] = ()
    fit: Fit = "resize"


def image_form(options: Any, common: tuple[int, int, int]) -> Form:
    """Return the form that a network of these options takes images in.

    Parameters
    ----------
    options : ImageNetworkOptions
        `size`, `fit`, `grey` and `bands` decide.
    common : tuple of int
        The most frequent rows, columns and bands of the images.
    """
    rows, cols, bands = common
    channels = 1 if options.grey else len(options.bands) or (3 if bands in {1, 2, 3, 4} else bands)
    return Form(options.size or max(rows, cols), channels, options.bands, options.fit)


def read_image(path: Path, bands: Sequence[int] = ()) -> np.ndarray:
    """Return an image's pixels, shape (rows, cols, bands), in the type of its file.

    A folder is a patch of BigEarthNet, see `hsclass.samples.bigearthnet`. `bands`, counted from 0, are the ones to
    read; empty: all.

    Raises
    ------
    UnreadableError
        If the file cannot be read; the message is the reason alone.
    """
    try:
        if path.is_dir():
            return read_patch(path, bands)
        pixels = read_geotiff(path) if path.suffix.lower() in {".tif", ".tiff"} else _read_picture(path)
        pixels = pixels[:, :, list(bands)] if bands else pixels
    except Exception as error:  # a damaged image can fail the decoders at any of their steps
        raise UnreadableError(" ".join(str(error).split()) or type(error).__name__) from error
    if pixels.size == 0:
        raise UnreadableError("it holds no pixels")
    return pixels


def to_form(pixels: np.ndarray, form: Form) -> np.ndarray:
    """Bring an image, shape (rows, cols, bands), to a form: float32 of shape (size, size, channels).

    Bytes stay within 0…255, unsigned 16-bit numbers are taken as they are. Sizes change by bicubic interpolation with a
    filter as wide as the step, so that fine texture does not alias.

    Raises
    ------
    UnreadableError
        If the image has fewer bands than the form asks for.
    """
    return _to_size(_to_channels(pixels, form.channels), form)


def _read_picture(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as opened:
        # A palette or a bit mask is a way to write colours, not the colours.
        picture = opened.convert("RGB") if opened.mode in {"P", "CMYK", "YCbCr", "PA"} else opened
        picture = picture.convert("L") if picture.mode in {"1", "LA"} else picture
        pixels = np.asarray(picture)
    return pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels


def _to_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    bands = pixels.shape[2]
    if channels == 1 and bands in {3, 4}:
        return (pixels[:, :, :3] @ np.array([0.299, 0.587, 0.114], np.float32))[:, :, np.newaxis]
    if channels == 3 and bands < 3:
        return np.repeat(pixels[:, :, :1], 3, axis=2)
    if bands < channels:
        raise UnreadableError(f"it has {bands} bands, and the model takes {channels}")
    return pixels[:, :, :channels]


def _to_size(pixels: np.ndarray, form: Form) -> np.ndarray:
    from PIL import Image

    rows, cols = pixels.shape[:2]
    if rows == cols == form.size:
        return pixels.astype(np.float32)
    side = min(rows, cols)
    top, left = (rows - side) / 2, (cols - side) / 2
    box = (left, top, left + side, top + side) if form.fit == "crop" else None
    bands = [
        np.asarray(
            Image.fromarray(pixels[:, :, band].astype(np.float32)).resize(
                (form.size, form.size), Image.Resampling.BICUBIC, box=box
            )
        )
        for band in range(pixels.shape[2])
    ]
    resized = np.stack(bands, axis=2)
    return resized.clip(0, 255) if pixels.dtype == np.uint8 else resized
