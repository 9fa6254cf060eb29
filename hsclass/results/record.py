"""The base of all records, and how they get into JSON files and out of them."""

import json
import math
import os
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from hsclass.atomic import write_text
from hsclass.errors import DataError


class Record(BaseModel):
    """Base of all records: `null` stands for a figure that is not defined; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def as_dict(self) -> dict[str, Any]:
        """Return the record as what JSON knows, in the order of its keys."""
        return self.model_dump(mode="json")


def plain(value: float | None) -> float | None:
    """Return a number of Python's own, None for NaN."""
    return None if value is None or math.isnan(value) else float(value)


Figure = Annotated[float | None, BeforeValidator(plain)]
"""A number that may be undefined: NaN and None are both stored as None."""

RecordT = TypeVar("RecordT", bound=Record)


def as_text(record: Record) -> str:
    """Return a record as the text of a JSON file."""
    return json.dumps(record.as_dict(), indent=1)


def write_record(record: Record, path: str | os.PathLike[str]) -> None:
    """Write a record as a JSON file, atomically."""
    write_text(path, as_text(record) + "\n")


def read_record(record: type[RecordT], path: str | os.PathLike[str], stage: str) -> RecordT:
    """Read a JSON file into a record.

    Parameters
    ----------
    record : type of Record
    path : path
    stage : str
        The stage that writes the file, for the message.

    Raises
    ------
    DataError
        If the file is missing, or does not hold what the record asks for.
    """
    path = require_file(Path(path), stage)
    try:
        return record.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        what = f"key '{key}' is wrong: {problem['msg']}" if key else problem["msg"]
        raise DataError(f"{path}: {what}; expected the file that the {stage} stage writes; run it again") from None


def require_file(path: Path, stage: str) -> Path:
    """Return `path`, or raise DataError that names the stage which writes it where there is no such file."""
    if not path.exists():
        raise DataError(f"{path}: no such file; expected what the {stage} stage writes; run the {stage} stage first")
    return path
