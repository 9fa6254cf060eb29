"""Regions of interest as ENVI writes them into text: a list of pixels for each class."""

import re
from pathlib import Path

import numpy as np

from hsclass.datasets.descriptor import ClassEntry
from hsclass.errors import DataError

REGION_SUFFIXES = (".txt", ".roi")
_TITLE = re.compile(r";\s*ROI\s+(name|rgb value|npts)\s*:\s*(.*)", re.IGNORECASE)


def draw_regions(
    path: Path, shape: tuple[int, int], entries: tuple[ClassEntry, ...]
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
        Classes of the descriptor, given by the regions' names; empty to number the regions in the file's order.

    Returns
    -------
    ids : ndarray of uint8 or uint16, shape (rows, cols)
        Class ids, 0 = unlabelled.
    entries : tuple of ClassEntry

    Raises
    ------
    DataError
        If the text is something else, a region is unknown, short or outside of the cube, or two share a pixel.
    """
    regions = read_regions(path)
    known = {_plain(str(value)): entry.id for entry in entries for value in (entry.values or (entry.name,))}
    if not entries:
        colors = {name: color for name, color, _ in reversed(regions)}
        known = {name: number for number, name in enumerate(dict.fromkeys(region[0] for region in regions), 1)}
        entries = tuple(ClassEntry(id=number, name=name, color=colors[name]) for name, number in known.items())
    labels = np.zeros(shape, np.int64)
    for name, _, points in regions:
        if name not in known:
            raise DataError(
                f"{path}: has the region '{name}'; expected one of the descriptor's classes {', '.join(known)}; say"
                " with 'values' what stands for them"
            )
        rows, cols = points[:, 1] - 1, points[:, 0] - 1
        if points.size and (points.min() < 1 or rows.max() >= shape[0] or cols.max() >= shape[1]):
            raise DataError(
                f"{path}: region '{name}' reaches column {points[:, 0].max()}, row {points[:, 1].max()}; expected 1 to"
                f" {shape[1]} and 1 to {shape[0]}, as the cube; check that it is of this scene"
            )
        taken = labels[rows, cols]
        if other := int(((taken > 0) & (taken != known[name])).sum()):
            raise DataError(
                f"{path}: {other} pixels of region '{name}' are of another region too; expected one class a pixel"
            )
        labels[rows, cols] = known[name]
    return labels.astype(np.uint8 if labels.max() <= 255 else np.uint16), entries


def read_regions(path: Path) -> list[tuple[str, str | None, np.ndarray]]:
    """Return name, colour and (column, row) of the pixels of each region."""
    titles: list[dict[str, str]] = []
    blocks: list[list[tuple[int, int]]] = []
    columns = (0, 1)
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for line in lines:
            if title := _TITLE.match(line):
                name, value = title[1].lower(), title[2].strip()
                if name == "name":
                    titles.append({})
                    blocks.append([])
                titles[-1][name] = value
            elif line.startswith(";"):
                names = line[1:].replace("Map X", "MapX").replace("Map Y", "MapY").split()
                if "X" in names and "Y" in names:
                    columns = names.index("X"), names.index("Y")
            elif line.strip():
                numbers = line.split()
                point = int(float(numbers[columns[0]])), int(float(numbers[columns[1]]))
                short = (k for k, title in enumerate(titles) if len(blocks[k]) < int(title["npts"]))
                blocks[next(short)].append(point)
        counts = [int(title["npts"]) for title in titles]
    except (ValueError, IndexError, KeyError, StopIteration) as error:
        raise DataError(f"{path}: is not a text of ENVI's regions of interest; expected titles and pixels") from error
    if not titles or counts != [len(block) for block in blocks]:
        found = [len(block) for block in blocks]
        raise DataError(f"{path}: holds {found} pixels by region; expected {counts}, as its titles say; get it whole")
    return [
        (_plain(title["name"]), _color(title.get("rgb value", "")), np.array(block, np.int64).reshape(-1, 2))
        for title, block in zip(titles, blocks, strict=True)
    ]


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _color(text: str) -> str | None:
    parts = [int(part) for part in re.findall(r"\d+", text)]
    return "#{:02x}{:02x}{:02x}".format(*parts) if len(parts) == 3 and max(parts) <= 255 else None
