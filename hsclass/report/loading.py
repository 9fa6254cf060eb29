"""Reading the other stages' JSON files into records; keys that the report does not need are passed over."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hsclass.errors import DataError


class Record(BaseModel):
    """Base of all records; `null` stands for a figure that is not defined."""

    model_config = ConfigDict(frozen=True, extra="ignore")


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
