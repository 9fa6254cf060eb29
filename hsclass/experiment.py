"""An experiment: one file whose lists are the dimensions of a matrix of runs, checked before any job starts."""

import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, field_validator, model_validator

from hsclass import __version__
from hsclass.datasets import load_descriptor
from hsclass.datasets.descriptor import Descriptor, SceneOptions
from hsclass.devices.strategy import TrainingOptions
from hsclass.entries import NAME, NAMED_ONCE, Entry, entries_of
from hsclass.errors import UsageError
from hsclass.features import feature_class
from hsclass.images.experiment import ImageExperiment
from hsclass.models import model_class
from hsclass.options import Options, parse_options
from hsclass.samplers import SAMPLERS, check_counts
from hsclass.samplers.folds import train_share
from hsclass.tables import resolve
from hsclass.tuning.checks import check_search
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.subject import Subject

OptionsOf = Callable[[str], type[Options]]


def sampler_options(name: str) -> type[Options]:
    """Return the options model of a sampler."""
    return resolve(SAMPLERS, name, "sampler").options_model


def feature_options(name: str) -> type[Options]:
    """Return the options model of a feature extractor."""
    return feature_class(name).Options


def model_options(name: str) -> type[Options]:
    """Return the options model of a model."""
    return model_class(name).Options


class Fractions(Options):
    """Shares of the labelled pixels that train and validate; the rest tests."""

    train: float = Field(0.10, gt=0, lt=1)
    validation: float = Field(0.05, ge=0, lt=1)

    @model_validator(mode="after")
    def _leave_a_test_set(self) -> "Fractions":
        if self.train + self.validation >= 1:
            raise ValueError(
                f"train {self.train:g} + validation {self.validation:g} must add up to less than 1, to leave a test set"
            )
        return self


class PublishedFigure(Options):
    """What somebody reached with features and a model, named as in the experiment."""

    features: str
    model: str
    oa: float = Field(ge=0, le=1)
    aa: float | None = Field(None, ge=0, le=1)
    kappa: float | None = Field(None, ge=-1, le=1)


class Published(Options):
    """Figures that somebody published; the report shows the experiment's own beside them."""

    source: str = Field(description="where they stand, and what they hold for: scene, split, training share")
    figures: tuple[PublishedFigure, ...] = Field(min_length=1)


class Plan(Options):
    """The keys of an experiment file."""

    experiment: str = Field(pattern=NAME, description="name of the experiment and of its report's folder")
    scenes: Annotated[tuple[Entry, ...], entries_of("scene"), NAMED_ONCE] = Field(min_length=1)
    window: int = Field(9, ge=1, description="side [pixels] of the windows, odd")
    fractions: Fractions = Fractions()
    seeds: tuple[int, ...] = Field((0, 1), min_length=1)
    splits: Annotated[tuple[Entry, ...], entries_of("sampler"), NAMED_ONCE] = Field(min_length=1)
    features: Annotated[tuple[Entry, ...], entries_of("features"), NAMED_ONCE] = (Entry(kind="raw", name="raw"),)
    models: Annotated[tuple[Entry, ...], entries_of("model"), NAMED_ONCE] = Field(min_length=1)
    map_tiles: int = Field(1, ge=1, description="jobs that share each map; the map is the same, byte for byte")
    training: TrainingOptions = TrainingOptions()
    published: Published | None = None

    @field_validator("training")
    @classmethod
    def _several_workers(cls, training: TrainingOptions) -> TrainingOptions:
        if training.strategy == "multi_worker" and training.workers == 1:
            raise ValueError("'strategy: multi_worker' needs 'workers', 2 or more; add it, or take another strategy")
        return training

    @field_validator("window")
    @classmethod
    def _odd(cls, window: int) -> int:
        if window % 2 == 0:
            raise ValueError(f"a window has a centre pixel, so its side must be odd; take {window - 1} or {window + 1}")
        return window


@dataclass(frozen=True)
class Run:
    """One run of the matrix, and where its files are: each folder holds what its stages wrote."""

    scene: str
    split: str
    seed: int
    features: str
    model: str

    @property
    def scene_folder(self) -> str:
        """Holds `cube.tif` and `labels.tif`."""
        return f"results/{self.scene}"

    @property
    def split_folder(self) -> str:
        """Holds `split.tif` and `audit.json`."""
        return f"{self.scene_folder}/{self.split}-{self.seed}"

    @property
    def folder(self) -> str:
        """Holds `model/`, `map.tif` and `metrics.json`."""
        return f"{self.split_folder}/{self.features}/{self.model}"


class Experiment:
    """A checked experiment.

    Parameters
    ----------
    config : mapping
        The keys of an experiment file; see `Plan`.

    Raises
    ------
    UsageError
        For the first thing that is wrong: an unknown key or name, an impossible value, a window that does not fit the
        scene or the network, a class that is known to be too small to split.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.plan = parse_options(Plan, config, "experiment")
        self.scenes = {entry.name: entry for entry in self.plan.scenes}
        self.splits = {entry.name: entry for entry in self.plan.splits}
        self.features = {entry.name: entry for entry in self.plan.features}
        self.models = {entry.name: entry for entry in self.plan.models}
        self._cuts = {e.name: parse_options(SceneOptions, e.options, f"scene {e.name}") for e in self.plan.scenes}
        self._options: dict[str, dict[str, Options]] = {
            "scenes": dict(self._cuts),
            "splits": self._parse("splits", sampler_options, "sampler"),
            "features": self._parse("features", feature_options, "features"),
            "models": self._parse("models", model_options, "model"),
        }
        self._searches = {
            entry.name: parse_options(TuneOptions, entry.tune, f"model {entry.name}: tune")
            for entry in self.plan.models
            if entry.tune is not None
        }
        for name, features in itertools.product(self._searches, self.plan.features):
            model = self.models[name]
            subject = Subject(model.kind, features.kind, model.options, features.options)
            check_search(subject, self._searches[name])
        for name in self.splits:
            self._check_copy(name)
            if folds := getattr(self._options["splits"][name], "folds", None):
                train_share(folds, self.plan.fractions.validation)
        for name in self.scenes:
            self._check_scene(name)
        for figure in self.plan.published.figures if self.plan.published else ():
            if figure.features not in self.features or figure.model not in self.models:
                raise UsageError(
                    f"published: names {figure.model} on {figure.features}; expected features of"
                    f" {', '.join(self.features)} and models of {', '.join(self.models)}, as in this experiment"
                )

    def _parse(self, dimension: str, options_of: OptionsOf, kind: str) -> dict[str, Options]:
        entries: Sequence[Entry] = getattr(self.plan, dimension)
        return {
            entry.name: parse_options(options_of(entry.kind), entry.options, f"{kind} {entry.name}")
            for entry in entries
        }

    def _check_copy(self, name: str) -> None:
        others = [other for other in self.splits if other != name and not self.copied_split(other)]
        if (copied := self.copied_split(name)) and copied not in others:
            raise UsageError(
                f"sampler {name}: option 'of' is {copied!r}; expected another split of this experiment that is no twin"
                f" itself: {', '.join(others) or 'there is none'}"
            )

    def copied_split(self, name: str) -> str | None:
        """Return the name of the split that a split is the leaky twin of, None for every other kind of split."""
        return str(self.options("splits", name)["of"]) if self.splits[name].kind == "twin" else None

    def mask_files(self, name: str) -> list[str]:
        """Return the files that a split is made from beside the scene: published masks."""
        options = self._options["splits"][name]
        files = (getattr(options, field) for field in type(options).model_fields if field.endswith("_mask"))
        return [str(file) for file in files if file is not None]

    @cached_property
    def descriptors(self) -> dict[str, Descriptor]:
        """The descriptor of each scene, by the scene's name."""
        return {name: load_descriptor(entry.kind) for name, entry in self.scenes.items()}

    def _check_scene(self, name: str) -> None:
        descriptor, options = self.descriptors[name], self._cuts[name]
        window = self.plan.window
        if descriptor.kept_shape is None:
            return
        rows, cols, bands = options.cut_shape(descriptor.kept_shape)
        if window > min(rows, cols):
            raise UsageError(
                f"experiment: window {window} is larger than scene {name} ({rows} x {cols} pixels);"
                f" expected an odd number up to {min(rows, cols)}"
            )
        counts = options.cut_counts(descriptor)
        for split in self.splits.values() if counts else ():
            check_counts(counts, split.kind, scene=name, **self.plan.fractions.model_dump())
        for features, model in itertools.product(self.features.values(), self.models.values()):
            extractor = feature_class(features.kind)(**self._options["features"][features.name].model_dump())
            count = extractor.count(bands, len(counts), descriptor.kept_wavelengths)
            if count is not None:
                model_class(model.kind).check(self._options["models"][model.name], window=window, n_features=count)

    def runs(self) -> Iterator[Run]:
        """Yield every run of the matrix."""
        for scene, split, seed in itertools.product(self.scenes, self.splits, self.plan.seeds):
            yield from self.split_runs(scene, split, seed)

    def split_runs(self, scene: str, split: str, seed: int) -> list[Run]:
        """Return the runs of one split of a scene."""
        return [
            Run(scene, split, seed, features, model)
            for features, model in itertools.product(self.features, self.models)
        ]

    def options(self, dimension: str, name: str) -> dict[str, Any]:
        """Return all options, defaults filled in, of an entry of `scenes`, `splits`, `features` or `models`."""
        return self._options[dimension][name].model_dump(mode="json")

    def given_options(self, dimension: str, name: str) -> dict[str, Any]:
        """Return the options of an entry that the file itself gives."""
        return dict(getattr(self, dimension)[name].options)

    def cut(self, scene: str) -> SceneOptions:
        """Return what the experiment cuts from the data set behind a scene, by the scene's name."""
        return self._cuts[scene]

    def search(self, model: str) -> TuneOptions | None:
        """Return the options of the search of a model, by its name; None for a model that is not searched."""
        return self._searches.get(model)

    def given_search(self, model: str) -> dict[str, Any]:
        """Return the options of the search of a model that the file itself gives."""
        return dict(self.models[model].tune or {})

    def resolved(self) -> dict[str, Any]:
        """Return the experiment with every default filled in and every run listed, for `experiment.json`."""
        dimensions = {"scenes": "scene", "splits": "sampler", "features": "features", "models": "model"}
        return {
            **self.plan.model_dump(mode="json", exclude=set(dimensions)),
            "hsclass": __version__,
            **{
                dimension: [self._resolved(dimension, key, name) for name in getattr(self, dimension)]
                for dimension, key in dimensions.items()
            },
            "runs": [
                {
                    **asdict(run),
                    "scene_folder": run.scene_folder,
                    "split_folder": run.split_folder,
                    "folder": run.folder,
                }
                for run in self.runs()
            ],
        }

    def _resolved(self, dimension: str, key: str, name: str) -> dict[str, Any]:
        """Return an entry with its defaults, but for those that a search decides."""
        search = self.search(name) if dimension == "models" else None
        about = {key: getattr(self, dimension)[name].kind, "name": name}
        if search is None:
            return {**about, "options": self.options(dimension, name)}
        return {**about, "options": self.given_options(dimension, name), "tune": search.model_dump(mode="json")}


def open_experiment(config: Mapping[str, Any]) -> "Experiment | ImageExperiment":
    """Check the keys of an experiment file: one on scenes, or one on whole images where it has the key `images`."""
    if "images" in config and "scenes" in config:
        raise UsageError("experiment: has 'scenes' and 'images'; give one of the two, and each its own file")
    return ImageExperiment(config) if "images" in config else Experiment(config)


def load_experiment(path: str | os.PathLike[str]) -> Experiment:
    """Read and check an experiment file (YAML or JSON).

    Raises
    ------
    UsageError
        If the file is missing, is not YAML, or holds something wrong.
    """
    return Experiment(read_config(path))


def read_config(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the keys of an experiment file (YAML or JSON), unchecked.

    Raises
    ------
    UsageError
        If the file is missing, is not YAML, or holds no keys.
    """
    path = Path(path)
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); give the path of an experiment file") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: is not YAML ({' '.join(str(error).split())}); mend that place") from error
    if not isinstance(config, dict):
        raise UsageError(f"{path}: holds {type(config).__name__}; expected keys such as experiment, scenes, models")
    return config
