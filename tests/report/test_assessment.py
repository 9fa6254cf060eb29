"""The page of an assessment, read back: figures counted by hand, and how the sample was drawn."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import from_origin
from typer.testing import CliRunner

from hsclass.assess.design import draw_sample, write_sample
from hsclass.cli import app
from hsclass.raster import Grid
from hsclass.scene import LandCover, write_classes

CLASSES = (LandCover(1, "water", (0, 0, 255)), LandCover(2, "<b>bog & fen", (0, 99, 0)))
GRID = Grid(CRS.from_epsg(32633), from_origin(364000, 5810000, 10, 10))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """20 points each in the classes of a map of a quarter of class 1; 5 of those of class 1 are class 2 in truth."""
    values = np.repeat(np.array([1, 2], np.uint8), [10, 30])[:, np.newaxis] * np.ones((1, 50), np.uint8)
    write_classes(tmp_path / "map.tif", values, classes=CLASSES, grid=GRID)
    drawn = draw_sample(tmp_path / "map.tif", size=40, seed=7, allocation="equal")
    write_sample(drawn, tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    water = np.flatnonzero(drawn.strata == 1)
    wrong = set(water[:5].tolist())
    for number, row in enumerate(rows):
        row["reference"] = "2" if number in wrong else str(drawn.strata[number])
        row["reference_2"] = row["reference"] if number >= 10 else ""
    with (tmp_path / "s.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


def page_of(folder: Path, *more: str) -> str:
    page = folder / "deep" / "assessment.html"
    page.parent.mkdir(exist_ok=True)
    run = CliRunner().invoke(
        app, ["assess", str(folder / "s.csv"), str(folder / "map.tif"), "--report", str(page), *more]
    )
    assert run.exit_code == 0, run.output
    return page.read_text(encoding="utf-8")


def test_tables_hold_the_figures_and_the_error_matrix(labelled: Path) -> None:
    page_of(labelled, "-o", str(labelled / "a.json"))
    with (labelled / "a.csv").open(newline="") as file:
        water, bog = csv.DictReader(file)
    assert (water["id"], water["class"], bog["class"], water["unit"]) == ("1", "water", "<b>bog & fen", "ha")
    # 2,000 pixels of 0.01 ha, a quarter of them mapped as water, of which 15 of 20 are right
    assert float(water["mapped"]) == pytest.approx(5)
    assert float(water["area"]) == pytest.approx(0.75 * 5)
    assert (float(water["users"]), float(water["producers"])) == (0.75, 1)
    assert [float(water[f"reference {name}"]) for name in ("water", "<b>bog & fen")] == pytest.approx([0.1875, 0.0625])
    assert [float(bog[f"reference {name}"]) for name in ("water", "<b>bog & fen")] == pytest.approx([0, 0.75])
    text = (labelled / "a.tex").read_text()
    assert r"water & 0.1875 & 0.0625 \\" in text
    assert r"Total & 0.1875 & 0.8125 \\" in text
    assert r"\textless{}b\textgreater{}bog \& fen & 0.0000 & 0.7500 \\" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 2


def test_page_gives_every_figure_with_its_interval(labelled: Path, parsed) -> None:
    page = parsed(page_of(labelled))
    lead = next(" ".join(element["text"].split()) for element in page.find("p") if element.get("class") == "lead")
    # a quarter of the map is right in 15 of 20: OA 0.75 + 0.25 * 0.75, SE 0.25 * sqrt(0.75 * 0.25 / 19) = 0.02484
    # Wilson's limits of 40 points, 0.8179 and 0.9804; downwards also that of 20 of 20 for the rest:
    # sqrt((0.9375 - 0.8179)² + (0.75 * 1.96² / (20 + 1.96²))²) = 0.1700
    assert lead == "Overall accuracy 0.938, standard error 0.0248, 95 % interval 0.767 to 0.980."
    rows = page.table("Areas in ha")
    water, bog = rows[1], rows[2]
    assert water[0] == "1 water"
    assert water[1] == "0.750 ± 0.0990.531 to 0.888"  # Wilson's limits of 15 of 20
    assert water[3:] == ["3.750 ± 0.497", "2.776 to 6.356", "5.000"]  # 20 ha x 0.1875, SE 20 ha x 0.02484
    assert bog[0] == "2 <b>bog & fen"
    assert bog[3:] == ["16.2 ± 0.5", "13.6 to 17.2", "15.0"]
    matrix = page.table("Error matrix in shares")
    assert matrix[2:] == [
        ["1 water", "0.187515", "0.06255", "0.250020"],
        ["2 <b>bog & fen", "0.00000", "0.750020", "0.750020"],
        ["Total", "0.187515", "0.812525", "1.000040"],
    ]


def test_page_gives_design_agreement_and_further_sample(labelled: Path, parsed) -> None:
    text = page_of(labelled)
    assert "agree on 100\u202f% of the 30 points" in text
    page = parsed(text)
    assert page.table("Map pixels and labelled points")[1:] == [
        ["1 water", "500", "20"],
        ["2 <b>bog & fen", "1 500", "20"],
    ]
    design = next(element for element in page.find("table") if element.get("class") == "facts")
    assert "Allocationequal" in " ".join(design["text"].split())
    # Spreads of sqrt(15/20 5/20 20/19) = 0.444 and, as half of 21, sqrt(0.5/21 20.5/21) = 0.152; by the sizes of their
    # strata, a quarter and three quarters, 0.111 and 0.114 of 0.225: 78.8 and 81.1 points halve the error, 20 each are.
    assert [row[2:] for row in page.table("Further points that would halve")[1:]] == [["120", "120"]] * 3


def test_page_loads_nothing_from_elsewhere_and_is_the_same_each_time(labelled: Path, parsed) -> None:
    text = page_of(labelled)
    page = parsed(text)
    assert not re.search(r"""(?:src|href)="(?!#)|@import|url\((?!#)""", text)
    targets = {element["id"] for element in page.elements if "id" in element}
    assert {element["href"][1:] for element in page.find("a")} <= targets
    assert len(list(page.find("svg"))) == 2
    assert page_of(labelled) == text


def test_other_designs_have_a_page_too(labelled: Path, parsed) -> None:
    drawn = draw_sample(labelled / "map.tif", "simple", size=60, seed=0)
    (labelled / "s.csv").unlink()
    write_sample(drawn, labelled / "s.csv")
    text = (labelled / "s.csv").read_text().splitlines()
    rows = [text[0], *(f"{line}{stratum}" for line, stratum in zip(text[1:], drawn.strata, strict=True))]
    (labelled / "s.csv").write_text("\n".join(rows))
    page = parsed(page_of(labelled))
    assert [row[2:] for row in page.table("Further points that would halve")[1:]] == [["180", "–"]] * 3


def test_a_report_that_is_no_page_is_refused(labelled: Path) -> None:
    command = ["assess", str(labelled / "s.csv"), str(labelled / "map.tif"), "--report", str(labelled / "a.pdf")]
    run = CliRunner().invoke(app, command)
    assert run.exit_code != 0
    assert "expected a page, such as assessment.html" in run.output + str(run.exception)
