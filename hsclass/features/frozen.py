"""Features of images: what networks that are not trained here make of each, computed once for all models and splits."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from hsclass.atomic import atomic_path
from hsclass.backbones import BACKBONES, backbone, check_backbone, frozen_cost, weights_digest
from hsclass.backend import load_keras
from hsclass.cost import READ, Cost, Task
from hsclass.errors import DataError, UsageError
from hsclass.options import Options
from hsclass.progress import progress
from hsclass.samples.image_source import ImageSource
from hsclass.samples.images import ImageSamples
from hsclass.samples.reading import Fit, Form
from hsclass.samples.symmetries import COUNT, turned
from hsclass.space import Space

PUBLISHED = {"imagenet", "none"}
"""Weights that every network has; others are a file."""

_CHUNK = 64


class FrozenOptions(Options):
    """Options of the features of images."""

    backbone: str = Field("efficientnet_lite0", description="the network, see hsclass.backbones")
    with_backbones: tuple[str, ...] = Field(
        (), description="further networks, with weights alike, whose features follow those of the first"
    )
    weights: str = Field("imagenet", description="imagenet, none (random), or a file of this network's weights")
    size: int | None = Field(
        None, ge=1, description="side [pixels] that images are resized to; null: the most common one"
    )
    fit: Fit = Field("resize", description="how: resize stretches, crop cuts the middle out")
    bands: tuple[int, ...] = Field((), description="three bands to take, counted from 0; empty: red, green, blue")
    symmetries: bool = Field(False, description="mean over the eight symmetries of each image")
    seed: int = Field(0, description="of random weights")

    @property
    def backbones(self) -> tuple[str, ...]:
        """All networks, in the order of their features."""
        return (self.backbone, *self.with_backbones)

    def cost(self, task: Task) -> Cost:
        """Return what the features of `task.predict` images cost."""
        base = frozen_cost(self.backbones, task.side)
        image = base.macs + READ * task.side**2 * task.features
        return Cost(
            train=0.0,
            predict=float(task.predict) * image * (COUNT if self.symmetries else 1),
            parameters=base.parameters,
            predict_bytes=4 * base.parameters + 4 * _CHUNK * base.passing + 8.0 * task.predict * base.features,
        )

    @model_validator(mode="after")
    def _known_weights(self) -> Self:
        if self.with_backbones and self.weights not in PUBLISHED:
            raise ValueError(f"'weights' is {self.weights}, which several networks cannot share; take imagenet or none")
        return self


class Frozen:
    """Backbones from images to the means of their last feature maps.

    Parameters
    ----------
    **options
        Of `FrozenOptions`.
    """

    Options = FrozenOptions
    takes: ClassVar[str] = "images"
    space: ClassVar[Space] = {}
    reach = 0
    fit_reach = 0

    def __init__(self, **options: Any) -> None:
        self.options = FrozenOptions(**options)

    def source(self, files: np.ndarray, size: int) -> ImageSource:
        """Return images in the form that the features are computed from, a square of side `size`."""
        return ImageSource(files, Form(size, 3, self.options.bands, self.options.fit), held_bytes=0)

    def build(self, size: int, *, threads: int = 1) -> str:
        """Build the networks for images of a side, and return the digest of their weights."""
        options = self.options
        for name in options.backbones:
            check_backbone(name, size)
        load_keras(threads).utils.set_random_seed(options.seed)
        self._networks = [
            backbone(name, weights=options.weights, input_shape=(size, size, 3), threads=threads)
            for name in options.backbones
        ]
        digests = [weights_digest(network) for network in self._networks]
        return digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest()

    def compute(self, images: ImageSource, places: np.ndarray) -> np.ndarray:
        """Return the features of the images at `places`, shape (n,): float32 of shape (n, features)."""
        symmetries = range(COUNT) if self.options.symmetries else range(1)
        found = []
        with progress("features", len(places), unit="images") as bar:
            for start in range(0, len(places), _CHUNK):
                part = images.take(places[start : start + _CHUNK])
                pooled = [self._pooled(turned(part, symmetry)) for symmetry in symmetries]
                found.append(np.mean(pooled, axis=0, dtype=np.float32))
                bar.update(len(part))
        return np.concatenate(found)

    def _pooled(self, images: np.ndarray) -> np.ndarray:
        return np.hstack([network.predict_on_batch(images).mean(axis=(1, 2)) for network in self._networks])


@dataclass(frozen=True)
class ImageFeatures:
    """The features of all images of a set.

    Attributes
    ----------
    values : ndarray of float32, shape (n, features)
        Zeros for an image that cannot be read.
    name : str
        In the table of features.
    options : FrozenOptions
    size : int
        Side [pixels] that the images were brought to.
    weights_digest : str
        Of the networks.
    """

    values: np.ndarray
    name: str
    options: FrozenOptions
    size: int
    weights_digest: str

    @property
    def about(self) -> dict[str, Any]:
        """What they are, in values that JSON knows."""
        return {
            "features": self.name, "options": self.options.model_dump(mode="json"), "size": self.size,
            "weights_digest": self.weights_digest,
        }  # fmt: skip


def check_frozen(options: FrozenOptions, where: str) -> None:
    """Raise UsageError where there is no such network or file of weights, or images would be too small for it."""
    for name in options.backbones:
        check_backbone(name, options.size or 10_000)
    if not (options.weights in PUBLISHED or Path(options.weights).is_file()):
        raise UsageError(f"{where}: option 'weights' is {options.weights}; there is no such file")


def named_options(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of features: those named after a backbone are of that backbone."""
    return {"backbone": name, **given} if name in BACKBONES else dict(given)


def compute_features(samples: ImageSamples, name: str, options: FrozenOptions, *, threads: int = 1) -> ImageFeatures:
    """Compute the features of every readable image of a set."""
    frozen = Frozen(**options.model_dump())
    size = options.size or max(samples.common_shape()[:2])
    digest = frozen.build(size, threads=threads)
    known = frozen.compute(frozen.source(samples.files, size), samples.readable)
    values = np.zeros((len(samples), known.shape[1]), np.float32)
    values[samples.readable] = known
    return ImageFeatures(values, name, options, size, digest)


def features_of_files(about: Mapping[str, Any], files: np.ndarray, *, threads: int = 1) -> np.ndarray:
    """Return the features of other images, as `ImageFeatures.about` describes them: float32, shape (n, features).

    Raises
    ------
    DataError
        If a file cannot be read, or the weights of the networks are others.
    """
    frozen = Frozen(**about["options"])
    if frozen.build(about["size"], threads=threads) != about["weights_digest"]:
        raise DataError(
            f"features: the weights of {', '.join(frozen.options.backbones)} ({frozen.options.weights}) are not those"
            " that the model was trained on; give back that file, or train again"
        )
    return frozen.compute(frozen.source(files, about["size"]), np.arange(len(files)))


def write_features(features: ImageFeatures, samples: ImageSamples, path: str | os.PathLike[str]) -> None:
    """Write features as NPZ: the values, the images' paths and, as text, what they are."""
    paths = np.array([image.path for image in samples.images])
    with atomic_path(path) as partial:
        np.savez(partial, features=features.values, paths=paths, about=np.array(json.dumps(features.about)))


def read_features(path: str | os.PathLike[str], samples: ImageSamples) -> ImageFeatures:
    """Read what `write_features` wrote of the images of a set, or raise DataError."""
    again = "run 'hsclass features' again"
    try:
        with np.load(Path(path), allow_pickle=False) as held:
            values, paths, about = held["features"], held["paths"].tolist(), json.loads(str(held["about"]))
        options = FrozenOptions(**about["options"])
        features = ImageFeatures(values, about["features"], options, about["size"], about["weights_digest"])
    except Exception as error:  # a broken file can fail the reader at any of its steps
        raise DataError(f"{path}: holds no features of images ({error}); {again}") from error
    if paths != [image.path for image in samples.images]:
        raise DataError(f"{path}: holds features of other images than the {len(samples)} of the index; {again}")
    return features
