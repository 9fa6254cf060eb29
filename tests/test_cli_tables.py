"""Commands list the names of each table with a line each."""

import pytest
from typer.testing import CliRunner

from hsclass.cli import app
from hsclass.features import FEATURES
from hsclass.models import MODELS
from hsclass.samplers import SAMPLERS


@pytest.mark.parametrize(("command", "table"), [("models", MODELS), ("samplers", SAMPLERS), ("features", FEATURES)])
def test_every_name_stands_with_a_sentence(command: str, table: dict[str, str]) -> None:
    lines = CliRunner().invoke(app, [command]).stdout.splitlines()[1:]
    assert {line.split()[0] for line in lines} == set(table)
    assert all(len(line.split()) > 4 for line in lines)


def test_only_those_of_one_kind_of_samples() -> None:
    listed = CliRunner().invoke(app, ["models", "--samples", "images"]).stdout
    assert "backbone" in listed
    assert "cnn3d" not in listed


def test_features_of_a_set_need_an_output() -> None:
    result = CliRunner().invoke(app, ["features", "digits"])
    assert "option --output is missing" in str(result.exception)


def test_brackets_of_help_are_text() -> None:
    assert "side [pixels]" in CliRunner().invoke(app, ["split", "--help"]).stdout


@pytest.mark.parametrize("command", ["train", "split", "tune", "deliver"])
def test_help_names_the_choices(command: str) -> None:
    shown = " ".join(CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "300"}).stdout.split())
    tables = [SAMPLERS] if command == "split" else [MODELS, FEATURES]
    assert all(", ".join(sorted(table)) in shown for table in tables)
