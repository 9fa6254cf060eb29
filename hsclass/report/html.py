"""What every page shares: its templates with the filters that they use, its style sheet and its scripts."""

import re
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hsclass.report import theme
from hsclass.report.pictures import css_color
from hsclass.report.text import between, count, duration, mean_and_spread, number, percent

LIBRARIES = {"css": ("leaflet.css", "uplot.css"), "js": ("leaflet.js", "leaflet-side-by-side.js", "uplot.js")}
"""Files of the folder `libraries`, in the order in which the viewer of maps needs them."""


def environment(**more: Any) -> Environment:
    """Return the environment of the templates; `more` are names that the templates of one page use."""
    found = Environment(
        loader=PackageLoader("hsclass.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    writers = (number, percent, count, duration, css_color, mean_and_spread)
    found.filters.update({write.__name__: write for write in writers})
    found.globals.update(css_variables=Markup(theme.css_variables()), between=between, count=count, **more)
    return found


def style_sheet(*, maps: bool = False) -> Markup:
    """Return the style sheet of a page, with those of the viewer's libraries where it is there."""
    # their pictures are of controls that the viewer does not have
    libraries = [re.sub(r"url\((?!#)[^)]*\)", "none", text) for text in _libraries("css", maps)]
    return Markup("\n".join([*libraries, _own("style.css")]))


def scripts(*, maps: bool = False) -> Markup:
    """Return the scripts of a page, with those of the viewer and its libraries where it is there."""
    libraries = _libraries("js", maps)
    if maps:  # written for a bundler, which would pass it Leaflet
        libraries[1] = f"((require, module) => {{{libraries[1]}}})(name => name === 'leaflet' ? L : null, {{}});"
    return Markup("\n".join([*libraries, _own("tables.js"), *([_own("maps.js")] if maps else [])]))


def _libraries(kind: str, maps: bool) -> list[str]:
    folder = resources.files("hsclass.report") / "libraries"
    return [(folder / name).read_text("utf-8") for name in LIBRARIES[kind]] if maps else []


def _own(name: str) -> str:
    return (resources.files("hsclass.report") / "templates" / name).read_text("utf-8")
