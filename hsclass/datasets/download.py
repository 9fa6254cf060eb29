"""Download one file over HTTP, and say in a few words why it failed."""

import sys
from pathlib import Path
from typing import Any

from hsclass.errors import FetchError

_TIMEOUT = 60  # seconds without an answer
_CHUNK = 1 << 16


def download(url: str, target: Path) -> None:
    """Write what `url` delivers to `target`.

    Raises
    ------
    FetchError
        If the server cannot be reached, refuses, breaks off, or sends a web page or nothing instead of the file; the
        message is that reason alone.
    """
    import requests
    from pooch import HTTPDownloader

    bar = _Bar(target.name) if sys.stderr.isatty() else None
    try:
        HTTPDownloader(progressbar=bar, chunk_size=_CHUNK, timeout=_TIMEOUT)(url, str(target), None)
    except requests.HTTPError as error:
        answer = error.response
        status = "an error" if answer is None else f"{answer.status_code} {answer.reason}"
        raise FetchError(f"the server answered {status}") from error
    except requests.Timeout as error:
        raise FetchError(f"no answer within {_TIMEOUT} seconds") from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise FetchError("the connection broke off before the end of the file") from error
    except requests.ConnectionError as error:
        raise FetchError("the server cannot be reached") from error
    except requests.RequestException as error:
        raise FetchError(" ".join(str(error).split())) from error
    finally:
        if bar is not None:
            bar.close()
    with target.open("rb") as file:
        head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise FetchError("the server sent a web page (HTML) instead of the file")
    if not head:
        raise FetchError("the server sent an empty file")


class _Bar:
    """A progress bar with the four calls that pooch makes."""

    total = 0

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns: tuple[Any, ...] = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._task = self._progress.add_task(title)
        self._progress.start()

    def update(self, count: int) -> None:
        self._progress.update(self._task, total=self.total or None, advance=count)

    def reset(self) -> None:
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        self._progress.stop()
