"""Places to label next, on maps worked out by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.crs import CRS
from rasterio.transform import from_origin
from typer.testing import CliRunner

import hsclass
from hsclass.assess.campaign import Cells, cells_of, choose
from hsclass.assess.design import read_sample
from hsclass.assess.design.places import read_places, write_places
from hsclass.assess.suggestion import Suggestions
from hsclass.cli import app
from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid, write_raster
from hsclass.scene import LandCover, write_classes

GRID = Grid(CRS.from_epsg(32633), from_origin(364000, 5810000, 10, 10))


def cells(pixels: list[tuple[int, int]], classes: list[int], scores: list[float], side: int = 1) -> Cells:
    """Cells whose scores descend as given: confidence and dissimilarity have the same order."""
    values = np.array(scores)
    return Cells(np.array(pixels), np.array(classes), 1 - values, values, side)


def test_score_is_the_product_of_ranks() -> None:
    found = Cells(np.zeros((3, 2), int), np.ones(3, int), np.array([0.9, 0.2, 0.5]), np.array([7.0, 0.1, 9.0]), 1)
    np.testing.assert_allclose(found.scores, [1 * 2 / 9, 3 * 1 / 9, 2 * 3 / 9])


def test_cell_is_summarised_by_its_most_frequent_class() -> None:
    classes = np.array([[2, 2, 7, 7, 0], [2, 5, 7, 7, 0], [2, 5, 7, 0, 3]])
    confidence = np.arange(15.0).reshape(3, 5) / 20
    dissimilarity = np.ones((3, 5))
    dissimilarity[1, 2] = np.nan
    found = cells_of([(6, classes, confidence, dissimilarity)], side=3)
    np.testing.assert_array_equal(found.classes, [2, 7])
    np.testing.assert_array_equal(found.pixels, [[6, 1], [7, 3]])
    np.testing.assert_allclose(found.confidence, [(0 + 1 + 5 + 10) / 4 / 20, (3 + 8) / 2 / 20])


def test_highest_scores_come_first() -> None:
    held = cells([(0, 0), (0, 9), (9, 0), (9, 9)], [1, 2, 3, 4], [0.2, 0.9, 0.5, 0.7])
    np.testing.assert_array_equal(choose(held, 3, distance=5).cells, [1, 3, 2])


def test_places_are_spread_in_space() -> None:
    held = cells([(0, 0), (0, 4), (0, 5), (0, 9)], [1, 2, 3, 4], [0.9, 0.8, 0.7, 0.6])
    np.testing.assert_array_equal(choose(held, 2, distance=5).cells, [0, 2])
    np.testing.assert_array_equal(choose(held, 3, distance=9).cells, [0, 3])  # no third place is that far away


def test_places_are_spread_over_classes() -> None:
    """Scores (4, 3, 2, 1)² / 16: after one place of class 1, its second is worth 9 / 2, one of class 2 only 4."""
    held = cells([(0, 0), (0, 9), (9, 0), (9, 9)], [1, 1, 2, 1], [0.9, 0.8, 0.7, 0.6])
    np.testing.assert_array_equal(choose(held, 3, distance=1).cells, [0, 1, 2])
    held = cells([(0, 0), (0, 9), (9, 0), (9, 9)], [1, 1, 1, 2], [0.9, 0.8, 0.7, 0.79])
    np.testing.assert_array_equal(choose(held, 3, distance=1).cells, [0, 1, 3])


def test_trips_gather_places_near_their_first() -> None:
    pixels = [(0, 0), (0, 30), (0, 2), (0, 32), (0, 4), (0, 34)]
    held = cells(pixels, [1, 2, 3, 4, 5, 6], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], side=2)
    found = choose(held, 6, distance=20, per_trip=3, radius=5)
    np.testing.assert_array_equal(found.cells, [0, 2, 4, 1, 3, 5])
    np.testing.assert_array_equal(found.trips, [1, 1, 1, 2, 2, 2])


def test_trip_ends_where_nothing_more_is_near() -> None:
    held = cells([(0, 0), (0, 2), (0, 30), (0, 60)], [1, 2, 3, 4], [0.9, 0.8, 0.7, 0.6], side=2)
    found = choose(held, 4, distance=20, per_trip=3, radius=5)
    np.testing.assert_array_equal(found.trips, [1, 1, 2, 3])


def test_default_distance_gives_way_to_the_number_of_places() -> None:
    """Nine cells in a row, for nine places: a square grid of them would be a side apart."""
    held = cells([(0, col) for col in range(0, 18, 2)], list(range(1, 10)), [col / 10 for col in range(9)], side=2)
    np.testing.assert_array_equal(choose(held, 9).cells, np.arange(9)[::-1])
    np.testing.assert_array_equal(choose(held, 10).cells, np.arange(9)[::-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a map of 40 x 60 pixels in 10 stripes of classes 1 and 2, and its rasters."""
    rng = np.random.default_rng(0)
    classes = np.repeat(np.arange(10) % 2 + 1, 6)[np.newaxis].repeat(40, axis=0).astype(np.uint8)
    classes[:3] = 0
    labels = np.zeros((40, 60), np.uint8)
    labels[:, 30:] = 1
    layers = {
        "map": classes, "confidence": rng.random((40, 60)).astype("f4"), "di": rng.random((40, 60)).astype("f4"),
        "labels": labels,
    }  # fmt: skip
    for name, values in layers.items():
        write_raster(tmp_path / f"{name}.tif", values[np.newaxis], grid=GRID, nodata=0 if name == "map" else None)
    return tmp_path


def suggest(folder: Path, **options: Any) -> Suggestions:
    return hsclass.suggest(folder / "map.tif", folder / "confidence.tif", folder / "di.tif", **options)


def test_rasters_in_strips_give_the_cells_of_the_whole(folder: Path) -> None:
    layers = [rasterio.open(folder / f"{name}.tif").read(1) for name in ("map", "confidence", "di")]
    whole = cells_of([(top, *(layer[top : top + 5] for layer in layers)) for top in range(0, 40, 5)], side=5)
    found = suggest(folder, number=8, cell=5)
    assert len(found) == 8
    kept = [whole.pixels.tolist().index(pixel) for pixel in found.pixels.tolist()]
    np.testing.assert_allclose(found.scores, whole.scores[kept])
    np.testing.assert_array_equal(found.classes, layers[0][tuple(found.pixels.T)])
    assert (found.classes > 0).all()


def test_places_keep_to_what_is_allowed(folder: Path) -> None:
    inside = suggest(folder, number=5, cell=5, within=folder / "labels.tif")
    outside = suggest(folder, number=5, cell=5, visited=folder / "labels.tif")
    assert (inside.pixels[:, 1] >= 30).all()
    assert (outside.pixels[:, 1] < 30).all()


@pytest.mark.parametrize("named", [True, False])
def test_places_name_the_class_of_the_map(folder: Path, named: bool) -> None:
    if named:
        with rasterio.open(folder / "map.tif") as source:
            classes = source.read(1)
        covers = (LandCover(1, "winter wheat", (0, 0, 1)), LandCover(2, "oak", (0, 1, 0)))
        write_classes(folder / "map.tif", classes, classes=covers, grid=GRID)
    found = suggest(folder, number=6, cell=5)
    found.write(folder / "visit.gpkg")
    columns, _ = read_places(folder / "visit.gpkg")
    names = {"1": "winter wheat", "2": "oak"} if named else {}
    assert columns["map_class_name"] == [names.get(number, "") for number in columns["map_class"]]
    assert set(columns["map_class"]) == {"1", "2"}
    found.write(folder / "visit.gpkg")  # nothing was filled in


def test_default_distance_spreads_places_evenly(folder: Path) -> None:
    found = suggest(folder, number=4, cell=4)
    between = np.abs(found.pixels[:, np.newaxis] - found.pixels).max(axis=2)
    cell_count = 10 * 15
    assert between[np.triu_indices(4, 1)].min() >= np.sqrt(cell_count / 4) * 4 / 2 - 1


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".csv"])
def test_command_writes_places_to_label(folder: Path, ending: str) -> None:
    output = folder / f"visit{ending}"
    done = CliRunner().invoke(
        app, ["suggest", str(folder / "map.tif"), "--confidence", str(folder / "confidence.tif"), "-n", "6",
              "--per-trip", "2", "--cell", "5", "--distance", "12", "-o", str(output)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = read_sample(output)
    np.testing.assert_array_equal(found.ids, np.arange(1, 7))
    assert found.references == {"reference": [""] * 6}
    if ending != ".geojson":
        expected = suggest(folder, number=6, cell=5, per_trip=2, distance=12)
        rows, cols = expected.pixels.T
        np.testing.assert_allclose(found.places, np.stack([364005 + 10 * cols, 5809995 - 10 * rows], axis=1))


def test_segments_are_outlines_of_the_class_around_each_place(folder: Path) -> None:
    """Stripes are 6 columns wide: a segment of up to 9 pixels across is 6 x 9 where the map has that many rows."""
    found = suggest(folder, number=4, cell=5, segments=9)
    found.write(folder / "visit.gpkg")
    geometry = pyogrio.raw.read(folder / "visit.gpkg")[2]
    for (row, col), outline in zip(found.pixels.tolist(), shapely.from_wkb(geometry), strict=True):
        stripe = range(col // 6 * 6, col // 6 * 6 + 6)
        cols = [c for c in stripe if abs(c - col) <= 4]
        rows = [r for r in range(3, 40) if abs(r - row) <= 4]
        assert outline.area == pytest.approx(100 * len(rows) * len(cols))
        assert outline.bounds[0] == pytest.approx(364000 + 10 * cols[0])
        assert outline.bounds[3] == pytest.approx(5810000 - 10 * rows[0])
    with pytest.raises(UsageError, match=r"holds points alone; write segments to \.gpkg"):
        found.write(folder / "visit.csv")


@pytest.mark.filterwarnings("error::UserWarning")
def test_map_without_a_reference_system_gives_places_as_qgis_shows_it(tmp_path: Path) -> None:
    for name, values in {"map": np.full((1, 9, 9), 3, np.uint8), "c": np.ones((1, 9, 9), "f4")}.items():
        write_raster(tmp_path / f"{name}.tif", values, grid=Grid())
    found = hsclass.suggest(tmp_path / "map.tif", tmp_path / "c.tif", tmp_path / "c.tif", number=1, segments=5)
    found.write(tmp_path / "visit.gpkg")
    assert read_sample(tmp_path / "visit.gpkg").places.tolist() == [[4.5, -4.5]]


def test_other_grid_is_one_sentence(folder: Path) -> None:
    write_raster(folder / "di.tif", np.ones((1, 40, 59), "f4"), grid=GRID)
    with pytest.raises(DataError, match=r"di\.tif: the raster"):
        suggest(folder)


@pytest.mark.parametrize("again", [False, True])
def test_map_that_is_visited_everywhere_gives_no_place(folder: Path, again: bool) -> None:
    if again:
        suggest(folder, number=3).write(folder / "visit.gpkg")
    write_raster(folder / "all.tif", np.ones((1, 40, 60), np.uint8), grid=GRID)
    done = CliRunner().invoke(
        app, ["suggest", str(folder / "map.tif"), "--confidence", str(folder / "confidence.tif"),
              "--visited", str(folder / "all.tif"), "-o", str(folder / "visit.gpkg")],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "0 places of the 20 requested: no other cell is left" in done.output
    assert ("visit.gpkg: the file of this name, in which nothing was filled in, was replaced" in done.output) == again
    assert read_places(folder / "visit.gpkg")[0]["id"] == []


def test_rasters_without_a_value_are_one_sentence(folder: Path) -> None:
    write_raster(folder / "di.tif", np.full((1, 40, 60), np.nan, "f4"), grid=GRID)
    with pytest.raises(DataError, match=r"map\.tif: no pixel has a class, a confidence and a dissimilarity"):
        suggest(folder)


def test_labels_that_somebody_filled_in_are_not_written_over(folder: Path) -> None:
    output = folder / "visit.csv"
    suggest(folder, number=3).write(output)
    suggest(folder, number=3).write(output)
    output.write_text(output.read_text().replace(",\n", ",2\n", 2))
    with pytest.raises(UsageError, match=r"visit\.csv: holds 2 labels or notes that somebody filled in"):
        suggest(folder, number=3).write(output)


def test_copy_to_fill_in_is_replaced_until_it_holds_labels(folder: Path) -> None:
    drawn, copy = folder / "drawn/visit.csv", folder / "visit.csv"

    def run(number: int) -> str:
        done = CliRunner().invoke(
            app, ["suggest", str(folder / "map.tif"), "--confidence", str(folder / "confidence.tif"),
                  "-n", str(number), "-o", str(drawn), "--to-fill-in", str(copy)],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return done.stderr

    run(3)
    assert copy.read_bytes() == drawn.read_bytes()
    run(2)
    assert copy.read_bytes() == drawn.read_bytes()
    labelled = copy.read_text().replace(",\n", ",2\n", 1)
    copy.write_text(labelled)
    assert f"note: output {copy}: holds 1 labels or notes that somebody filled in" in run(4)
    assert (copy.read_text(), len(read_places(drawn)[0]["id"])) == (labelled, 4)
    copy.write_text("")
    assert f"note: {copy}: holds no rows" in run(4)
    assert copy.read_text() == ""


@pytest.mark.parametrize("ending", ["csv", "gpkg", "geojson", "kml"])
def test_places_without_labels_are_replaced_and_files_of_others_are_not(folder: Path, ending: str) -> None:
    output = folder / f"visit.{ending}"
    suggest(folder, number=3).write(output)
    suggest(folder, number=2).write(output)
    assert len(read_places(output)[0]["id"]) == 2
    write_places(output.with_name(f"points.{ending}"), GRID, np.zeros((1, 2)), {"id": np.ones(1), "crop": np.ones(1)})
    with pytest.raises(UsageError, match=rf"points\.{ending}: is there and was not written by this command"):
        suggest(folder, number=2).write(output.with_name(f"points.{ending}"))


def test_notes_in_a_column_of_the_interpreter_and_further_layers_are_kept(folder: Path) -> None:
    output = folder / "visit.csv"
    suggest(folder, number=3).write(output)
    first, *rows = output.read_text().splitlines()
    output.write_text("\n".join([f"{first},label", *(f"{row}," for row in rows[:-1]), f"{rows[-1]},wheat"]))
    with pytest.raises(UsageError, match=r"visit\.csv: holds 1 labels or notes"):
        suggest(folder, number=3).write(output)
    output = folder / "visit.gpkg"
    suggest(folder, number=3).write(output)
    pyogrio.raw.write(
        output, shapely.to_wkb([shapely.Point(0, 0)]), [], [], geometry_type="Point", crs="EPSG:32633", layer="roads",
        append=True,
    )  # fmt: skip
    with pytest.raises(UsageError, match=r"visit\.gpkg: is there and was not written"):
        suggest(folder, number=3).write(output)
