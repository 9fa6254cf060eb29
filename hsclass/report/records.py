"""What the report reads of an experiment, its splits and its models; accuracy is in `measures`."""

from pathlib import Path
from typing import Any

from pydantic import Field

from hsclass.report.loading import Record


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


class Experiment(Record):
    """`experiment.json`: the experiment as it was expanded, and its runs."""

    experiment: str
    window: int
    fractions: dict[str, float]
    seeds: list[int]
    hsclass: str = ""
    scenes: list[dict[str, Any]]
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
    def twins(self) -> dict[str, str]:
        """The split of which each leaky twin has the class counts, by the twin's name."""
        return {
            entry["name"]: entry["options"]["of"]
            for entry in self.splits
            if entry.get("sampler") == "twin" and entry.get("options", {}).get("of")
        }


class Histogram(Record):
    """Counts of test pixels by their distance [pixels] to the nearest training pixel; one more edge than counts."""

    edges: list[float]
    counts: list[int]


class WindowShare(Record):
    """At side `window`: share of test windows that share pixels with others, and that contain a training pixel."""

    window: int
    overlap_share: float | None
    centre_share: float | None


class Audit(Record):
    """`audit.json`: how far a split keeps its parts apart."""

    n_train: int
    n_validation: int
    n_test: int
    overlap_share: float | None
    centre_share: float | None
    moran_i: float | None
    kl_train: float | None
    kl_test: float | None
    train_ratio_asked: float | None
    train_ratio: float | None
    lost_classes: list[int] | None = None
    leaky: bool
    distance_histogram: Histogram | None = None
    by_window: list[WindowShare] = Field(default_factory=list)


class Training(Record):
    """`training.json`: what training took, and the model's hyper-parameters in words (`facts`)."""

    seconds: float | None = None
    peak_memory_mb: float | None = None
    gpu_memory_mb: float | None = None
    seconds_per_epoch: float | None = None
    windows_per_second: float | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    parameters: int | None = None
    backend: str | None = None
    device: str | None = None
    threads: int | None = None
    facts: dict[str, str | float | bool | None] = Field(default_factory=dict)


class Card(Record):
    """`model.json`: what the saved model was made of; `reach` [pixels] is None where it is without bound."""

    options: dict[str, Any] = Field(default_factory=dict)
    feature_options: dict[str, Any] = Field(default_factory=dict)
    normalization: dict[str, Any] | None = None
    reach: int | None
    versions: dict[str, str | None] = Field(default_factory=dict)


class Mapping(Record):
    """`map.json`: what mapping the whole scene took."""

    seconds: float | None = None
    peak_memory_mb: float | None = None
    pixels_per_second: float | None = None


class Epoch(Record):
    """A row of `history.csv`."""

    epoch: int
    loss: float | None = None
    accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    learning_rate: float | None = None
