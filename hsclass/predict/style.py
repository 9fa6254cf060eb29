"""Names and colours of the classes of a map for GIS programs: a QGIS style and a raster attribute table."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from hsclass.atomic import write_text
from hsclass.scene import LandCover

_STYLE, _TABLE_SUFFIX = ".qml", ".aux.xml"
_COLUMNS = (("Value", 0, 5), ("Count", 0, 1), ("Class", 2, 2), ("Red", 0, 6), ("Green", 0, 7), ("Blue", 0, 8))
"""Name, type (0 integer, 2 text) and usage (5 value, 1 count, 2 name, 6 to 8 colours) as GDAL numbers them."""


def write_style(
    map_file: str | os.PathLike[str], classes: Sequence[LandCover], counts: Mapping[int, int] | None = None
) -> None:
    """Write two files next to a map that QGIS and GDAL read with it: `map.qml` and `map.tif.aux.xml`.

    Parameters
    ----------
    map_file : path-like
        A raster of class ids.
    classes : sequence of LandCover
    counts : mapping of int to int, optional
        Pixels of each class id.
    """
    path = Path(map_file)
    write_text(path.with_suffix(_STYLE), _text(_style(classes), head="<!DOCTYPE qgis>\n"))
    write_text(path.with_name(path.name + _TABLE_SUFFIX), _text(_table(classes, counts or {})))


def _style(classes: Sequence[LandCover]) -> Xml.Element:
    root = Xml.Element("qgis", {"version": "3.28", "styleCategories": "Symbology"})
    renderer = Xml.SubElement(
        Xml.SubElement(root, "pipe"), "rasterrenderer",
        {"type": "paletted", "band": "1", "opacity": "1", "alphaBand": "-1", "nodataColor": ""},
    )  # fmt: skip
    palette = Xml.SubElement(renderer, "colorPalette")
    for cover in classes:
        about = {"value": str(cover.id), "label": f"{cover.id} {cover.name}", "alpha": "255"}
        Xml.SubElement(palette, "paletteEntry", {**about, "color": "#{:02x}{:02x}{:02x}".format(*cover.color)})
    return root


def _table(classes: Sequence[LandCover], counts: Mapping[int, int]) -> Xml.Element:
    root = Xml.Element("PAMDataset")
    table = Xml.SubElement(
        Xml.SubElement(root, "PAMRasterBand", {"band": "1"}), "GDALRasterAttributeTable", {"tableType": "thematic"}
    )
    for index, (name, kind, usage) in enumerate(_COLUMNS):
        column = Xml.SubElement(table, "FieldDefn", {"index": str(index)})
        for key, value in (("Name", name), ("Type", kind), ("Usage", usage)):
            Xml.SubElement(column, key).text = str(value)
    for index, cover in enumerate(classes):
        row = Xml.SubElement(table, "Row", {"index": str(index)})
        for value in (cover.id, counts.get(cover.id, 0), cover.name, *cover.color):
            Xml.SubElement(row, "F").text = str(value)
    return root


def _text(root: Xml.Element, head: str = "") -> str:
    Xml.indent(root)
    return head + Xml.tostring(root, encoding="unicode") + "\n"
