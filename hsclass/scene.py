"""A scene: hyperspectral cube, reference data and what is known of both; its form in memory and on disk."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np

from hsclass.alignment import aligned
from hsclass.atomic import atomic_path
from hsclass.errors import DataError, UsageError
from hsclass.raster import Color, Grid, read_raster, write_raster
from hsclass.scene_arrays import (
    checked_centres,
    checked_cube,
    checked_grid,
    checked_groups,
    checked_labels,
    checked_mask,
    named_classes,
    shown_by,
    with_gaps,
)
from hsclass.views import SceneView
from hsclass.xarray_form import centres_of, data_array, grid_of, is_data_array, ordered

CUBE_FILE = "cube.tif"
LABELS_FILE = "labels.tif"
GROUPS_FILE = "groups.tif"
UNLABELLED = 0


@dataclass(frozen=True)
class LandCover:
    """A class of the reference data: its id (1 and up), name and display colour (red, green, blue; 0 to 255)."""

    id: int
    name: str
    color: Color


@dataclass(frozen=True, repr=False)
class Scene(SceneView):
    """A hyperspectral scene.

    `hsclass.open_scene` opens one, `Scene.from_array` makes one of arrays. The constructor takes the parts in the form
    below; it checks shapes and types, but looks for no gaps.

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
    groups : ndarray of uint32, shape (rows, cols), or None
        Group of each labelled pixel, from 1: its field, site or campaign; 0 = unlabelled. None where the reference data
        do not say.
    band_names : tuple of str
        What the source calls the bands of `cube`, "" where it does not; empty where it names none.
    group_names : mapping of int to str
        What the reference data call the groups; empty where they do not say.

    Raises
    ------
    DataError
        If the arrays do not fit each other, or are not of such types.
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
    groups: np.ndarray | None = None
    band_names: tuple[str, ...] = ()
    group_names: Mapping[int, str] = field(default_factory=dict)
    kind: ClassVar[Literal["pixels"]] = "pixels"

    def __post_init__(self) -> None:
        where = f"scene {self.name}"
        cube = checked_cube(self.cube, where)
        parts = {
            "cube": cube,
            "labels": None if self.labels is None else checked_labels(self.labels, cube.shape, where),
            "mask": checked_mask(self.mask, cube.shape, where),
            "groups": None if self.groups is None else checked_groups(self.groups, cube.shape, where),
            "wavelengths": checked_centres(self.wavelengths, cube.shape[2], "wavelengths", where),
            "fwhm": checked_centres(self.fwhm, cube.shape[2], "fwhm", where),
            "classes": tuple(self.classes),
        }
        for name, value in parts.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_array(
        cls,
        cube: Any,
        labels: Any = None,
        *,
        groups: Any = None,
        wavelengths: Any = None,
        mask: Any = None,
        crs: Any = None,
        transform: Any = None,
        classes: Mapping[int, str] | Sequence[str] | Sequence[LandCover] | None = None,
        nodata: float | None = None,
        fwhm: Any = None,
        scale: float | None = None,
        rgb: tuple[int, int, int] | None = None,
        name: str = "scene",
    ) -> Self:
        """Make a scene of arrays.

        Parameters
        ----------
        cube : array-like, shape (rows, cols, bands), or xarray.DataArray
            Integers, float32 or float64. A pixel of a masked array holds data where no band is masked. A DataArray has
            the dimensions y, x and band, or other usual names for these, in any order; wavelengths, coordinate
            reference system, transform and fill value are taken from it where no argument gives them.
        labels : array-like of int, shape (rows, cols), or xarray.DataArray, optional
            Class ids, 0 = unlabelled; so is what a masked array hides.
        groups : array-like of int, shape (rows, cols), optional
            Group of each labelled pixel, from 1: its field, site or campaign. Of labels that are a GeoDataFrame, the
            name of the column that says it, given to `open_scene`.
        wavelengths, fwhm : array-like of float, shape (bands,), optional
            Band centres, and full widths at half maximum [nm].
        mask : array-like of bool, shape (rows, cols), optional
            True where there is data.
        crs : Any, optional
            Coordinate reference system as rasterio takes it: "EPSG:32633", 32633, WKT, an object of pyproj.
        transform : affine.Affine or sequence of six float, optional
            From (col, row) to the (x, y) of a pixel's upper left corner.
        classes : mapping of int to str, sequence of str, or sequence of LandCover, optional
            Names by id; or names of the ids 1, 2, …; or classes with their colours. By default "class 1", ….
        nodata : float, optional
            A pixel holds no data where a band has this value. Nor does it where a band is NaN or infinite.
        scale : float, optional
            A value times it is reflectance.
        rgb : tuple of three int, optional
            Bands, counted from 0, that show natural colours.
        name : str

        Returns
        -------
        Scene
            Labels of pixels without data are 0.

        Raises
        ------
        DataError
            If an array is of another type or shape, holds impossible values, or no pixel holds data.
        UsageError
            If `crs`, `transform`, `classes` or `rgb` are not possible, or the dimensions of a DataArray are not known.

        Examples
        --------
        >>> import numpy as np
        >>> cube = np.arange(24, dtype="float32").reshape(2, 3, 4)
        >>> labels = np.array([[1, 1, 0], [2, 2, 0]])
        >>> scene = Scene.from_array(cube, labels, wavelengths=[450, 550, 650, 850], classes=["water", "wood"])
        >>> scene.shape, [cover.name for cover in scene.classes]
        ((2, 3, 4), ['water', 'wood'])
        """
        where = f"scene {name}"
        if is_data_array(cube):
            cube = ordered(cube, where, bands=True)
            found_crs, found_transform = grid_of(cube, where)
            crs, transform = found_crs if crs is None else crs, found_transform if transform is None else transform
            wavelengths = centres_of(cube, where) if wavelengths is None else wavelengths
            nodata = cube.attrs.get("_FillValue") if nodata is None else nodata
        grid = checked_grid(crs, transform, where)
        values, shown = checked_cube(cube, where), shown_by(cube)
        given = shown if mask is None else checked_mask(mask, values.shape, where)
        given = given if given is None or shown is None else given & shown
        values, valid, nodata = with_gaps(values, given, nodata, where)
        if rgb is not None and not (len(rgb) == 3 and all(0 <= band < values.shape[2] for band in rgb)):
            raise UsageError(f"{where}: 'rgb' is {rgb}; expected three bands from 0 to {values.shape[2] - 1}")
        ids, legend = None, tuple[LandCover, ...]()
        if labels is not None:
            ids = _labels_of(labels, values.shape, grid, where)
            ids = np.where(valid, ids, ids.dtype.type(UNLABELLED))
            found = np.unique(ids[ids != UNLABELLED]).tolist()
            if not found:
                raise DataError(f"{where}: its labels hold no class id above 0 where there is data; expected some")
            legend = tuple(LandCover(*entry) for entry in named_classes(found, classes, where))
            legend = tuple(cover for cover in legend if cover.id in found)
        return cls(
            name, values, ids, wavelengths, valid, legend, grid=grid, rgb=rgb, nodata=nodata, fwhm=fwhm, scale=scale,
            groups=groups,
        )  # fmt: skip

    def to_xarray(self) -> Any:
        """Return the scene as an xarray.Dataset of `cube` and, where there are reference data, `labels`.

        The dimensions are y, x and band; the coordinates hold pixel centres, wavelengths [nm] and, as `spatial_ref`,
        the coordinate reference system in the form of the CF conventions, which rioxarray reads.

        Raises
        ------
        UsageError
            If xarray is not installed.
        """
        bands: dict[str, Any] = {"band": np.arange(1, self.shape[2] + 1)}
        for name, values in (("wavelength", self.wavelengths), ("fwhm", self.fwhm)):
            bands |= {} if values is None else {name: values}
        units = {"wavelength": "nm", "fwhm": "nm"}
        attrs = {} if self.nodata is None else {"_FillValue": self.cube.dtype.type(self.nodata)}
        whole = data_array(self.cube, self.grid, name="cube", bands=bands, units=units, attrs=attrs).to_dataset()
        if self.labels is not None:
            whole["labels"] = data_array(self.labels, self.grid, name="labels", attrs=flags(self.classes))
        whole.attrs |= {"title": self.title or self.name, "source": self.source}
        return whole

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


def flags(classes: Sequence[LandCover]) -> dict[str, Any]:
    """Return ids and names of classes as the CF conventions write them."""
    names = " ".join(cover.name.replace(" ", "_") for cover in classes)
    return {"flag_values": [cover.id for cover in classes], "flag_meanings": names}


def _labels_of(labels: Any, shape: tuple[int, ...], grid: Grid, where: str) -> np.ndarray:
    """Return checked reference labels on the grid of the cube; those of xarray may be turned, or of another part."""
    if not is_data_array(labels):
        return checked_labels(labels, shape, where)
    labels = ordered(labels, f"{where}: labels", bands=False)
    here = checked_grid(*grid_of(labels, f"{where}: labels"), where)
    ids = checked_labels(labels, labels.shape, where)
    return aligned(ids, here, grid, shape=(shape[0], shape[1]), name=f"{where}: its raster of labels")


def write_scene(scene: Scene, folder: str | os.PathLike[str]) -> None:
    """Write `cube.tif` and, where there are reference data, `labels.tif` into `folder`; `groups.tif` where it has any.

    Wavelengths [nm], names of bands and classes, and colours go into the files, so that each opens by itself in a GIS.
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
    given = scene.band_names or ("",) * scene.cube.shape[2]
    names = [
        name or (f"band {band + 1}" if centres is None else f"band {band + 1} ({centres[band]:g} nm)")
        for band, name in enumerate(given)
    ]
    with ExitStack() as whole:  # all files or none
        cube = whole.enter_context(atomic_path(folder / CUBE_FILE))
        if scene.labels is not None:
            labels = whole.enter_context(atomic_path(folder / LABELS_FILE))
            counted = {**tags, "labelled": str(np.count_nonzero(scene.labels))}  # for estimates, which read no pixel
            write_classes(labels, scene.labels, classes=scene.classes, grid=scene.grid, tags=counted)
        if scene.groups is not None:
            write_raster(
                whole.enter_context(atomic_path(folder / GROUPS_FILE)), scene.groups, grid=scene.grid, nodata=0,
                descriptions=["group of the reference data"], tags={"names": json.dumps(scene.group_names)},
            )  # fmt: skip
        write_raster(
            cube, np.moveaxis(scene.cube, 2, 0), grid=scene.grid, nodata=scene.nodata, tags=tags,
            descriptions=names, wavelengths=centres, fwhm=scene.fwhm,
        )  # fmt: skip
    for part, name in ((scene.labels, LABELS_FILE), (scene.groups, GROUPS_FILE)):
        if part is None:
            (folder / name).unlink(missing_ok=True)  # of a scene written there before


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
    return raster.bands[0], classes_of_tag(raster.tags["classes"], path)


def classes_of_tag(text: str, path: str | os.PathLike[str]) -> tuple[LandCover, ...]:
    """Return the classes that the tag of a class raster lists, or raise DataError."""
    try:
        return tuple(
            LandCover(int(c["id"]), str(c["name"]), (int(c["color"][0]), int(c["color"][1]), int(c["color"][2])))
            for c in json.loads(text)
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(f"{path}: has a 'classes' tag that is not hsclass's ({error}); write the file again") from error
