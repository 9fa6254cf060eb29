"""`study.json` and `trials.csv`: a search and its trials."""

import csv
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from hsclass.errors import DataError
from hsclass.results.record import Record, read_record, require_file


class Asked(Record):
    """What a search was asked for, as far as the report says it."""

    metric: Literal["oa", "aa", "kappa"]
    sampler: str


class Axis(Record):
    """The values of an option that were open: numbers from `low` to `high`, or `choices`."""

    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: list[Any] | None = None


class Scored(Record):
    """A trial with its mean over the folds, and the standard deviation of these."""

    trial: int
    value: float | None
    spread: float | None


class TrialRow(Record):
    """A row of `trials.csv`; `value` is None for a trial that was not scored on all folds."""

    trial: int
    outcome: Literal["complete", "pruned", "unfit"]
    value: float | None
    values: dict[str, Any]


class SearchRecord(Record):
    """The search, and its trials."""

    search: Asked
    space: dict[str, Axis]
    folds: list[dict[str, int]]
    spectra: str
    best: Scored
    start: Scored | None
    trials: dict[str, int]
    seconds: float
    rows: list[TrialRow] = Field(default_factory=list)


def read_search(folder: Path) -> SearchRecord:
    """Read the search that the tune stage left in a folder.

    Raises
    ------
    DataError
        If a file is missing or is not what the stage writes.
    """
    study = read_record(SearchRecord, folder / "study.json", "tune")
    path = require_file(folder / "trials.csv", "tune")
    with path.open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    try:
        rows = [
            TrialRow.model_validate(
                {
                    "trial": row["trial"],
                    "outcome": row["outcome"],
                    "value": row["value"] or None,
                    "values": {name: _read(row[name]) for name in study.space},
                }
            )
            for row in cells
        ]
    except (KeyError, ValidationError) as error:
        raise DataError(
            f"{path}: is not the table of the search next to it ({' '.join(str(error).split())[:80]}); expected the"
            " file that the tune stage writes; run it again"
        ) from None
    return study.model_copy(update={"rows": rows})


def _read(cell: str) -> Any:
    try:
        return json.loads(cell)
    except json.JSONDecodeError:
        return cell
