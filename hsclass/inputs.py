"""What a model learns from: the feature cube of a scene or of images, or the images themselves."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hsclass.errors import UsageError
from hsclass.features import RAW, feature_class
from hsclass.features.extractor import Origin
from hsclass.features.frozen import FrozenOptions, ImageFeatures, compute_features, named_options
from hsclass.fit_scope import marked
from hsclass.ground_area import pixel_area
from hsclass.models.classifier import Classifier, Sample
from hsclass.models.spectral_contract import SpectralBands
from hsclass.normalize import Normalizer, normalize_cube, normalize_scene
from hsclass.options import Options, parse_options
from hsclass.samples import ImageSamples
from hsclass.samples.image_source import ImageSource
from hsclass.samples.reading import image_form
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.trainable import constant_bands

MEASURED = 200
"""Training images that the scale of values other than bytes is taken from."""

_BANDWISE = ("raw", "bands", "bilateral", "restore", "spectrum")  # features that are a value a band


@dataclass(frozen=True)
class Inputs:
    """What a model learns from, and what was fitted to make it.

    Attributes
    ----------
    values : ndarray of float32, shape (rows, cols, features), or ImageSource
        What `Classifier.fit` takes.
    train, validation : Sample
    side, channels : int
        Side [pixels] of the windows or images, and features of a sample or channels of an image.
    normalizer, extractor
        As a `TrainedModel` has them.
    options : Options
        Of the model; they ask nothing more of the samples.
    seen : mapping of str to ndarray of bool
        Of the samples' shape: those that normaliser and extractor were fitted on.
    about : mapping
        What the model card says of the samples and how they are read.
    constant : ndarray of int
        Bands of a scene that have one value in all training spectra.
    """

    values: Any
    train: Sample
    validation: Sample
    side: int
    channels: int
    normalizer: Normalizer | None
    extractor: Any
    options: Any
    seen: Mapping[str, np.ndarray]
    about: Mapping[str, Any]
    constant: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))


def pixel_inputs(
    scene: Scene, split: Split, family: type[Classifier], options: Any, *, features: str, feature_options: Options
) -> Inputs:
    """Fit normaliser and extractor on the training pixels of a split, and compute the feature cube of the scene."""
    labels = split.reference(scene.require_labels())
    ids = np.array([cover.id for cover in scene.classes])
    train = split.places(Role.TRAIN)
    spectra = scene.cube[train[:, 0], train[:, 1]]
    normalizer = Normalizer(options.normalization).fit(spectra)
    normalized = normalize_scene(normalizer, scene)
    extractor = feature_class(features)(**feature_options.model_dump())
    known = np.where(marked(train, labels.shape), labels, 0)
    extractor.fit(normalized, known, origin=_origin(scene, normalizer))
    cube = np.ascontiguousarray(extractor.transform(normalized))

    def sample(role: Role) -> Sample:
        places = split.places(role)
        targets = np.searchsorted(ids, labels[places[:, 0], places[:, 1]])
        return Sample(places.astype(np.int32), targets.astype(np.int32))

    return Inputs(
        cube, sample(Role.TRAIN), sample(Role.VALIDATION), side=split.window, channels=cube.shape[2],
        normalizer=normalizer, extractor=extractor,
        options=family.settle(options, _centres(scene, extractor, features)),
        seen={"normalizer": split.roles == Role.TRAIN, "extractor": known > 0},
        about=SpectralBands.of_scene(scene).as_dict(), constant=constant_bands(spectra),
    )  # fmt: skip


def image_inputs(
    images: ImageSamples, split: Split, options: Any, *, features: ImageFeatures | None, seed: int
) -> Inputs:
    """Return the images in the form that a model takes, or the cube of their features, normalised."""
    train = split.roles == Role.TRAIN
    nothing = np.zeros_like(train)

    def sample(role: Role) -> Sample:
        places = split.places(role).astype(np.int32)
        at = places[:, 0]
        targets = images.targets[at] if images.several_labels else (images.labels[at] - 1).astype(np.int32)
        return Sample(places if features is None else np.stack([np.zeros_like(at), at], axis=1), targets)

    samples = sample(Role.TRAIN), sample(Role.VALIDATION)
    about: dict[str, Any] = {"several_labels": images.several_labels}
    if features is None:
        source = ImageSource(images.files, image_form(options, images.common_shape()))
        measured = np.random.default_rng(seed).permutation(split.places(Role.TRAIN)[:, 0])[:MEASURED]
        source.measure(measured)
        return Inputs(
            source, *samples, side=source.form.size, channels=source.form.channels, normalizer=None,
            extractor=feature_class(RAW)(), options=options,
            seen={"normalizer": marked(measured[:, np.newaxis], train.shape), "extractor": nothing},
            about={**about, "bands": source.form.channels, "images": source.as_record()},
        )  # fmt: skip
    normalizer = Normalizer(options.normalization).fit(features.values[train])
    cube = normalize_cube(normalizer, features.values[np.newaxis], (images.labels > 0)[np.newaxis])
    return Inputs(
        cube, *samples, side=1, channels=cube.shape[2], normalizer=normalizer,
        extractor=feature_class(features.name)(**features.options.model_dump()), options=options,
        seen={"normalizer": train, "extractor": nothing},
        about={**about, "bands": cube.shape[2], "image_features": features.about},
    )  # fmt: skip


def parsed_features(features: str | ImageFeatures, given: Mapping[str, Any]) -> tuple[str, Options]:
    """Return name and checked options of features; those computed before have theirs.

    Raises
    ------
    UsageError
        If there are no such features or options, or features computed before have other options than those given.
    """
    name = features.name if isinstance(features, ImageFeatures) else features
    options = named_options(name, given)
    parsed = parse_options(feature_class(name).Options, options, f"features {name}")
    if isinstance(features, ImageFeatures):
        had = features.options
        if other := [key for key in options if getattr(parsed, key) != getattr(had, key)]:
            raise UsageError(
                f"features {name}: option '{other[0]}' is {getattr(parsed, other[0])!r}, but they were computed with"
                f" {getattr(had, other[0])!r}; leave it out, or compute them again"
            )
        return name, had
    return name, parsed


def images_features(
    images: ImageSamples, features: str | ImageFeatures, options: Options, *, threads: int
) -> ImageFeatures | None:
    """Return the features of images, computed now where they were not before; None of the images themselves."""
    if isinstance(features, ImageFeatures):
        return features
    if features == RAW:
        return None
    assert isinstance(options, FrozenOptions)
    return compute_features(images, features, options, threads=threads)


def samples_digest(samples: Scene | ImageSamples) -> str:
    """Return the digest of samples and their classes, as far as it is known."""
    if isinstance(samples, Scene):
        return samples.digest
    lines = [f"{image.sha256} {image.path} {image.labels}" for image in samples.images]
    return hashlib.sha256("\n".join([*samples.class_names, *lines]).encode()).hexdigest()


def _origin(scene: Scene, normalizer: Normalizer) -> Origin:
    area = pixel_area(scene.grid, scene.cube.shape[:2])
    size = None if area is None else area**0.5
    return Origin(scene.wavelengths, normalizer.offset_, normalizer.scale_, size)


def _centres(scene: Scene, extractor: Any, features: str) -> np.ndarray | None:
    """Wavelengths [nm] of the features, where each is a band."""
    if scene.wavelengths is None or features not in _BANDWISE:
        return None
    return scene.wavelengths[extractor.kept_] if features == "bands" else scene.wavelengths
