"""Scenes of arrays, with reference data as arrays or as polygons and points of geopandas."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.descriptor import ShapeOptions
from hsclass.datasets.reference_labels import legend
from hsclass.datasets.shapes import Shapes, draw_shapes
from hsclass.errors import UsageError
from hsclass.scene import Scene
from hsclass.scene_arrays import checked_grid


def scene_of_arrays(
    cube: Any, labels: Any, *, folder: str | os.PathLike[str] | None, field: str | None, **about: Any
) -> Scene:
    """Make a scene of a cube in memory; arguments and errors as `hsclass.open_scene`."""
    if folder is not None:
        raise UsageError(f"folder: is {folder}, but the cube is in memory; leave it out")
    if not is_frame(labels):
        if field is not None:
            raise UsageError(f"field: is {field!r}, but the labels are no GeoDataFrame; leave it out")
        return _from_array(cube, labels, about)
    classes, group = about.pop("classes", None), about.pop("groups", None)
    if group is not None and not isinstance(group, str):
        raise UsageError(
            f"groups: is of type {type(group).__name__}, but the labels are a GeoDataFrame; give the name of its column"
        )
    scene = _from_array(cube, None, about)
    where = Path(f"scene {scene.name}: labels")
    ids, entries, groups = draw_shapes(
        shapes_of(labels), ShapeOptions(field=field, group=group), where, grid=scene.grid, shape=scene.shape[:2],
        mask=scene.mask,
    )  # fmt: skip
    covers = legend(entries, tuple(entry.id for entry in entries))
    drawn = _from_array(
        scene.cube, ids, {**about, "classes": covers if classes is None else classes, "mask": scene.mask,
        "groups": groups and groups.ids,
        "nodata": scene.nodata, "wavelengths": scene.wavelengths, "crs": scene.grid.crs,
        "transform": scene.grid.transform},
    )  # fmt: skip
    return replace(drawn, group_names=groups.names if groups else {})


def _from_array(cube: Any, labels: Any, about: dict[str, Any]) -> Scene:
    try:
        return Scene.from_array(cube, labels, **about)
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        raise UsageError(f"open_scene: {error}; see the arguments of hsclass.Scene.from_array") from None


def is_frame(value: Any) -> bool:
    """Return whether a value is a geopandas.GeoDataFrame, without importing geopandas."""
    return type(value).__module__.partition(".")[0] == "geopandas"


def shapes_of(frame: Any) -> Shapes:
    """Return geometries and columns of a GeoDataFrame."""
    if not hasattr(frame, "columns"):
        raise UsageError("labels: are a GeoSeries, without classes; expected a GeoDataFrame with a column of classes")
    geometry = frame.geometry
    columns = {
        str(name): frame[name].astype(object).where(frame[name].notna(), None).to_numpy()
        for name in frame.columns
        if name != geometry.name
    }
    crs = None if geometry.crs is None else checked_grid(geometry.crs.to_wkt(), None, "labels").crs
    return Shapes(np.array(geometry.array, object), columns, crs, np.asarray(frame.index))
