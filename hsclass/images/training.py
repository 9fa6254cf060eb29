"""The train stage: fit a model to the training images of a split."""

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.devices.strategy import TrainingOptions, check_strategy, join
from hsclass.errors import DataError, UsageError
from hsclass.images.inputs import Features, Images, Inputs, as_record
from hsclass.images.model import Examples, image_model
from hsclass.images.network_model import ImageNetworkOptions
from hsclass.images.trained import TrainedImageModel
from hsclass.learning.checkpoint import Checkpoint
from hsclass.options import parse_options
from hsclass.resources import Clock, peak_memory_mb, versions
from hsclass.results.model import FittedCounts, LegendEntry, ModelCard, SplitEntry, TrainingRecord
from hsclass.samples.images import ImageSamples
from hsclass.samples.reading import Form
from hsclass.split import Role, Split

MEASURED = 200
"""Training images that the scale of values other than bytes is taken from."""


def fit_images(
    index: ImageSamples,
    split: Split,
    model: str,
    *,
    features: tuple[np.ndarray, dict[str, Any]] | None = None,
    seed: int = 0,
    threads: int = 1,
    strategy: str = "auto",
    gpus: int = 0,
    checkpoint: str | os.PathLike[str] | None = None,
    **options: Any,
) -> TrainedImageModel:
    """Train a model on the training images of a split.

    Parameters
    ----------
    index : ImageSamples
    split : Split
    model : str
        One of `hsclass.images.model.MODELS`.
    features : tuple of ndarray and dict, optional
        From `read_features`; needed by the models that take features, refused by the others.
    seed : int
    threads : int
    strategy : str
        Devices that share each batch of a network, see `hsclass.devices.strategy`.
    gpus : int
        Cards that there must be for a network; 0: what is there is used.
    checkpoint : path, optional
        Where a network keeps its state from epoch to epoch; a stopped training goes on from there.
    **options
        Of the model.

    Returns
    -------
    TrainedImageModel

    Raises
    ------
    UsageError
        If there is no such model or option, or features are given to a model of pixels or lacking for one of features.
    DataError
        If fewer than two classes have training images, or an image cannot be read.
    """
    family = image_model(model)
    parsed = parse_options(family.Options, options, f"model {model}")
    asked = parse_options(TrainingOptions, {"strategy": strategy, "gpus": gpus}, "training")
    check_strategy(asked, network=not family.on_features, model=model)
    if family.on_features != (features is not None):
        expected = "takes features; give them with --features" if family.on_features else "takes images, not features"
        raise UsageError(f"model {model}: {expected}")
    train, validation = (split.places(role)[:, 0] for role in (Role.TRAIN, Role.VALIDATION))
    present = int((index.targets[train].sum(axis=0) > 0).sum())
    if present < 2:
        raise DataError(f"model {model}: the {len(train)} training images are of {present} class; expected two or more")
    clock = Clock()
    inputs: Inputs
    if features is None:
        assert isinstance(parsed, ImageNetworkOptions)
        images = Images(index.files, image_form(parsed, index.common_shape()))
        images.measure(np.random.default_rng(seed).permutation(train)[:MEASURED])
        inputs, read = images, as_record(images)
    else:
        inputs, read = Features(features[0]), None
    fitted = family(parsed, n_classes=len(index.classes), several_labels=index.several_labels, threads=threads)
    devices = TrainingOptions(strategy="single") if family.on_features else asked
    key = {
        "model": model, "options": parsed.model_dump(mode="json"), "seed": seed, "classes": list(index.class_names),
        "images": hashlib.sha256("".join(image.sha256 for image in index.images).encode()).hexdigest(),
        "division": hashlib.sha256(split.roles.tobytes()).hexdigest(), "features": features and features[1],
        **versions("keras", "tensorflow", "tensorflow-cpu"),
    }  # fmt: skip
    with join(devices, threads=threads) as team, team.scope:
        report = fitted.fit(
            Examples(inputs, index.targets, train, validation), seed=seed,
            checkpoint=None if checkpoint is None else Checkpoint(Path(checkpoint), key, writes=team.chief),
        )  # fmt: skip
    shape = list(inputs.take(train[:1]).shape[1:])
    return TrainedImageModel(
        fitted,
        card=ModelCard(
            model=model, options=parsed.model_dump(mode="json"), features="raw", feature_options={},
            normalization=None, window=1, reach=0, bands=shape[-1], n_features=shape[-1],
            classes=[LegendEntry(id=c.id, name=c.name, color=c.color) for c in index.classes],
            scene=index.name, scene_digest=str(key["images"]),
            split=SplitEntry(sampler=split.sampler, seed=split.seed, leaky=split.leaky, sha256=str(key["division"])),
            fit_scope=FittedCounts(model=len(train), validation=len(validation)),
            versions=versions("hsclass", "keras", "tensorflow", "tensorflow-cpu", "scikit-learn", "pillow"), seed=seed,
            several_labels=index.several_labels, input_shape=shape, images=read,
            image_features=features and features[1],
        ),
        training=TrainingRecord(
            seconds=clock.seconds, peak_memory_mb=peak_memory_mb(), epochs=report.epochs,
            best_epoch=report.best_epoch, parameters=report.parameters, backend=report.backend,
            device=team.describe(report.device), threads=threads, facts=report.facts,
        ),
        history=tuple(report.history),
    )  # fmt: skip


def image_form(options: ImageNetworkOptions, common: tuple[int, int, int]) -> Form:
    """Return the form that a network takes images in; `common` is the commonest rows, columns and bands."""
    rows, cols, bands = common
    channels = 1 if options.grey else len(options.bands) or (3 if bands in {1, 2, 3, 4} else bands)
    return Form(options.size or max(rows, cols), channels, options.bands, options.fit)
