"""An edit of the user's own files is seen; a new time of a file alone is not."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsclass.datasets import edits, load_descriptor
from hsclass.datasets.build import build_scene
from hsclass.datasets.edits import content_digest, edition, own_files
from hsclass.datasets.fetch import fetch


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Write an ENVI cube, a Shapefile of labels and their descriptor; what is in them is not read here."""
    for name in ("cube.img", "cube.hdr", "labels.shp", "labels.dbf", "labels.shx"):
        (tmp_path / name).write_text(f"content of {name}")
    (tmp_path / "field.yaml").write_text("cube: cube.img\nlabels: labels.shp\n")
    return tmp_path


def edit(path: Path, text: str, *, seconds: float = 0) -> None:
    """Write `text` and let the file be newer than it was."""
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + int(1e9 * (seconds + 1)),) * 2)


def now(files: Path) -> str:
    return edition(load_descriptor(files / "field.yaml"), files / "data")


def test_files_that_are_read_with_others_belong_to_a_scene(files: Path) -> None:
    found = own_files(load_descriptor(files / "field.yaml"))
    assert [path.name for path in found] == ["cube.hdr", "cube.img", "labels.dbf", "labels.shp", "labels.shx"]


def test_sources_of_a_mosaic_belong_to_it(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for name in ("a.tif", "b.tif"):
        (tmp_path / "parts" / name).write_text(name)
    (tmp_path / "cube.vrt").write_text(
        f'<VRTDataset><SourceFilename relativeToVRT="1">parts/a.tif</SourceFilename>'
        f'<SourceFilename relativeToVRT="0" shared="0">{tmp_path}/parts/b.tif</SourceFilename></VRTDataset>'
    )
    (tmp_path / "field.yaml").write_text("cube: cube.vrt\n")
    found = own_files(load_descriptor(tmp_path / "field.yaml"))
    assert [path.name for path in found] == ["cube.vrt", "a.tif", "b.tif"]


@pytest.mark.parametrize("name", ["cube.img", "cube.hdr", "labels.dbf"])
def test_edit_is_seen_before_and_after_the_data_were_fetched(files: Path, name: str) -> None:
    first = now(files)
    assert now(files) == first
    content = content_digest(load_descriptor(files / "field.yaml"), files / "data")
    assert now(files) == first
    edit(files / name, f"CONTENT of {name}")
    edited = now(files)
    assert edited != first
    assert content_digest(load_descriptor(files / "field.yaml"), files / "data") != content
    assert now(files) == edited


def test_file_that_is_only_newer_is_read_once_and_changes_nothing(files: Path, monkeypatch) -> None:
    first = now(files)
    content_digest(load_descriptor(files / "field.yaml"), files / "data")
    edit(files / "cube.img", "content of cube.img")
    read: list[str] = []
    real = edits.file_digest
    monkeypatch.setattr(edits, "file_digest", lambda path: read.append(path.name) or real(path))
    assert (now(files), now(files)) == (first, first)
    assert read == ["cube.img"]


def test_edit_that_is_undone_before_the_data_are_fetched_again_is_none(files: Path) -> None:
    first = now(files)
    content_digest(load_descriptor(files / "field.yaml"), files / "data")
    edit(files / "cube.img", "CONTENT of cube.img")
    assert now(files) != first
    edit(files / "cube.img", "content of cube.img")
    assert now(files) == first


def test_nothing_is_read_before_the_data_are_fetched(files: Path, monkeypatch) -> None:
    monkeypatch.setattr(edits, "file_digest", lambda path: pytest.fail(f"{path} was read"))
    assert now(files) == now(files)


def test_data_of_the_catalogue_have_no_edition(tmp_path: Path) -> None:
    assert edition(load_descriptor("indian_pines"), tmp_path) == ""
    assert not list(tmp_path.iterdir())


def test_images_of_a_folder_and_their_lists_count(tmp_path: Path) -> None:
    (tmp_path / "tiles/dark").mkdir(parents=True)
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "tiles/dark/0.png")
    (tmp_path / "train.csv").write_text("dark/0.png,dark\n")
    options = {"train_list": str(tmp_path / "train.csv")}

    def edition_now() -> str:
        return edition(load_descriptor(tmp_path / "tiles", options), tmp_path / "data")

    editions = [edition_now()]
    edit(tmp_path / "train.csv", "dark/0.png,black\n")
    editions.append(edition_now())
    Image.fromarray(np.ones((4, 4, 3), np.uint8)).save(tmp_path / "tiles/dark/1.png")
    editions.append(edition_now())
    (tmp_path / "tiles/dark/0.png").unlink()
    editions.append(edition_now())
    assert len(set(editions)) == 4


def test_project_that_is_moved_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, moved = tmp_path / "a", tmp_path / "b"
    project.mkdir()
    np.save(project / "cube.npy", np.arange(24.0).reshape(2, 4, 3))
    (project / "field.yaml").write_text("cube: cube.npy\n")
    monkeypatch.chdir(project)
    fetch("field.yaml", "data")
    first, manifest = edition(load_descriptor("field.yaml"), Path("data")), Path("data/field/source.json").read_text()
    monkeypatch.chdir(tmp_path)
    project.rename(moved)
    monkeypatch.chdir(moved)
    assert edition(load_descriptor("field.yaml"), Path("data")) == first
    assert build_scene("field.yaml", folder="data").shape == (2, 4, 3)
    fetch("field.yaml", "data")
    assert Path("data/field/source.json").read_text() == manifest
