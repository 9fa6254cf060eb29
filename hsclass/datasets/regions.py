"""Regions of interest as ENVI writes them into text: a list of pixels for each class."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsclass.datasets.descriptor import ClassEntry
from hsclass.datasets.readers.envi import decoded
from hsclass.datasets.shape_classes import DESCRIPTOR, remedy_for
from hsclass.errors import DataError
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
REGION_SUFFIXES = (".txt", ".roi")
_FAR = 2**31
_SIZE = re.compile(r";\s*File Dimension\s*:\s*(\d+)\s*x\s*(\d+)", re.IGNORECASE)
_TITLE = re.compile(r";\s*ROI\s+(name|rgb value|npts)\s*:\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """A region: its name, its colour (#rrggbb), and (column, row) of its pixels, counted from 1, shape (n, 2)."""

    name: str
    color: str | None
    points: np.ndarray


def draw_regions(
    path: Path, shape: tuple[int, int], entries: tuple[ClassEntry, ...], *, known_from: str = DESCRIPTOR
) -> tuple[np.ndarray, tuple[ClassEntry, ...]]:
    """Read regions of interest: pixels by column X and row Y, counted from 1, in the order of the regions' titles.

    Several such files in one, put one behind the other, are read as one: regions of one name are one class.

    Parameters
    ----------
    path : Path
        What ENVI writes as "ROIs to ASCII".
    shape : tuple of int
        (rows, cols) of the cube.
    entries : tuple of ClassEntry
        Known classes, as of the descriptor, given by the regions' names; empty to number the regions in the file's
        order.
    known_from : str
        What lists the known classes, for messages.

    Returns
    -------
    ids : ndarray of uint8 or uint16, shape (rows, cols)
        Class ids, 0 = unlabelled.
    entries : tuple of ClassEntry

    Raises
    ------
    DataError
        If the text is something else or of an image of another size, a region is unknown, short or outside of the
        cube, or two share a pixel.
    """
    regions, size = read_regions(path)
    if size is not None and size != shape:
        raise DataError(
            f"{path}: holds regions of an image of {size[0]} rows and {size[1]} columns; expected {shape[0]} and"
            f" {shape[1]}, as the cube; check that it is of this scene, and of the whole of it"
        )
    entries = entries or region_classes(regions)
    known = {_plain(str(value)): entry.id for entry in entries for value in (entry.values or (entry.name,))}
    labels = np.zeros(shape, np.int64)
    for region in regions:
        name, points = region.name, region.points
        if _plain(name) not in known:
            raise DataError(
                f"{path}: has the region '{name}', which {known_from} does not list; it lists {', '.join(known)};"
                f" {remedy_for(known_from)}"
            )
        rows, cols = points[:, 1] - 1, points[:, 0] - 1
        if points.size and (points.min() < 1 or rows.max() >= shape[0] or cols.max() >= shape[1]):
            raise DataError(
                f"{path}: region '{name}' reaches column {points[:, 0].max()}, row {points[:, 1].max()}; expected 1 to"
                f" {shape[1]} and 1 to {shape[0]}, as the cube; check that it is of this scene"
            )
        taken = labels[rows, cols]
        if other := int(((taken > 0) & (taken != known[_plain(name)])).sum()):
            raise DataError(
                f"{path}: region '{name}' shares {counted(other, 'pixel')} with another region; expected one class a"
                " pixel"
            )
        labels[rows, cols] = known[_plain(name)]
    return labels.astype(np.uint8 if labels.max() <= 255 else np.uint16), entries


def region_classes(regions: Sequence[Region]) -> tuple[ClassEntry, ...]:
    """Return a class for each name of the regions, numbered in their order."""
    first = {_plain(region.name): region for region in reversed(regions)}
    names = dict.fromkeys(_plain(region.name) for region in regions)
    return tuple(
        ClassEntry(id=number, name=first[name].name, color=first[name].color) for number, name in enumerate(names, 1)
    )


def read_regions(path: Path) -> tuple[list[Region], tuple[int, int] | None]:
    """Return the regions, and the (rows, cols) of the image that they are of, where the text says so."""
    size: tuple[int, int] | None = None
    titles: list[dict[str, str]] = []
    blocks: list[list[tuple[int, int]]] = []
    columns = (0, 1)
    try:
        for line in decoded(path.read_bytes(), path).splitlines():
            if title := _TITLE.match(line):
                name, value = title[1].lower(), title[2].strip()
                if name == "name":
                    titles.append({})
                    blocks.append([])
                titles[-1][name] = value
            elif found_size := _SIZE.match(line):
                size = int(found_size[2]), int(found_size[1])
            elif line.startswith(";"):
                names = line[1:].replace("Map X", "MapX").replace("Map Y", "MapY").split()
                if "X" in names and "Y" in names:
                    columns = names.index("X"), names.index("Y")
            elif line.strip():
                numbers = line.split()
                point = _pixel(numbers[columns[0]]), _pixel(numbers[columns[1]])
                short = (k for k, title in enumerate(titles) if len(blocks[k]) < int(title["npts"]))
                blocks[next(short)].append(point)
        counts = [int(title["npts"]) for title in titles]
    except (ValueError, IndexError, KeyError, StopIteration, OverflowError) as error:
        raise DataError(f"{path}: is not a text of ENVI's regions of interest; expected titles and pixels") from error
    if not titles or counts != [len(block) for block in blocks]:
        found = [len(block) for block in blocks]
        raise DataError(f"{path}: holds {found} pixels by region; expected {counts}, as its titles say; get it whole")
    regions = [
        Region(title["name"], _color(title.get("rgb value", "")), np.array(block, np.int64).reshape(-1, 2))
        for title, block in zip(titles, blocks, strict=True)
    ]
    return regions, size


def _pixel(text: str) -> int:
    number = int(float(text))
    if abs(number) > _FAR:
        raise ValueError(text)
    return number


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _color(text: str) -> str | None:
    parts = [int(part) for part in re.findall(r"\d+", text)]
    return "#{:02x}{:02x}{:02x}".format(*parts) if len(parts) == 3 and max(parts) <= 255 else None
