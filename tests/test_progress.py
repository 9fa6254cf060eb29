"""Progress is silent in a library, a few lines in a log file, and a bar in a terminal."""

import logging

import pytest

from hsclass import progress as module
from hsclass.progress import progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_a_line_is_logged_every_five_seconds_and_no_more(clock: list[float], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="hsclass"), progress("train rf", total=10, unit="epochs") as bar:
        for _ in range(10):
            clock[0] += 2
            bar.update(note="loss 0.5")
    assert [record.getMessage() for record in caplog.records] == [
        "train rf: 3 of 10 epochs: loss 0.5",
        "train rf: 6 of 10 epochs: loss 0.5",
        "train rf: 9 of 10 epochs: loss 0.5",
    ]


def test_nothing_is_said_where_messages_of_that_level_are_not_wanted(
    clock: list[float], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING, logger="hsclass"), progress("train rf") as bar:
        clock[0] += 60
        bar.update()
    assert not caplog.records
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_a_bar(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: True, raising=False)
    with caplog.at_level(logging.INFO, logger="hsclass"), progress("map", total=2, unit="rows") as bar:
        bar.update(2, note="done")
    assert "map" in capsys.readouterr().err
