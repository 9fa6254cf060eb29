"""Build a scene from the files that the fetch stage left."""

import hashlib
import json
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.transform import Affine

from hsclass.alignment import aligned
from hsclass.datasets.bands import prepare_scene
from hsclass.datasets.cube import Cube
from hsclass.datasets.descriptor import ClassEntry, Descriptor, SceneOptions, ShapeOptions
from hsclass.datasets.joined_labels import joined
from hsclass.datasets.listing import load_descriptor
from hsclass.datasets.manifest import place_of, read_manifest, verified_file
from hsclass.datasets.readers import open_cube
from hsclass.datasets.reference_labels import class_ids, describe_classes, legend
from hsclass.datasets.regions import REGION_SUFFIXES, draw_regions
from hsclass.datasets.shapes import SHAPE_SUFFIXES, DrawnGroups, draw_labels, holds_shapes
from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid
from hsclass.scene import CUBE_FILE, GROUPS_FILE, LABELS_FILE, UNLABELLED, Scene
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
_FURTHER = ("reading", "companions")  # of an entry in the manifest


def build_scene(
    name_or_file: str | os.PathLike[str],
    *,
    folder: str | os.PathLike[str],
    options: SceneOptions | None = None,
    name: str | None = None,
) -> Scene:
    """Read, check and cut the fetched files of a data set.

    Parameters
    ----------
    name_or_file : str or path-like
        A name in the catalogue, or a descriptor file.
    folder : path-like
        The folder that its files were fetched into.
    options : SceneOptions, optional
        What to cut. Default: nothing.
    name : str, optional
        Name of the scene. Default: the data set's.

    Returns
    -------
    Scene
        `labels` are uint8, or uint16 where an id exceeds 255; pixels without data are unlabelled; `classes` are those
        that the cut holds. `digest` is one over the source files and all options.

    Raises
    ------
    DataError
        If the files were not fetched, have changed since, or do not hold what the descriptor says.
    UsageError
        If the descriptor is wrong, or the options do not fit the scene.
    """
    options = options or SceneOptions()
    descriptor = load_descriptor(name_or_file, kind="pixels")
    home = Path(folder) / descriptor.name
    manifest = read_manifest(descriptor, home)
    path = verified_file(manifest["cube"], home)
    reading = manifest["cube"].get("reading", {})
    cube = open_cube(path, key=manifest["cube"]["key"], ndim=3, shape=descriptor.shape, **reading)
    scene = replace(
        prepare_scene(cube, descriptor, name=name or descriptor.name),
        classes=legend(descriptor.classes, tuple(sorted(entry.id for entry in descriptor.classes))),
        title=descriptor.title or descriptor.name,
        source=descriptor.cite or _files(manifest),
        note=descriptor.note,
        digest=_digest(descriptor, options, manifest),
    )
    if manifest["labels"]:
        path = verified_file(manifest["labels"], home)
        found = read_labels(path, manifest["labels"], cube.grid, scene.shape, descriptor.classes, mask=scene.mask)
        for entry in manifest.get("more_labels", ()):
            if not found[1]:
                raise DataError(f"{path}: names no classes, which 'more_labels' need; list 'classes' in the descriptor")
            further = verified_file(entry, home)
            more = read_labels(further, entry, cube.grid, scene.shape, _further(further, found[1]), mask=scene.mask)
            found = joined(found, more, further)
        labels, entries, groups = found
        scene = replace(scene, labels=labels, classes=describe_classes(labels, entries, path))
        scene = replace(scene, groups=groups.ids, group_names=groups.names) if groups else scene
    return _cut(_without_classes(scene, options.drop_classes), options)


def _further(path: Path, classes: tuple[ClassEntry, ...]) -> tuple[ClassEntry, ...]:
    """Return the classes as further labels name them: polygons and points also by ids of the scene, as `suggest`."""
    if path.suffix.lower() in REGION_SUFFIXES or not holds_shapes(path):
        return classes
    return tuple(entry.model_copy(update={"values": (*entry.values, entry.id, entry.name)}) for entry in classes)


def require_elsewhere(name_or_file: str | os.PathLike[str], *, folder: Path, output: Path) -> None:
    """Check that no file of a data set is where its scene is to be written.

    Raises
    ------
    UsageError
        If writing the scene would overwrite what it is made from.
    """
    descriptor = load_descriptor(name_or_file, kind="pixels")
    home = folder / descriptor.name
    manifest = read_manifest(descriptor, home)
    entries = [manifest["cube"], manifest["labels"], *manifest.get("more_labels", ())]
    sources = [place_of(entry, home) for entry in entries if entry]
    for source in sources:
        if source.resolve() in {(output / name).resolve() for name in (CUBE_FILE, LABELS_FILE, GROUPS_FILE)}:
            raise UsageError(
                f"output {output}: would overwrite {source}, which the scene is made from; choose another output folder"
            )


def read_labels(
    path: Path,
    entry: dict[str, Any],
    grid: Grid,
    of_cube: tuple[int, int, int],
    classes: tuple[ClassEntry, ...],
    *,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, tuple[ClassEntry, ...], DrawnGroups | None]:
    """Read reference data of any kind onto the grid of the cube.

    Parameters
    ----------
    path : Path
        A raster or array of ids, polygons or points, or ENVI's regions of interest.
    entry : dict
        How to read it: its `key`, and what differs from the defaults in `reading`.
    grid : Grid
        Of the cube.
    of_cube : tuple of int
        (rows, cols, bands) of the cube.
    classes : tuple of ClassEntry
        The descriptor's.
    mask : ndarray of bool, shape (rows, cols), optional
        Pixels that hold data; polygons or points without any are reported.

    Returns
    -------
    labels : ndarray of uint8 or uint16, shape (rows, cols)
        0 = unlabelled.
    classes : tuple of ClassEntry
        The descriptor's, or else those that the file names itself; empty where it does not.
    groups : DrawnGroups or None
        Group of each labelled pixel, where polygons or points are read with the option `group`.

    Raises
    ------
    DataError
        If the file does not hold reference data that fits the cube.
    """
    reading, shape = dict(entry.get("reading", {})), of_cube[:2]
    unlabelled = tuple(float(value) for value in reading.pop("unlabelled", ()))
    regions = path.suffix.lower() in REGION_SUFFIXES
    shapes = not regions and holds_shapes(path)
    if unlabelled and (shapes or regions):
        raise UsageError(f"{path}: holds no raster, which 'unlabelled' is for; take 'unlabelled' out of 'labels'")
    if shapes:
        return draw_labels(path, ShapeOptions(**reading), grid=grid, shape=shape, entries=classes, mask=mask)
    if foreign := sorted(set(reading) & set(ShapeOptions.model_fields)):
        raise UsageError(
            f"{path}: is not read as polygons or points, which '{foreign[0]}' is for; expected one of"
            f" {', '.join(SHAPE_SUFFIXES)}, or another form that GDAL reads; convert the file, or take '{foreign[0]}'"
            " out of 'labels'"
        )
    if regions:
        return *draw_regions(path, shape, classes), None
    labels = open_cube(path, key=entry["key"], ndim=2, shape=shape, **reading)
    ids = class_ids(labels, classes, unlabelled=unlabelled)
    if ids.shape == shape[::-1] != shape and labels.grid.transform is None:
        raise DataError(
            f"{path}: the raster of labels is {ids.shape} pixels; expected {shape}, as the cube; it looks transposed,"
            " which 'axes: cols rows' would fix"
        )
    if grid.transform is None and ids.shape != shape:
        _require_bands_last(path, ids.shape, of_cube)
    ids = aligned(ids, labels.grid, grid, shape=shape, name=f"{path}: the raster of labels", resample=True)
    return ids, classes or _named(labels, ids), None


def _require_bands_last(path: Path, shape: tuple[int, ...], of_cube: tuple[int, int, int]) -> None:
    """Raise DataError where labels have the shape of two other axes of the cube than those taken for rows and cols."""
    axes: dict[tuple[int, ...], str] = {of_cube[1:]: "bands rows cols", of_cube[::2]: "rows bands cols"}
    if shape in axes:
        raise DataError(
            f"{path}: the raster of labels is {shape} pixels; expected {of_cube[:2]}, as the cube, which is read as"
            f" {of_cube} rows, columns and bands; if its array has the axes '{axes[shape]}', say so by 'axes' in 'cube'"
        )


def _named(labels: Cube, ids: np.ndarray) -> tuple[ClassEntry, ...]:
    """Return the classes with the names and colours that the file of the labels gives; empty where it gives none."""
    if not labels.classes:
        return ()
    found = np.unique(ids[ids > UNLABELLED]).tolist()
    named = {identity: labels.classes.get(identity, (f"class {identity}", None)) for identity in found}
    return tuple(ClassEntry(id=identity, name=name, color=color) for identity, (name, color) in named.items())


def _without_classes(scene: Scene, dropped: tuple[int, ...]) -> Scene:
    """Set the labels of dropped classes, and of pixels without data, to unlabelled."""
    if scene.labels is None:
        if dropped:
            raise UsageError(
                f"scene {scene.name}: option 'drop_classes' is {list(dropped)}; expected none, as the data"
                " set has no 'labels'"
            )
        return scene
    ids = [cover.id for cover in scene.classes]
    if foreign := sorted(set(dropped) - set(ids)):
        raise UsageError(f"scene {scene.name}: option 'drop_classes' names {foreign}; expected ids among {ids}")
    lost = int((scene.labels[~scene.mask] != UNLABELLED).sum())
    if lost and lost == int((scene.labels != UNLABELLED).sum()):
        raise DataError(
            f"scene {scene.name}: none of its {lost} labelled pixels holds data; expected some; check that labels and"
            " cube lie where they should, and 'nodata'"
        )
    if lost:
        left = set(np.unique(scene.labels[scene.mask]).tolist())
        gone = [cover.name for cover in scene.classes if cover.id not in left]
        _LOG.warning(
            "scene %s: %s no data and become unlabelled%s", scene.name,
            counted(lost, "labelled pixel holds", "labelled pixels hold"),
            f", among them all of {', '.join(gone)}" if gone else "",
        )  # fmt: skip
    unusable = ~scene.mask | np.isin(scene.labels, dropped)
    labels = np.where(unusable, scene.labels.dtype.type(UNLABELLED), scene.labels)
    groups = None if scene.groups is None else np.where(labels == UNLABELLED, np.uint32(0), scene.groups)
    return replace(scene, labels=labels, groups=groups)


def _cut(scene: Scene, options: SceneOptions) -> Scene:
    rows, cols = options.cut(scene.shape)
    transform = scene.grid.transform
    labels, classes = scene.labels, scene.classes
    if labels is not None:
        labels = np.ascontiguousarray(labels[rows, cols])
        present = set(np.unique(labels).tolist())
        classes = tuple(cover for cover in classes if cover.id in present)
        if not classes:
            raise UsageError(
                f"scene {scene.name}: rows {rows.start} to {rows.stop}, columns {cols.start} to {cols.stop} hold no"
                f" labelled pixel without classes {list(options.drop_classes)}; expected some; widen 'rows' or 'cols',"
                " or drop fewer classes"
            )
    return replace(
        scene,
        cube=np.ascontiguousarray(scene.cube[rows, cols]),
        mask=np.ascontiguousarray(scene.mask[rows, cols]),
        labels=labels,
        groups=None if scene.groups is None else np.ascontiguousarray(scene.groups[rows, cols]),
        classes=classes,
        grid=Grid(scene.grid.crs, transform and _moved(transform, cols.start, rows.start)),
    )


def _moved(transform: Affine, col: int, row: int) -> Affine:
    a, b, c, d, e, f = transform[:6]
    return Affine(a, b, c + a * col + b * row, d, e, f + d * col + e * row)


def _files(manifest: dict[str, Any]) -> str:
    """Return the names of the files of a data set that nobody has to be cited for."""
    named = {part: Path(manifest[part]["file"]).name for part in ("cube", "labels") if manifest[part]}
    return ", ".join([named["cube"], *(f"labels {name}" for part, name in named.items() if part == "labels")])


def _digest(descriptor: Descriptor, options: SceneOptions, manifest: dict[str, Any]) -> str:
    """Return one digest of all that the pixels of the scene follow from."""
    files = [manifest[part]["sha256"] if manifest[part] else None for part in ("cube", "labels")]
    keys = [manifest[part]["key"] if manifest[part] else None for part in ("cube", "labels")]
    settings = [options.model_dump(mode="json"), sorted(set(descriptor.drop_bands)), repr(descriptor.nodata)]
    further = [manifest[part].get(what, {}) for part in ("cube", "labels") if manifest[part] for what in _FURTHER]
    values = [[entry.id, entry.values] for entry in descriptor.classes if entry.values]
    changed = [descriptor.scale, descriptor.offset, values]
    more = [
        [entry["sha256"], entry["key"], *(entry.get(what, {}) for what in _FURTHER)]
        for entry in manifest.get("more_labels", ())
    ]
    text = json.dumps([files, keys, settings, further, changed, *([more] if more else [])])
    return hashlib.sha256(text.encode()).hexdigest()
