"""The descriptor of an image set: where it is had, how its folders are laid out, and which lists split it."""

import hashlib
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hsclass.datasets.descriptor import Sources, path_below
from hsclass.options import NAME, Options

PARTS = ("train", "validation", "test")
"""The lists that an image set may come with."""

PLACES = ("folder", "archive", "mirror", "arrays")
"""What says where images are; a descriptor that has one of these is of images."""

Layout = Literal["class_folders", "bigearthnet"]


class Lists(Options):
    """CSV lists of images, a line ``path,class`` each; the path's extension need not be that of the file."""

    train: Sources = ()
    validation: Sources = ()
    test: Sources = ()


class ImageSet(Options):
    """An image set, as its publisher or its owner describes it."""

    name: str = Field(
        pattern=NAME,
        description="default: that of the file or folder, with _ for other signs",
    )
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

    @model_validator(mode="after")
    def _have_images(self) -> Self:
        if not (self.folder or self.archive or self.mirror or self.arrays):
            raise ValueError("names no images; give 'folder', 'archive' or 'arrays'")
        return self

    @property
    def several_labels(self) -> bool:
        """Whether an image may have more than one class."""
        return self.layout == "bigearthnet"

    def digest(self, home: Path) -> str:
        """Return the SHA-256 of what the descriptor asks for, to know whether fetched files belong to it."""
        del home
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()


class ImageSetOptions(Options):
    """What an experiment may say of an image set, in addition to its name, descriptor file or folder."""

    layout: Layout | None = Field(None, description="default: the set's own")
    train_list: str | None = Field(None, description="CSV list of the training images")
    validation_list: str | None = Field(None, description="the same of the validation images")
    test_list: str | None = Field(None, description="the same of the test images")


def local_paths(described: ImageSet, home: Path) -> ImageSet:
    """Return an image set whose local paths are from a folder, which its descriptor lies in."""
    lists = {part: tuple(s.below(home) for s in getattr(described.lists, part)) for part in PARTS}
    return described.model_copy(
        update={
            "folder": described.folder and path_below(home, described.folder),
            "archive": tuple(source.below(home) for source in described.archive),
            "lists": described.lists.model_copy(update=lists),
        }
    )
