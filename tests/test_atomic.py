"""Atomic writes: whole or absent."""

import errno
import os
from pathlib import Path

import pytest

from hsclass.atomic import atomic_path, write_text
from hsclass.errors import UsageError, WriteError


def test_file_appears_with_its_folders(tmp_path: Path) -> None:
    write_text(tmp_path / "a/b/c.txt", "Ångström")
    assert (tmp_path / "a/b/c.txt").read_bytes() == "Ångström".encode()
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c.txt"]


def test_temporary_name_keeps_the_suffix_and_the_folder(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "map.tif") as partial:
        assert partial.suffix == ".tif"
        assert partial.parent == tmp_path
        assert partial.name != "map.tif"
        partial.touch()


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail() -> None:
        with atomic_path(target) as partial:
            partial.write_text("half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_folder_replaces_a_folder(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old.txt").touch()
    with atomic_path(target) as partial:
        partial.mkdir()
        (partial / "new.txt").touch()
    assert [path.name for path in target.iterdir()] == ["new.txt"]


def test_failed_folder_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old.txt").touch()

    def fail() -> None:
        with atomic_path(target) as partial:
            partial.mkdir()
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        fail()
    assert [path.name for path in target.iterdir()] == ["old.txt"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_run_left_is_removed(tmp_path: Path, kind: str) -> None:
    with atomic_path(tmp_path / "a.txt") as partial:
        partial.touch()
    if kind == "file":
        partial.write_text("left")
    else:
        partial.mkdir()
        (partial / "left").touch()
    with atomic_path(tmp_path / "a.txt") as again:
        assert again == partial
        assert not again.exists()
        again.write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new"


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"output .*a\.txt: cannot write into .*file.*; choose another output folder"):
        write_text(tmp_path / "file" / "a.txt", "x")


def test_folder_that_takes_no_file_is_named_and_other_files_are_not_taken_for_the_output(tmp_path: Path) -> None:
    target = tmp_path / "locked" / "a.tif"
    with (
        pytest.raises(
            UsageError, match=r"output .*a\.tif: cannot write into .*locked \(Permission denied\); choose another"
        ),
        atomic_path(target) as partial,
    ):
        raise PermissionError(errno.EACCES, "Permission denied", str(partial))
    with pytest.raises(PermissionError), atomic_path(target):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "input.tif"))


def test_folder_where_a_file_is_to_be_written_stays(tmp_path: Path) -> None:
    (tmp_path / "a.tif").mkdir()
    (tmp_path / "a.tif" / "b").write_text("kept")
    with pytest.raises(UsageError, match=r"a\.tif: is a folder, but a file is to be written; choose another name"):
        write_text(tmp_path / "a.tif", "text")
    assert [path.name for path in tmp_path.rglob("*")] == ["a.tif", "b"]


def test_full_disk_is_one_sentence_and_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    target.write_text("old")
    sentence = r"table\.csv: could not be written \(No space left on device\)"
    with pytest.raises(WriteError, match=sentence), atomic_path(target) as partial:
        partial.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
