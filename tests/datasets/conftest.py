"""A tiny data set on disk, its descriptor, and a local HTTP server that answers as told."""

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml


def make_cube() -> np.ndarray:
    """Return 4 x 5 pixels of 3 bands in which every value tells where it lies: 100 row + 10 column + band."""
    rows, cols, bands = np.indices((4, 5, 3))
    return (100 * rows + 10 * cols + bands).astype(np.int16)


def make_labels() -> np.ndarray:
    """Return class 1 in the left two columns, 3 in the last one and 2 in row 0 of column 2; the rest is unlabelled."""
    labels = np.zeros((4, 5), np.uint8)
    labels[:, :2], labels[:, 4], labels[0, 2] = 1, 3, 2
    return labels


@dataclass
class Answers:
    """What the server answers, by path: status, body, and a Content-Length that may be a lie."""

    address: str
    by_path: dict[str, tuple[int, bytes, int]] = field(default_factory=dict)
    in_parts: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    def give(
        self, path: str, body: bytes, *, status: int = 200, length: int | None = None, in_parts: bool = False
    ) -> str:
        """Set the answer for `path` and return its address; `in_parts` sends the rest to who asks for it."""
        self.by_path[path] = (status, body, len(body) if length is None else length)
        if in_parts:
            self.in_parts.add(path)
        return f"{self.address}{path}"

    def answer(self, path: str, asked_range: str | None) -> tuple[int, bytes, int, str | None]:
        """Return status, body, its length as told, and the Content-Range."""
        status, body, length = self.by_path.get(path, (404, b"not here", 8))
        if asked_range is None or path not in self.in_parts:
            return status, body, length, None
        start = int(asked_range.removeprefix("bytes=").rstrip("-"))
        if start >= len(body):
            return 416, b"", 0, f"bytes */{len(body)}"
        return 206, body[start:], len(body) - start, f"bytes {start}-{len(body) - 1}/{len(body)}"


@pytest.fixture(autouse=True)
def _no_mirror_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HSCLASS_DATA_MIRROR", "HSCLASS_DATA", "HSCLASS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Answers]:
    """Run a server on this machine that answers 404 to whatever it was not told of."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append(self.path)
            answers.ranges.append(self.headers.get("Range"))
            answers.may_answer.wait(30)
            status, body, length, part = answers.answer(self.path, self.headers.get("Range"))
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            if part is not None:
                self.send_header("Content-Range", part)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        answers = Answers(f"http://127.0.0.1:{running.server_address[1]}")
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield answers
        running.shutdown()
        thread.join()


@pytest.fixture
def cube() -> np.ndarray:
    return make_cube()


@pytest.fixture
def labels() -> np.ndarray:
    return make_labels()


@pytest.fixture
def describe(tmp_path: Path) -> Callable[..., Path]:
    """Write `toy.yaml` with the given keys beside `cube.npy` and `labels.npy`, which it names by default."""
    np.save(tmp_path / "cube.npy", make_cube())
    np.save(tmp_path / "labels.npy", make_labels())

    def write(**keys: Any) -> Path:
        given = {"cube": "cube.npy", "labels": "labels.npy"} | keys
        path = tmp_path / "toy.yaml"
        path.write_text(yaml.safe_dump({key: value for key, value in given.items() if value is not None}))
        return path

    return write


@pytest.fixture
def sha256() -> Callable[[bytes], str]:
    return lambda body: hashlib.sha256(body).hexdigest()
