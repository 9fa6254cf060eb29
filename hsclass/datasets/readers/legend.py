"""Names and colours of class ids, as a raster gives them itself."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from rasterio.enums import ColorInterp

from hsclass.errors import DataError
from hsclass.scene import classes_of_tag

Legend = dict[int, tuple[str, str | None]]
"""Name and colour (#rrggbb) by id."""

_USAGE = {"2": "name", "5": "id", "6": "red", "7": "green", "8": "blue"}  # of columns, as GDAL numbers them


def legend_of(path: Path, source: Any) -> Legend:
    """Return the classes of an open raster of one band; empty where it names and colours none.

    They come from the tag of a raster that hsclass wrote, the attribute table or the category names of GDAL's .aux.xml,
    and the colour table.
    """
    if source.count != 1:
        return {}
    try:
        return {
            cover.id: (cover.name, "#{:02x}{:02x}{:02x}".format(*cover.color))
            for cover in classes_of_tag(source.tags()["classes"], path)
        }
    except (KeyError, DataError):  # another program's tag of that name says nothing of classes
        pass
    named, shades = _named(path.with_name(f"{path.name}.aux.xml")), {}
    if source.colorinterp[0] == ColorInterp.palette:
        with suppress(ValueError):  # a palette without its colours
            shades = {value: "#{:02x}{:02x}{:02x}".format(*color[:3]) for value, color in source.colormap(1).items()}
    return {
        value: (name or f"class {value}", color or shades.get(value))
        for value in sorted({*named, *shades})
        for name, color in (named.get(value, ("", None)),)
    }


def _named(path: Path) -> Legend:
    """Return what GDAL's metadata next to a raster say of classes: its attribute table, or else its category names."""
    try:
        root = ET.parse(path).getroot()
    except (OSError, ValueError, LookupError, ET.ParseError):
        return {}
    columns = {_USAGE.get(column.findtext("Usage", "")): place for place, column in enumerate(root.iter("FieldDefn"))}
    found: Legend = {}
    if {"id", "name"} <= set(columns):
        for row in root.iter("Row"):
            cells = [(cell.text or "").strip() for cell in row.iter("F")]
            held = {what: cells[place] for what, place in columns.items() if what and place < len(cells)}
            parts = [held.get(name, "") for name in ("red", "green", "blue")]
            whole = all(part.isdecimal() and int(part) <= 255 for part in parts)
            if held.get("id", "").isdecimal():
                color = "#{:02x}{:02x}{:02x}".format(*map(int, parts)) if whole else None
                found[int(held["id"])] = (held.get("name", ""), color)
        return found
    names = [(item.text or "").strip() for item in root.iter("Category")]
    return {value: (name, None) for value, name in enumerate(names) if name}
