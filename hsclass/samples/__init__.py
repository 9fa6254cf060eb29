"""Samples: what is classified, the labelled pixels of a scene or the images of a set, and which of them are neighbours.

A role or label array has the shape of the samples: (rows, cols) of a scene, (n,) of an image set.
"""

from typing import Literal

from hsclass.errors import UsageError
from hsclass.samples.images import ImageRecord, ImageSamples, read_index, write_index
from hsclass.samples.neighbours import DuplicateNeighbours, Neighbours, WindowNeighbours
from hsclass.scene import Scene

Kind = Literal["pixels", "images"]
Samples = Scene | ImageSamples


def require_images(samples: Samples, what: str) -> ImageSamples:
    """Return samples that are images, or raise UsageError; `what` asks for them."""
    if isinstance(samples, ImageSamples):
        return samples
    raise UsageError(f"{what}: is for images, and {samples.name} is a scene; give the folder of an image set")


__all__ = [
    "DuplicateNeighbours", "ImageRecord", "ImageSamples", "Kind", "Neighbours", "Samples", "WindowNeighbours",
    "read_index", "require_images", "write_index",
]  # fmt: skip
