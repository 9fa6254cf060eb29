"""The preview of a map: the scene in natural colours with the map to its right, or below it where the scene is wide."""

import math
from pathlib import Path

import numpy as np
import rasterio

from hsclass.atomic import atomic_path
from hsclass.natural_colours import backdrop, natural_bands
from hsclass.predict.pixels import Pixels
from hsclass.predict.products import read_legend
from hsclass.raster import quiet
from hsclass.report.pictures import MAX_SIDE, png
from hsclass.scene import Scene

_GAP = 8  # pixels
_LEAST = 400  # a smaller scene is drawn with larger pixels


def write_preview(pixels: Pixels, map_file: Path, path: Path) -> None:
    """Write a PNG of a scene and its map; neither side of either is longer than `MAX_SIDE`.

    Parameters
    ----------
    pixels : Pixels
        Of the scene.
    map_file : Path
        The map of the whole scene.
    path : Path
        The PNG.
    """
    rows, cols, bands = pixels.shape
    step = math.ceil(max(rows, cols) / MAX_SIDE)
    chosen = natural_bands(pixels.rgb, pixels.bands.centres) or [bands // 2] * 3
    with quiet(), rasterio.open(map_file) as source:
        values = source.read(1, out_shape=(math.ceil(source.height / step), math.ceil(source.width / step)))
        legend, whole = read_legend(source.tags()), (source.height, source.width) == (rows, cols)
    palette = np.full((max(cover.id for cover in legend.entries) + 1, 3), 255, np.uint8)
    for cover in legend.entries:
        palette[cover.id] = cover.color
    image = palette[values]
    if whole:
        cube, mask = pixels.cube.thumbnail(np.array(chosen), step)
        shown, _ = backdrop(Scene(pixels.name, cube, None, None, mask, (), rgb=(0, 1, 2)))
        image = _joined(shown, image)
    larger = max(1, _LEAST // max(values.shape))
    with atomic_path(path) as partial:
        partial.write_bytes(png(image.repeat(larger, axis=0).repeat(larger, axis=1)))


def _joined(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    axis = 0 if one.shape[1] > one.shape[0] else 1
    shape = list(one.shape)
    shape[axis] = _GAP
    return np.concatenate([one, np.full(shape, 255, np.uint8), two], axis=axis)
