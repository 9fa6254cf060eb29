"""What each run of an experiment has to do: its cost, as the model and the features declare it, and what it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any

from hsclass.backbones import frozen_cost
from hsclass.cost import Cost, Task
from hsclass.experiment import Experiment
from hsclass.features import feature_class
from hsclass.features.frozen import FrozenOptions
from hsclass.memory import HELD_BYTES, MapMemory, held_megabytes, map_budget, table_megabytes, train_megabytes
from hsclass.models import model_class
from hsclass.models.image_network import ImageNetworkOptions
from hsclass.planning.pace import macs_seconds
from hsclass.planning.size import Size, sample_size
from hsclass.samplers.folds import train_share
from hsclass.samples.reading import image_form

_LISTED = (0.6, 0.2)  # of images whose lists divide them: shares that train and that validate


@dataclass(frozen=True)
class RunWork:
    """What a run has to do.

    Attributes
    ----------
    size : Size
    cost : Cost
    features : int
        Numbers of a pixel, or of an image.
    network : bool
    reads : int
        How often the training reads all images; 0 where it reads none.
    feature_macs : float
        Multiply-adds that the features of all pixels cost.
    bounded : bool
        Whether features and model look no farther than a known distance, so that a map is made strip by strip.
    map_bytes : float
        Of a pixel, that the model takes to map a scene in addition to cube, features and probabilities.
    """

    size: Size
    cost: Cost
    features: int
    network: bool
    reads: int = 0
    feature_macs: float = 0.0
    bounded: bool = True
    map_bytes: float = 0.0

    @property
    def train_seconds(self) -> float:
        """Seconds of the training on a slow core, without reading images."""
        return macs_seconds(self.cost.train, network=self.network) + macs_seconds(self.feature_macs, network=False)

    @property
    def predict_seconds(self) -> float:
        """Seconds of the prediction of all samples on a slow core, without reading images."""
        return macs_seconds(self.cost.predict, network=self.network) + macs_seconds(self.feature_macs, network=False)

    @property
    def train_mb(self) -> float:
        """MB [10^6 bytes] that the training holds next to its program."""
        if self.size.images:
            return self._images_mb + 1e-6 * self.cost.train_bytes
        featured = 4e-6 * self.size.samples * self.features
        return train_megabytes(self.cost, cube=self.size.megabytes, featured=featured, network=self.network)

    @property
    def predict_mb(self) -> float:
        """MB that the prediction holds next to its program."""
        if self.size.images:
            return self._images_mb + 1e-6 * self.cost.predict_bytes
        if self.bounded:
            return map_budget(network=self.network)
        rows, cols, bands = self.size.shape
        held = MapMemory.of(
            cols, stored=bands, itemsize=4, bands=bands, features=self.features, classes=self.size.classes, results=8,
            model=self.map_bytes,
        )  # fmt: skip
        return map_budget(network=self.network) + 1e-6 * held.least(rows)

    @property
    def _images_mb(self) -> float:
        channels = self.size.shape[2] if self.reads else 8  # features are float32
        return table_megabytes(self.size.samples) + held_megabytes(self.size.samples, self.features, channels=channels)


def run_work(kind: str, options: Any, task: Task, size: Size, **more: Any) -> RunWork:
    """Return what a model of that kind has to do; `more` are attributes of `RunWork`."""
    family = model_class(kind)
    parsed = family.Options.model_validate(options)
    cost = family.cost(parsed, task)
    if not isinstance(parsed, ImageNetworkOptions):
        more["bounded"] = more.get("bounded", True) and family.bounded(parsed)
        more["map_bytes"] = family.map_bytes(parsed)
        return RunWork(size, cost, task.features, family.runs_keras(parsed), **more)
    values = task.side**2 * task.features
    every = held_megabytes(size.samples, values, channels=task.features, most=float("inf"))
    return RunWork(size, cost, values, network=True, reads=parsed.epochs if every * 1e6 > HELD_BYTES else 1)


class Work:
    """What the jobs of an experiment have to do.

    Parameters
    ----------
    experiment : Experiment
    folder : Path
        Where it runs: what is not known of a scene or set of images is looked up there once it is built.
    """

    def __init__(self, experiment: Experiment, folder: Path = Path()) -> None:
        self.experiment = experiment
        self._folder = folder
        self._runs: dict[tuple[str, ...], RunWork] = {}

    @cached_property
    def sizes(self) -> dict[str, Size]:
        """The size of each scene or set of images, by its name."""
        return {name: sample_size(self.experiment, name, self._folder) for name in self.experiment.scenes}

    @cached_property
    def pairs(self) -> int:
        """Predictions that are compared under a split: of all features, models and seeds."""
        return len(self.experiment.plan.seeds) * sum(len(self.experiment.on(model)) for model in self.experiment.models)

    def size(self, wildcards: Mapping[str, str]) -> Size:
        """Return the size of a job's scene or set of images: of the largest, for a job that has none."""
        if "scene" in wildcards:
            return self.sizes[wildcards["scene"]]
        wanted = wildcards.get("dataset")
        names = {name: described.name for name, described in self.experiment.descriptors.items()}
        sizes = [size for name, size in self.sizes.items() if wanted in {None, names[name]}]
        return max(sizes, key=lambda size: size.megabytes)

    def run(self, wildcards: Mapping[str, str]) -> RunWork:
        """Return what the run of these wildcards (scene, split, features, model) has to do."""
        key = tuple(wildcards[name] for name in ("scene", "split", "features", "model"))
        if key not in self._runs:
            self._runs[key] = self._run(*key)
        return self._runs[key]

    def delivery(self, wildcards: Mapping[str, str]) -> list[RunWork]:
        """Return what each candidate of a delivered map has to do with all labels of the scene of these wildcards."""
        final, scene = self.experiment.plan.final, wildcards["scene"]
        assert final is not None
        names = final.features or self.experiment.features, final.models or self.experiment.models
        return [self._run(scene, None, features, model) for features in names[0] for model in names[1]]

    def _run(self, scene: str, split: str | None, features: str, model: str) -> RunWork:
        size, entry = self.sizes[scene], self.experiment.models[model]
        if size.images:
            side, channels = self._input(entry.options, features, size)
            return run_work(entry.kind, entry.given, self._task(split, size, side, channels), size)
        chosen = self.experiment.features[features]
        extractor = feature_class(chosen.kind)(**chosen.options.model_dump())
        bands = size.shape[2]
        wavelengths = getattr(self.experiment.descriptors[scene], "kept_wavelengths", None)
        count = extractor.count(bands, size.classes, wavelengths) or bands
        return run_work(
            entry.kind, entry.given, self._task(split, size, self.experiment.plan.window, count), size,
            feature_macs=size.samples * extractor.cost(bands, count), bounded=extractor.reach is not None,
        )  # fmt: skip

    def _input(self, options: Any, features: str, size: Size) -> tuple[int, int]:
        """Return side and channels of what a model of images takes."""
        if isinstance(options, ImageNetworkOptions):
            form = image_form(options, size.shape)
            return form.size, form.channels
        return 1, frozen_cost(self._frozen(features).backbones, 1).features

    def _frozen(self, features: str) -> FrozenOptions:
        options = self.experiment.features[features].options
        assert isinstance(options, FrozenOptions)
        return options

    def _task(self, split: str | None, size: Size, side: int, features: int) -> Task:
        fractions = self.experiment.plan.fractions
        if split is None:
            return Task(max(1, size.labelled), 0, size.samples, side, features, size.classes)
        train, validation = fractions.train, fractions.validation
        entry = self.experiment.splits[self.experiment.copied_split(split) or split]
        if folds := getattr(entry.options, "folds", None):
            train = train_share(folds, validation)
        elif entry.kind == "lists":
            train, validation = _LISTED
        train *= getattr(self.experiment.splits[split].options, "keep", 1)
        parts = [max(1, ceil(share * size.labelled)) for share in (train, validation)]
        predicted = max(1, size.labelled - sum(parts)) if size.images else size.samples
        return Task(parts[0], parts[1], predicted, side, features, size.classes)

    def features_cost(self, wildcards: Mapping[str, str]) -> Cost:
        """Return what the features of a set of images cost (wildcards scene, features)."""
        size, options = self.sizes[wildcards["scene"]], self._frozen(wildcards["features"])
        return features_cost(options, size, int(options.size or max(size.shape[:2])))


def features_cost(options: FrozenOptions, size: Size, side: int) -> Cost:
    """Return what the features of all images of a set cost, brought to that side [pixels]."""
    return options.cost(Task(0, 0, size.samples, side, 3, 0))
