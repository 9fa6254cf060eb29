"""Download one file over HTTP, and say in a few words why it failed."""

from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from hsclass.errors import FetchError

_TIMEOUT = 60  # seconds without an answer
_CHUNK = 1 << 16


def download(url: str, target: Path, *, resume: bool = False) -> None:
    """Write what `url` delivers to `target`.

    pooch always asks for the whole file; here it is made to ask for the rest and to append it, and what a server sends
    from the beginning all the same replaces what was there.

    Parameters
    ----------
    url : str
    target : Path
    resume : bool
        Continue after what `target` holds, and leave it there if the connection breaks.

    Raises
    ------
    FetchError
        If the server cannot be reached, refuses, breaks off, or sends a web page or nothing instead of the file; the
        message is that reason alone.
    """
    import requests
    from pooch import HTTPDownloader
    from tqdm import tqdm

    # pooch sets the total of the bar, and takes one whose total is 0 for none.
    bar = tqdm(desc=target.name, total=1, unit="B", unit_scale=True, disable=None)
    start = target.stat().st_size if resume and target.exists() else 0
    asking = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        with bar, target.open("ab" if resume else "wb") as file:
            beginning = {"response": lambda answer, **_: _begin(answer, file, start)}
            get = HTTPDownloader(progressbar=bar, chunk_size=_CHUNK, timeout=_TIMEOUT, hooks=beginning, headers=asking)
            get(url, file, None)
    except requests.HTTPError as error:
        answer = error.response
        if start and answer is not None and answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            target.unlink()
            raise FetchError(f"the server has no more than the {start} bytes kept, now dropped; run again") from error
        status = "an error" if answer is None else f"{answer.status_code} {answer.reason}"
        raise FetchError(f"the server answered {status}") from error
    except requests.Timeout as error:
        raise FetchError(f"no answer within {_TIMEOUT} seconds") from error
    except requests.exceptions.ChunkedEncodingError as error:
        kept = f"; the first {target.stat().st_size} bytes are kept, run again to resume" if resume else ""
        raise FetchError(f"the connection broke off before the end of the file{kept}") from error
    except requests.ConnectionError as error:
        raise FetchError("the server cannot be reached") from error
    except requests.RequestException as error:
        raise FetchError(" ".join(str(error).split())) from error
    finally:
        head = _head(target).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        page = head.startswith((b"<!doctype html", b"<html"))
        if page or not head:
            target.unlink(missing_ok=True)
    if page:
        raise FetchError("the server sent a web page (HTML) instead of the file")
    if not head:
        raise FetchError("the server sent an empty file")


def _head(file: Path) -> bytes:
    if not file.exists():
        return b""
    with file.open("rb") as opened:
        return opened.read(512)


def _begin(answer: Any, file: BinaryIO, start: int) -> None:
    """Start over where the server does not continue at `start`."""
    goes_on = str(answer.headers.get("Content-Range", "")).startswith(f"bytes {start}-")
    if start and answer.ok and not (answer.status_code == HTTPStatus.PARTIAL_CONTENT and goes_on):
        file.truncate(0)
