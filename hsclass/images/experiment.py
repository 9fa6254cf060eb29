"""An experiment on whole images: one file whose lists are the dimensions of a matrix of runs."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from hsclass import __version__
from hsclass.backbones import check_backbone
from hsclass.datasets.image_set import ImageSet, ImageSetOptions, load_image_set
from hsclass.devices.strategy import TrainingOptions
from hsclass.entries import NAME, NAMED_ONCE, Entry, entries_of
from hsclass.errors import UsageError
from hsclass.images.frozen import PUBLISHED, FeatureOptions
from hsclass.images.model import image_model
from hsclass.images.splitting import sampler_options
from hsclass.options import Options, parse_options

PIXELS = "pixels"
"""In place of features, of the models that take images themselves."""


class ImageFigure(Options):
    """What somebody reached."""

    name: str = Field(min_length=1)
    oa: float = Field(ge=0, le=1)


class ImagePlan(Options):
    """The keys of an experiment file on images."""

    experiment: str = Field(pattern=NAME, description="name of the experiment and of its report's folder")
    images: Annotated[tuple[Entry, ...], entries_of("images"), NAMED_ONCE] = Field(min_length=1)
    seeds: tuple[int, ...] = Field((0,), min_length=1)
    splits: Annotated[tuple[Entry, ...], entries_of("sampler"), NAMED_ONCE] = Field(min_length=1)
    features: Annotated[tuple[Entry, ...], entries_of("features"), NAMED_ONCE] = ()
    models: Annotated[tuple[Entry, ...], entries_of("model"), NAMED_ONCE] = Field(min_length=1)
    training: TrainingOptions = TrainingOptions()
    published: tuple[ImageFigure, ...] = Field((), description="figures from elsewhere that stand beside")

    @field_validator("training")
    @classmethod
    def _one_process(cls, training: TrainingOptions) -> TrainingOptions:
        if training.strategy == "multi_worker":
            raise ValueError("'strategy: multi_worker' is for scenes; take mirrored, or leave it away")
        return training


@dataclass(frozen=True)
class ImageRun:
    """One run of the matrix, and where its files are."""

    images: str
    split: str
    seed: int
    features: str
    model: str

    @property
    def images_folder(self) -> str:
        """Holds `index.csv`, `index.json` and the features."""
        return f"results/{self.images}"

    @property
    def split_folder(self) -> str:
        """Holds `split.csv`, `split.json` and `audit.json`."""
        return f"{self.images_folder}/{self.split}-{self.seed}"

    @property
    def folder(self) -> str:
        """Holds `model/`, `predictions.csv` and `metrics.json`."""
        return f"{self.split_folder}/{self.features}/{self.model}"


class ImageExperiment:
    """A checked experiment on images.

    Parameters
    ----------
    config : mapping
        The keys of an experiment file; see `ImagePlan`.

    Raises
    ------
    UsageError
        For the first thing that is wrong.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.plan = parse_options(ImagePlan, config, "experiment")
        plan = self.plan
        self.entries = {
            dimension: {entry.name: entry for entry in getattr(plan, dimension)}
            for dimension in ("images", "splits", "features", "models")
        }
        self.options: dict[str, dict[str, Options]] = {
            "images": {e.name: parse_options(ImageSetOptions, e.options, f"images {e.name}") for e in plan.images},
            "splits": {
                e.name: parse_options(sampler_options(e.kind), e.options, f"sampler {e.name}") for e in plan.splits
            },
            "features": {e.name: _feature_options(e) for e in plan.features},
            "models": {
                e.name: parse_options(image_model(e.kind).Options, e.options, f"model {e.name}") for e in plan.models
            },
        }
        for entry in plan.models:
            if entry.tune is not None:
                raise UsageError(f"model {entry.name}: option 'tune' is for scenes; take it out")
            if image_model(entry.kind).on_features and not plan.features:
                raise UsageError(
                    f"model {entry.name}: takes features of a frozen network; add a list 'features', as"
                    " [efficientnet_lite0]"
                )
            network = self.options["models"][entry.name]
            if hasattr(network, "backbone"):
                check_backbone(network.backbone, getattr(network, "size", None) or 10_000)
        if PIXELS in self.entries["features"]:
            raise UsageError(f"features: '{PIXELS}' is the name of no features at all; give another 'name:'")
        self.sets: dict[str, ImageSet] = {
            entry.name: load_image_set(entry.kind, entry.options) for entry in plan.images
        }

    def runs(self) -> Iterator[ImageRun]:
        """Yield every run of the matrix: models of features on each, models of pixels once."""
        for images, split, seed in itertools.product(self.entries["images"], self.entries["splits"], self.plan.seeds):
            for model in self.plan.models:
                on_features = image_model(model.kind).on_features
                for features in self.entries["features"] if on_features else (PIXELS,):
                    yield ImageRun(images, split, seed, features, model.name)

    def given_options(self, dimension: str, name: str) -> dict[str, Any]:
        """Return the options of an entry that the file itself gives."""
        given = dict(self.entries[dimension][name].options)
        if dimension == "features" and self.entries[dimension][name].kind != "backbone":
            given["backbone"] = self.entries[dimension][name].kind
        return given

    @cached_property
    def list_files(self) -> dict[str, list[str]]:
        """The user's own lists of each set of images."""
        parts = ("train_list", "validation_list", "test_list")
        return {
            name: [str(file) for part in parts if (file := getattr(options, part))]
            for name, options in self.options["images"].items()
        }

    def resolved(self) -> dict[str, Any]:
        """Return the experiment with every default filled in and every run listed, for `experiment.json`."""
        keys = {"images": "images", "splits": "sampler", "features": "features", "models": "model"}
        return {
            **self.plan.model_dump(mode="json", exclude=set(keys)),
            "hsclass": __version__,
            **{
                dimension: [
                    {key: entry.kind, "name": name, "options": self.options[dimension][name].model_dump(mode="json")}
                    for name, entry in self.entries[dimension].items()
                ]
                for dimension, key in keys.items()
            },
            "runs": [
                {
                    **asdict(run), "images_folder": run.images_folder, "split_folder": run.split_folder,
                    "folder": run.folder,
                }
                for run in self.runs()
            ],
        }  # fmt: skip


def _feature_options(entry: Entry) -> FeatureOptions:
    """Features are named after their backbone, or are `backbone` with the option of that name."""
    given = dict(entry.options)
    if entry.kind != "backbone":
        given.setdefault("backbone", entry.kind)
    options = parse_options(FeatureOptions, given, f"features {entry.name}")
    for name in options.backbones:
        check_backbone(name, options.size or 10_000)
    if not (options.weights in PUBLISHED or Path(options.weights).is_file()):
        raise UsageError(f"features {entry.name}: option 'weights' is {options.weights}; there is no such file")
    return options
