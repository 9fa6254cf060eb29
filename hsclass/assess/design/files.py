"""Sample files: what an interpreter fills in, and next to it the design, which the interpreter does not see.

GeoPackage, GeoJSON, KML and CSV hold `id`, `x`, `y` and an empty `reference`; the stratum and the map's class are left
out, so that they cannot sway the interpreter. `NAME.design.json` next to the file holds the design. The file opens in
QGIS, where `reference` is filled in, and in the plug-in AcATaMa.
"""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hsclass.assess.design.drawing import ProbabilitySample
from hsclass.assess.design.places import read_places, write_places
from hsclass.atomic import write_text
from hsclass.errors import DataError
from hsclass.raster import Grid


class Labelled(NamedTuple):
    """The rows of a sample file: ids, x and y in the file's CRS, the text of each reference column, and the CRS."""

    ids: np.ndarray
    places: np.ndarray
    references: dict[str, list[str]]
    crs: Any


def design_file(path: str | os.PathLike[str]) -> Path:
    """Return where the design of a sample file is kept."""
    path = Path(path)
    return path.with_name(f"{path.stem}.design.json")


def write_sample(sample: ProbabilitySample, path: str | os.PathLike[str]) -> None:
    """Write a sample file and its design.

    Parameters
    ----------
    sample : ProbabilitySample
    path : path-like
        Ending in .gpkg, .geojson, .kml or .csv. GeoJSON and KML are in degrees (WGS 84), the others in the map's CRS.

    Raises
    ------
    UsageError
        If the ending is another one, or the map has no CRS, which GeoJSON and KML need.
    """
    ids = np.arange(1, len(sample) + 1)
    write_places(path, sample.grid, sample.places, {"id": ids, "reference": np.array([""] * len(ids))})
    write_text(design_file(path), json.dumps(_as_record(sample), indent=1) + "\n")


def _as_record(sample: ProbabilitySample) -> dict[str, Any]:
    return {
        "design": sample.design, "seed": sample.seed, "shape": list(sample.shape),
        "crs": None if sample.grid.crs is None else sample.grid.crs.to_wkt(),
        "transform": None if sample.grid.transform is None else list(sample.grid.transform)[:6],
        "sizes": {str(stratum): size for stratum, size in sample.sizes.items()},
        "units": [
            [identity, int(row), int(col), int(stratum)]
            for identity, ((row, col), stratum) in enumerate(zip(sample.pixels, sample.strata, strict=True), 1)
        ],
        **sample.about,
    }  # fmt: skip


def read_design(path: str | os.PathLike[str]) -> ProbabilitySample:
    """Read the design of a sample file from the file next to it.

    Raises
    ------
    DataError
        If it is missing or damaged.
    """
    from rasterio.crs import CRS
    from rasterio.transform import Affine

    file = Path(path)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        units = np.array(found.pop("units"), np.int64).reshape(-1, 4)
        corner, crs = found.pop("transform"), found.pop("crs")
        return ProbabilitySample(
            design=found.pop("design"),
            pixels=units[:, 1:3],
            strata=units[:, 3],
            sizes={int(stratum): int(size) for stratum, size in found.pop("sizes").items()},
            grid=Grid(None if crs is None else CRS.from_wkt(crs), None if corner is None else Affine(*corner)),
            shape=tuple(found.pop("shape")),
            seed=found.pop("seed"),
            about=found,
        )
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read ({error.strerror}); expected the design that 'hsclass sample' wrote next to the"
            " sample; keep both together, or name it with --design"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{file}: is no design of a sample ({error}); expected what 'hsclass sample' wrote") from error


def read_sample(path: str | os.PathLike[str]) -> Labelled:
    """Read a sample file that an interpreter filled in: from QGIS, AcATaMa, a spreadsheet or by hand.

    Columns are found by name, in any order and case; `reference` may be called `label` or `class`, further columns that
    begin with `reference` are those of further interpreters.

    Raises
    ------
    DataError
        If the file cannot be read, or lacks `id` or a reference column, or an id stands twice.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file; give the sample file that was filled in")
    rows, crs = read_places(path)
    names = {name.strip().lower(): name for name in rows}
    columns = [names[key] for key in names if key.startswith("reference")]
    columns = columns or [names[key] for key in ("label", "class") if key in names][:1]
    if "id" not in names or not columns:
        held = ", ".join(rows) or "no columns"
        raise DataError(f"{path}: has {held}; expected 'id' and 'reference' (a class id or name for each point)")
    try:
        ids = np.array([int(float(text)) for text in rows[names["id"]]], np.int64)
        places = np.array([[float(text or "nan") for text in rows[names[axis]]] for axis in ("x", "y")]).T
    except (KeyError, ValueError) as error:
        raise DataError(
            f"{path}: columns id, x and y must hold numbers ({error}); keep them as they were written"
        ) from error
    twice = ids[np.flatnonzero(np.bincount(ids - ids.min(initial=0))[ids - ids.min(initial=0)] > 1)]
    if len(twice):
        raise DataError(f"{path}: id {twice[0]} stands {int((ids == twice[0]).sum())} times; expected each id once")
    return Labelled(ids, places, {name: [text.strip() for text in rows[name]] for name in columns}, crs)
