"""What a model was made of, what its training took and how it went, and what its predictions took."""

import csv
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from hsclass.errors import DataError
from hsclass.results.record import Record


class ModelCard(Record):
    """`model.json`: what the saved model was made of; `reach` [pixels] is None where it is without bound."""

    options: dict[str, Any] = Field(default_factory=dict)
    feature_options: dict[str, Any] = Field(default_factory=dict)
    normalization: dict[str, Any] | None = None
    reach: int | None = None
    versions: dict[str, str | None] = Field(default_factory=dict)


class TrainingRecord(Record):
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


class PredictionRecord(Record):
    """`map.json` and `predictions.json`: what the prediction of all samples took."""

    seconds: float | None = None
    peak_memory_mb: float | None = None
    pixels_per_second: float | None = None
    images_per_second: float | None = None


class Epoch(Record):
    """A row of `history.csv`."""

    epoch: int
    loss: float | None = None
    accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    learning_rate: float | None = None


def read_history(path: Path) -> tuple[Epoch, ...]:
    """Return the rows of `history.csv`; only networks leave one, and an empty cell is a figure that was not measured.

    Raises
    ------
    DataError
        If a cell does not hold what the train stage writes.
    """
    if not path.exists():
        return ()
    with path.open(newline="", encoding="utf-8") as file:
        rows = [{key: value or None for key, value in row.items() if key} for row in csv.DictReader(file)]
    try:
        return tuple(Epoch.model_validate(row) for row in rows)
    except ValidationError as error:
        problem = error.errors()[0]
        raise DataError(
            f"{path}: column '{problem['loc'][0]}' is wrong: {problem['msg']}; expected the file that the train stage"
            " writes; run it again"
        ) from None
