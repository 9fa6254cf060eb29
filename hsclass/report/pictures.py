"""The pictures of the page: the scene in natural colours, class maps, and splits drawn on the scene."""

import base64
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsclass.raster import Color
from hsclass.splitter import ROLE_COLORS, Role

MAX_SIDE = 1000
"""Longest side [pixels] of a picture; the page is about this wide."""

PAGE_PIXELS = 14_000_000
"""Pixels of all pictures of a page together; a noisy class map takes about half a byte a pixel in the file."""

_GREYS = 16


@dataclass(frozen=True)
class Picture:
    """An image for the page: its address and its size [pixels]."""

    uri: str
    width: int
    height: int


def shown_step(shape: tuple[int, ...], pictures: int) -> int:
    """Return n where the page shows every n-th pixel, so that all `pictures`, of `shape` (rows, cols), fit on it."""
    rows, cols = shape[:2]
    by_side = math.ceil(max(rows, cols) / MAX_SIDE)
    by_budget = math.ceil(math.sqrt(rows * cols * pictures / PAGE_PIXELS))
    return max(by_side, by_budget, 1)


def colour_picture(image: np.ndarray, step: int) -> Picture:
    """Draw red, green and blue, shape (rows, cols, 3), uint8; the three lowest bits go, for the size of the page."""
    shown = image[::step, ::step] & 0b11111000 | 0b100
    return png_picture(shown)


def split_picture(roles: np.ndarray, image: np.ndarray, step: int) -> Picture:
    """Draw the codes of `Role`, shape (rows, cols), over the scene's image in faded grey, shape (rows, cols, 3)."""
    shown = roles[::step, ::step].astype(int)
    grey = image[::step, ::step].mean(axis=2)
    faded = np.linspace(165, 250, _GREYS).round()
    palette = np.concatenate([np.repeat(faded[:, np.newaxis], 3, axis=1), [ROLE_COLORS[role] for role in Role]])
    pixels = np.where(shown == Role.UNUSED, (grey * _GREYS / 256).astype(int), _GREYS + shown)
    return png_picture(pixels.astype(np.uint8), palette)


def png(pixels: np.ndarray, palette: np.ndarray | None = None) -> bytes:
    """Encode an image as PNG.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols) or (rows, cols, 3)
        Indices into `palette`, or red, green and blue.
    palette : ndarray, shape (n, 3), optional
        Colours of an indexed image; n is at most 256.
    """
    return _encoded(pixels, palette, "PNG", optimize=True)


def png_picture(pixels: np.ndarray, palette: np.ndarray | None = None) -> Picture:
    """Return an image as PNG for the page; parameters as of `png`."""
    return _picture("png", png(pixels, palette), pixels)


def jpeg(pixels: np.ndarray) -> Picture:
    """Return red, green and blue, shape (rows, cols, 3), uint8, as JPEG for the page."""
    return _picture("jpeg", _encoded(pixels, None, "JPEG", quality=82), pixels)


def _picture(kind: str, encoded: bytes, pixels: np.ndarray) -> Picture:
    uri = f"data:image/{kind};base64,{base64.b64encode(encoded).decode('ascii')}"
    return Picture(uri, pixels.shape[1], pixels.shape[0])


def _encoded(pixels: np.ndarray, palette: np.ndarray | None, kind: str, **options: Any) -> bytes:
    from PIL import Image

    image = Image.fromarray(pixels)
    if palette is not None:
        image.putpalette(palette.astype(np.uint8).tobytes())
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def css_color(color: Color) -> str:
    """Return a colour as CSS and SVG write it."""
    return "#{:02x}{:02x}{:02x}".format(*color)
