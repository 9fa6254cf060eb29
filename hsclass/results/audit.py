"""`audit.json`: how far a split keeps its parts apart."""

from pydantic import Field

from hsclass.results.record import Record


class Histogram(Record):
    """Counts of test pixels by their distance [pixels] to the nearest training pixel; one more edge than counts."""

    edges: list[int]
    counts: list[int]


class WindowShares(Record):
    """At side `window`: share of test windows that share pixels with others, and that contain a training pixel."""

    window: int
    overlap_share: float | None
    centre_share: float | None


class DuplicatePair(Record):
    """Two near-duplicates in two parts of a split, and the bits in which their hashes differ."""

    paths: list[str]
    parts: list[str]
    classes: list[list[str]]
    distance: int


class Audit(Record):
    """Figures of a split; None where a figure is not defined for its samples."""

    window: int | None = None
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
    by_window: list[WindowShares] = Field(default_factory=list)
    threshold: int | None = None
    overlap: int | None = None
    given: bool = False
    pairs: dict[str, int] = Field(default_factory=dict)
    shown: list[DuplicatePair] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
