"""`experiment.json`: an experiment as it was expanded, and its runs."""

from pathlib import Path
from typing import Any

from pydantic import Field

from hsclass.results.record import Record


class RunEntry(Record):
    """One run of an experiment by the names of its parts, and the folders that hold its results."""

    scene: str
    split: str
    seed: int
    features: str
    model: str
    scene_folder: Path
    split_folder: Path
    folder: Path


class PublishedFigure(Record):
    """What somebody reached: with features and a model of the experiment, or with what `name` says."""

    name: str | None = None
    features: str | None = None
    model: str | None = None
    oa: float
    aa: float | None = None
    kappa: float | None = None


class Published(Record):
    """Figures from elsewhere, and where they stand."""

    source: str
    figures: list[PublishedFigure]


class ExperimentRecord(Record):
    """The experiment with every default filled in."""

    experiment: str
    window: int = 1
    fractions: dict[str, float] = Field(default_factory=dict)
    seeds: list[int]
    hsclass: str = ""
    samples: str = "pixels"
    scenes: list[dict[str, Any]] = Field(default_factory=list)
    images: list[dict[str, Any]] = Field(default_factory=list)
    splits: list[dict[str, Any]]
    features: list[dict[str, Any]]
    models: list[dict[str, Any]]
    runs: list[RunEntry]
    published: Published | None = None

    @property
    def searched(self) -> set[str]:
        """The models that a search decided, by their names."""
        return {entry["name"] for entry in self.models if entry.get("tune")}

    @property
    def matched(self) -> dict[str, str]:
        """The split whose class counts each matched random split has, by the name of the matched one."""
        return {
            entry["name"]: entry["options"]["of"]
            for entry in self.splits
            if entry.get("sampler") == "matched_random" and entry.get("options", {}).get("of")
        }
