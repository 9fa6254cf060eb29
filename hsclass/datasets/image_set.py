"""A set of images: where it is had, how its folders are laid out, and which lists divide it."""

import hashlib
import os
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from hsclass.datasets.descriptor import Source, Sources
from hsclass.errors import UsageError
from hsclass.options import Options, parse_options
from hsclass.tables import resolve_name

Layout = Literal["class_folders", "bigearthnet"]


class Lists(Options):
    """CSV lists of images, a line ``path,class`` each; the path's extension need not be that of the file."""

    train: Sources = ()
    validation: Sources = ()
    test: Sources = ()


class ImageSet(Options):
    """A set of images, as its publisher or its owner describes it."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="default: the file's or folder's name")
    title: str = ""
    licence: str = ""
    cite: str = ""
    note: str = Field("", description="what users should know, such as a known defect")
    folder: str | None = Field(None, description="your own images; from the descriptor's folder")
    archive: Sources = Field((), description="sources of a ZIP or TAR archive of images, tried in order")
    inside: str = Field("", description="folder inside the archive that holds the class folders")
    mirror: str | None = Field(None, description="folder in the data mirror that holds the unpacked images")
    arrays: Literal["keras_npz", "digits"] | None = Field(
        None, description="images as arrays: an NPZ file as Keras publishes them, or the digits of scikit-learn"
    )
    layout: Layout = "class_folders"
    lists: Lists = Lists()
    classes: tuple[str, ...] = Field((), description="names of all classes; default: those found")
    images: int | None = Field(None, ge=1, description="published number of images; checked")
    shape: tuple[int, int, int] | None = Field(
        None, description="rows, columns and bands of most images, for what jobs ask for before these are indexed"
    )

    @property
    def several_labels(self) -> bool:
        """Whether an image may have more than one class."""
        return self.layout == "bigearthnet"

    @property
    def digest(self) -> str:
        """SHA-256 of what the descriptor asks for, to know whether fetched files belong to it."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()


class ImageSetOptions(Options):
    """What an experiment may say of a set of images, beside its name, descriptor file or folder."""

    layout: Layout | None = Field(None, description="default: the set's own")
    train_list: str | None = Field(None, description="CSV list of the training images")
    validation_list: str | None = Field(None, description="the same of the validation images")
    test_list: str | None = Field(None, description="the same of the test images")


def image_sets() -> dict[str, Path]:
    """Return the descriptor file of every set of images in the catalogue, by name."""
    folder = Path(str(files("hsclass.images"))) / "catalogue"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def descriptor_path(name: str) -> Path | None:
    """Return the descriptor file that a name stands for, None where it is a folder of images."""
    if Path(name).is_dir() and name not in image_sets():
        return None
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise UsageError(f"{name}: no such file; expected a descriptor of images (YAML), a folder or a name")
        return Path(name)
    if os.sep in name:
        raise UsageError(f"{name}: no such folder; expected one with a sub-folder a class, or a name of the catalogue")
    known = image_sets()
    return known[resolve_name(known, name, "set of images")]


def load_image_set(name: str, options: Mapping[str, Any] | None = None) -> ImageSet:
    """Return the set of images that a name of the catalogue, a descriptor file or a folder of images stands for.

    Parameters
    ----------
    name : str
    options : mapping, optional
        `ImageSetOptions` that replace what the set says itself.

    Raises
    ------
    UsageError
        If there is no such name, file or folder, or for the first thing in it that is wrong.
    """
    path = descriptor_path(name)
    if path is None:
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", Path(name).resolve().name).lstrip("_.-")
        given: dict[str, Any] = {"name": plain or "images", "folder": str(Path(name).resolve())}
    else:
        given = {"name": path.stem, **_read(path)}
    chosen = parse_options(ImageSetOptions, options or {}, f"images {name}")
    if chosen.layout:
        given["layout"] = chosen.layout
    own = {part: getattr(chosen, f"{part}_list") for part in ("train", "validation", "test")}
    if any(own.values()):
        given["lists"] = {part: str(Path(file).resolve()) for part, file in own.items() if file}
    found = parse_options(ImageSet, given, str(path or name))
    if not (found.folder or found.archive or found.mirror or found.arrays):
        raise UsageError(f"{path}: names no images; give 'folder', 'archive' or 'arrays'")
    return found if path is None else _absolute(found, path.resolve().parent)


def _read(path: Path) -> dict[str, Any]:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: is not YAML ({' '.join(str(error).split())}); mend that place") from error
    if not isinstance(given, dict):
        raise UsageError(f"{path}: holds {type(given).__name__}; expected keys such as folder, archive, lists")
    return given


def _absolute(found: ImageSet, home: Path) -> ImageSet:
    """Take local paths from the descriptor's folder."""

    def placed(path: str) -> str:
        return os.path.normpath(home / Path(path).expanduser())

    def sources(given: tuple[Source, ...]) -> tuple[Source, ...]:
        return tuple(s.model_copy(update={"path": placed(s.path or "")}) if s.is_local else s for s in given)

    lists = {part: sources(getattr(found.lists, part)) for part in Lists.model_fields}
    return found.model_copy(
        update={
            "folder": found.folder and placed(found.folder),
            "archive": sources(found.archive),
            "lists": found.lists.model_copy(update=lists),
        }
    )
