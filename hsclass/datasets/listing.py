"""The catalogue of data sets, and descriptor files in it or outside of it: of scenes and of image sets."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, overload

from hsclass.datasets.descriptor import SOURCES, Descriptor, Source
from hsclass.datasets.image_set import PARTS, PLACES, ImageSet, ImageSetOptions, local_paths
from hsclass.errors import UsageError
from hsclass.options import parse_options
from hsclass.samples import Kind
from hsclass.yaml_file import read_yaml

_CUBE = re.compile(r"^cube:", re.MULTILINE)
_WHAT = {"pixels": "a scene", "images": "an image set"}


def catalogue(kind: Kind | None = None) -> dict[str, Path]:
    """Return the descriptor file of every data set in the catalogue, by name: all, or those of a kind of samples."""
    folder = Path(str(files("hsclass.datasets"))) / "catalogue"
    paths = sorted(folder.glob("*.yaml"))
    if kind is not None:
        of_pixels = kind == "pixels"
        paths = [path for path in paths if bool(_CUBE.search(path.read_text(encoding="utf-8"))) == of_pixels]
    return {path.stem: path for path in paths}


def descriptor_file(name_or_file: str | os.PathLike[str], kind: Kind | None = None) -> Path | None:
    """Return the descriptor file of a data set in the catalogue, or the file itself; None for a folder of images.

    Raises
    ------
    UsageError
        If the catalogue has no such name, or there is no such file (when it looks like one: it has a folder, or ends
        in .yaml or .yml).
    """
    text = os.fspath(name_or_file)
    known = catalogue()
    if text in known:
        return known[text]
    own = "a descriptor file (.yaml)" if kind == "pixels" else "a descriptor file (.yaml) or a folder of images"
    if kind != "pixels" and Path(text).is_dir():
        return None
    if isinstance(name_or_file, os.PathLike) or os.sep in text or "/" in text or text.endswith((".yaml", ".yml")):
        if not Path(text).is_file():
            raise UsageError(f"{text}: no such file; expected {own}, or a name: {', '.join(catalogue(kind))}")
        return Path(text)
    names = catalogue(kind)
    near = get_close_matches(text, names, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise UsageError(f"unknown data set '{text}': expected one of {', '.join(names)}, or {own}{hint}")


@overload
def load_descriptor(
    name_or_file: str | os.PathLike[str], options: Mapping[str, Any] | None = None, *, kind: Literal["pixels"]
) -> Descriptor: ...


@overload
def load_descriptor(
    name_or_file: str | os.PathLike[str], options: Mapping[str, Any] | None = None, *, kind: Literal["images"]
) -> ImageSet: ...


@overload
def load_descriptor(
    name_or_file: str | os.PathLike[str], options: Mapping[str, Any] | None = None, *, kind: Kind | None = None
) -> Descriptor | ImageSet: ...


def load_descriptor(
    name_or_file: str | os.PathLike[str], options: Mapping[str, Any] | None = None, *, kind: Kind | None = None
) -> Descriptor | ImageSet:
    """Read and check the descriptor of a data set.

    Parameters
    ----------
    name_or_file : str or path-like
        A name in the catalogue, a descriptor file, or a folder of images.
    options : mapping, optional
        `ImageSetOptions` that replace what an image set says itself.
    kind : {"pixels", "images"}, optional
        What it must be of.

    Returns
    -------
    Descriptor or ImageSet
        Its local paths are absolute: the file gives them relative to its own folder.

    Raises
    ------
    UsageError
        If there is no such name or file, it is of the other kind, or for the first thing in it that is wrong.
    """
    file = descriptor_file(name_or_file, kind)
    if file is None:
        folder = Path(name_or_file).resolve()
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", folder.name).lstrip("_.-") or "images"
        return _image_set({"name": name, "folder": str(folder)}, options, where=os.fspath(name_or_file))
    given = {"name": file.stem, **_read(file)}
    found: Kind = "images" if "cube" not in given and any(place in given for place in PLACES) else "pixels"
    if kind is not None and found != kind:
        raise UsageError(f"{name_or_file}: describes {_WHAT[found]}; expected {_WHAT[kind]}; name another data set")
    home = file.absolute().parent
    if found == "images":
        return local_paths(_image_set(given, options, where=str(file)), home)
    if options:
        raise UsageError(f"{name_or_file}: has no option '{next(iter(options))}'; the options are those of image sets")
    descriptor = parse_options(Descriptor, given, f"{file}")
    places = {part: tuple(source.below(home) for source in getattr(descriptor, part)) for part in SOURCES}
    for part in ("cube", "labels"):
        _require_one_file(places[part], f"{file}: '{part}'")
    return descriptor.model_copy(update=places)


def _require_one_file(sources: tuple[Source, ...], what: str) -> None:
    """Check that sources, of which the first that can be had is read, are not files to be read together."""
    held = dict.fromkeys(
        str(s.path) for s in sources if s.is_local and s.sha256 is None and Path(s.path or "").exists()
    )
    if len(held) > 1:
        raise UsageError(
            f"{what} lists {' and '.join(held)}, which are there both; expected one, as a list names places of the same"
            " file, of which the first found is read; take the others out, or name further labels by 'more_labels'"
        )


def _read(file: Path) -> dict[str, Any]:
    given = read_yaml(file, expected="a descriptor file")
    if not isinstance(given, dict):
        found = "nothing" if given is None else type(given).__name__
        raise UsageError(f"{file}: holds {found}; expected keys such as cube, labels, classes")
    return given


def _image_set(given: dict[str, Any], options: Mapping[str, Any] | None, *, where: str) -> ImageSet:
    """Return an image set as its descriptor says, or else the options, whose lists are from the working folder."""
    chosen = parse_options(ImageSetOptions, options or {}, f"images {given['name']}")
    if chosen.layout:
        given = {**given, "layout": chosen.layout}
    own = {part: getattr(chosen, f"{part}_list") for part in PARTS}
    if any(own.values()):
        given = {**given, "lists": {part: str(Path(file).resolve()) for part, file in own.items() if file}}
    return parse_options(ImageSet, given, where)
