"""Fetch: sources in order, digests, mirror, and what is said when nothing works."""

import io
import json
import subprocess
import sys
import threading
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
    address: str
    asked: list[str]
    ranges: list[str | None]
    may_answer: threading.Event

    def give(
        self, path: str, body: bytes, *, status: int = 200, length: int | None = None, in_parts: bool = False
    ) -> str: ...


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
    assert manifest["labels"]["file"] == "../../labels.npy"
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
        f"{tmp_path / 'gone.npy'}: no such file",
        f"{url} (the server answered 404 Not Found)",
    ]
    assert f"from any source: {'; '.join(reasons)}; put a.npy or scene.npy by hand" in sentence


def test_local_file_stays_where_it_is(describe: Describe, tmp_path: Path, body: bytes, sha256: Digest) -> None:
    manifest = fetch(describe(), tmp_path / "data")
    assert manifest["cube"]["file"] == "../../cube.npy"
    assert manifest["cube"]["sha256"] == sha256(body)
    assert sorted(path.name for path in (tmp_path / "data/toy").iterdir()) == ["files.json", "source.json"]


def test_local_file_with_another_digest_or_missing(describe: Describe, tmp_path: Path) -> None:
    sentence = refusal(describe(cube={"path": "cube.npy", "sha256": "0" * 64}), tmp_path / "data")
    assert f"{tmp_path / 'cube.npy'} (has sha256 " in sentence
    assert f"expected {'0' * 64}); correct the path in the descriptor" in sentence
    sentence = refusal(describe(labels="gone.npy"), tmp_path / "data")
    assert f"toy: its labels {tmp_path / 'gone.npy'}: no such file; correct the path" in sentence


def test_list_of_two_files_that_are_there_is_refused(describe: Describe, tmp_path: Path, body: bytes) -> None:
    (tmp_path / "visit.npy").write_bytes(body)
    with pytest.raises(UsageError) as caught:
        fetch(describe(labels=["labels.npy", "visit.npy"]), tmp_path / "data")
    assert str(caught.value) == (
        f"{tmp_path}/toy.yaml: 'labels' lists {tmp_path}/labels.npy and {tmp_path}/visit.npy, which are there both;"
        " expected one, as a list names places of the same file, of which the first found is read; take the others"
        " out, or name further labels by 'more_labels'"
    )
    fetch(describe(labels=["gone.npy", "labels.npy"]), tmp_path / "data")


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


def test_origin_of_a_file_outlives_a_run_that_stopped_before_the_others_came(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    url, labels = server.give("/scene.npy", body), tmp_path / "late.npy"
    file = describe(cube={"url": url, "sha256": sha256(body)}, labels=str(labels))
    refusal(file, tmp_path / "data")
    labels.write_bytes(body)
    assert fetch(file, tmp_path / "data")["cube"]["origin"] == url
    assert server.asked == ["/scene.npy"]
    assert sorted(path.name for path in (tmp_path / "data/toy").iterdir()) == ["files.json", "scene.npy", "source.json"]


def test_file_put_by_hand_after_a_source_refused_is_not_said_to_be_of_that_source(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    file = describe(cube={"url": server.give("/scene.npy", b"another"), "sha256": sha256(body)})
    refusal(file, tmp_path / "data")
    (tmp_path / "data/toy").mkdir(parents=True, exist_ok=True)
    (tmp_path / "data/toy/scene.npy").write_bytes(body)
    assert fetch(file, tmp_path / "data")["cube"]["origin"] == "found in the data folder"


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


@pytest.fixture
def _byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write every byte that comes: of the small files of these tests, no whole block would."""
    monkeypatch.setattr("hsclass.datasets.download._CHUNK", 1)


def parts(folder: Path) -> list[Path]:
    """Return what is kept of downloads that broke off."""
    return list(folder.rglob(".download-*"))


@pytest.mark.usefixtures("_byte_by_byte")
def test_broken_download_goes_on_where_it_stopped(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    url = server.give("/scene.npy", body[:100], length=len(body))
    file = describe(cube={"url": url, "sha256": sha256(body)})
    sentence = refusal(file, tmp_path / "data")
    assert "(the connection broke off before the end of the file; the first 100 bytes are kept, run again" in sentence
    assert [part.read_bytes() for part in parts(tmp_path)] == [body[:100]]
    assert not (tmp_path / "data/toy/scene.npy").exists()
    server.give("/scene.npy", body, in_parts=True)
    assert fetch(file, tmp_path / "data")["cube"]["sha256"] == sha256(body)
    assert server.ranges == [None, "bytes=100-"]
    assert not parts(tmp_path)


@pytest.mark.usefixtures("_byte_by_byte")
def test_another_server_goes_on_with_the_same_file(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    first = server.give("/a/scene.npy", body[:50], length=len(body))
    second = server.give("/b/scene.npy", body, in_parts=True)
    file = describe(cube=[{"url": url, "sha256": sha256(body)} for url in (first, second)])
    assert fetch(file, tmp_path / "data")["cube"]["origin"] == second
    assert server.ranges == [None, "bytes=50-"]
    assert (tmp_path / "data/toy/scene.npy").read_bytes() == body


@pytest.mark.usefixtures("_byte_by_byte")
def test_server_that_sends_the_whole_again(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    file = describe(cube={"url": server.give("/scene.npy", body[:60], length=len(body)), "sha256": sha256(body)})
    refusal(file, tmp_path / "data")
    server.give("/scene.npy", body)
    fetch(file, tmp_path / "data")
    assert (tmp_path / "data/toy/scene.npy").read_bytes() == body


@pytest.mark.usefixtures("_byte_by_byte")
def test_kept_part_of_another_file_is_dropped_and_the_whole_fetched(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    file = describe(cube={"url": server.give("/scene.npy", b"x" * 60, length=len(body)), "sha256": sha256(body)})
    refusal(file, tmp_path / "data")
    server.give("/scene.npy", body, in_parts=True)
    fetch(file, tmp_path / "data")
    assert (tmp_path / "data/toy/scene.npy").read_bytes() == body
    assert server.ranges == [None, "bytes=60-", None]


@pytest.mark.usefixtures("_byte_by_byte")
def test_kept_part_that_is_too_long_is_dropped(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    long = body + b"more"
    file = describe(cube={"url": server.give("/scene.npy", long, length=len(long) + 9), "sha256": sha256(body)})
    refusal(file, tmp_path / "data")
    server.give("/scene.npy", body, in_parts=True)
    assert f"no more than the {len(long)} bytes kept, now dropped; run again" in refusal(file, tmp_path / "data")
    assert fetch(file, tmp_path / "data")["cube"]["sha256"] == sha256(body)


@pytest.mark.usefixtures("_byte_by_byte")
def test_run_killed_just_before_the_end_needs_no_server(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    file = describe(cube={"url": server.give("/scene.npy", body[:9], length=len(body)), "sha256": sha256(body)})
    refusal(file, tmp_path / "data")
    parts(tmp_path)[0].write_bytes(body)
    fetch(file, tmp_path / "data")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"body": b"no", "status": 500},
        {"body": b"<html>log in</html>"},
        {"body": b"<html>log in</html>", "length": 999},
        {"body": b""},
        {"body": b"another file"},
    ],
)
def test_nothing_is_kept_of_what_is_not_the_file(
    server: Server, describe: Describe, tmp_path: Path, sha256: Digest, body: bytes, answer: dict[str, Any]
) -> None:
    refusal(describe(cube={"url": server.give("/scene.npy", **answer), "sha256": sha256(body)}), tmp_path / "data")
    assert not parts(tmp_path)


def test_dead_server_then_page_then_damage_then_the_file(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    urls = [
        "http://127.0.0.1:9/scene.npy",
        server.give("/page/scene.npy", b"<!doctype html><title>Sign in</title>"),
        server.give("/damaged/scene.npy", body[::-1]),
        server.give("/good/scene.npy", body),
    ]
    file = describe(cube=[{"url": url, "sha256": sha256(body)} for url in urls])
    assert fetch(file, tmp_path / "data")["cube"]["origin"] == urls[-1]
    assert [path.split("/")[1] for path in server.asked] == ["page", "damaged", "good"]


def test_offline_asks_no_server_and_says_so(
    server: Server, describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, sha256: Digest
) -> None:
    url = server.give("/scene.npy", body)
    file = describe(cube={"url": url, "sha256": sha256(body)})
    monkeypatch.setenv("HSCLASS_OFFLINE", "1")
    sentence = refusal(file, tmp_path / "data")
    assert sentence == (
        f"toy: the cube could not be had from any source: {url} (not asked, as HSCLASS_OFFLINE is set); put scene.npy"
        f" by hand into {tmp_path / 'data/toy'}/, or into the folder that HSCLASS_DATA_MIRROR names"
    )
    monkeypatch.setenv("HSCLASS_OFFLINE", "0")
    fetch(file, tmp_path / "data")
    monkeypatch.setenv("HSCLASS_OFFLINE", "1")
    fetch(file, tmp_path / "data")
    assert server.asked == ["/scene.npy"]


def test_file_that_only_a_person_may_get(describe: Describe, tmp_path: Path, body: bytes) -> None:
    file = describe(cube={"by_hand": "scene.npy", "obtain": "register at https://a.org"})
    assert refusal(file, tmp_path / "data") == (
        "toy: the cube could not be had from any source: scene.npy (no program may fetch it: register at https://a.org);"
        f" put scene.npy by hand into {tmp_path / 'data/toy'}/, or into the folder that HSCLASS_DATA_MIRROR names"
    )
    (tmp_path / "data/toy").mkdir()
    (tmp_path / "data/toy/scene.npy").write_bytes(body)
    assert fetch(file, tmp_path / "data")["cube"]["file"] == "scene.npy"


def test_header_in_the_mirror_comes_along(describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/scene.dat").write_bytes(b"pixels")
    (tmp_path / "mirror/scene.hdr").write_text("ENVI")
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(tmp_path / "mirror"))
    manifest = fetch(describe(cube={"by_hand": "scene.dat", "obtain": "ask"}), tmp_path / "data")
    assert (tmp_path / "data/toy/scene.hdr").read_text() == "ENVI"
    assert list(manifest["cube"]["companions"]) == ["scene.hdr"]


RUN = """
import sys
from hsclass.datasets.fetch import fetch
print("ready", flush=True)
print(fetch(sys.argv[1], sys.argv[2])["cube"]["sha256"])
"""


def test_two_runs_at_once_ask_once(
    server: Server, describe: Describe, tmp_path: Path, body: bytes, sha256: Digest
) -> None:
    """The server answers after both runs have begun, so that the second one finds the first at work."""
    file = describe(cube={"url": server.give("/scene.npy", body), "sha256": sha256(body)})
    server.may_answer.clear()
    command = [sys.executable, "-c", RUN, str(file), str(tmp_path / "data")]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    server.may_answer.set()
    for run in runs:
        said, complained = run.communicate(timeout=60)
        assert (run.returncode, said.strip()) == (0, sha256(body)), complained
    assert server.asked == ["/scene.npy"]
    assert not parts(tmp_path)
