"""Records go into JSON files and come out as they were; what is no record is refused in one sentence."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from hsclass.errors import DataError
from hsclass.results import (
    ClassFigures,
    ExperimentRecord,
    Histogram,
    Interval,
    PredictionRecord,
    Record,
    read_history,
    read_record,
    write_record,
)

FIGURES = {"id": 3, "name": "wood", "support": 7, "users_accuracy": 0.1 + 0.2, "f1": None}


def test_record_comes_back_to_the_last_digit(tmp_path: Path) -> None:
    written = ClassFigures(**FIGURES, producers_accuracy=np.float64(1 / 3))
    write_record(written, tmp_path / "new" / "record.json")
    assert read_record(ClassFigures, tmp_path / "new" / "record.json", "evaluate") == written


@pytest.mark.parametrize(
    ("fields", "runs", "lacking"),
    [
        (9.9, 1, "9.9 effective test fields"), (10, 1, ""), (None, 1, ""), (25, 2, "2 runs"), (25, 4, "4 runs"),
        (25, 5, ""), (3.2, 3, "3.2 effective test fields and 3 runs"), (None, 2, "2 runs"),
    ],
)  # fmt: skip
def test_interval_says_what_there_is_too_little_of(fields: float | None, runs: int, lacking: str) -> None:
    assert Interval(effective_fields=fields, runs=runs).lacking == lacking


def test_undefined_figure_is_null(tmp_path: Path) -> None:
    write_record(ClassFigures(**FIGURES, producers_accuracy=math.nan), tmp_path / "record.json")
    text = (tmp_path / "record.json").read_text()
    assert "NaN" not in text
    assert json.loads(text)["producers_accuracy"] is None


def test_unknown_key_is_refused_where_it_is_written_and_where_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="cards"):
        PredictionRecord(seconds=1, cards=2)
    (tmp_path / "map.json").write_text('{"seconds": 1, "cards": 2}')
    with pytest.raises(DataError, match=r"map\.json: key 'cards' is wrong: .*; expected .* the predict stage writes"):
        read_record(PredictionRecord, tmp_path / "map.json", "predict")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no such file; .*; run the audit stage first"),
        ("", "Invalid JSON"),
        ("[]", "object"),
        ('{"edges": [1], "counts": ["many"]}', r"key 'counts\.0' is wrong"),
        ('{"edges": [1]}', "key 'counts' is wrong: Field required"),
    ],
)
def test_file_that_holds_no_record(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "audit.json").write_text(text)
    with pytest.raises(DataError, match=rf"audit\.json: .*{said}") as caught:
        read_record(Histogram, tmp_path / "audit.json", "audit")
    assert "\n" not in str(caught.value)


def test_records_of_every_stage_forbid_unknown_keys() -> None:
    waiting, seen = [Record], set()
    while waiting:
        found = waiting.pop()
        seen.add(found)
        waiting += found.__subclasses__()
    open_ones = {found.__name__ for found in seen if found.model_config.get("extra") != "forbid"}
    assert open_ones == {"Asked", "Epoch"}  # any option of a search, and further columns of a history


def test_experiment_on_images_has_no_window() -> None:
    given = {"experiment": "x", "seeds": [0], "splits": [], "features": [], "models": [], "runs": []}
    assert not {"window", "map_tiles", "scenes"} & set(ExperimentRecord(**given, samples="images", images=[]).as_dict())
    pixels = ExperimentRecord(**given, window=9, map_tiles=1, scenes=[])
    assert {"window", "map_tiles", "scenes"} <= set(pixels.as_dict())
    assert ExperimentRecord.model_validate(pixels.as_dict()) == pixels


def test_history_is_read_where_there_is_one(tmp_path: Path) -> None:
    assert read_history(tmp_path / "history.csv") == ()
    (tmp_path / "history.csv").write_text("epoch,loss,val_loss,seconds\n1,0.5,,3\n2,0.25,0.75,3\n")
    first, second = read_history(tmp_path / "history.csv")
    assert (first.loss, first.val_loss, second.val_loss) == (0.5, None, 0.75)
