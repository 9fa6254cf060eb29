"""`experiment.json`: an experiment as it was expanded, and its runs."""

from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field

from hsclass.results.record import Record


class RunEntry(Record):
    """One run of an experiment by the names of its parts, and the folders that hold its results."""

    scene: str = Field(validation_alias=AliasChoices("scene", "images"))
    split: str
    seed: int
    features: str
    model: str
    scene_folder: Path = Field(validation_alias=AliasChoices("scene_folder", "images_folder"))
    split_folder: Path
    folder: Path


class PublishedFigure(Record):
    """What somebody reached with features and a model of the experiment."""

    features: str
    model: str
    oa: float
    aa: float | None = None
    kappa: float | None = None


class Published(Record):
    """Figures from elsewhere, and where they stand."""

    source: str
    figures: list[PublishedFigure]


class NamedFigure(Record):
    """A figure from elsewhere, of images."""

    name: str
    oa: float


class ExperimentRecord(Record):
    """The experiment with every default filled in."""

    experiment: str
    window: int = 1
    fractions: dict[str, float] = Field(default_factory=dict)
    seeds: list[int]
    hsclass: str = ""
    scenes: list[dict[str, Any]] = Field(default_factory=list)
    images: list[dict[str, Any]] = Field(default_factory=list)
    splits: list[dict[str, Any]]
    features: list[dict[str, Any]]
    models: list[dict[str, Any]]
    runs: list[RunEntry]
    published: Published | list[NamedFigure] | None = None

    @property
    def searched(self) -> set[str]:
        """The models that a search decided, by their names."""
        return {entry["name"] for entry in self.models if entry.get("tune")}

    @property
    def twins(self) -> dict[str, str]:
        """The split whose class counts each matched random split has, by the name of the matched one."""
        return {
            entry["name"]: entry["options"]["of"]
            for entry in self.splits
            if entry.get("sampler") == "twin" and entry.get("options", {}).get("of")
        }
