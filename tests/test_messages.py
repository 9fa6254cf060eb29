"""What the library logs, on the command line."""

import io
import logging

import pytest

from hsclass.cli.app import show_messages

LOG = logging.getLogger("hsclass.somewhere")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restored():
    logger = logging.getLogger("hsclass")
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_messages_are_plain_lines_and_warnings_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_messages()
    show_messages()
    LOG.info("train: %d epochs", 3)
    LOG.warning("class 2 has no test pixel")
    LOG.debug("not shown")
    assert capsys.readouterr() == ("", "train: 3 epochs\nwarning: class 2 has no test pixel\n")


def test_terminal_shows_level_and_message(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    show_messages()
    LOG.warning("class 2 has no [test] pixel")
    assert "WARNING" in terminal.getvalue()
    assert "class 2 has no [test] pixel" in terminal.getvalue()
