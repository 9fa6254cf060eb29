"""The train stage: fit normaliser, features and classifier on a split's training samples."""

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from hsclass import __version__
from hsclass.backend import backend_name
from hsclass.devices.strategy import TrainingOptions, check_strategy, join
from hsclass.errors import DataError, UsageError
from hsclass.features.extractor import total_reach
from hsclass.features.frozen import ImageFeatures
from hsclass.fit_scope import FitScope, marked
from hsclass.inputs import Inputs, image_inputs, images_features, parsed_features, pixel_inputs, samples_digest
from hsclass.learning.checkpoint import Checkpoint
from hsclass.matching import check_match
from hsclass.models import model_class, model_name
from hsclass.models.applicability import Applicability, fit_applicability
from hsclass.models.classifier import Classifier, FitReport
from hsclass.models.trained import TrainedModel
from hsclass.options import parse_options
from hsclass.raster import Grid
from hsclass.resources import Clock, peak_memory_mb, versions
from hsclass.results.model import ModelCard, TrainingRecord
from hsclass.samples import ImageSamples, Samples
from hsclass.samples.fields import fields_of
from hsclass.scene import Scene
from hsclass.split import Split
from hsclass.trainable import note_on_constant, require_trainable

if TYPE_CHECKING:
    from hsclass.models.keras_network import KerasNetwork

_LOG = logging.getLogger(__name__)


def fit(
    samples: Samples,
    /,
    split: Split,
    model: Any = "cnn3d",
    *,
    features: str | ImageFeatures = "raw",
    seed: int = 0,
    threads: int = 1,
    feature_options: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    code: str = "",
    tensorboard: str | os.PathLike[str] | None = None,
    folds: np.ndarray | None = None,
    applicability: bool = True,
    **options: Any,
) -> TrainedModel:
    """Train a model on the training samples of a split.

    Normaliser, feature extractor and model see the training samples only; the validation samples decide which epoch of
    a network is kept; the test samples are not touched. Windows reach beyond their centre pixel: what keeps them apart
    is the split's guard.

    Parameters
    ----------
    samples : Scene or ImageSamples
        Cube of shape (rows, cols, bands) and reference labels, or the images of a set.
    split : Split
        Roles of the samples' shape, from `hsclass.make_split` or `hsclass.read_split`.
    model : str, estimator or callable
        A name from `hsclass.models.MODELS`. Or one of your own: an estimator of scikit-learn, its class or a function
        that returns one; a function with the parameters `input_shape` and `n_classes` that returns a Keras network; the
        dotted name of one of these, "package.module:object". See docs/python.md.
    features : str or ImageFeatures
        A name from `hsclass.features.FEATURES` or, of images, of a backbone; or features of images computed before.
    seed : int
        Of the model's random choices.
    threads : int
        Processor threads.
    feature_options : mapping, optional
        Options of the features.
    training : mapping, optional
        On what a network is trained: see `hsclass.devices.strategy.TrainingOptions`. Several processes of one
        training each get the trained model.
    checkpoint : path, optional
        Folder for the state of a network's training: called again with the same arguments after it was killed, the
        training continues from there and ends, on a CPU, with the same weights. To be removed
        (`hsclass.learning.checkpoint.remove`) once the model is saved.
    code : str
        Identifies the version of the programs; a training does not continue from the state of another version.
    tensorboard : path, optional
        Folder to write TensorBoard logs of a network's training below.
    folds : ndarray of int, shape (rows, cols), optional
        Fold of each training pixel, for the threshold of the area of applicability; by default, its field.
    applicability : bool
        Whether to find the area of applicability of a model of pixels.
    **options
        Options of the model.

    Returns
    -------
    TrainedModel
        To be saved with its `save`, or used with `hsclass.predict_scene` or `hsclass.predict_images`.

    Raises
    ------
    UsageError
        If a name or an option is unknown, or the model does not fit the samples, their features, window or bands.
    DataError
        If split and samples are of different shapes, or there are no training samples, or a sample to learn from has no
        class or no data, or the scene holds values that are not finite, or no epoch of a network has a finite loss.
    OutOfMemoryError
        If memory does not suffice for a network's batches.
    WorkerError
        If a training that several processes share lacks one of them.
    """
    named, checked = parsed_features(features, feature_options or {})
    family = model_class(model)
    name = model_name(model)
    model_options = parse_options(family.Options, options, f"model {name}")
    devices = parse_options(TrainingOptions, training or {}, "training")
    check_match(samples.kind, model, named)
    check_strategy(devices, network=family.network, model=name, several=family.several_workers)
    several_labels = isinstance(samples, ImageSamples) and samples.several_labels
    if several_labels and not family.learns_several_labels:
        raise UsageError(
            f"model {name}: learns one class a sample, but the images of {samples.name} may have several; take"
            " linear_head, or a network of images"
        )
    require_trainable(samples, split)
    clock = Clock()
    if isinstance(samples, ImageSamples):
        computed = images_features(samples, features, checked, threads=threads)
        inputs = image_inputs(samples, split, model_options, features=computed, seed=seed)
    else:
        inputs = pixel_inputs(samples, split, family, model_options, features=named, feature_options=checked)
    classifier = family(
        inputs.options, window=inputs.side, n_features=inputs.channels, n_classes=len(samples.classes),
        threads=threads, several_labels=several_labels,
    )  # fmt: skip
    digest = samples_digest(samples)
    key = {
        "hsclass": __version__, "code": code, "scene": digest, "split": _digest(split), "window": inputs.side,
        "model": name, "options": inputs.options.model_dump(mode="json"),
        "features": inputs.about.get("image_features", named),
        "feature options": checked.model_dump(mode="json"), "seed": seed,
    }  # fmt: skip
    report = _train(classifier, inputs, devices, seed=seed, state=checkpoint, key=key, logs=tensorboard)
    shape = split.roles.shape
    learned = {part: _places(inputs, part) for part in ("train", "validation")}
    scope = FitScope(
        parts={
            **inputs.seen, "model": marked(learned["train"], shape), "validation": marked(learned["validation"], shape),
        },
        reach=total_reach(inputs.extractor.reach, classifier.reach),
        identity=samples.identity,
        grid=Grid() if isinstance(samples, ImageSamples) else samples.grid,
    )  # fmt: skip
    known = None
    if applicability and not isinstance(samples, ImageSamples):
        known = _applicability(samples, split, inputs, folds, threads)
    card = ModelCard(**{
        "samples": samples.kind, "model": name, "own": family.own, "options": inputs.options.model_dump(),
        "features": named, "feature_options": checked.model_dump(),
        "normalization": None if inputs.normalizer is None else {"kind": inputs.normalizer.kind},
        "window": inputs.side, "reach": scope.reach, **inputs.about, "n_features": inputs.channels,
        "classes": [{"id": c.id, "name": c.name, "color": list(c.color)} for c in samples.classes],
        "scene": samples.name, "scene_digest": digest,
        "split": {"sampler": split.sampler, "seed": split.seed, "leaky": split.leaky, "sha256": _digest(split)},
        "fit_scope": scope.counts,
        "versions": {"hsclass": __version__, **versions("numpy", "scikit-learn"), **_backend(report.backend)},
        "seed": seed, "applicability": known is not None,
    })  # fmt: skip
    took = _took(report, inputs, clock.seconds, threads=threads)
    return TrainedModel(
        inputs.normalizer, inputs.extractor, classifier, card, took, scope, tuple(report.history), known
    )  # fmt: skip


def _applicability(
    scene: Scene, split: Split, inputs: Inputs, folds: np.ndarray | None, threads: int
) -> Applicability | None:
    """Where the model may be applied; None where there is no second fold to measure a threshold with."""
    if folds is None:
        folds = fields_of(split.reference(scene.require_labels()), split.groups)
    at = tuple(inputs.train.places.T)
    try:
        return fit_applicability(inputs.values[at], inputs.train.targets, folds[at], threads=threads)
    except DataError as error:
        _LOG.info("%s", error)
        return None


def _took(report: FitReport, inputs: Inputs, seconds: float, *, threads: int) -> TrainingRecord:
    """What the training took."""
    flat, earlier = inputs.constant, report.history[: report.resumed]
    return TrainingRecord(**{
        "seconds": round(seconds + sum(row["seconds"] for row in earlier), 3), "peak_memory_mb": peak_memory_mb(),
        "epochs": report.epochs, "best_epoch": report.best_epoch, "parameters": report.parameters,
        "backend": report.backend, "windows_per_second": _rate(report.history, len(inputs.train)),
        "seconds_per_epoch": _typical_seconds(report.history), "gpu_memory_mb": report.gpu_memory_mb,
        "resumed_after_epoch": report.resumed or None, "device": report.device, "threads": threads,
        "facts": report.facts | ({"constant bands": str(len(flat))} if len(flat) else {}),
        "notes": [*([note_on_constant(flat)] if len(flat) else []), *report.notes],
    })  # fmt: skip


def _places(inputs: Inputs, part: str) -> np.ndarray:
    """Places of the samples that learn or validate, as the split has them: those of images stand last in a cube's."""
    places = getattr(inputs, part).places
    return places[:, -1:] if "several_labels" in inputs.about else places


def _train(
    classifier: Classifier, inputs: Inputs, devices: TrainingOptions, *, seed: int, key: Mapping[str, Any],
    state: str | os.PathLike[str] | None, logs: str | os.PathLike[str] | None,
) -> FitReport:  # fmt: skip
    """Train a model; `state` and `logs` are the folders of a network's checkpoint, which `key` identifies, and logs."""
    learned = inputs.values, inputs.train, inputs.validation
    if not classifier.network:
        return classifier.fit(*learned, seed=seed)
    network = cast("KerasNetwork", classifier)
    with join(devices, threads=network.threads) as team, team.scope:
        if state is not None:  # the versions of Keras and its backend decide, too
            network.checkpoint = Checkpoint(Path(state), {**key, **_backend(backend_name())}, writes=team.chief)
        network.tensorboard = Path(logs) if logs is not None and team.chief else None
        report = network.fit(*learned, seed=seed)
    if team.strategy != "single":
        network.rebuild()
    return replace(report, device=team.describe(report.device))


def _digest(split: Split) -> str:
    return hashlib.sha256(np.ascontiguousarray(split.roles).tobytes()).hexdigest()


def _backend(backend: str | None) -> dict[str, str]:
    """Versions of Keras and its backend, asked of the modules: TensorFlow is distributed under several names."""
    return {} if backend is None else {name: import_module(name).__version__ for name in ("keras", backend)}


def _rate(history: list[dict[str, Any]], windows: int) -> float | None:
    """Training windows a second, without the first epoch, which includes building the graph."""
    seconds = [row["seconds"] for row in history[1:]]
    return round(windows * len(seconds) / sum(seconds), 1) if seconds and sum(seconds) > 0 else None


def _typical_seconds(history: list[dict[str, Any]]) -> float | None:
    """Median seconds of an epoch, without the first."""
    return round(median(row["seconds"] for row in history[1:]), 3) if len(history) > 1 else None
