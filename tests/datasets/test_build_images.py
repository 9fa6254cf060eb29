"""The index holds every image once, and says what is unusual."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsclass.datasets.build_images import build_images, in_words, unusual
from hsclass.datasets.fetch import fetch
from hsclass.errors import DataError, UsageError
from hsclass.samples.images import ImageSamples, read_index, write_index


def indexed(folder: Path, data: Path, **options: str) -> ImageSamples:
    fetch(folder, data, options)
    return build_images(folder, folder=data, options=options)[0]


def listed(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_class_folders_are_the_classes(make_folder, tmp_path: Path) -> None:
    index = indexed(make_folder(each=4), tmp_path / "data")
    assert index.class_names == ("field", "roof", "water")
    assert len(index) == 12
    assert index.targets.sum(axis=0).tolist() == [4, 4, 4]
    assert index.images[0].path == "field/field00.png"
    assert index.images[0].shape == (16, 16, 3)


def test_index_comes_back_from_its_file(make_folder, tmp_path: Path) -> None:
    index = indexed(make_folder(each=2), tmp_path / "data")
    write_index(index, tmp_path / "index.csv")
    assert read_index(tmp_path / "index.csv") == index
    (tmp_path / "index.csv").write_text("path,class\n")
    with pytest.raises(DataError, match="is no index of images"):
        read_index(tmp_path / "index.csv")


def test_unusual_are_counted_and_named(make_folder, tmp_path: Path) -> None:
    folder = make_folder(each=4)
    (folder / "field/field00.png").write_bytes(b"broken")
    (folder / "roof/roof01.png").write_bytes((folder / "roof/roof02.png").read_bytes())
    Image.fromarray(np.full((20, 10), 7, np.uint8)).save(folder / "water/water03.png")
    (folder / "desert").mkdir()
    index = indexed(folder, tmp_path / "data")
    odd = unusual(index)
    assert odd["counts"] == {"field": 3, "roof": 4, "water": 4}
    assert list(odd["unreadable"]) == ["field/field00.png"]
    assert odd["other_sizes"] == {"20 x 10": 1}
    assert odd["other_bands"] == {"1": 1}
    assert odd["identical"] == [["roof/roof01.png", "roof/roof02.png"]]
    assert odd["empty_classes"] == ["desert"]
    told = " / ".join(in_words(odd))
    assert "classes without images: desert" in told
    assert "1 image that cannot be read, left out: field/field00.png" in told


def test_lists_may_name_another_extension(make_folder, tmp_path: Path) -> None:
    folder = make_folder(each=2)
    train = listed(tmp_path / "train.csv", "field/field00.tif,field", "roof/roof00.tif,roof")
    test = listed(tmp_path / "test.csv", "path,class", "field/field01.tif,field", "water/water00.tif,water")
    index = indexed(folder, tmp_path / "data", train_list=train, test_list=test)
    assert {image.path: image.listed for image in index.images} == {
        "field/field00.png": "train", "roof/roof00.png": "train", "field/field01.png": "test",
        "water/water00.png": "test",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["field/field77.png,field", "roof/none.png,roof"], "names 2 images not in"),
        (["field/field00.png,field"], "1 image stands twice: field/field00.png (train and test)"),
        (["field/field01.png,roof"], "says that field/field01.png is 'roof', but it lies in the folder 'field'"),
        ([], "is empty; expected a line for each image"),
    ],
)
def test_wrong_list_is_one_sentence(make_folder, tmp_path: Path, lines: list[str], sentence: str) -> None:
    train = listed(tmp_path / "train.csv", "field/field00.png,field")
    test = listed(tmp_path / "test.csv", *lines)
    with pytest.raises(DataError) as caught:
        indexed(make_folder(each=2), tmp_path / "data", train_list=train, test_list=test)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_class_alone_is_refused(make_folder, tmp_path: Path) -> None:
    folder = make_folder(each=2)
    for kind in ("roof", "water"):
        for file in (folder / kind).iterdir():
            file.unlink()
    with pytest.raises(DataError, match="all images are of one class, field; expected two or more"):
        indexed(folder, tmp_path / "data")


def test_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no image that can be read"):
        indexed(tmp_path / "empty", tmp_path / "data")


def test_another_number_of_images_than_published_is_told(make_folder, tmp_path: Path) -> None:
    folder = make_folder(each=2)
    described = tmp_path / "mine.yaml"
    described.write_text(f"folder: {folder}\nimages: 7\n")
    with pytest.raises(DataError, match="holds 6 images; expected the 7 of mine"):
        indexed(described, tmp_path / "data")


def test_unknown_set_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown data set 'ucmercd': .*did you mean 'ucmerced'"):
        fetch("ucmercd", tmp_path)
    with pytest.raises(
        UsageError, match=r"no/such/folder: no such file; expected a descriptor file \(.yaml\) or a folder"
    ):
        fetch("no/such/folder", tmp_path)


def test_hidden_folders_and_files_are_no_classes(make_folder, tmp_path: Path) -> None:
    folder = make_folder(4)
    for hidden in (".ipynb_checkpoints", "@eaDir", "__MACOSX", ".Trash", "field/.ipynb_checkpoints", "field/@eaDir"):
        (folder / hidden).mkdir()
        shutil.copy(folder / "field/field00.png", folder / hidden / "copy.png")
    shutil.copy(folder / "roof/roof00.png", folder / "roof/._roof00.png")
    samples = indexed(folder, tmp_path / "data")
    assert samples.class_names == ("field", "roof", "water")
    assert len(samples) == 12


def test_a_link_to_the_folder_above_does_not_go_round_for_ever(make_folder, tmp_path: Path) -> None:
    folder = make_folder(4)
    (folder / "field/again").symlink_to(folder)
    assert len(indexed(folder, tmp_path / "data")) == 12


def test_files_of_other_kinds_are_counted(make_folder, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = make_folder(4)
    make_folder(2, name="more", suffix=".webp")
    make_folder(2, name="others", suffix=".bmp")
    for place in ("more", "others"):
        for path in (tmp_path / place).rglob("*.*"):
            shutil.copy(path, folder / path.parent.name)
    (folder / "field/notes.pdf").write_text("")
    (folder / "roof/a.heic").write_text("")
    assert len(indexed(folder, tmp_path / "data")) == 12 + 6 + 6
    assert "files of other kinds are left out: 1 of .pdf, 1 of .heic" in caplog.text


@pytest.mark.parametrize("names", [("None", "nan"), ("NA", "null"), ("1", "01"), ("true", "no")])
def test_any_name_of_a_folder_is_a_class(make_folder, tmp_path: Path, names: tuple[str, str]) -> None:
    folder = make_folder(3)
    shutil.rmtree(folder / "water")
    for old, new in zip(("field", "roof"), names, strict=True):
        (folder / old).rename(folder / new)
    samples = indexed(folder, tmp_path / "data")
    write_index(samples, tmp_path / "index.csv")
    assert read_index(tmp_path / "index.csv").class_names == samples.class_names == tuple(sorted(names))
