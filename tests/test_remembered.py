"""What was read of files is found again by another process, and nothing else is."""

import json
import sys
from pathlib import Path

import pytest

from hsclass import sources
from hsclass.remembered import Remembered


@pytest.fixture(autouse=True)
def bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that remembers one text, by the rules `one`."""
    file = tmp_path / "cache" / "held.json"
    first = Remembered(file, "one")
    assert first.get("a") is None
    assert first.keep("a", ["x", "y"]) == ["x", "y"]
    assert not file.exists()
    first.write()
    return file


def test_another_process_finds_what_one_kept_by_the_same_rules(file: Path) -> None:
    assert Remembered(file, "one").get("a") == ["x", "y"]
    assert Remembered(file, "one").get("b") is None
    assert Remembered(file, "two").get("a") is None
    assert [path.name for path in file.parent.iterdir()] == ["held.json"]


def test_whoever_may_read_other_files_may_read_it(file: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    assert file.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_was_kept_before_stays_and_only_what_is_new_is_written(file: Path) -> None:
    written = file.stat().st_ino
    same = Remembered(file, "one")
    same.get("a")
    same.write()
    assert file.stat().st_ino == written
    more = Remembered(file, "one")
    more.keep("b", ["z"])
    more.write()
    assert (Remembered(file, "one").get("a"), Remembered(file, "one").get("b")) == (["x", "y"], ["z"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rules": "one"}', '{"rules": "one", "held": 3}', '"one"'])
def test_damaged_file_holds_nothing_and_is_replaced(file: Path, text: str) -> None:
    file.write_text(text)
    again = Remembered(file, "one")
    assert again.get("a") is None
    again.keep("a", ["x"])
    again.write()
    assert json.loads(file.read_text()) == {"rules": "one", "held": {"a": ["x"]}}


def test_the_oldest_are_forgotten(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hsclass.remembered._MOST", 2)
    more = Remembered(file, "one")
    more.keep("b", ["y"])
    more.keep("c", ["z"])
    more.write()
    assert json.loads(file.read_text())["held"] == {"b": ["y"], "c": ["z"]}


def test_nothing_is_written_where_python_may_keep_no_bytecode(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    more = Remembered(file, "one")
    more.keep("b", ["z"])
    more.write()
    assert Remembered(file, "one").get("b") is None


def test_file_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the place of the folder")
    nowhere = Remembered(tmp_path / "cache" / "held.json", "one")
    nowhere.keep("a", ["x"])
    nowhere.write()
    assert nowhere.get("a") == ["x"]


def test_digest_of_a_stage_is_the_same_from_memory_and_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = []
    for _ in range(2):
        monkeypatch.setattr(sources, "_REMEMBERED", Remembered(tmp_path / "held.json", "rules"))
        sources._read.cache_clear()
        digests.append(sources.stage_digest("train", {"model": "rf"}))
        monkeypatch.setattr(sources.ast, "parse", lambda text: pytest.fail("parsed again"))
    assert digests[0] == digests[1]
