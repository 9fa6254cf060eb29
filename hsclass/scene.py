"""A scene: hyperspectral cube, reference data and what is known of both; its form in memory and on disk."""

import hashlib
import json
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError
from hsclass.raster import Color, Grid, read_raster, write_raster

CUBE_FILE = "cube.tif"
LABELS_FILE = "labels.tif"
UNLABELLED = 0


@dataclass(frozen=True)
class LandCover:
    """A class of the reference data: its id (1 and up), name and display colour (red, green, blue; 0 to 255)."""

    id: int
    name: str
    color: Color


@dataclass(frozen=True)
class Scene:
    """A hyperspectral scene.

    Attributes
    ----------
    name : str
    cube : ndarray, shape (rows, cols, bands)
        Values as measured, in the data type of the source.
    labels : ndarray of uint8 or uint16, shape (rows, cols), or None
        Reference data: class ids, 0 = unlabelled. None for a scene to be mapped only.
    wavelengths : ndarray of float64, shape (bands,), or None
        Band centres [nm], in the order of the bands; instruments with several spectrometers are not sorted.
    mask : ndarray of bool, shape (rows, cols)
        True where the pixel holds data.
    classes : tuple of LandCover
        The classes of `labels`, by ascending id.
    grid : Grid
    rgb : tuple of three int, or None
        Band indices (0-based) that show the scene in natural colours.
    title, source, note : str
        A name for people, a citation, and what users of the data should know.
    digest : str
        SHA-256 of the source files, labels included, and of the options, in one; empty when unknown.
    nodata : float or None
        The value of `cube` where there is no data.
    fwhm : ndarray of float64, shape (bands,), or None
        Full width of each band at half its maximum [nm].
    scale : float or None
        A value of `cube` times it is reflectance, or whatever the source says it measures; None when unknown.
    bad_bands : tuple of float
        Centres [nm] of the source's bands that were left out of `cube`, as far as they are known.
    """

    name: str
    cube: np.ndarray
    labels: np.ndarray | None
    wavelengths: np.ndarray | None
    mask: np.ndarray
    classes: tuple[LandCover, ...]
    grid: Grid = field(default_factory=Grid)
    rgb: tuple[int, int, int] | None = None
    title: str = ""
    source: str = ""
    note: str = ""
    digest: str = ""
    nodata: float | None = None
    fwhm: np.ndarray | None = None
    scale: float | None = None
    bad_bands: tuple[float, ...] = ()
    kind: ClassVar[Literal["pixels"]] = "pixels"

    @cached_property
    def identity(self) -> str:
        """SHA-256 of what is classified: data type, shape, transform and values of the cube, whatever the labels.

        The coordinate reference system is left out: its text may change in a GeoTIFF.
        """
        transform = self.grid.transform
        little = self.cube.dtype.newbyteorder("<")
        corner = "" if transform is None else " ".join(f"{value:.9g}" for value in transform[:6])
        digest = hashlib.sha256(f"{little.str} {self.cube.shape} {corner}".encode())
        for row in self.cube:
            digest.update(row.astype(little, copy=False).tobytes())
        return digest.hexdigest()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(rows, cols, bands)"""
        rows, cols, bands = self.cube.shape
        return rows, cols, bands

    @property
    def colors(self) -> dict[int, Color]:
        """Colour table of the classes, 0 (unlabelled) black."""
        return {UNLABELLED: (0, 0, 0), **{cover.id: cover.color for cover in self.classes}}

    def require_labels(self) -> np.ndarray:
        """Return the reference data, or raise DataError where the scene has none."""
        if self.labels is None:
            raise DataError(f"scene {self.name}: has no reference data; expected {LABELS_FILE} next to its {CUBE_FILE}")
        return self.labels


def write_scene(scene: Scene, folder: str | os.PathLike[str]) -> None:
    """Write `cube.tif` and, where there are reference data, `labels.tif` into `folder`.

    Wavelengths [nm], class names and colours go into the files, so that each opens by itself in a GIS.
    """
    folder = Path(folder)
    tags = {
        "scene": scene.name, "title": scene.title, "source": scene.source, "note": scene.note, "digest": scene.digest,
        "identity": scene.identity, "rgb": json.dumps(scene.rgb),
    }  # fmt: skip
    if scene.scale is not None:
        tags["scale"] = repr(scene.scale)
    if scene.bad_bands:
        tags["bad_bands"] = json.dumps(scene.bad_bands)
    centres = scene.wavelengths
    names = [
        f"band {band + 1}" if centres is None else f"band {band + 1} ({centres[band]:g} nm)"
        for band in range(scene.cube.shape[2])
    ]
    with ExitStack() as whole:  # both files or neither
        cube = whole.enter_context(atomic_path(folder / CUBE_FILE))
        if scene.labels is not None:
            labels = whole.enter_context(atomic_path(folder / LABELS_FILE))
            write_classes(labels, scene.labels, classes=scene.classes, grid=scene.grid, tags=tags)
        write_raster(
            cube, np.moveaxis(scene.cube, 2, 0), grid=scene.grid, nodata=scene.nodata, tags=tags,
            descriptions=names, wavelengths=centres, fwhm=scene.fwhm,
        )  # fmt: skip
    if scene.labels is None:
        (folder / LABELS_FILE).unlink(missing_ok=True)  # of a scene written there before


def write_classes(
    path: str | os.PathLike[str],
    values: np.ndarray,
    *,
    classes: tuple[LandCover, ...],
    grid: Grid,
    tags: dict[str, str] | None = None,
) -> None:
    """Write a raster of class ids, shape (rows, cols), 0 = none, with the class names and colours in it."""
    legend = json.dumps([{"id": cover.id, "name": cover.name, "color": cover.color} for cover in classes])
    colors = {UNLABELLED: (0, 0, 0), **{cover.id: cover.color for cover in classes}}
    write_raster(
        path, values, grid=grid, nodata=UNLABELLED, tags={**(tags or {}), "classes": legend},
        descriptions=["land cover"], colors=colors if values.dtype == np.uint8 else None,
    )  # fmt: skip


def read_classes(path: str | os.PathLike[str]) -> tuple[np.ndarray, tuple[LandCover, ...]]:
    """Read what `write_classes` wrote: class ids, shape (rows, cols), and the classes by ascending id."""
    raster = read_raster(path)
    if "classes" not in raster.tags:
        raise DataError(f"{path}: has no 'classes' tag; expected a class raster written by hsclass")
    try:
        classes = tuple(
            LandCover(int(c["id"]), str(c["name"]), (int(c["color"][0]), int(c["color"][1]), int(c["color"][2])))
            for c in json.loads(raster.tags["classes"])
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(f"{path}: has a 'classes' tag that is not hsclass's ({error}); write the file again") from error
    return raster.bands[0], classes
