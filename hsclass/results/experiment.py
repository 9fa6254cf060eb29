"""`experiment.json`: an experiment as it was expanded, and its runs."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from hsclass.options import Options
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


class PublishedFigure(Options):
    """What somebody reached: with features and a model named as in the experiment, or with what `name` says."""

    name: str | None = Field(None, min_length=1, description="of a method that this experiment does not run")
    features: str | None = None
    model: str | None = None
    oa: float = Field(ge=0, le=1)
    aa: float | None = Field(None, ge=0, le=1)
    kappa: float | None = Field(None, ge=-1, le=1)

    @model_validator(mode="after")
    def _say_of_what(self) -> "PublishedFigure":
        if (self.features is None) != (self.model is None) or (self.name is None) == (self.model is None):
            raise ValueError("a figure needs 'features' and 'model' of this experiment, or a 'name' of its own")
        return self


class Published(Options):
    """Figures that somebody published; the report shows the experiment's own next to them."""

    source: str = Field(description="where they stand, and what they hold for: scene, split, training share")
    figures: tuple[PublishedFigure, ...] = Field(min_length=1)


class ExperimentRecord(Record):
    """An experiment with every default filled in.

    Attributes
    ----------
    window, map_tiles : int or None
        None for images.
    scenes, images, splits, features, models : list of dict
        Each entry with its kind, `name` and `options`; an experiment has scenes or images.
    runs : list of RunEntry
    """

    experiment: str
    window: int | None = None
    fractions: dict[str, float] = Field(default_factory=dict)
    seeds: list[int]
    map_tiles: int | None = None
    training: dict[str, Any] = Field(default_factory=dict)
    published: Published | None = None
    hsclass: str = ""
    samples: Literal["pixels", "images"] = "pixels"
    scenes: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    splits: list[dict[str, Any]]
    features: list[dict[str, Any]]
    models: list[dict[str, Any]]
    runs: list[RunEntry]

    def as_dict(self) -> dict[str, Any]:
        """Return the record as what JSON knows, without the keys that mean nothing for its samples."""
        absent = {key for key in ("window", "map_tiles", "scenes", "images") if getattr(self, key) is None}
        return self.model_dump(mode="json", exclude=absent)

    @property
    def searched(self) -> set[str]:
        """The models that a search decided, by their names."""
        return {entry["name"] for entry in self.models if entry.get("tune")}

    @property
    def copies(self) -> dict[str, str]:
        """The split that each matched split has test pixels and counts of, by the name of the matched one."""
        return {entry["name"]: of for entry in self.splits if (of := entry.get("options", {}).get("of"))}

    @property
    def matched(self) -> dict[str, str]:
        """The same of the matched random splits alone."""
        random = {entry["name"] for entry in self.splits if entry.get("sampler") == "matched_random"}
        return {name: of for name, of in self.copies.items() if name in random}
