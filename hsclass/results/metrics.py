"""`metrics.json`: accuracy on the test samples."""

from pydantic import Field

from hsclass.results.record import Record


class ClassFigures(Record):
    """Accuracy of one class; `support` is its number of test pixels."""

    id: int
    name: str
    support: int
    producers_accuracy: float | None
    users_accuracy: float | None
    f1: float | None
    producers_low: float | None = None
    producers_high: float | None = None
    users_low: float | None = None
    users_high: float | None = None


class Interval(Record):
    """How the intervals were estimated."""

    method: str = ""
    level: float = 0.95
    blocks: int | None = None
    block_side: int | None = None
    replicates: int | None = None


class ConfidenceBin(Record):
    """`n` test pixels of a confidence between `low` and `high`: their mean confidence and their accuracy."""

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
    """OA of the `n` test pixels at `low` <= distance < `high` [pixels] from the nearest training pixel; None: open."""

    low: int
    high: int | None
    n: int
    oa: float
    oa_low: float | None = None
    oa_high: float | None = None


class ClassArea(Record):
    """Area of a class as mapped and adjusted for error, and its accuracies as shares of area."""

    id: int
    name: str
    mapped: float
    area: float | None
    area_low: float | None = None
    area_high: float | None = None
    users_accuracy: float | None = None
    users_low: float | None = None
    users_high: float | None = None
    producers_accuracy: float | None = None
    producers_low: float | None = None
    producers_high: float | None = None


class Area(Record):
    """Area-adjusted accuracy (Olofsson et al. 2014); `unsampled_share`: mapped area in classes without a sample."""

    unit: str
    total: float
    unsampled_share: float = 0
    oa: float | None
    oa_low: float | None = None
    oa_high: float | None = None
    classes: list[ClassArea]


class Leakage(Record):
    """Shares of shared test windows at what features and model together see; `reach` [pixels] None: no bound."""

    reach: int | None
    unbounded: bool
    window: int | None
    overlap_share: float | None
    centre_share: float | None


class FittedCounts(Record):
    """Pixels that each part was fitted on; the evaluation made sure that no test pixel is among them."""

    normalizer: int | None = None
    extractor: int | None = None
    model: int | None = None
    validation: int | None = None


class Mistake(Record):
    """A test image that was given other classes than it has."""

    path: str
    truth: list[str]
    predicted: list[str]
    confidence: float


class Metrics(Record):
    """`metrics.json`: accuracy on the test pixels; `confusion` has references in rows, predictions in columns."""

    window: int = 1
    leaky: bool = False
    n_train: int
    n_validation: int
    n_test: int
    several_labels: bool = False
    oa: float | None
    aa: float | None
    kappa: float | None
    macro_f1: float | None
    oa_low: float | None
    oa_high: float | None
    aa_low: float | None = None
    aa_high: float | None = None
    kappa_low: float | None = None
    kappa_high: float | None = None
    macro_f1_low: float | None = None
    macro_f1_high: float | None = None
    interval: Interval = Interval()
    classes: list[ClassFigures]
    confusion: list[list[int]]
    calibration: Calibration | None = None
    distance: list[DistanceBin] = Field(default_factory=list)
    area: Area | None = None
    leakage: Leakage | None = None
    fit_scope: FittedCounts | None = None
    micro_f1: float | None = None
    subset: float | None = None
    subset_low: float | None = None
    subset_high: float | None = None
    mistakes: list[Mistake] = Field(default_factory=list)
