"""`metrics.json`: accuracy on the test samples."""

from pydantic import Field

from hsclass.results.figures import Figures
from hsclass.results.frames import Frames
from hsclass.results.model import FittedCounts
from hsclass.results.record import Figure, Record
from hsclass.results.view import MetricsView


class ConfidenceBin(Record):
    """`n` test samples of a confidence between `low` and `high`: their mean confidence and their accuracy."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


class Calibration(Record):
    """Expected calibration error, and the bins of the reliability curve that hold pixels."""

    ece: float
    bins: list[ConfidenceBin]


class DistanceBin(Record):
    """OA of the `n` test samples at `low` <= distance < `high` [pixels] from the nearest training pixel; None: open."""

    low: int
    high: int | None
    n: int
    fields: int | None = None
    effective_fields: Figure = None
    oa: float
    oa_low: Figure = None
    oa_high: Figure = None


class ClassArea(Record):
    """Area of a class as mapped and adjusted for error, and its accuracies as shares of area."""

    id: int
    name: str
    mapped: float
    area: Figure
    area_low: Figure = None
    area_high: Figure = None
    users_accuracy: Figure = None
    users_low: Figure = None
    users_high: Figure = None
    producers_accuracy: Figure = None
    producers_low: Figure = None
    producers_high: Figure = None


class Area(Record):
    """Area-adjusted accuracy (Olofsson et al. 2014); `unsampled_share`: mapped area in classes without a sample."""

    unit: str
    total: float
    unsampled_share: float = 0
    oa: Figure
    oa_low: Figure = None
    oa_high: Figure = None
    classes: list[ClassArea]


class Leakage(Record):
    """Shares of shared test windows at what features and model together see; `reach` [pixels] None: no bound."""

    reach: int | None
    unbounded: bool
    window: int | None
    overlap_share: Figure
    centre_share: Figure


class Validation(Record):
    """Accuracy on the `n` validation samples of the split; `aa` over the classes that have some of these."""

    n: int
    oa: float
    aa: float


class Mistake(Record):
    """A test image that was given other classes than it has."""

    path: str
    truth: list[str]
    predicted: list[str]
    confidence: float


class Metrics(MetricsView, Frames, Figures):
    """`metrics.json`: accuracy on the test samples.

    `map_oa` is OA expected over the map: that of each bin of `distance` weighted by the share of the map's pixels at
    that distance, of those no farther from training than the farthest test pixel, which are `map_covered` of all.
    `sample_of` says what the test samples are a sample of. `checks` says what could not be checked of what the model
    has seen, and why. `validation` is None where the predictions do not cover the validation samples.
    """

    window: int = 1
    leaky: bool = False
    n_train: int
    n_validation: int
    n_test: int
    sample_of: str = ""
    calibration: Calibration | None = None
    distance: list[DistanceBin] = Field(default_factory=list)
    map_oa: Figure = None
    map_covered: Figure = None
    area: Area | None = None
    leakage: Leakage | None = None
    fit_scope: FittedCounts | None = None
    checks: list[str] = Field(default_factory=list)
    validation: Validation | None = None
    mistakes: list[Mistake] = Field(default_factory=list)

    def in_words(self) -> str:
        """Return the main figures as one line."""
        if self.several_labels:
            return f"micro F1 {self.micro_f1:.4f}, macro F1 {self.macro_f1:.4f}, {self.n_test} test samples"
        interval = "" if self.oa_low is None else f" ({self.oa_low:.4f} to {self.oa_high:.4f})"
        return f"OA {self.oa:.4f}{interval}, AA {self.aa:.4f}, {self.n_test} test samples"
