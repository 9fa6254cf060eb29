"""Messages of the library on the command line: coloured in a terminal, plain lines elsewhere."""

import logging
import sys


def show_messages(*, level: int = logging.INFO) -> None:
    """Write what the modules of hsclass log to standard error; a second call replaces the first."""
    logger = logging.getLogger("hsclass")
    logger.setLevel(level)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.addHandler(_terminal() if sys.stderr.isatty() else _Plain())


class _Plain(logging.Handler):
    """Write the message alone, with its level in front from warnings on, to whatever standard error is then."""

    def emit(self, record: logging.LogRecord) -> None:
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        sys.stderr.write(f"{level}{self.format(record)}\n")


def _terminal() -> logging.Handler:
    from rich.console import Console
    from rich.highlighter import NullHighlighter
    from rich.logging import RichHandler

    class AboveBars(RichHandler):
        """Messages stand above a progress bar that is on the screen."""

        def emit(self, record: logging.LogRecord) -> None:
            if "tqdm" not in sys.modules:
                super().emit(record)
                return
            from tqdm import tqdm

            with tqdm.external_write_mode(file=sys.stderr):
                super().emit(record)

    return AboveBars(console=Console(stderr=True), show_path=False, markup=False, highlighter=NullHighlighter())
