"""Regions of interest in ENVI's text form."""

from pathlib import Path

import numpy as np
import pytest

from hsclass.datasets.descriptor import ClassEntry
from hsclass.datasets.regions import draw_regions
from hsclass.errors import DataError

TEXT = """; ENVI Output of ROIs (4.8) [Thu Jan 01 00:00:00 2020]
; Number of ROIs: 2
; File Dimension: 5 x 4
;
; ROI name: Healthy grass
; ROI rgb value: {0, 205, 0}
; ROI npts: 2
;
; ROI name: water
; ROI rgb value: {0, 0, 255}
; ROI npts: 1
;   ID    X    Y      MapX      MapY         Lat         Lon
     1    1    1  271460.0 3290891.0   29.724084  -95.360000
     2    5    4  271465.0 3290881.0   29.724048  -95.360000

     1    2    3  271470.0 3290871.0   29.724012  -95.360000
"""
CLASSES = (ClassEntry(id=1, name="healthy_grass"), ClassEntry(id=6, name="water"))


def refusal(path: Path, text: str, classes: tuple[ClassEntry, ...] = ()) -> str:
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        draw_regions(path, (4, 5), classes)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


def test_columns_and_rows_count_from_one(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(TEXT)
    labels, entries = draw_regions(tmp_path / "r.txt", (4, 5), ())
    assert labels.dtype == np.uint8
    assert {(row, col): int(labels[row, col]) for row, col in np.argwhere(labels)} == {(0, 0): 1, (3, 4): 1, (2, 1): 2}
    assert [(entry.id, entry.name, entry.color) for entry in entries] == [
        (1, "Healthy grass", "#00cd00"), (2, "water", "#0000ff"),
    ]  # fmt: skip


def test_ids_of_the_descriptor(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(TEXT)
    labels, entries = draw_regions(tmp_path / "r.txt", (4, 5), CLASSES)
    assert (labels[0, 0], labels[2, 1]) == (1, 6)
    assert entries == CLASSES


def test_two_files_put_one_behind_the_other(tmp_path: Path) -> None:
    second = TEXT.replace("    1    1    1 ", "    1    3    1 ").replace("     2    5    4 ", "     2    3    2 ")
    (tmp_path / "r.txt").write_text(TEXT + second.replace("     1    2    3 ", "     1    2    4 "))
    labels, _ = draw_regions(tmp_path / "r.txt", (4, 5), CLASSES)
    assert (np.argwhere(labels == 1).tolist(), np.argwhere(labels == 6).tolist()) == (
        [[0, 0], [0, 2], [1, 2], [3, 4]], [[2, 1], [3, 1]],
    )  # fmt: skip


def test_wrong_texts(tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    assert "is not a text of ENVI's regions of interest" in refusal(path, "row,col,class\n1,2,3\n")
    assert "holds [] pixels by region" in refusal(path, "; nothing\n")
    short = TEXT.rsplit("\n", 2)[0]
    assert "holds [2, 0] pixels by region; expected [2, 1]" in refusal(path, short)
    assert "has the region 'water', which 'classes' in the descriptor does not list" in refusal(path, TEXT, CLASSES[:1])
    assert "reaches column 2, row 9; expected 1 to 5 and 1 to 4" in refusal(path, TEXT.replace("2    3 ", "2    9 "))
    assert "region 'water' shares 1 pixel with another region" in refusal(path, TEXT.replace("2    3 ", "1    1 "))


def test_regions_of_another_image_are_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path / "r.txt", TEXT.replace("5 x 4", "300 x 200"))
    assert "of an image of 200 rows and 300 columns; expected 4 and 5, as the cube" in said


def test_names_stay_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(TEXT.replace("Healthy grass", "Grünland, naß"), encoding="utf-8-sig")
    _, entries = draw_regions(tmp_path / "r.txt", (4, 5), ())
    assert [entry.name for entry in entries] == ["Grünland, naß", "water"]


def test_names_in_the_encoding_of_windows(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "r.txt").write_bytes(TEXT.replace("Healthy grass", "Grünland").encode("cp1252"))
    assert draw_regions(tmp_path / "r.txt", (4, 5), ())[1][0].name == "Grünland"
    assert "r.txt: is not UTF-8; names are read as Windows-1252" in caplog.text


@pytest.mark.parametrize("number", ["1e400", "nan", "99999999999999999999", "-3"])
def test_places_that_are_no_pixels(tmp_path: Path, number: str) -> None:
    assert "expected" in refusal(tmp_path / "r.txt", TEXT.replace("     2    5    4 ", f"     2    {number}    4 "))
