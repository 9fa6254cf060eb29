"""Open a scene by whatever names it: the catalogue, a descriptor file, or a folder of the scene stage."""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.in_memory import scene_of_arrays
from hsclass.datasets.listing import catalogue
from hsclass.datasets.readers import open_cube, product_of
from hsclass.errors import DataError, UsageError
from hsclass.raster import read_raster
from hsclass.scene import CUBE_FILE, GROUPS_FILE, LABELS_FILE, LandCover, Scene, read_classes


def default_folder(data_set: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of fetched files: the environment variable HSCLASS_DATA, or a cache folder of the user.

    A descriptor or folder of the user's own has a folder in it that follows from its path, as others may have its name.
    """
    chosen = os.environ.get("HSCLASS_DATA")
    if not chosen:
        import pooch

        chosen = pooch.os_cache("hsclass")
    if data_set is None or os.fspath(data_set) in {*catalogue(), *catalogue("images")}:
        return Path(chosen)
    return Path(chosen) / "own" / hashlib.sha256(os.fspath(Path(data_set).resolve()).encode()).hexdigest()[:16]


def open_scene(
    source: Any,
    labels: Any = None,
    *,
    folder: str | os.PathLike[str] | None = None,
    field: str | None = None,
    **about: Any,
) -> Scene:
    """Open a scene, of files or of arrays.

    Parameters
    ----------
    source : str, path-like, array-like or xarray.DataArray
        A cube in memory, see `hsclass.Scene.from_array`. Or one of: a folder that holds `cube.tif` (and `labels.tif`)
        as `write_scene` leaves them, or that `cube.tif`; the name of a data set in the catalogue; a descriptor file
        (.yaml); a satellite product (`hsclass datasets --formats`), which has no labels. The files of a data set are
        fetched first, unless they are there.
    labels : array-like, xarray.DataArray or geopandas.GeoDataFrame, optional
        Reference data of a cube in memory: class ids, shape (rows, cols), 0 = unlabelled, or polygons or points. A
        pixel belongs to a polygon that holds its centre; pixels in polygons of several classes stay unlabelled.
    folder : path-like, optional
        Where fetched files are kept. Default: the environment variable HSCLASS_DATA, else a cache folder of the user.
    field : str, optional
        The column of a GeoDataFrame that holds class ids or names; needed where there are several.
    **about
        What is known of a cube in memory: `wavelengths`, `crs`, `transform`, `mask`, `classes`, `nodata` and more, as
        `hsclass.Scene.from_array` takes them.

    Returns
    -------
    Scene
        Cube (rows, cols, bands) in the data type of its source, reference data (rows, cols) with 0 = unlabelled or
        None, wavelengths [nm], mask, classes, and where it lies.

    Raises
    ------
    UsageError
        If `source` is none of these, the descriptor is wrong, or an argument does not go with it.
    FetchError
        If a file cannot be had from any of its sources.
    DataError
        If a file does not hold what it must.

    Examples
    --------
    >>> import hsclass
    >>> scene = hsclass.open_scene("indian_pines")
    >>> scene.shape
    (145, 145, 200)
    >>> scene.labels.shape, scene.labels.dtype, int((scene.labels > 0).sum())
    ((145, 145), dtype('uint8'), 10249)
    >>> scene.classes[13].name, float(scene.wavelengths[0])
    ('Woods', 400.02)
    """
    if not isinstance(source, str | os.PathLike):
        return scene_of_arrays(source, labels, folder=folder, field=field, **about)
    if given := [name for name, value in {"labels": labels, "field": field, **about}.items() if value is not None]:
        raise UsageError(
            f"{source}: '{given[0]}' is for a cube in memory; expected a descriptor (.yaml) that says so of this file"
        )
    path = Path(source)
    if path.name == CUBE_FILE or (path / CUBE_FILE).exists():
        return read_scene(path)
    if os.fspath(source) not in catalogue() and (product := product_of(path)):
        from hsclass.datasets.bands import prepare_scene
        from hsclass.datasets.descriptor import Descriptor

        name = re.sub(r"[^A-Za-z0-9_.-]", "_", product[1].stem).lstrip("_.-") or "product"
        described = Descriptor.model_validate({"name": name, "cube": str(product[1])})
        return prepare_scene(open_cube(product[1]), described, name=name)
    if path.is_dir() and os.fspath(source) not in catalogue():
        raise UsageError(f"{path}: holds no {CUBE_FILE}; expected the folder of a scene, a data set or a descriptor")
    if path.suffix.lower() in {".tif", ".tiff"}:
        raise UsageError(
            f"{path}: is not a scene of hsclass; expected {CUBE_FILE}, or a descriptor (.yaml) that names this file"
        )
    from hsclass.datasets.build import build_scene
    from hsclass.datasets.fetch import fetch

    folder = default_folder(source) if folder is None else Path(folder)
    fetch(source, folder)
    return build_scene(source, folder=folder)


def read_scene(path: str | os.PathLike[str]) -> Scene:
    """Read a scene that `write_scene` wrote: its folder, or its `cube.tif`.

    Raises
    ------
    DataError
        If the files are missing, cannot be read, or do not fit each other.
    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    cube = open_cube(folder / CUBE_FILE)
    tags = cube.tags
    if not cube.own:
        raise DataError(
            f"{folder / CUBE_FILE}: was not written by the scene stage of hsclass; expected its {CUBE_FILE}; name this"
            " file in a descriptor (.yaml) instead"
        )
    values = np.ascontiguousarray(cube.stored())
    labels: np.ndarray | None = None
    classes: tuple[LandCover, ...] = ()
    if (folder / LABELS_FILE).exists():
        labels, classes = read_classes(folder / LABELS_FILE)
        if labels.shape != cube.shape[:2]:
            raise DataError(
                f"{folder / LABELS_FILE}: is {labels.shape} pixels, but the cube next to it is {cube.shape[:2]};"
                " both must lie on one grid; run the scene stage again"
            )
    grouped = read_raster(folder / GROUPS_FILE) if (folder / GROUPS_FILE).exists() else None
    groups = None if grouped is None else grouped.bands[0]
    names = {} if grouped is None else json.loads(grouped.tags.get("names", "{}"))
    if groups is not None and (labels is None or groups.shape != labels.shape):
        raise DataError(
            f"{folder / GROUPS_FILE}: is {groups.shape} pixels, but the labels next to it are"
            f" {'missing' if labels is None else labels.shape}; both must lie on one grid; run the scene stage again"
        )
    rgb = json.loads(tags["rgb"])
    centres, widths = (None if held is None or np.isnan(held).any() else held for held in (cube.wavelengths, cube.fwhm))
    return Scene(
        tags["scene"], values, labels, centres, cube.holds_data(values), classes, grid=cube.grid,
        rgb=None if rgb is None else (rgb[0], rgb[1], rgb[2]), title=tags.get("title", ""),
        source=tags.get("source", ""), note=tags.get("note", ""), digest=tags.get("digest", ""),
        nodata=next(iter(cube.nodata), None),
        fwhm=widths, scale=cube.factor, bad_bands=cube.left_out, groups=groups, band_names=cube.band_names,
        group_names={int(number): name for number, name in names.items()},
    )  # fmt: skip
