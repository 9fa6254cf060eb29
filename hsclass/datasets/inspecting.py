"""What is understood of a file before anything is made of it, and what in it looks wrong."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.alignment import Lattice
from hsclass.datasets.autocorrelation import autocorrelation_facts
from hsclass.datasets.cube import Cube, counted_as_data, in_yaml
from hsclass.datasets.descriptor import ShapeOptions
from hsclass.datasets.likely_attributes import class_attribute
from hsclass.datasets.readers import open_cube
from hsclass.datasets.regions import REGION_SUFFIXES, read_regions
from hsclass.datasets.shape_classes import text_of
from hsclass.datasets.shapes import draw_shapes, holds_shapes, layers_of, read_shapes
from hsclass.datasets.statistics import BandStatistics, band_statistics, class_counts
from hsclass.errors import DataError
from hsclass.raster import Grid
from hsclass.scene_arrays import LONGEST
from hsclass.wording import counted

_MANY = 50  # distinct values beyond which a raster of one band is no reference data


@dataclass
class InspectedFile:
    """What is understood of one file.

    Attributes
    ----------
    path : str
    kind : str
        "cube", "labels" or "shapes".
    facts : dict
        By name: `shape` (rows, cols, bands), `dtype`, `format`, `crs`, `transform` (GDAL's order), `wavelengths`,
        `fwhm`, `bad_bands`, `nodata`, `classes`, `names` and others, as far as the file has them; of labels on the grid
        of a cube `spectra_range`, the range of autocorrelation of the labelled spectra, and `advice` from it.
    warnings : list of str
        What looks wrong, one sentence each.
    """

    path: str
    kind: str
    facts: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    grid: Grid = field(default_factory=Grid, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return path, kind, facts and warnings, for JSON."""
        return {"path": self.path, "kind": self.kind, **self.facts, "warnings": self.warnings}


def inspect_files(
    paths: Sequence[str | os.PathLike[str]], *, key: str | None = None, unlabelled: Sequence[float] = ()
) -> list[InspectedFile]:
    """Look into files; labels are compared with the first cube among them, polygons and points drawn onto its grid.

    A cube is read once, with labels twice, in blocks of rows, so that it may be larger than the memory; MATLAB files
    before version 7.3 and .npz files are compressed as a whole and are read as a whole.

    Parameters
    ----------
    paths : list of path-like
        Rasters, MATLAB or NumPy files, polygons or points, ENVI's regions of interest.
    key : str, optional
        Variable of a MATLAB or NumPy file.
    unlabelled : sequence of float
        Values of a raster of labels that stand for no class, as in a descriptor.

    Raises
    ------
    DataError
        If a file cannot be read.
    """
    findings = [finding for path in paths for finding in _inspected(Path(path), key, unlabelled)]
    cubes = [finding for finding in findings if finding.kind == "cube"]
    for finding in findings:
        if cubes and finding.kind == "shapes":
            finding.warnings = _lost(finding, cubes[0], key)
        elif cubes and finding.kind == "labels":
            apart = _misaligned(finding, cubes[0])
            finding.warnings += apart
            if not apart and Path(finding.path).suffix.lower() not in REGION_SUFFIXES:
                cube, labels = (open_cube(Path(each.path), key=key) for each in (cubes[0], finding))
                finding.facts |= autocorrelation_facts(cube, labels)
    return findings


def _inspected(path: Path, key: str | None, unlabelled: Sequence[float]) -> list[InspectedFile]:
    if path.suffix.lower() not in REGION_SUFFIXES and holds_shapes(path):
        return [_shapes(path, layer) for layer in layers_of(path)]
    if path.suffix.lower() in REGION_SUFFIXES:
        regions, size = read_regions(path)
        counts = {region.name: len(region.points) for region in regions}
        facts: dict[str, Any] = {"format": "ENVI regions of interest", "classes": counts}
        return [InspectedFile(str(path), "labels", facts | ({"shape": list(size)} if size else {}))]
    cube = open_cube(path, key=key)
    crs, transform = cube.grid.crs, cube.grid.transform
    facts = {
        "shape": list(cube.shape), "dtype": str(cube.dtype), "format": cube.format, "key": cube.key,
        "crs": None if crs is None else crs.to_string(),
        "transform": None if transform is None else list(transform.to_gdal()),
    }  # fmt: skip
    return [_labels(path, cube, facts, unlabelled) if cube.shape[2] == 1 else _cube(path, cube, facts)]


def _cube(path: Path, cube: Cube, facts: dict[str, Any]) -> InspectedFile:
    found = band_statistics(cube)
    bad = np.setdiff1d(np.arange(cube.shape[2]), [*cube.good, *cube.alpha]).tolist()
    warnings = _value_warnings(found, cube)
    with np.errstate(invalid="ignore"):
        facts |= {
            "wavelengths": None, "fwhm": None, "bad_bands": bad, "alpha_bands": list(cube.alpha),
            "nodata": _alone(cube.nodata),
            "nan_values": found.not_numbers or None,
            "scale": None if cube.scale is None else sorted(set(cube.scale[cube.good].tolist())),
            "offset": None if cube.offset is None else sorted(set(cube.offset[cube.good].tolist())),
            "quality": {name: "left out" if applied else "kept" for name, applied in cube.quality.items()} or None,
            "empty_bands": np.flatnonzero(found.empty).tolist(),
            "nodata_share": round(found.without_any / found.pixels, 6),
            "partly_share": round(found.partly / found.pixels, 6),
            "values": None if found.empty.all() else [float(np.nanmin(found.lowest)), float(np.nanmax(found.highest))],
            "memory_mb": round(4 * float(np.prod(cube.shape)) / 1e6, 1),
        }  # fmt: skip
    if cube.wavelengths is not None:
        centres = cube.wavelengths
        down = np.flatnonzero(np.diff(centres) < 0).tolist()
        facts["wavelengths"] = {"first": centres[0], "last": centres[-1], "ascending": not down, "falls_after": down}
        facts["wavelengths"] |= {"lowest": float(np.nanmin(centres)), "highest": float(np.nanmax(centres))}
        known = centres[np.isfinite(centres)]
        facts["wavelengths"]["repeated"] = len(np.unique(known)) < len(known)
        warnings += _wavelength_warnings(centres, down)
        if cube.fwhm is not None:
            facts["fwhm"] = [float(np.nanmin(cube.fwhm)), float(np.nanmax(cube.fwhm))]
            if len(centres) > 1 and facts["fwhm"][1] > np.ptp(known):
                warnings.append(
                    f"the widest band has a width of {facts['fwhm'][1]:g} nm, more than all wavelengths span; check the"
                    " unit of 'fwhm'"
                )
    if unused := [name for name, applied in cube.quality.items() if not applied]:
        warnings.append(
            f"pixels that the quality layers {', '.join(unused)} mark count as data; to leave some out, name their"
            f" layers in the descriptor, as cube: {{path: …, quality: [{unused[0]}]}}"
        )
    if bad:
        are = counted(len(bad), "band is", "bands are")
        warnings.append(f"{are} marked as bad by the file and will be left out: {_listed(bad)}")
    return InspectedFile(str(path), "cube", facts, warnings, cube.grid)


def _value_warnings(found: BandStatistics, cube: Cube) -> list[str]:
    said = []
    used = np.isin(np.arange(cube.shape[2]), cube.good)  # of the others, the file says so itself
    if found.empty.any():
        said.append(f"bands without any data: {_listed(np.flatnonzero(found.empty).tolist())}; they will be left out")
    if (constant := found.constant & used).any():
        said.append(f"bands of one value only: {_listed(np.flatnonzero(constant).tolist())}; name them in 'drop_bands'")
    if found.not_finite:
        are = counted(found.not_finite, "value is", "values are")
        said.append(
            f"{are} NaN or infinite; say 'nodata: {in_yaml(*cube.nodata, np.nan)}' if that stands for missing data"
        )
    if found.partly:
        lack = counted(found.partly, "pixel lacks", "pixels lack")
        said.append(f"{lack} data in some of the other bands and will be without data")
    bands = np.flatnonzero((found.negative > 0) & used)
    lowest_of_all = np.unique(found.lowest[used & ~found.empty])
    common = not cube.nodata and len(lowest_of_all) == 1 < used.sum() and lowest_of_all[0] < 0
    if sentence := counted_as_data(found.marks, cube.nodata):
        said.append(sentence)
    if common and lowest_of_all[0] not in found.marks:
        said.append(
            f"the value {lowest_of_all[0]:g} is the lowest of every band, as a value for missing data is; if it is one,"
            f" say 'nodata: {lowest_of_all[0]:g}'"
        )
    if len(bands) and not common:
        lowest = float(found.lowest[bands].min())
        said.append(
            f"{counted(int(found.negative[bands].sum()), 'value is', 'values are')} negative, the lowest {lowest:g}, in"
            f" the bands {_listed(bands.tolist())}: normal after atmospheric correction and where water absorbs, but"
            " check that they do not stand for missing data"
        )
    if (saturated := found.saturated & used).any():
        bands = np.flatnonzero(saturated)
        said.append(
            f"{counted(len(bands), 'band has', 'bands have')} many pixels at the highest value, as saturated ones do:"
            f" {_listed(bands.tolist())}"
        )
    if not cube.nodata and cube.dtype.kind in "iu" and not common:
        suspect = np.iinfo(cube.dtype).min
        if suspect < 0 and (found.lowest == suspect).any():
            said.append(f"the value {suspect} occurs, often missing data; if so, say 'nodata: {suspect}'")
    if found.conversion is not None:
        said.append(str(found.conversion))
    return said


def _alone(values: tuple[float, ...]) -> float | list[float] | None:
    """Return one value as it is, several as a list, None without one."""
    return values[0] if len(values) == 1 else list(values) or None


def _wavelength_warnings(centres: np.ndarray, down: list[int]) -> list[str]:
    said = []
    if down:
        said.append(
            f"wavelengths are not in ascending order: they fall after band {_listed(down)}, as where spectrometers"
            " overlap; the order is kept"
        )
    if lacking := np.flatnonzero(np.isnan(centres)).tolist():
        said.append(f"bands without a wavelength: {_listed(lacking)}; give 'wavelengths' in the descriptor")
    found, counts = np.unique(centres[np.isfinite(centres)], return_counts=True)
    if (counts > 1).any():
        said.append(
            f"{found[counts > 1][0]:g} nm stands for several bands; expected one of its own each; 'wavelengths: []' in"
            " the descriptor uses none"
        )
    if np.nanmax(centres) > LONGEST:
        said.append(
            f"wavelengths are up to {np.nanmax(centres):g} nm: they look like nanometres declared as micrometres;"
            " correct the unit in the file, or give 'wavelengths' in the descriptor"
        )
    if np.nanmax(centres) < 100:
        said.append(
            f"wavelengths end at {np.nanmax(centres):g} nm: they look like micrometres without saying so; give"
            " 'wavelengths' in nanometres in the descriptor"
        )
    elif np.nanmin(centres) < 100:
        said.append(
            f"wavelengths are {np.nanmin(centres):g} to {np.nanmax(centres):g} nm: some look like micrometres; give"
            " 'wavelengths' in nanometres in the descriptor"
        )
    return said


def _labels(path: Path, raster: Cube, facts: dict[str, Any], unlabelled: Sequence[float]) -> InspectedFile:
    found = class_counts(raster)
    missing = sum(count for value, count in found.items() if np.isnan(value))
    counts = {value: count for value, count in found.items() if not np.isnan(value) and value not in unlabelled}
    wrong = [value for value in counts if value < 0 or value != np.floor(value) or value > 65535]
    warnings = []
    if missing and not np.isnan(unlabelled).any():
        warnings.append(f"{counted(missing, 'pixel is', 'pixels are')} NaN and will be unlabelled")
    if wrong:
        pixels = counted(sum(counts[value] for value in wrong), "pixel holds", "pixels hold")
        warnings.append(
            f"{pixels} a value that is no class id, such as {wrong[0]:g}; expected whole numbers from 0 (unlabelled)"
            " to 65535; if it stands for no class, name it by 'unlabelled' in 'labels'"
        )
    ids = {int(value): count for value, count in counts.items() if value not in {*wrong, 0}}
    if len(counts) > _MANY:
        warnings.append(f"{len(counts)} different values: this does not look like classes")
    if not ids:
        warnings.append("no pixel is labelled")
    elif sorted(ids) != list(range(1, max(ids) + 1)):
        warnings.append(f"class ids are sparse: {_listed(sorted(ids))}; they are kept as they are")
    top = np.iinfo(raster.dtype).max if raster.dtype.kind in "iu" else None
    if top in ids and len(ids) > 1:
        named = f"[0, {top}]" if counts.get(0) else str(top)
        warnings.append(
            f"{ids[top]} pixels are {top}, the highest value of {raster.dtype}; if they stand for no class, say"
            f" 'unlabelled: {named}' in 'labels'"
        )
    if raster.nodata and 0 not in raster.nodata and counts.get(0):
        warnings.append(
            f"nodata is {in_yaml(*raster.nodata)}, so that 0 may be a class: its {counts[0]} pixels count as unlabelled"
            " unless 'values: [0]' gives them to one of the 'classes'"
        )
    facts |= {
        "nodata": _alone(raster.nodata),
        "labelled": sum(ids.values()),
        "classes": dict(list(ids.items())[:_MANY]),
    }
    facts["names"] = {value: raster.classes[value][0] for value in facts["classes"] if value in raster.classes} or None
    return InspectedFile(str(path), "labels", facts, warnings, raster.grid)


def _shapes(path: Path, layer: str) -> InspectedFile:
    import shapely

    shapes = read_shapes(path, layer)
    usable = [geometry for geometry in shapes.geometries if geometry is not None and not geometry.is_empty]
    bounds = tuple(shapely.total_bounds(usable).tolist()) if usable else None
    values = {}
    for name, column in shapes.attributes.items():
        texts, counts = np.unique([text_of(value) or "(none)" for value in column], return_counts=True)
        if len(texts) <= _MANY:
            values[name] = dict(zip(texts.tolist(), counts.tolist(), strict=True))
    facts = {
        "format": path.suffix[1:], "layer": layer, "features": len(shapes.geometries),
        "geometries": sorted({str(geometry.geom_type) for geometry in usable}),
        "crs": None if shapes.crs is None else shapes.crs.to_string(), "bounds": bounds,
        "fields": list(shapes.attributes), "values": values,
    }  # fmt: skip
    warnings = [] if shapes.crs else ["no coordinate reference system; expected one"]
    if len(usable) < len(shapes.geometries):
        bare = counted(len(shapes.geometries) - len(usable), "feature has", "features have")
        warnings.append(f"{bare} no geometry")
    return InspectedFile(str(path), "shapes", facts, warnings, Grid(shapes.crs))


def _misaligned(labels: InspectedFile, cube: InspectedFile) -> list[str]:
    shape = labels.facts.get("shape")
    if shape is None:
        return []
    here, there = labels.grid, cube.grid
    both = here.transform is not None and there.transform is not None
    lattice = Lattice.of(here, there, (cube.facts["shape"][0], cube.facts["shape"][1])) if both else None
    if both and lattice is None:
        elsewhere = here.crs and there.crs and here.crs != there.crs
        where = f"in {here.crs}, the cube in {there.crs}" if elsewhere else "on another grid than the cube"
        return [f"lies {where}: it will be resampled by nearest neighbour"]
    if lattice is not None and (lattice.moves or shape[:2] != cube.facts["shape"][:2]):
        return ["holds the cube's pixels in another order, or of another part: they will be brought into place"]
    if shape[:2] != cube.facts["shape"][:2]:
        turned = ", as if it were transposed" if shape[1::-1] == cube.facts["shape"][:2] else ""
        return [f"is {shape[0]} x {shape[1]} pixels, the cube {' x '.join(map(str, cube.facts['shape'][:2]))}{turned}"]
    return []


def _lost(found: InspectedFile, cube: InspectedFile, key: str | None) -> list[str]:
    """Return what is left out of polygons or points that are drawn onto a cube, by the likely attribute of classes."""
    path, said = Path(found.path), list[str]()
    shapes = read_shapes(path, found.facts["layer"])
    found.facts["class_field"] = name = class_attribute(shapes.attributes)
    if name is None:
        shapes = replace(shapes, attributes={"class": np.full(len(shapes.geometries), "of unknown class")})
    try:
        opened = open_cube(Path(cube.path), key=key)
        draw_shapes(
            shapes, ShapeOptions(field=name or "class"), path, grid=cube.grid, shape=opened.shape[:2],
            mask=_holding(opened, cube.facts["empty_bands"]), report=said.append,
        )  # fmt: skip
    except DataError as error:
        said.append(str(error).removeprefix(f"{path}: "))
    return said


def _holding(cube: Cube, empty: list[int]) -> np.ndarray:
    """Return which pixels hold data in the bands that a scene keeps, bool of shape (rows, cols)."""
    cube = cube.keep(np.setdiff1d(cube.good, empty))
    blocks = []
    for block, shown in cube.blocks():
        held = cube.holds_data(block, shown)
        blocks.append(held & ~np.isnan(block).all(axis=2) if block.dtype.kind == "f" else held.copy())
    return np.concatenate(blocks)


def _listed(numbers: list[int]) -> str:
    """Return numbers as text, neighbours joined: "3, 130-135"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(texts[:12]) + (f" and {len(texts) - 12} more" if len(texts) > 12 else "")
