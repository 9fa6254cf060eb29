"""`experiment.json`: an experiment as it was expanded, and its runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from hsclass.options import Options
from hsclass.results.record import Record


class RunEntry(Record):
    """One run of the matrix by the names of its parts, and the folders that hold what its stages wrote.

    That of the scene holds `cube.tif` and `labels.tif`, or the index of a set of images; that of the split its roles
    and `audit.json`; that of the run `model/`, the map or the predictions, and `metrics.json`.
    """

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

    source: str = Field(description="the publication, and what they hold for: scene, split, training share")
    figures: tuple[PublishedFigure, ...] = Field(min_length=1)


def compared_with(split: str, copies: Mapping[str, str], samplers: Mapping[str, str]) -> list[str]:
    """Return the splits that a matched split is compared with on the pixels that both test; none for any other split.

    Parameters
    ----------
    split : str
    copies : mapping of str to str
        The split that each matched split is made from.
    samplers : mapping of str to str
        Of all splits, by their names.

    Returns
    -------
    list of str
        The split that it is made from, and for a matched random split that which is matched apart.
    """
    if split not in copies:
        return []
    apart = [name for name, of in copies.items() if of == copies[split] and samplers[name] == "matched_apart"]
    return [copies[split], *(apart if samplers[split] == "matched_random" else [])]


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
    final: dict[str, Any] | None = None
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
        absent = {key for key in ("window", "map_tiles", "scenes", "images", "final") if getattr(self, key) is None}
        return self.model_dump(mode="json", exclude=absent)

    @property
    def searched(self) -> set[str]:
        """The models that a search decided, by their names."""
        return {entry["name"] for entry in self.models if entry.get("tune")}

    @property
    def copies(self) -> dict[str, str]:
        """The split that each matched or reduced split has its test pixels of, by the name of that one."""
        return {entry["name"]: of for entry in self.splits if (of := entry.get("options", {}).get("of"))}

    @property
    def matched(self) -> dict[str, str]:
        """The same of the matched random splits alone."""
        random = {entry["name"] for entry in self.splits if entry.get("sampler") == "matched_random"}
        return {name: of for name, of in self.copies.items() if name in random}

    @property
    def reduced(self) -> dict[str, str]:
        """The same of the reduced splits alone."""
        reduced = {entry["name"] for entry in self.splits if entry.get("sampler") == "reduced"}
        return {name: of for name, of in self.copies.items() if name in reduced}

    def compared_with(self, split: str) -> list[str]:
        """Return the splits that a matched split is compared with; see `compared_with`."""
        return compared_with(split, self.copies, {entry["name"]: entry["sampler"] for entry in self.splits})
