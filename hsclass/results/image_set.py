"""`index.json`: what a set of images holds, and what is unusual about it."""

from hsclass.results.record import Record


class ImageSetRecord(Record):
    """What a set of images holds, and what is unusual about it."""

    name: str
    title: str
    note: str = ""
    origin: str = ""
    images: int
    counts: dict[str, int]
    empty_classes: list[str]
    unreadable: dict[str, str]
    shape: list[int]
    other_sizes: dict[str, int]
    other_bands: dict[str, int]
    identical: list[list[str]]
