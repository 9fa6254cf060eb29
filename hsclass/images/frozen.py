"""Features: what a network that learns nothing here makes of each image, computed once for all models and splits."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import Field, model_validator

from hsclass.atomic import atomic_path
from hsclass.backbones import backbone, check_backbone, frozen_cost, weights_digest
from hsclass.backend import load_keras
from hsclass.cost import READ, Cost, Task
from hsclass.errors import DataError
from hsclass.images.inputs import Images, Inputs
from hsclass.images.symmetries import COUNT, turned
from hsclass.options import Options
from hsclass.samples.images import ImageSamples
from hsclass.samples.reading import Fit, Form

PUBLISHED = {"imagenet", "none"}
"""Weights that every network has; others are a file."""

_CHUNK = 64


class FeatureOptions(Options):
    """Options of features."""

    backbone: str = Field("efficientnet_lite0", description="the network, see hsclass.backbones")
    beside: tuple[str, ...] = Field(
        (), description="further networks, with weights alike, whose features stand beside those of the first"
    )
    weights: str = Field("imagenet", description="imagenet, none (random), or a file of this network's weights")
    size: int | None = Field(None, ge=1, description="side [pixels] that images are brought to; null: the commonest")
    fit: Fit = Field("resize", description="how: resize stretches, crop cuts the middle out")
    bands: tuple[int, ...] = Field((), description="three bands to take, counted from 0; empty: red, green, blue")
    symmetries: bool = Field(False, description="mean over the eight symmetries of each image")
    seed: int = Field(0, description="of random weights")

    @property
    def backbones(self) -> tuple[str, ...]:
        """All networks, in the order of their features."""
        return (self.backbone, *self.beside)

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
        if self.beside and self.weights not in PUBLISHED:
            raise ValueError(f"'weights' is {self.weights}, which several networks cannot share; take imagenet or none")
        return self


class FrozenNetwork:
    """Backbones from images to pooled features."""

    def __init__(self, options: FeatureOptions, size: int, *, threads: int = 1) -> None:
        for name in options.backbones:
            check_backbone(name, size)
        load_keras(threads).utils.set_random_seed(options.seed)
        self.options = options
        self._networks = [
            backbone(name, weights=options.weights, input_shape=(size, size, 3), threads=threads)
            for name in options.backbones
        ]
        digests = [weights_digest(network) for network in self._networks]
        self.digest = digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest()

    def features(self, inputs: Inputs, places: np.ndarray) -> np.ndarray:
        """Return the features of the images at `places`, float32 of shape (n, features)."""
        symmetries = range(COUNT) if self.options.symmetries else range(1)
        found = []
        for start in range(0, len(places), _CHUNK):
            images = inputs.take(places[start : start + _CHUNK])
            pooled = [self._pooled(turned(images, symmetry)) for symmetry in symmetries]
            found.append(np.mean(pooled, axis=0, dtype=np.float32))
        return np.concatenate(found)

    def _pooled(self, images: np.ndarray) -> np.ndarray:
        return np.hstack([network.predict_on_batch(images).mean(axis=(1, 2)) for network in self._networks])


def feature_images(options: FeatureOptions, files: np.ndarray, common: tuple[int, int, int]) -> Images:
    """Return images in the form that the features are computed from; `common` is the commonest rows, cols, bands."""
    return Images(files, Form(options.size or max(common[:2]), 3, options.bands, options.fit), held_bytes=0)


def compute_features(
    index: ImageSamples, options: FeatureOptions, *, threads: int = 1
) -> tuple[np.ndarray, dict[str, Any]]:
    """Compute the features of every readable image of an index.

    Returns
    -------
    features : ndarray of float32, shape (images, features)
        Zeros for an image that cannot be read.
    about : dict
        Options, the form of the images, and the digest of the network's weights.
    """
    images = feature_images(options, index.files, index.common_shape())
    network = FrozenNetwork(options, images.form.size, threads=threads)
    known = network.features(images, index.readable)
    values = np.zeros((len(index), known.shape[1]), np.float32)
    values[index.readable] = known
    return values, {
        "options": options.model_dump(mode="json"), "size": images.form.size, "weights_digest": network.digest,
    }  # fmt: skip


def write_features(
    values: np.ndarray, index: ImageSamples, about: Mapping[str, Any], path: str | os.PathLike[str]
) -> None:
    """Write features as NPZ: the values, the images' paths and, as text, what they are."""
    import json

    paths = np.array([image.path for image in index.images])
    with atomic_path(path) as partial:
        np.savez(partial, features=values, paths=paths, about=np.array(json.dumps(dict(about))))


def read_features(path: str | os.PathLike[str], index: ImageSamples) -> tuple[np.ndarray, dict[str, Any]]:
    """Read what `write_features` wrote of the images of an index, or raise DataError."""
    import json

    again = "run 'hsclass images features' again"
    try:
        with np.load(Path(path), allow_pickle=False) as held:
            values, paths, about = held["features"], held["paths"].tolist(), json.loads(str(held["about"]))
    except Exception as error:  # a broken file can fail the reader at any of its steps
        raise DataError(f"{path}: holds no features of images ({error}); {again}") from error
    if paths != [image.path for image in index.images]:
        raise DataError(f"{path}: holds features of other images than the {len(index)} of the index; {again}")
    return values, dict(about)
