"""What the report reads from the JSON and CSV files of the other stages; keys it does not need are passed over."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hsclass.errors import DataError


class Record(BaseModel):
    """Base of all records; `null` stands for a figure that is not defined."""

    model_config = ConfigDict(frozen=True, extra="ignore")


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


class Histogram(Record):
    """Counts of test pixels by their distance [pixels] to the nearest training pixel; one more edge than counts."""

    edges: list[float]
    counts: list[int]


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


class ClassFigures(Record):
    """Accuracy of one class; `support` is its number of test pixels."""

    id: int
    name: str
    support: int
    producers_accuracy: float | None
    users_accuracy: float | None
    f1: float | None


class Interval(Record):
    """How the interval of the overall accuracy was estimated."""

    method: str = ""
    level: float = 0.95
    blocks: int | None = None
    replicates: int | None = None


class Metrics(Record):
    """`metrics.json`: accuracy on the test pixels; `confusion` has references in rows, predictions in columns."""

    window: int
    n_train: int
    n_validation: int
    n_test: int
    oa: float
    aa: float | None
    kappa: float | None
    macro_f1: float | None
    oa_low: float | None
    oa_high: float | None
    interval: Interval = Interval()
    classes: list[ClassFigures]
    confusion: list[list[int]]


class Training(Record):
    """`training.json`: what training took, and the model's hyper-parameters in words (`facts`)."""

    seconds: float | None = None
    peak_memory_mb: float | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    parameters: int | None = None
    backend: str | None = None
    device: str | None = None
    threads: int | None = None
    facts: dict[str, str | float | bool | None] = {}


class Card(Record):
    """`model.json`: what the saved model was made of; `reach` [pixels] is None where it is without bound."""

    options: dict[str, Any] = {}
    feature_options: dict[str, Any] = {}
    normalization: dict[str, Any] | None = None
    reach: int | None
    versions: dict[str, str | None] = {}


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


RecordT = TypeVar("RecordT", bound=Record)


def load(record: type[RecordT], path: Path, stage: str) -> RecordT:
    """Read a JSON file into a record.

    Parameters
    ----------
    record : type of Record
    path : Path
    stage : str
        The stage that writes the file, for the message.

    Raises
    ------
    DataError
        If the file is missing, or does not hold what the record asks for.
    """
    require(path, stage)
    try:
        return record.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        what = f"key '{key}' is wrong: {problem['msg']}" if key else problem["msg"]
        raise DataError(f"{path}: {what}; expected the file that the {stage} stage writes; run it again") from None


def require(path: Path, stage: str) -> Path:
    """Return `path`, or raise DataError that names the stage which writes it where there is no such file."""
    if not path.exists():
        raise DataError(f"{path}: no such file, and the report needs it; run the {stage} stage first")
    return path
