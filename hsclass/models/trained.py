"""A trained model: everything that a prediction needs, in one folder that holds data only."""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import DataError, UsageError
from hsclass.features import feature_class
from hsclass.features.extractor import total_reach
from hsclass.features.frozen import ImageFeatures, features_of_files
from hsclass.fit_scope import FitScope, read_fit_scope, write_fit_scope
from hsclass.models import model_class, saved_family
from hsclass.models.applicability import Applicability
from hsclass.models.classifier import Classifier
from hsclass.models.spectral_contract import SpectralBands, convert_bands
from hsclass.normalize import Normalizer, normalize_cube
from hsclass.options import parse_options
from hsclass.results.model import ModelCard, TrainingRecord
from hsclass.results.record import read_record, write_record
from hsclass.samples.image_source import ImageSource
from hsclass.scene import LandCover, Scene

ABOUT_FILE = "model.json"
TRAINING_FILE = "training.json"
HISTORY_FILE = "history.csv"


def write_card(folder: Path, card: ModelCard, training: TrainingRecord, history: Sequence[Mapping[str, Any]]) -> None:
    """Write the card into the folder of a model: two JSON files and, for networks, a table of the epochs."""
    write_record(card, folder / ABOUT_FILE)
    write_record(training, folder / TRAINING_FILE)
    if history:
        with (folder / HISTORY_FILE).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(history)


def read_card(folder: Path) -> tuple[ModelCard, TrainingRecord]:
    """Return what `write_card` wrote of the model and of its training, or raise DataError."""
    return read_record(ModelCard, folder / ABOUT_FILE, "train"), read_record(
        TrainingRecord, folder / TRAINING_FILE, "train"
    )


ARRAYS_FILE = "arrays.npz"


@dataclass(frozen=True)
class TrainedModel:
    """Normaliser, feature extractor and classifier that were fitted together, and its card.

    Attributes
    ----------
    normalizer : Normalizer or None
        None of a model that takes images.
    extractor : estimator of `hsclass.features`
        Of a model that learned from features of images these are `hsclass.features.frozen.Frozen`.
    classifier : Classifier
    card : ModelCard
        What the model is and saw.
    training : TrainingRecord
        What the training took.
    scope : FitScope
        Which samples its parts were fitted on.
    history : sequence of mapping
        One row an epoch, for networks; empty after `load`.
    applicability : Applicability or None
        Where the model may be applied: its training samples in feature space. None of images, and where all training
        samples lie in one field.
    """

    normalizer: Normalizer | None
    extractor: Any
    classifier: Classifier
    card: ModelCard
    training: TrainingRecord
    scope: FitScope
    history: tuple[Mapping[str, Any], ...] = ()
    applicability: Applicability | None = None

    def __repr__(self) -> str:
        card, took = self.card, self.training
        reach = "without bound" if self.reach is None else f"{self.reach} pixels"
        seconds = "" if took.seconds is None else f" in {took.seconds:.1f} s"
        lines = [
            f"TrainedModel {card.model} on features {card.features}: {len(card.classes)} classes, reach {reach}",
            f"learned from {card.fit_scope.model} {card.samples} of {card.scene!r}{seconds}; seed {card.seed}",
        ]
        return "\n  ".join([*lines, *took.notes])

    @property
    def samples(self) -> str:
        """What it classifies: pixels or images."""
        return self.card.samples

    @property
    def classes(self) -> tuple[LandCover, ...]:
        """The classes, in the order of the classifier's probabilities."""
        return tuple(LandCover(c.id, c.name, c.color) for c in self.card.classes)

    @property
    def reach(self) -> int | None:
        """How far [pixels] features and model together look; None where without bound."""
        return total_reach(self.extractor.reach, self.classifier.reach)

    @property
    def bands(self) -> SpectralBands:
        """The bands that the model was trained on."""
        return SpectralBands.of_model(self.card)

    def features(self, scene: Scene) -> np.ndarray:
        """Return the feature cube of a scene, float32 of shape (rows, cols, n_features).

        Raises
        ------
        DataError
            If the bands of the scene are not those the model was trained on; see `convert_bands`.
        """
        conversion = convert_bands(self.bands, SpectralBands.of_scene(scene), name=scene.name)
        return self.features_of(conversion.apply(conversion.take(scene.cube)), scene.mask)

    def features_of(self, cube: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Return the features of a cube, shape (rows, cols, bands), of the model's bands.

        `mask`, bool of shape (rows, cols), is True where there is data.

        Raises
        ------
        DataError
            If they are not as many as the classifier takes.
        """
        if self.samples != "pixels" or self.normalizer is None:
            raise UsageError(f"model {self.card.model}: was trained on images, and these samples are pixels")
        features = self.extractor.transform(normalize_cube(self.normalizer, cube, mask))
        if features.shape[2] != self.card.n_features:
            raise DataError(
                f"model {self.card.model}: takes {self.card.n_features} features, but its extractor"
                f" {self.card.features} gives {features.shape[2]}; its files are of two models: train it again"
            )
        return features

    def predict_files(self, files: np.ndarray) -> np.ndarray:
        """Return class probabilities, float32 of shape (n, classes), of image files, shape (n,).

        Raises
        ------
        UsageError
            If the model was trained on pixels.
        DataError
            If a file cannot be read, or the weights of the frozen networks are not those that the model saw.
        """
        if self.samples != "images":
            raise UsageError(f"model {self.card.model}: was trained on pixels, and these samples are images")
        if self.normalizer is None:
            images = ImageSource.from_record(self.card.images or {}, files)
            return self.classifier.predict_proba(images, np.arange(len(files))[:, np.newaxis])
        values = features_of_files(self.card.image_features or {}, files, threads=self.classifier.threads)
        return self._predict_features(values, np.arange(len(files)))

    def predict_features(self, features: ImageFeatures, places: np.ndarray) -> np.ndarray:
        """Return class probabilities, float32 of shape (n, classes), from features computed before.

        Parameters
        ----------
        features : ImageFeatures
            Of all images of a set.
        places : ndarray of int, shape (n,)
            Of the images to predict.

        Raises
        ------
        DataError
            If the features are not those that the model was trained on.
        """
        if features.about != self.card.image_features:
            raise DataError(
                f"model {self.card.model}: was trained on other features than {features.name}; give those that it"
                " was trained on, or none, to have them computed"
            )
        return self._predict_features(features.values, places)

    def _predict_features(self, values: np.ndarray, places: np.ndarray) -> np.ndarray:
        assert self.normalizer is not None
        cube = normalize_cube(self.normalizer, values[np.newaxis], np.ones((1, len(values)), bool))
        return self.classifier.predict_proba(cube, np.stack([np.zeros_like(places), places], axis=1))

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the model into a new folder, atomically."""
        with atomic_path(folder) as partial:
            partial.mkdir()
            write_card(partial, self.card, self.training, self.history)
            if self.normalizer is not None:
                held = {**_learned("normalizer", self.normalizer), **_learned("extractor", self.extractor)}
                np.savez(partial / ARRAYS_FILE, **held)
            write_fit_scope(self.scope, partial)
            self.classifier.save(partial)
            if self.applicability is not None:
                self.applicability.save(partial)

    @classmethod
    def load(cls, folder: str | os.PathLike[str], *, threads: int = 1) -> "TrainedModel":
        """Read a model that `save` wrote. Nothing in the files is executed.

        Raises
        ------
        DataError
            If a file is missing or is not what `save` writes.
        """
        folder = Path(folder)
        if not (folder / ABOUT_FILE).is_file() and (inner := [*folder.glob(f"*/{ABOUT_FILE}")]):
            raise DataError(f"{folder}: is not a model, but holds one; give {inner[0].parent}")
        try:
            card, training = read_card(folder)
            extractor = feature_class(card.features)(**card.feature_options)
            normalizer = None
            if card.images is None:
                normalizer = Normalizer((card.normalization or {})["kind"])
                arrays = dict(np.load(folder / ARRAYS_FILE, allow_pickle=False))
                _restore("normalizer", normalizer, arrays)
                _restore("extractor", extractor, arrays)
                if not normalizer.offset_.shape == normalizer.scale_.shape == (card.bands,):
                    raise ValueError(f"{ARRAYS_FILE} normalises another number of bands than {card.bands}")
            side, odd = card.window, card.samples == "pixels"
            if side < 1 or (odd and side % 2 == 0):
                raise ValueError(f"window {side!r} is no {'odd ' * odd}number of pixels")
            family = model_class(card.model) if card.own is None else saved_family(card.own)
            options = parse_options(family.Options, card.options, f"model {card.model}")
            classifier = family(
                options,
                window=card.window,
                n_features=card.n_features,
                n_classes=len(card.classes),
                threads=threads,
                several_labels=card.several_labels,
            )
        except MemoryError:
            raise
        except Exception as error:  # the parsers raise whatever they stumble over
            raise DataError(f"{folder}: is not a model that hsclass train wrote ({error}); train it again") from error
        classifier.load(folder)
        known = Applicability.load(folder) if card.applicability else None
        return cls(normalizer, extractor, classifier, card, training, read_fit_scope(folder), applicability=known)


def load_model(folder: str | os.PathLike[str], *, threads: int = 1) -> TrainedModel:
    """Read a model that `TrainedModel.save` or `hsclass train` wrote; nothing in its files is executed.

    Parameters
    ----------
    folder : path-like
    threads : int
        Processor threads that it may use.

    Raises
    ------
    DataError
        If the folder does not hold a model, or its files are damaged or hostile.
    """
    return TrainedModel.load(folder, threads=threads)


def _learned(prefix: str, estimator: Any) -> dict[str, Any]:
    """The arrays that an estimator learned: its attributes that end in an underscore."""
    return {
        f"{prefix}.{name}": np.asarray(value)
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }


def _restore(prefix: str, estimator: Any, arrays: Mapping[str, np.ndarray]) -> None:
    for key, value in arrays.items():
        owner, _, name = key.partition(".")
        if owner == prefix:
            setattr(estimator, name, value[()] if value.ndim == 0 else value)
