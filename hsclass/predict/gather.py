"""A map put together from its parts, byte for byte the one that would have been made at once."""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import Affine
from rasterio.windows import Window

from hsclass.errors import DataError, UsageError
from hsclass.predict.cloud_optimised import write_cloud_optimised
from hsclass.predict.products import CLASSES, product, read_legend
from hsclass.predict.style import write_style
from hsclass.raster import Grid, quiet, require_geotiff_name
from hsclass.results.model import PredictionRecord
from hsclass.results.record import read_record

_ROWS = 1024  # read at a time
_LEAST = 1e-3  # seconds, of a prediction too short to be measured


def gather_maps(parts: Sequence[Path], output: Path) -> None:
    """Put the parts of a map, or of its confidence or probabilities, together.

    Parameters
    ----------
    parts : sequence of Path
        What `hsclass predict --part` wrote, in any order.
    output : Path

    Raises
    ------
    DataError
        If a file is no part, parts are of different maps, or rows are missing or there twice.
    UsageError
        If `output` is not the name of a GeoTIFF.
    """
    require_geotiff_name(output)
    found = sorted((_described(Path(path)) for path in parts), key=lambda part: part["rows"])
    first = found[0]
    for part in found[1:]:
        if any(part[name] != first[name] for name in ("key", "product", "of")):
            raise DataError(
                f"{part['path']}: is a part of another map, or another of its rasters, than {first['path']}; gather the"
                " parts of one"
            )
    top = 0
    for part in found:
        if part["rows"][0] != top:
            raise DataError(
                f"{part['path']}: begins at row {part['rows'][0]}, expected row {top}; give each part of the map once"
            )
        top = part["rows"][1]
    if top != first["of"]:
        raise DataError(f"{found[-1]['path']}: ends at row {top} of {first['of']}; give the parts after it, too")
    tags = {name: text for name, text in first["tags"].items() if name not in {"part", "AREA_OR_POINT"}}
    legend = read_legend(tags)
    kind = product(first["product"], legend)
    corner = first["transform"]
    grid = Grid(first["crs"], None if corner is None else Affine(*corner))
    scratch = output.with_name(f".gather-{output.name}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"output {output}: cannot write into {output.parent} ({error.strerror}); choose another output folder"
        ) from error
    try:
        write_cloud_optimised(
            output, _pieces(found), shape=(kind.bands, top, first["cols"]), dtype=kind.dtype, grid=grid,
            scratch=scratch, nodata=kind.nodata, tags=tags, descriptions=kind.descriptions, colors=kind.colors,
        )  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if first["product"] == CLASSES:
        write_style(output, legend.entries)


def gather_summaries(files: Sequence[Path]) -> PredictionRecord:
    """Return what the parts of a map took together: the memory is that of the worst.

    Raises
    ------
    DataError
        If a file is missing or is no such summary.
    """
    found = [read_record(PredictionRecord, path, "predict --about") for path in files]
    seconds = [part.seconds or 0.0 for part in found]
    pixels = sum((part.pixels_per_second or 0) * max(took, _LEAST) for part, took in zip(found, seconds, strict=True))
    total = sum(seconds)
    return PredictionRecord(
        seconds=round(total, 3),
        peak_memory_mb=max(part.peak_memory_mb or 0.0 for part in found),
        pixels_per_second=round(pixels / max(total, _LEAST), 1),
    )


def _described(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise DataError(f"{path}: no such file; expected a part of a map that predict --part wrote")
    try:
        with quiet(), rasterio.open(path) as source:
            tags = source.tags()
            about = json.loads(tags["part"])
            size = {"cols": source.width, "crs": source.crs}
            return {"path": path, "tags": tags, "product": tags["product"], **size, **about}
    except (rasterio.errors.RasterioIOError, KeyError, ValueError) as error:
        raise DataError(f"{path}: is no part of a map ({error}); expected what predict --part wrote") from error


def _pieces(parts: Sequence[dict[str, Any]]) -> Iterator[tuple[int, np.ndarray]]:
    for part in parts:
        start, stop = part["rows"]
        with quiet(), rasterio.open(part["path"]) as source:
            for top in range(0, stop - start, _ROWS):
                rows = min(_ROWS, stop - start - top)
                yield start + top, source.read(window=Window(0, top, part["cols"], rows))
