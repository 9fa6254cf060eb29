"""BigEarthNet's folder layout: a folder a patch with a GeoTIFF a Sentinel-2 band, and a JSON file of its labels."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

BANDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B11", "B12")
"""In the order of an image's bands; natural colours are 3, 2, 1, counted from 0."""

SIDES = {"B02": 120, "B03": 120, "B04": 120, "B08": 120, "B01": 20, "B09": 20}
"""Sides [pixels] of the bands of 10 m and of 60 m; those of 20 m have 60."""

NATURAL = (3, 2, 1)
LABELS = "_labels_metadata.json"

CLASSES = (
    "Agro-forestry areas", "Airports", "Annual crops associated with permanent crops", "Bare rock",
    "Beaches, dunes, sands", "Broad-leaved forest", "Burnt areas", "Coastal lagoons", "Complex cultivation patterns",
    "Coniferous forest", "Construction sites", "Continuous urban fabric", "Discontinuous urban fabric", "Dump sites",
    "Estuaries", "Fruit trees and berry plantations", "Green urban areas", "Industrial or commercial units",
    "Inland marshes", "Intertidal flats",
    "Land principally occupied by agriculture, with significant areas of natural vegetation",
    "Mineral extraction sites",
    "Mixed forest", "Moors and heathland", "Natural grassland", "Non-irrigated arable land", "Olive groves", "Pastures",
    "Peatbogs", "Permanently irrigated land", "Port areas", "Rice fields", "Road and rail networks and associated land",
    "Salines", "Salt marshes", "Sclerophyllous vegetation", "Sea and ocean", "Sparsely vegetated areas",
    "Sport and leisure facilities", "Transitional woodland/shrub", "Vineyards", "Water bodies", "Water courses",
)  # fmt: skip
"""The 43 classes, of CORINE Land Cover's third level."""


def is_patch(folder: Path) -> bool:
    """Return whether a folder is a patch."""
    return (folder / f"{folder.name}{LABELS}").is_file()


def patch_labels(folder: Path) -> tuple[str, ...]:
    """Return the labels of a patch, sorted.

    Raises
    ------
    ValueError
        If its JSON file is damaged or holds no list of labels; the message is the reason alone.
    """
    file = folder / f"{folder.name}{LABELS}"
    try:
        labels = json.loads(file.read_text(encoding="utf-8"))["labels"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file.name} holds no 'labels' ({error})") from error
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise ValueError(f"{file.name} has 'labels' {labels!r}, expected a list of names")
    return tuple(sorted(set(labels)))


def read_patch(folder: Path, bands: Sequence[int] = ()) -> np.ndarray:
    """Return a patch, uint16 of shape (120, 120, bands): coarser bands repeat their pixels.

    Parameters
    ----------
    folder : Path
    bands : sequence of int
        Places in `BANDS`; empty: all.
    """
    read = []
    for place in bands or range(len(BANDS)):
        band = read_geotiff(folder / f"{folder.name}_{BANDS[place]}.tif")[:, :, 0]
        rows, cols = band.shape
        if rows != cols or 120 % rows:
            raise ValueError(f"band {BANDS[place]} is {rows} x {cols} pixels, expected 120, 60 or 20 a side")
        read.append(np.kron(band, np.ones((120 // rows, 120 // rows), band.dtype)))
    return np.stack(read, axis=2)


def read_geotiff(path: Path) -> np.ndarray:
    """Return a GeoTIFF's pixels, shape (rows, cols, bands); images of a set need not know where they lie."""
    import rasterio

    from hsclass.raster import quiet

    with quiet(), rasterio.open(path) as opened:
        return np.moveaxis(opened.read(), 0, -1)
