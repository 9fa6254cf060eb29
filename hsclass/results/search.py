"""`study.json` and `trials.csv`: a search and its trials."""

import csv
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from hsclass.errors import DataError
from hsclass.results.record import Record, read_record, require_file


class Asked(Record):
    """All options of the search."""

    model_config = ConfigDict(frozen=True, extra="allow")

    metric: Literal["oa", "aa", "kappa"]
    sampler: str


class Axis(Record):
    """The values of an option that were tried: numbers from `low` to `high`, or `choices`."""

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    step: int | float | None = None
    choices: list[Any] | None = None


class Scored(Record):
    """A trial with the scores of its folds, their mean and their standard deviation."""

    trial: int
    value: float | None
    spread: float | None
    scores: list[float] = Field(default_factory=list)
    values: dict[str, Any] = Field(default_factory=dict)


class TrialRow(Record):
    """A row of `trials.csv`; `value` is None for a trial that was not scored on all folds."""

    trial: int
    outcome: Literal["complete", "pruned", "unfit"]
    value: float | None
    values: dict[str, Any]


class SearchRecord(Record):
    """A search.

    Attributes
    ----------
    space : dict of str to Axis
        What was tried, by option; options of the features begin with "features.".
    given : dict
        Options that were not searched.
    folds : list of dict
        Samples in each role, fold by fold; `dropped_folds` says why a fold was left out.
    left_out : list of int
        Ids of classes that no fold could test.
    spectra : str
        Where the features saw spectra: "everywhere", or in "training windows" only.
    reach : int or None
        How far [pixels] features and model look; None: without bound.
    best, start : Scored
        The winner, and the model's own options.
    trials : dict of str to int
        How many were finished, and with what outcome.
    seconds : float
        Of all trials.
    rows : list of TrialRow
        The trials, which are in a file of their own.
    """

    model: str
    features: str
    seed: int
    search: Asked
    space: dict[str, Axis]
    given: dict[str, Any]
    folds: list[dict[str, int]]
    dropped_folds: dict[str, str]
    left_out: list[int]
    spectra: str
    reach: int | None
    trials: dict[str, int]
    best: Scored
    start: Scored | None
    seconds: float
    versions: dict[str, str | None]
    rows: list[TrialRow] = Field(default_factory=list, exclude=True)


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
