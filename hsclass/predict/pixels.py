"""What is mapped: a named cube, of a scene in memory or of a file that is read strip by strip."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from hsclass.datasets.companions import companion_files
from hsclass.datasets.cube import ArrayStore, Cube
from hsclass.datasets.readers import open_cube
from hsclass.models.spectral_contract import SpectralBands
from hsclass.scene import Scene


@dataclass(frozen=True)
class Pixels:
    """A scene to be mapped.

    Attributes
    ----------
    name : str
    cube : Cube
        Of the bands that are not marked as bad.
    identity : mapping
        Distinguishes this scene from others, for finished strips of a run that was killed.
    """

    name: str
    cube: Cube
    identity: Mapping[str, Any]

    @classmethod
    def of_scene(cls, scene: Scene) -> Self:
        """Return the pixels of a scene in memory."""
        scale = None if scene.scale is None else np.full(scene.shape[2], scene.scale)
        cube = Cube(
            None, "scene", scene.shape, scene.cube.dtype, ArrayStore(scene.cube.__getitem__, scene.mask),
            grid=scene.grid, wavelengths=scene.wavelengths, fwhm=scene.fwhm, scale=scale, left_out=scene.bad_bands,
            own=True, tags={"rgb": json.dumps(scene.rgb)},
        )  # fmt: skip
        return cls(scene.name, cube, {"name": scene.name, "digest": scene.digest, "shape": scene.shape})

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Return the pixels of a file that `open_cube` takes; bands that it marks as bad are left out."""
        cube = open_cube(path)
        name = cube.tags["scene"] if cube.own else path.stem
        cube = cube.keep(cube.good)
        files = [path, *companion_files(path)]
        identity = {
            "name": name, "digest": cube.tags.get("digest", ""), "shape": cube.shape, "nodata": repr(cube.nodata),
            "files": [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files],
        }  # fmt: skip
        return cls(name, cube, identity)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(rows, cols, bands)"""
        return self.cube.shape

    @property
    def bands(self) -> SpectralBands:
        """What is known of the bands."""
        cube = self.cube
        centres, widths = (
            None if known is None or not np.isfinite(known).all() else known for known in (cube.wavelengths, cube.fwhm)
        )
        return SpectralBands(cube.shape[2], centres, widths, cube.factor, cube.left_out)

    @property
    def rgb(self) -> tuple[int, int, int] | None:
        """Band indices (0-based) that show natural colours."""
        rgb = json.loads(self.cube.tags["rgb"]) if self.cube.own else None
        return None if rgb is None else (rgb[0], rgb[1], rgb[2])
