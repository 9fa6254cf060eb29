"""What a job on whole images is granted on a cluster."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from hsclass.experiment import Experiment
from hsclass.images.frozen import FeatureOptions
from hsclass.images.symmetries import COUNT
from hsclass.planning.backbone_costs import frozen_cost
from hsclass.planning.image_size import ImageSize, ImageTask, image_size, image_task, part_shares, step_megabytes
from hsclass.planning.needs import Grants

# MB [10^6 bytes] of a process before it holds images. Measured: 120 without Keras, 855 with a network of 8 x 8 pixels.
_PROGRAM, _NETWORK = 500, 1200
_CHUNK = 64  # images that networks look at together where they do not learn
# A second on a slow core, some five times fewer than were measured: multiplications, numbers read, files opened, pairs
# of hashes compared.
_MACS, _READ, _OPENED, _PAIRS = 4e9, 2e7, 300, 1e7
_ROW = 3e-3  # MB that the tables of an image take in memory


class ImageNeeds(Grants):
    """What the jobs of an experiment on images ask for.

    Parameters
    ----------
    experiment : Experiment
    folder : Path
        Where it runs: a set is measured there once it is indexed.
    """

    def __init__(self, experiment: Experiment, folder: Path = Path()) -> None:
        self._experiment = experiment
        self._folder = folder
        self._tasks: dict[tuple[str, ...], ImageTask] = {}

    @cached_property
    def sizes(self) -> dict[str, ImageSize]:
        """The size of each set, by its name in the experiment."""
        return {name: image_size(self._experiment, name, self._folder) for name in self._experiment.scenes}

    def task(self, wildcards: Mapping[str, str]) -> ImageTask:
        """Return what the run of these wildcards (scene: the set, split, model) has to do."""
        key = tuple(wildcards[name] for name in ("scene", "split", "model"))
        if key not in self._tasks:
            size, entry = self.sizes[key[0]], self._experiment.models[key[2]]
            self._tasks[key] = image_task(
                entry.kind, entry.given, shape=size.shape, classes=size.classes,
                parts=part_shares(self._experiment, key[1], size),
            )  # fmt: skip
        return self._tasks[key]

    def features_macs(self, wildcards: Mapping[str, str]) -> float:
        """Return the multiplications of features (wildcards scene, features)."""
        options = self._features(wildcards)
        return features_macs(options, _side(options, self._size(wildcards)), self._size(wildcards).images)

    def unknown(self) -> list[str]:
        """Return a sentence for each set whose size is guessed."""
        return [
            f"images {name}: their number or size is not known before they are indexed; {size.images} of"
            f" {' x '.join(map(str, size.shape))} are taken; give 'images' and 'shape' in the descriptor"
            for name, size in self.sizes.items()
            if not size.known
        ]

    def _memory(self, stage: str, wildcards: Mapping[str, str]) -> float:
        size = self._size(wildcards)
        tables = _PROGRAM + _ROW * size.images
        if stage == "image_features":
            options = self._features(wildcards)
            cost = frozen_cost(options.backbones)
            found = 8e-6 * size.images * cost.features
            return (
                tables
                + _NETWORK
                + step_megabytes(0, _side(options, size) ** 2, _CHUNK)
                + 4e-6 * cost.parameters
                + found
            )
        if stage in {"train_images", "predict_images"}:
            task = self.task(wildcards)
            if not task.network:
                # The features, a part of them scaled, and what the fit makes of it.
                features = frozen_cost(self._features(wildcards).backbones).features
                return tables + _NETWORK + 24e-6 * size.images * features
            learning = stage == "train_images"
            # Weights, their gradients, two moments and the best ones.
            held = task.held_mb + (5 if learning else 1) * 4e-6 * task.parameters
            return tables + _NETWORK + held + (task.maps_mb + task.step_mb if learning else self._chunk(wildcards))
        return tables

    def _chunk(self, wildcards: Mapping[str, str]) -> float:
        options: Any = self._experiment.models[wildcards["model"]].options
        return step_megabytes(0, _side(options, self._size(wildcards)) ** 2, _CHUNK)

    def _seconds(self, stage: str, wildcards: Mapping[str, str]) -> float:
        size = self._size(wildcards)
        reading = size.images * size.files / _OPENED + 1e6 * size.megabytes / _READ
        if stage in {"train_images", "predict_images"}:
            return self._run_seconds(stage, wildcards, reading)
        seconds = {"fetch": 3600, "index_images": reading}.get(stage, size.images / 1e4)
        if stage == "image_features":
            seconds = reading + self.features_macs(wildcards) / _MACS
        if stage in {"split_images", "audit_images"}:
            seconds = size.images**2 / 2 / _PAIRS
        return seconds

    def _run_seconds(self, stage: str, wildcards: Mapping[str, str], reading: float) -> float:
        task = self.task(wildcards)
        if not task.network:
            features = frozen_cost(self._features(wildcards).backbones).features
            return 500 * task.train_macs * features / _MACS  # iterations
        if stage == "predict_images":
            return reading + task.predict_macs / _MACS
        return reading * (task.epochs if task.streamed else 1) + task.train_macs / _MACS

    def _disk(self, stage: str, wildcards: Mapping[str, str]) -> float:
        size = self._size(wildcards)
        if stage == "fetch":
            return 2 * size.megabytes  # archive and images
        if stage == "image_features":
            return 5e-6 * size.images * frozen_cost(self._features(wildcards).backbones).features
        if stage == "train_images":
            return 5 * 4e-6 * self.task(wildcards).parameters  # with the state of a training that was stopped
        return 1e-3 * size.images

    def _features(self, wildcards: Mapping[str, str]) -> FeatureOptions:
        options = self._experiment.features[wildcards["features"]].options
        assert isinstance(options, FeatureOptions)
        return options

    def _size(self, wildcards: Mapping[str, str]) -> ImageSize:
        if "scene" in wildcards:
            return self.sizes[wildcards["scene"]]
        wanted = wildcards.get("dataset")
        sizes = [size for name, size in self.sizes.items() if wanted in {None, self._experiment.descriptors[name].name}]
        return max(sizes, key=lambda size: size.images)


def features_macs(options: FeatureOptions, side: int, images: int) -> float:
    """Return the multiplications that the features of images of a side [pixels] take."""
    return float(images) * side**2 * frozen_cost(options.backbones).macs * (COUNT if options.symmetries else 1)


def _side(options: Any, size: ImageSize) -> int:
    return int(options.size or max(size.shape[:2]))
