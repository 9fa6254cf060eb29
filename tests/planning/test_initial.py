"""`hsclass init` writes a descriptor and an experiment that run as they are."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from rasterio.crs import CRS
from rasterio.transform import Affine
from typer.testing import CliRunner

from hsclass.cli import app
from hsclass.datasets import open_scene
from hsclass.errors import DataError, UsageError
from hsclass.experiment import load_experiment
from hsclass.planning.initial import initial_files
from hsclass.raster import Grid, write_raster

GRID = Grid(CRS.from_epsg(32633), Affine(10, 0, 400_000, 0, -10, 5_000_000))


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    values = np.random.default_rng(3).integers(100, 4000, (4, 60, 60), np.int16)
    write_raster(tmp_path / "my scene.tif", values, grid=GRID)
    return tmp_path / "my scene.tif"


def fields(tmp_path: Path, **columns: list[object]) -> Path:
    """Write twelve squares of 8 x 8 pixels, in turn of three crops."""
    import geopandas
    from shapely import box

    squares = [
        box(400_000 + 150 * col, 5_000_000 - 150 * row - 80, 400_000 + 150 * col + 80, 5_000_000 - 150 * row)
        for row in range(4) for col in range(3)
    ]  # fmt: skip
    crops = [("wheat", "maize", "oats: late")[place % 3] for place in range(12)]
    frame = geopandas.GeoDataFrame({"crop": crops, **columns}, geometry=squares, crs=32633)
    frame.to_file(tmp_path / "fields.gpkg")
    return tmp_path / "fields.gpkg"


def test_raster_of_labels(cube: Path, tmp_path: Path) -> None:
    labels = np.zeros((1, 60, 60), np.uint8)
    for place in range(16):
        labels[0, 15 * (place // 4) : 15 * (place // 4) + 9, 15 * (place % 4) : 15 * (place % 4) + 9] = 1 + place % 2
    write_raster(tmp_path / "labels.tif", labels, grid=GRID)
    result = CliRunner().invoke(app, ["init", str(cube), str(tmp_path / "labels.tif"), "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    spaced = CliRunner().invoke(app, ["init", str(cube), "-o", str(tmp_path / "a b")])
    assert f"next: hsclass inspect '{cube}'" in spaced.output
    described = yaml.safe_load((tmp_path / "my_scene.yaml").read_text(encoding="utf-8"))
    assert (described["cube"], described["labels"]) == ("my scene.tif", {"path": "labels.tif"})
    scene = open_scene(tmp_path / "my_scene.yaml", folder=tmp_path / "data")
    np.testing.assert_array_equal(scene.labels, labels[0])
    plan = load_experiment(tmp_path / "my_scene_experiment.yaml").plan
    assert [entry.kind for entry in plan.splits] == ["regions", "matched_random"]
    assert plan.final is not None
    assert plan.final.folds == 5
    again = CliRunner().invoke(app, ["init", str(cube), "-o", str(tmp_path)])
    assert "my_scene.yaml: already exists; remove it" in str(again.exception)


def test_class_attribute_is_chosen_and_reported(cube: Path, tmp_path: Path) -> None:
    shapes = fields(tmp_path, field_no=list(range(100, 112)), owner=["a", "b"] * 6)
    initial = initial_files(cube, shapes, folder=tmp_path)
    initial.write()
    assert any(
        "'crop' is taken for the class, of the attributes crop, field_no, owner" in note for note in initial.notes
    )
    assert any("'field_no' could be the group" in note for note in initial.notes)
    scene = open_scene(tmp_path / "my_scene.yaml", folder=tmp_path / "data")
    assert [cover.name for cover in scene.classes] == ["maize", "oats: late", "wheat"]
    assert int((scene.labels > 0).sum()) == 12 * 64
    load_experiment(tmp_path / "my_scene_experiment.yaml")


def test_only_an_attribute_that_names_places_is_suggested_as_the_group(cube: Path, tmp_path: Path) -> None:
    dates = np.array(["2024-05-01"] * 12, "datetime64[D]") + np.arange(12)
    place = {"area_m2": list(np.arange(12) + 0.5), "drawn_on": list(dates), "site_age": list(np.arange(12) + 0.5)}
    initial = initial_files(cube, fields(tmp_path, **place, website=[f"w{k}" for k in range(12)]), folder=tmp_path)
    assert not any("could be the group" in note for note in initial.notes)
    initial = initial_files(cube, fields(tmp_path, **place, plot=[f"p{k}" for k in range(12)]), folder=tmp_path)
    assert any(note.endswith("'plot' could be the group that is held out as a whole: add 'group: plot'")
               for note in initial.notes)  # fmt: skip
    site = [f"site {k // 2}" for k in range(12)]
    initial = initial_files(cube, fields(tmp_path, **place, site=site), folder=tmp_path)
    (said,) = (note for note in initial.notes if "'site' could be the group" in note)
    assert "'splits: [{sampler: regions, several_classes: true}]'" in said
    assert "'final: {sampler_options: {several_classes: true}}'" in said


def test_groups_of_several_classes_are_refused_by_their_own_names(cube: Path, tmp_path: Path) -> None:
    from hsclass.samplers import make_split
    from hsclass.scene import write_scene

    shapes = fields(tmp_path, site=[f"site {k // 2}" for k in range(12)])
    file = tmp_path / "s.yaml"
    file.write_text(f"cube: {cube.name}\nlabels: {{path: {shapes.name}, field: crop, group: site}}\n")
    write_scene(open_scene(file, folder=tmp_path / "data"), tmp_path / "scene")
    for scene in (open_scene(file, folder=tmp_path / "data"), open_scene(tmp_path / "scene")):
        with pytest.raises(DataError, match=r"6 of 6 groups hold several classes \(site 0: classes 1, 3; site 1: "):
            make_split(scene, "regions", window=1)
        make_split(scene, "regions", window=1, several_classes=True, validation=0)


def test_names_with_commas_and_an_attribute_of_the_most_values(cube: Path, tmp_path: Path) -> None:
    shapes = fields(tmp_path, crop=["concrete, tar", "#7", "a: b"] * 4, drawn_on=["May"] * 12)
    initial_files(cube, shapes, folder=tmp_path).write()
    scene = open_scene(tmp_path / "my_scene.yaml", folder=tmp_path / "data")
    assert [cover.name for cover in scene.classes] == ["#7", "a: b", "concrete, tar"]


def test_options_of_the_labels_name_layer_and_attribute(cube: Path, tmp_path: Path) -> None:
    import geopandas

    shapes = fields(tmp_path, owner=["a", "b"] * 6)
    geopandas.read_file(shapes).iloc[:3].to_file(shapes, layer="notes")
    with pytest.raises(DataError, match=r"holds the layers fields, notes; .* 'hsclass init' by --set layer=NAME"):
        initial_files(cube, shapes, folder=tmp_path)
    asked = ["init", str(cube), str(shapes), "-o", str(tmp_path), "--set", "layer=fields", "--set", "field=owner"]
    assert CliRunner().invoke(app, asked).exit_code == 0
    described = yaml.safe_load((tmp_path / "my_scene.yaml").read_text(encoding="utf-8"))
    assert described["labels"] == {"path": "fields.gpkg", "layer": "fields", "field": "owner"}
    assert [entry["name"] for entry in described["classes"]] == ["a", "b"]
    with pytest.raises(UsageError, match=r"labels: unknown option 'feld'; .*did you mean 'field'"):
        initial_files(cube, shapes, options={"feld": "owner"}, folder=tmp_path)
    with pytest.raises(UsageError, match="expected the cube first"):
        initial_files(shapes, cube, folder=tmp_path)


def test_a_class_without_a_pixel_is_listed_and_the_files_run(cube: Path, tmp_path: Path) -> None:
    import geopandas
    import pandas
    from shapely import box

    path = fields(tmp_path)
    rock = geopandas.GeoDataFrame({"crop": ["a rock"]}, geometry=[box(0, 0, 90, 90)], crs=32633)
    pandas.concat([geopandas.read_file(path), rock]).to_file(path)
    initial_files(cube, path, folder=tmp_path).write()
    text = (tmp_path / "my_scene.yaml").read_text(encoding="utf-8")
    assert "{id: 1, name: a rock, color: " in text
    assert "# 0 pixels" in text
    scene = open_scene(tmp_path / "my_scene.yaml", folder=tmp_path / "data")
    assert [(cover.id, cover.name) for cover in scene.classes] == [(2, "maize"), (3, "oats: late"), (4, "wheat")]
    for cover in scene.classes:
        assert f"name: {cover.name}" in text.replace('"', "").replace("'", "")


def test_nan_is_declared_where_the_cube_does_not(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=(4, 60, 60)).astype(np.float32)
    values[:, :2], values[1, 5, 5] = np.nan, np.nan
    write_raster(tmp_path / "nan.tif", values, grid=GRID)
    initial = initial_files(tmp_path / "nan.tif", fields(tmp_path), folder=tmp_path)
    initial.write()
    assert "nodata: .nan\n" in (tmp_path / "nan.yaml").read_text(encoding="utf-8")
    scene = open_scene(tmp_path / "nan.yaml", folder=tmp_path / "data")
    assert int((~scene.mask).sum()) == 121
    assert not any("'nodata: .nan'" in note for note in initial.notes)


def test_nan_is_missing_data_in_addition_to_what_the_cube_declares(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=(4, 60, 60)).astype(np.float32)
    values[:, :2], values[:, 2], values[1, 5, 5] = np.nan, -9999, np.nan
    write_raster(tmp_path / "both.tif", values, grid=GRID, nodata=-9999)
    initial = initial_files(tmp_path / "both.tif", fields(tmp_path), folder=tmp_path)
    initial.write()
    assert yaml.safe_load((tmp_path / "both.yaml").read_text())["nodata"] == [-9999, pytest.approx(np.nan, nan_ok=True)]
    scene = open_scene(tmp_path / "both.yaml", folder=tmp_path / "data")
    assert int((~scene.mask).sum()) == 181
    assert any("NaN is taken for missing data, as the declared -9999 is" in note for note in initial.notes)


def test_stack_of_two_dates_has_no_wavelengths(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=(4, 60, 60)).astype(np.float32)
    write_raster(tmp_path / "dates.tif", values, grid=GRID, wavelengths=np.array([450.0, 550, 450, 550]))
    initial = initial_files(tmp_path / "dates.tif", fields(tmp_path), folder=tmp_path)
    initial.write()
    assert "wavelengths: []\n" in (tmp_path / "dates.yaml").read_text(encoding="utf-8")
    assert open_scene(tmp_path / "dates.yaml", folder=tmp_path / "data").wavelengths is None
    assert any("several bands have one wavelength, as of several dates" in note for note in initial.notes)


def test_cube_without_labels_gets_a_descriptor_only(cube: Path, tmp_path: Path) -> None:
    (file,) = initial_files(cube, folder=tmp_path).files
    assert file == tmp_path / "my_scene.yaml"


def test_polygons_without_a_class_are_refused_with_their_attributes(cube: Path, tmp_path: Path) -> None:
    shapes = fields(tmp_path, crop=["same"] * 12, number=list(range(12)))
    with pytest.raises(UsageError, match=r"no attribute of 2 to 60 different values .* crop \(1\), number \(12\)"):
        initial_files(cube, shapes, folder=tmp_path)


def test_one_class_is_refused_and_a_small_scene_gets_small_windows(cube: Path, tmp_path: Path) -> None:
    write_raster(tmp_path / "one.tif", np.ones((1, 60, 60), np.uint8), grid=GRID)
    with pytest.raises(UsageError, match=r"one\.tif: holds a single class, 'class 1'; expected two or more"):
        initial_files(cube, tmp_path / "one.tif", folder=tmp_path)
    write_raster(tmp_path / "small.tif", np.arange(100, dtype=np.int16).reshape(4, 5, 5), grid=GRID)
    labels = np.array([[[1, 1, 2, 2, 2]] * 5], np.uint8)
    write_raster(tmp_path / "labels.tif", labels, grid=GRID)
    texts = initial_files(tmp_path / "small.tif", tmp_path / "labels.tif", folder=tmp_path).files
    assert "window: 5" in texts[tmp_path / "small_experiment.yaml"]
