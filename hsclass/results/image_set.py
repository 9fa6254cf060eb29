"""`index.json`: what an image set holds, and what is unusual about it."""

from pydantic import Field

from hsclass.results.model import LegendEntry
from hsclass.results.record import Record


class ImageSetRecord(Record):
    """What an image set holds.

    Attributes
    ----------
    folder : str
        The paths of the images are from it.
    images : int
        How many there are; `expected` of them are published.
    classes : list of LegendEntry
        In the order of a model's outputs.
    counts : dict of str to int
        Readable images of each class.
    empty_classes : list of str
        Class folders without an image.
    other_files : dict of str to int
        Files in the class folders that are no images, by extension.
    unreadable : dict of str to str
        Path and reason of each image that cannot be read.
    shape : list of int
        The commonest rows, cols and bands; `other_sizes` and `other_bands` count the images of each other.
    identical : list of list of str
        Groups of files with the same content.
    """

    name: str
    title: str = ""
    note: str = ""
    origin: str = ""
    layout: str = ""
    folder: str
    images: int
    expected: int | None = None
    several_labels: bool
    classes: list[LegendEntry]
    counts: dict[str, int] = Field(default_factory=dict)
    empty_classes: list[str] = Field(default_factory=list)
    other_files: dict[str, int] = Field(default_factory=dict)
    unreadable: dict[str, str] = Field(default_factory=dict)
    shape: list[int] = Field(default_factory=list)
    other_sizes: dict[str, int] = Field(default_factory=dict)
    other_bands: dict[str, int] = Field(default_factory=dict)
    identical: list[list[str]] = Field(default_factory=list)
