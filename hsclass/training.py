"""The train stage: fit normaliser, feature extractor and classifier on a split's training pixels."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from hsclass import __version__
from hsclass.backend import backend_name
from hsclass.devices.strategy import TrainingOptions, check_strategy, join
from hsclass.features import feature_class
from hsclass.features.extractor import Origin
from hsclass.fit_scope import FitScope, marked
from hsclass.learning.checkpoint import Checkpoint
from hsclass.models import model_class
from hsclass.models.classifier import Classifier, FitReport, Sample
from hsclass.models.spectral_contract import Bands
from hsclass.models.trained import TrainedModel
from hsclass.normalize import Normalizer, normalize_scene
from hsclass.options import parse_options
from hsclass.resources import Clock, peak_memory_mb, versions
from hsclass.results.model import ModelCard, TrainingRecord
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.trainable import constant_bands, note_on_constant, require_trainable

if TYPE_CHECKING:
    from hsclass.models.network import NetworkClassifier

_BANDWISE = ("raw", "bands", "bilateral", "restore", "spectrum")  # features that are a value a band


def fit(
    scene: Scene,
    split: Split,
    model: str = "cnn3d",
    *,
    features: str = "raw",
    seed: int = 0,
    threads: int = 1,
    feature_options: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    tensorboard: str | os.PathLike[str] | None = None,
    **options: Any,
) -> TrainedModel:
    """Train a model on the training pixels of a split.

    Normaliser, feature extractor and model see the training pixels only; the validation pixels decide which epoch of a
    network is kept; the test pixels are not touched. Windows reach beyond their centre pixel: what keeps them apart is
    the split's guard.

    Parameters
    ----------
    scene : Scene
        Cube of shape (rows, cols, bands) and reference labels.
    split : Split
        Roles of shape (rows, cols), from `hsclass.make_split` or `hsclass.split.read_split`.
    model : str
        A name from `hsclass.models.MODELS`.
    features : str
        A name from `hsclass.features.FEATURES`.
    seed : int
        Of the model's random choices.
    threads : int
        Processor threads.
    feature_options : mapping, optional
        Options of the feature extractor.
    training : mapping, optional
        On what a network is trained: see `hsclass.devices.strategy.TrainingOptions`. Several processes of one
        training each get the trained model.
    checkpoint : path, optional
        Folder for the state of a network's training: called again with the same arguments after it was killed, the
        training goes on from there and ends, on a CPU, with the same weights. To be removed
        (`hsclass.learning.checkpoint.remove`) once the model is saved.
    tensorboard : path, optional
        Folder to write TensorBoard logs of a network's training below.
    **options
        Options of the model.

    Returns
    -------
    TrainedModel
        To be saved with its `save`, or used with `hsclass.predict_scene`.

    Raises
    ------
    UsageError
        If a name or an option is unknown, or the model does not fit the window or the bands.
    DataError
        If split and scene are of different shapes, or there are no training pixels, or a pixel to learn from has no
        class or no data, or the scene holds values that are not finite, or no epoch of a network has a finite loss.
    OutOfMemoryError
        If memory does not suffice for a network's batches.
    WorkerError
        If a training that several processes share lacks one of them.
    """
    labels = split.reference(scene.require_labels())
    ids = np.array([cover.id for cover in scene.classes])
    require_trainable(scene, split, labels)
    clock = Clock()
    extractor_class = feature_class(features)
    extractor_options = parse_options(extractor_class.Options, feature_options or {}, f"features {features}")
    family = model_class(model)
    model_options = parse_options(family.Options, options, f"model {model}")
    devices = parse_options(TrainingOptions, training or {}, "training")
    check_strategy(devices, network=family.network, model=model, several=family.several_workers)

    train = split.places(Role.TRAIN)
    spectra = scene.cube[train[:, 0], train[:, 1]]
    notes = [note_on_constant(flat)] if len(flat := constant_bands(spectra)) else []
    normalizer = Normalizer(model_options.normalization).fit(spectra)
    normalized = normalize_scene(normalizer, scene)
    extractor = extractor_class(**extractor_options.model_dump())
    known = np.where(marked(train, labels.shape), labels, 0)
    extractor.fit(normalized, known, origin=_origin(scene, normalizer))
    cube = np.ascontiguousarray(extractor.transform(normalized))
    model_options = family.settle(model_options, _centres(scene, extractor, features))

    classifier = family(
        model_options, window=split.window, n_features=cube.shape[2], n_classes=len(ids), threads=threads
    )
    samples = [_sample(split.places(role), labels, ids) for role in (Role.TRAIN, Role.VALIDATION)]
    key = {
        "hsclass": __version__, "scene": scene.digest, "split": _digest(split), "window": split.window, "model": model,
        "options": model_options.model_dump(mode="json"), "features": features,
        "feature options": extractor_options.model_dump(mode="json"), "seed": seed,
    }  # fmt: skip
    watch = _Watch(None if checkpoint is None else Path(checkpoint), key, tensorboard)
    report = _train(classifier, cube, samples, devices, seed=seed, watch=watch)
    earlier = report.history[: report.resumed]
    seconds = round(clock.seconds + sum(row["seconds"] for row in earlier), 3)
    seen = {"normalizer": train, "extractor": np.argwhere(known > 0)}
    seen |= {part: sample.pixels for part, sample in zip(("model", "validation"), samples, strict=True)}
    scope = FitScope(
        parts={part: marked(pixels, labels.shape) for part, pixels in seen.items()},
        reach=None if extractor.reach is None else extractor.reach + classifier.reach,
        digest=scene.digest,
        grid=scene.grid,
    )

    card = {
        "model": model, "options": model_options.model_dump(), "features": features,
        "feature_options": extractor_options.model_dump(), "normalization": {"kind": normalizer.kind},
        "window": split.window, "reach": scope.reach,
        **Bands.of_scene(scene).as_dict(), "n_features": cube.shape[2],
        "classes": [{"id": c.id, "name": c.name, "color": list(c.color)} for c in scene.classes],
        "scene": scene.name, "scene_digest": scene.digest,
        "split": {"sampler": split.sampler, "seed": split.seed, "leaky": split.leaky, "sha256": _digest(split)},
        "fit_scope": scope.counts,
        "versions": {"hsclass": __version__, **versions("numpy", "scikit-learn"), **_backend(report.backend)},
        "seed": seed,
    }  # fmt: skip
    took = {
        "seconds": seconds, "peak_memory_mb": peak_memory_mb(), "epochs": report.epochs,
        "best_epoch": report.best_epoch, "parameters": report.parameters, "backend": report.backend,
        "windows_per_second": _rate(report.history, len(train)),
        "seconds_per_epoch": _typical_seconds(report.history), "gpu_memory_mb": report.gpu_memory_mb,
        "resumed_after_epoch": report.resumed or None, "device": report.device, "threads": threads,
        "facts": report.facts | ({"constant bands": str(len(flat))} if len(flat) else {}),
        "notes": [*notes, *report.notes],
    }  # fmt: skip
    return TrainedModel(
        normalizer, extractor, classifier, ModelCard(**card), TrainingRecord(**took), scope, tuple(report.history)
    )


@dataclass(frozen=True)
class _Watch:
    """Where a training keeps its state and its logs."""

    folder: Path | None
    key: Mapping[str, Any]
    tensorboard: str | os.PathLike[str] | None

    def checkpoint(self, *, writes: bool) -> Checkpoint | None:
        """Its state, of which the versions of Keras and its backend decide, too."""
        if self.folder is None:
            return None
        return Checkpoint(self.folder, {**self.key, **_backend(backend_name())}, writes=writes)


def _train(
    classifier: Classifier,
    cube: np.ndarray,
    samples: Sequence[Sample],
    devices: TrainingOptions,
    *,
    seed: int,
    watch: _Watch,
) -> FitReport:
    if not classifier.network:
        return classifier.fit(cube, *samples, seed=seed)
    network = cast("NetworkClassifier", classifier)
    with join(devices, threads=network.threads) as team, team.scope:
        report = network.fit(
            cube,
            *samples,
            seed=seed,
            checkpoint=watch.checkpoint(writes=team.chief),
            tensorboard=Path(watch.tensorboard) if watch.tensorboard is not None and team.chief else None,
        )
    if team.strategy != "single":
        network.rebuild()
    return replace(report, device=team.describe(report.device))


def _origin(scene: Scene, normalizer: Normalizer) -> Origin:
    area = scene.grid.pixel_area
    size = None if area is None else area**0.5
    return Origin(scene.wavelengths, normalizer.offset_, normalizer.scale_, size)


def _centres(scene: Scene, extractor: Any, features: str) -> np.ndarray | None:
    """Wavelengths [nm] of the features, where each is a band."""
    if scene.wavelengths is None or features not in _BANDWISE:
        return None
    return scene.wavelengths[extractor.kept_] if features == "bands" else scene.wavelengths


def _sample(pixels: np.ndarray, labels: np.ndarray, ids: np.ndarray) -> Sample:
    targets = np.searchsorted(ids, labels[pixels[:, 0], pixels[:, 1]])
    return Sample(pixels.astype(np.int32), targets.astype(np.int32))


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
