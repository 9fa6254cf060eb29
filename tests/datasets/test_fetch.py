"""Fetch: sources in order, digests, mirror, and what is said when nothing works."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from hsclass.datasets.fetch import fetch
from hsclass.errors import FetchError, UsageError

Describe = Callable[..., Path]
Digest = Callable[[bytes], str]


class Server(Protocol):
    asked: list[str]

    def give(self, path: str, body: bytes, *, status: int = 200, length: int | None = None) -> str: ...


@pytest.fixture
def body(cube: np.ndarray) -> bytes:
    """Return the bytes of the cube's .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, cube)
    return buffer.getvalue()


def refusal(file: Path, folder: Path) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(file, folder)
    assert not (folder / "toy" / "source.json").exists()
    assert not list(folder.rglob(".partial-*"))
    return str(caught.value)


def test_download_is_kept_under_its_name_and_recorded(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    url = server.give("/a/scene.npy", body)
    file = describe(cube={"url": url, "sha256": sha256(body).upper()})
    manifest = fetch(file, tmp_path / "data")
    assert (tmp_path / "data/toy/scene.npy").read_bytes() == body
    assert manifest["cube"] == {"file": "scene.npy", "sha256": sha256(body), "origin": url, "key": None}
    assert manifest["labels"]["file"] == str(tmp_path / "labels.npy")
    assert json.loads((tmp_path / "data/toy/source.json").read_text()) == manifest


def test_file_that_is_there_is_not_fetched_again(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    file = describe(cube={"url": server.give("/scene.npy", body), "sha256": sha256(body)})
    first = fetch(file, tmp_path / "data")
    assert fetch(file, tmp_path / "data") == first
    assert server.asked == ["/scene.npy"]


def test_file_put_there_by_hand_is_used(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    (tmp_path / "data/toy").mkdir(parents=True)
    (tmp_path / "data/toy/scene.npy").write_bytes(body)
    file = describe(cube={"url": f"{server.give('/', b'')}scene.npy", "sha256": sha256(body)})
    assert fetch(file, tmp_path / "data")["cube"]["sha256"] == sha256(body)
    assert server.asked == []


def test_damaged_file_that_is_there_is_replaced(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    file = describe(cube={"url": server.give("/scene.npy", body), "sha256": sha256(body)})
    (tmp_path / "data/toy").mkdir(parents=True)
    (tmp_path / "data/toy/scene.npy").write_bytes(body[:-1])
    fetch(file, tmp_path / "data")
    assert (tmp_path / "data/toy/scene.npy").read_bytes() == body


def test_without_published_digest_the_first_one_counts(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    file = describe(cube=server.give("/scene.npy", body))
    assert fetch(file, tmp_path / "data")["cube"]["sha256"] == sha256(body)
    (tmp_path / "data/toy/scene.npy").write_bytes(b"changed")
    assert fetch(file, tmp_path / "data")["cube"]["sha256"] == sha256(body)
    assert server.asked == ["/scene.npy", "/scene.npy"]


def test_second_source_is_used_when_the_first_fails(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    digest = sha256(body)
    first = server.give("/gone.npy", b"gone", status=410)
    second = server.give("/scene.npy", body)
    third = server.give("/other.npy", body)
    file = describe(cube=[{"url": url, "sha256": digest} for url in (first, second, third)])
    assert fetch(file, tmp_path / "data")["cube"]["origin"] == second
    assert server.asked == ["/gone.npy", "/scene.npy"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"body": b"no", "status": 404}, "the server answered 404 Not Found"),
        ({"body": b"no", "status": 403}, "the server answered 403 Forbidden"),
        ({"body": b"no", "status": 503}, "the server answered 503 Service Unavailable"),
        (
            {"body": b"\n <!DOCTYPE html><html><body>Please log in</body></html>"},
            "the server sent a web page (HTML) instead of the file",
        ),
        ({"body": b"\xef\xbb\xbf<HTML></HTML>"}, "the server sent a web page (HTML) instead of the file"),
        ({"body": b""}, "the server sent an empty file"),
        ({"body": b"only a part", "length": 999}, "the connection broke off before the end of the file"),
    ],
)
def test_failed_download_says_why_and_what_to_do(
    server: Server, describe: Describe, tmp_path: Path, answer: dict[str, Any], reason: str
) -> None:
    url = server.give("/scene.npy", **answer)
    sentence = refusal(describe(cube=url), tmp_path / "data")
    assert sentence == (
        f"toy: the cube could not be had from any source: {url} ({reason}); put scene.npy by hand into"
        f" {tmp_path / 'data/toy'}/, or into the folder that HSCLASS_DATA_MIRROR names"
    )


def test_server_that_cannot_be_reached(server: Server, describe: Describe, tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/scene.npy"
    assert f"{url} (the server cannot be reached)" in refusal(describe(cube=url), tmp_path / "data")


def test_wrong_digest_gives_both_and_the_source(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    url = server.give("/scene.npy", b"another file")
    sentence = refusal(describe(cube={"url": url, "sha256": sha256(body)}), tmp_path / "data")
    assert f"{url} (has sha256 {sha256(b'another file')}, expected {sha256(body)})" in sentence
    assert not (tmp_path / "data/toy/scene.npy").exists()


def test_all_sources_are_listed_with_their_reasons(server: Server, describe: Describe, tmp_path: Path) -> None:
    url = server.give("/scene.npy", b"no", status=404)
    sources = [
        {"package": "no_such_package", "path": "data/a.npy"},
        {"package": "rasterio", "path": "data/a.npy"},
        {"path": "gone.npy"},
        url,
    ]
    sentence = refusal(describe(cube=sources), tmp_path / "data")
    reasons = [
        "package no_such_package, data/a.npy (that package is not installed)",
        "package rasterio, data/a.npy (the installed package has no such file)",
        f"{tmp_path / 'gone.npy'} (no such file)",
        f"{url} (the server answered 404 Not Found)",
    ]
    assert f"from any source: {'; '.join(reasons)}; put a.npy or scene.npy by hand" in sentence


def test_local_file_stays_where_it_is(describe: Describe, tmp_path: Path, body: bytes, sha256: Digest) -> None:
    manifest = fetch(describe(), tmp_path / "data")
    assert manifest["cube"]["file"] == str(tmp_path / "cube.npy")
    assert manifest["cube"]["sha256"] == sha256(body)
    assert [path.name for path in (tmp_path / "data/toy").iterdir()] == ["source.json"]


def test_local_file_with_another_digest_or_missing(describe: Describe, tmp_path: Path) -> None:
    sentence = refusal(describe(cube={"path": "cube.npy", "sha256": "0" * 64}), tmp_path / "data")
    assert f"{tmp_path / 'cube.npy'} (has sha256 " in sentence
    assert f"expected {'0' * 64}); correct the path in the descriptor" in sentence
    sentence = refusal(describe(labels="gone.npy"), tmp_path / "data")
    assert f"toy: the labels could not be had from any source: {tmp_path / 'gone.npy'} (no such file)" in sentence


def test_package_is_not_imported(
    describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    package = tmp_path / "site/boobytrapped_data"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "scene.npy").write_bytes(body)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    manifest = fetch(describe(cube={"package": "boobytrapped_data", "path": "scene.npy"}), tmp_path / "data")
    assert manifest["cube"]["origin"] == "package boobytrapped_data, scene.npy"
    assert (tmp_path / "data/toy/scene.npy").read_bytes() == body


def test_mirror_is_searched_before_any_source(
    server: Server, describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, sha256: Digest
) -> None:
    wrong, right = tmp_path / "mirror/a/Scene.npy", tmp_path / "mirror/b/c/Scene.npy"
    for path, content in ((wrong, b"another"), (right, body)):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(tmp_path / "mirror"))
    file = describe(cube={"url": server.give("/scene.npy", body), "sha256": sha256(body)})
    manifest = fetch(file, tmp_path / "data")
    assert manifest["cube"]["origin"] == f"mirror, {right}"
    assert (tmp_path / "data/toy/scene.npy").read_bytes() == body
    assert server.asked == []


def test_mirror_without_the_file_falls_back_to_the_sources(
    server: Server, describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, sha256: Digest
) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/other.npy").write_bytes(body)
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(tmp_path / "mirror"))
    file = describe(cube={"url": server.give("/scene.npy", body), "sha256": sha256(body)})
    assert fetch(file, tmp_path / "data")["cube"]["origin"].endswith("/scene.npy")
    assert server.asked == ["/scene.npy"]


def test_mirror_that_is_no_folder(describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", "/nowhere")
    with pytest.raises(UsageError, match="HSCLASS_DATA_MIRROR is '/nowhere': no such folder"):
        fetch(describe(), tmp_path / "data")


def test_folder_that_cannot_be_made_is_named(describe: Describe, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write into"):
        fetch(describe(), tmp_path / "file")
