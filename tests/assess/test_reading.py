"""Reference labels of an evaluation and the legend that they share with the predictions."""

import logging
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.assess import compare_files, evaluate_file
from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid, write_raster
from hsclass.scene import LandCover, write_classes
from hsclass.split import Split, write_split

CLASSES = (LandCover(1, "field", (0, 99, 0)), LandCover(2, "roof", (99, 0, 0)))
PLACE = Grid(CRS.from_epsg(32633), Affine(10, 0, 500, 0, -10, 900))
ROLES = np.array([[1, 3, 3, 3]], np.uint8)
DRAWN = np.array([[1, 1, 2, 1]], np.uint8)


def make_split(path: Path, *, labels: str = "", grid: Grid = PLACE) -> Path:
    write_split(Split(ROLES, 1, "fixed", 0, {}, True, grid=grid), path, labels_file=labels)
    return path


def make_map(path: Path, *, classes: tuple[LandCover, ...] = CLASSES, drawn: np.ndarray = DRAWN) -> Path:
    write_classes(path, drawn, classes=classes, grid=PLACE)
    return path


def make_polygons(path: Path, names: tuple[str, str, str] = ("roof", "roof", "field")) -> Path:
    shapes = [shapely.box(500 + 10 * col, 890, 510 + 10 * col, 900) for col in (1, 2, 3)]
    pyogrio.raw.write(
        path, shapely.to_wkb(shapes), [np.array(names, object)], ["cover"], geometry_type="Polygon", crs="EPSG:32633"
    )
    return path


@pytest.mark.parametrize("named", ["", "gone.tif"])
def test_polygons_take_the_ids_of_the_maps_legend_where_the_split_names_no_labels(tmp_path: Path, named: str) -> None:
    """The roof of column 1 is mapped as field, the others are right."""
    polygons = make_polygons(tmp_path / "p.gpkg")
    split = make_split(tmp_path / "s.tif", labels=named)
    found = evaluate_file(make_map(tmp_path / "m.tif"), split, labels=polygons)
    assert found.confusion == [[1, 0], [1, 1]]
    maps = {"a": tmp_path / "m.tif", "b": make_map(tmp_path / "n.tif", drawn=np.array([[1, 2, 2, 1]], np.uint8))}
    (pair,) = compare_files(maps, split, labels=polygons).pairs
    assert (pair.only_a, pair.only_b) == (0, 1)


def test_polygons_without_any_legend_are_refused(tmp_path: Path) -> None:
    write_raster(tmp_path / "m.tif", DRAWN, grid=PLACE)
    with pytest.raises(UsageError, match=r"p\.gpkg: holds polygons.* nothing gives their classes an id"):
        evaluate_file(tmp_path / "m.tif", make_split(tmp_path / "s.tif"), labels=make_polygons(tmp_path / "p.gpkg"))


def test_polygons_of_an_unknown_class_are_refused_by_the_legend(tmp_path: Path) -> None:
    polygons = make_polygons(tmp_path / "p.gpkg", ("roof", "lake", "field"))
    with pytest.raises(DataError, match=r"holds the classes lake, which the legend does not list; .* rename it"):
        evaluate_file(make_map(tmp_path / "m.tif"), make_split(tmp_path / "s.tif"), labels=polygons)


def test_polygons_on_a_split_without_coordinates_are_refused_without_speaking_of_a_cube(tmp_path: Path) -> None:
    polygons, split = make_polygons(tmp_path / "p.gpkg"), make_split(tmp_path / "s.tif", grid=Grid())
    with pytest.raises(DataError, match=r"p\.gpkg: holds polygons or points, but the split has no map coordinates"):
        evaluate_file(make_map(tmp_path / "m.tif"), split, labels=polygons)


def test_regions_of_interest_are_reference_labels(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(
        "; ENVI Output of ROIs\n; Number of ROIs: 2\n; File Dimension: 4 x 1\n\n"
        "; ROI name: field\n; ROI npts: 1\n; ROI name: roof\n; ROI npts: 2\n; ID X Y\n1 4 1\n1 2 1\n2 3 1\n"
    )
    found = evaluate_file(make_map(tmp_path / "m.tif"), make_split(tmp_path / "s.tif"), labels=tmp_path / "r.txt")
    assert found.confusion == [[1, 0], [1, 1]]


def test_labels_without_names_and_without_a_class_of_the_map_are_refused(tmp_path: Path) -> None:
    write_raster(tmp_path / "ids.tif", np.array([[10, 10, 20, 20]], np.uint8), grid=PLACE)
    with pytest.raises(DataError, match=r"holds the class ids \[10, 20\], none of which .* they have 1 field, 2 roof"):
        evaluate_file(make_map(tmp_path / "m.tif"), make_split(tmp_path / "s.tif"), labels=tmp_path / "ids.tif")


def test_ids_of_labels_that_the_map_has_no_class_for_are_reported_and_count_as_errors(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_raster(tmp_path / "ids.tif", np.array([[1, 1, 2, 7]], np.uint8), grid=PLACE)
    with caplog.at_level(logging.WARNING):
        found = evaluate_file(make_map(tmp_path / "m.tif"), make_split(tmp_path / "s.tif"), labels=tmp_path / "ids.tif")
    assert (
        "ids.tif: the raster of labels holds the class ids [7], which the predictions have no class for" in caplog.text
    )
    assert found.confusion == [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert [row.name for row in found.classes] == ["field", "roof", "class 7"]


def test_legends_that_exchange_two_ids_are_refused(tmp_path: Path) -> None:
    exchanged = (LandCover(1, "Roof", (0, 99, 0)), LandCover(2, "field", (99, 0, 0)))
    make_map(tmp_path / "labels.tif", drawn=np.array([[1, 1, 2, 2]], np.uint8))
    split = make_split(tmp_path / "s.tif", labels="labels.tif")
    with pytest.raises(DataError, match=r"the map gives 'Roof' the id 1, the reference labels give it 2"):
        evaluate_file(make_map(tmp_path / "m.tif", classes=exchanged), split)
    with rasterio.open(tmp_path / "theirs.tif", "w", driver="GTiff", width=4, height=1, count=1, dtype="uint8") as sink:
        sink.write(DRAWN[np.newaxis])
    (tmp_path / "theirs.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='1'><CategoryNames><Category/><Category>roof</Category>"
        "<Category>field</Category></CategoryNames></PAMRasterBand></PAMDataset>"
    )
    with pytest.raises(DataError, match=r"theirs.tif: the map gives 'roof' the id 1, the reference labels give it 2"):
        evaluate_file(tmp_path / "theirs.tif", split)


def test_another_name_for_an_id_is_reported_and_default_names_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_map(tmp_path / "labels.tif", drawn=np.array([[1, 1, 2, 2]], np.uint8))
    split = make_split(tmp_path / "s.tif", labels="labels.tif")
    other = (LandCover(1, "class 1", (0, 99, 0)), LandCover(2, "building", (99, 0, 0)))
    with caplog.at_level(logging.WARNING):
        found = evaluate_file(make_map(tmp_path / "m.tif", classes=other), split)
    assert found.confusion == [[1, 0], [1, 1]]
    assert "names class 2 'building', the reference labels name it 'roof'; they count as one class" in caplog.text
    assert "class 1" not in caplog.text


def test_test_pixels_without_a_reference_or_predicted_class_are_counted(tmp_path: Path) -> None:
    write_raster(tmp_path / "few.tif", np.array([[1, 0, 0, 2]], np.uint8), grid=PLACE)
    split = make_split(tmp_path / "s.tif")
    with pytest.raises(DataError, match="reference labels: leave 2 of 3 test samples without a class; give the labels"):
        evaluate_file(make_map(tmp_path / "m.tif"), split, labels=tmp_path / "few.tif")
    make_map(tmp_path / "holes.tif", drawn=np.array([[1, 0, 2, 2]], np.uint8))
    with pytest.raises(DataError, match="predictions: leave 1 of 3 test samples without a class; predict those too"):
        evaluate_file(tmp_path / "holes.tif", split, labels=make_map(tmp_path / "m.tif"))
