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

from hsclass.datasets.bands import prepare_cube
from hsclass.datasets.descriptor import Descriptor, SceneOptions
from hsclass.datasets.ground_truth import describe_classes, legend, prepare_labels, require_same_grid
from hsclass.datasets.listing import load_descriptor
from hsclass.datasets.manifest import read_manifest, verified_file
from hsclass.datasets.readers import read_array
from hsclass.errors import UsageError
from hsclass.raster import Grid
from hsclass.scene import UNLABELLED, Scene

_LOG = logging.getLogger(__name__)


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
    descriptor = load_descriptor(name_or_file)
    home = Path(folder) / descriptor.name
    manifest = read_manifest(descriptor, home)
    path = verified_file(manifest["cube"], home)
    contents = read_array(path, key=manifest["cube"]["key"], ndim=3)
    cube = prepare_cube(contents, descriptor, path)
    scene = Scene(
        name=name or descriptor.name,
        cube=cube.values,
        labels=None,
        wavelengths=cube.wavelengths,
        mask=cube.mask,
        classes=legend(descriptor.classes, tuple(sorted(entry.id for entry in descriptor.classes))),
        grid=contents.grid,
        rgb=cube.rgb,
        title=descriptor.title or descriptor.name,
        source=descriptor.cite,
        note=descriptor.note,
        digest=_digest(descriptor, options, manifest),
        nodata=cube.nodata,
    )
    if manifest["labels"]:
        path = verified_file(manifest["labels"], home)
        truth = read_array(path, key=manifest["labels"]["key"], ndim=2)
        require_same_grid(truth.grid, contents.grid, path)
        labels = prepare_labels(truth, scene.shape[:2], path)
        scene = replace(scene, labels=labels, classes=describe_classes(labels, descriptor.classes, path))
    return _cut(_without_classes(scene, options.drop_classes), options)


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
    if lost := int((scene.labels[~scene.mask] != UNLABELLED).sum()):
        _LOG.warning("scene %s: %d labelled pixels hold no data and become unlabelled", scene.name, lost)
    unusable = ~scene.mask | np.isin(scene.labels, dropped)
    return replace(scene, labels=np.where(unusable, scene.labels.dtype.type(UNLABELLED), scene.labels))


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
        classes=classes,
        grid=Grid(scene.grid.crs, transform and _moved(transform, cols.start, rows.start)),
    )


def _moved(transform: Affine, col: int, row: int) -> Affine:
    a, b, c, d, e, f = transform[:6]
    return Affine(a, b, c + a * col + b * row, d, e, f + d * col + e * row)


def _digest(descriptor: Descriptor, options: SceneOptions, manifest: dict[str, Any]) -> str:
    """Return one digest of all that the pixels of the scene follow from."""
    files = [manifest[part]["sha256"] if manifest[part] else None for part in ("cube", "labels")]
    keys = [manifest[part]["key"] if manifest[part] else None for part in ("cube", "labels")]
    settings = [options.model_dump(mode="json"), sorted(set(descriptor.drop_bands)), repr(descriptor.nodata)]
    return hashlib.sha256(json.dumps([files, keys, settings]).encode()).hexdigest()
