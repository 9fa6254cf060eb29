"""Small pictures of images inside the page."""

import base64
import io
from dataclasses import dataclass

import numpy as np

from hsclass.report.pictures import Picture
from hsclass.samples.bigearthnet import NATURAL
from hsclass.samples.images import ImageSamples
from hsclass.samples.reading import Form, UnreadableError, read_image, to_form

SIDE = 112
_QUALITY = 82


@dataclass(frozen=True)
class Shown:
    """A picture with what is said of it."""

    picture: Picture
    path: str
    words: str
    quiet: str = ""


def thumbnail(index: ImageSamples, path: str) -> Picture:
    """Draw an image of an index, its longest side `SIDE` [px]; one that is not of bytes is stretched."""
    file = index.folder / path
    try:
        pixels = read_image(file, NATURAL if file.is_dir() else ())
        if pixels.dtype != np.uint8:
            low, high = np.percentile(pixels, [2, 98])
            pixels = ((pixels - low) * (255 / (high - low or 1))).clip(0, 255).astype(np.uint8)
        shown = to_form(pixels, Form(SIDE, 3, (), "crop"))
    except UnreadableError:
        shown = np.full((SIDE, SIDE, 3), 235, np.float32)
    return Picture(_jpeg(shown.round().astype(np.uint8)), SIDE, SIDE)


def _jpeg(pixels: np.ndarray) -> str:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode("ascii")
