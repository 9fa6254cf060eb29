"""Archives, arrays and mirrors become folders of image files."""

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsclass.datasets import catalogue, load_descriptor
from hsclass.datasets.fetch import fetch
from hsclass.datasets.unpack import unpack_archive, write_arrays
from hsclass.errors import DataError, FetchError


def test_archive_is_taken_by_its_digest_and_unpacked(make_folder, tmp_path: Path, monkeypatch) -> None:
    folder = make_folder(each=1)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    with zipfile.ZipFile(mirror / "tiles.zip", "w") as archive:
        for file in folder.rglob("*.png"):
            archive.write(file, f"Tiles/Images/{file.relative_to(folder)}")
    digest = hashlib.sha256((mirror / "tiles.zip").read_bytes()).hexdigest()
    described = tmp_path / "tiles.yaml"
    text = "archive: [{{url: https://localhost/tiles.zip, sha256: {}}}]\ninside: Tiles/Images\n"
    described.write_text(text.format(digest))
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(mirror))
    monkeypatch.setenv("HSCLASS_OFFLINE", "1")
    manifest = fetch(str(described), tmp_path / "data")
    assert sorted(p.name for p in Path(manifest["images"]).iterdir()) == ["field", "roof", "water"]
    described.write_text(text.format("a" * 64))
    with pytest.raises(FetchError, match="the archive could not be had from any source"):
        fetch(str(described), tmp_path / "other")


def test_unpacked_images_of_the_mirror_stay_where_they_are(make_folder, tmp_path: Path, monkeypatch) -> None:
    folder = make_folder(each=1, name="mirror/tiles")
    described = tmp_path / "tiles.yaml"
    described.write_text("archive: [{url: https://localhost/tiles.zip}]\nmirror: tiles\n")
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(tmp_path / "mirror"))
    assert fetch(str(described), tmp_path / "data")["images"] == str(folder.resolve())


def test_member_of_an_archive_cannot_land_outside(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../outside.txt", "x")
    unpack_archive(tmp_path / "a.zip", tmp_path / "in" / "here")
    assert not (tmp_path / "outside.txt").exists()
    assert [path.name for path in (tmp_path / "in/here").rglob("*.txt")] == ["outside.txt"]


def test_damaged_archive_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK nothing")
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack_archive(tmp_path / "a.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_arrays_become_files_in_the_parts_that_they_come_in(tmp_path: Path) -> None:
    pixels = np.arange(4 * 9, dtype=np.uint8).reshape(4, 3, 3)
    np.savez(tmp_path / "m.npz", x_train=pixels[:3], y_train=[7, 1, 7], x_test=pixels[3:], y_test=[1])
    write_arrays(tmp_path / "m.npz", tmp_path / "out")
    names = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.png"))
    assert names == ["test/1/00000.png", "train/1/00001.png", "train/7/00000.png", "train/7/00002.png"]
    assert (np.asarray(Image.open(tmp_path / "out/train/7/00002.png")) == pixels[2]).all()
    np.savez(tmp_path / "bad.npz", x_train=pixels)
    with pytest.raises(DataError, match="does not hold x_train, y_train, x_test and y_test"):
        write_arrays(tmp_path / "bad.npz", tmp_path / "bad")


def test_digits_of_scikit_learn_need_no_network(tmp_path: Path) -> None:
    folder = Path(fetch("digits", tmp_path)["images"])
    files = sorted(folder.rglob("*.png"))
    assert len(files) == 1797
    from sklearn.datasets import load_digits

    first = np.asarray(Image.open(folder / "0/00000.png")).astype(int)
    assert (np.round(first * 16 / 255) == load_digits().images[0]).all()


@pytest.mark.parametrize("name", sorted(catalogue("images")))
def test_descriptors_that_come_along_are_right(name: str) -> None:
    assert load_descriptor(name, kind="images").title
