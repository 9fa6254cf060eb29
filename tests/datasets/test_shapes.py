"""Labels as polygons or points: drawn where they lie, in ids, names and colours of their table."""

import json
import logging
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import transform

from hsclass.datasets import load_descriptor
from hsclass.datasets.build import build_scene
from hsclass.datasets.edits import own_files
from hsclass.datasets.fetch import fetch
from hsclass.datasets.inspecting import inspect_files
from hsclass.errors import DataError, HsclassError
from hsclass.raster import Grid, write_raster
from hsclass.scene import Scene

Describe = Callable[..., Path]
UTM = "EPSG:32633"
LEFT, TOP, PIXEL = 364000, 5810000, 10


def box(row: float, col: float, rows: float, cols: float) -> shapely.Polygon:
    """Return a rectangle by its upper left corner and size, in pixels of the cube."""
    left, top = LEFT + PIXEL * col, TOP - PIXEL * row
    return shapely.box(left, top - PIXEL * rows, left + PIXEL * cols, top)


def point(row: float, col: float) -> shapely.Point:
    return shapely.Point(LEFT + PIXEL * col, TOP - PIXEL * row)


def save(path: Path, shapes: Sequence[Any], crs: str | None = UTM, layer: str | None = None, **fields: Any) -> Path:
    """Write features with their attributes; the format follows the suffix."""
    pyogrio.raw.write(
        path, geometry=np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], object),
        field_data=[np.array(values) for values in fields.values()], fields=list(fields), crs=crs, layer=layer,
        geometry_type="Unknown" if path.suffix != ".shp" else "Polygon", append=path.exists(),
    )  # fmt: skip
    return path


@pytest.fixture
def scene(describe: Describe, tmp_path: Path, cube: np.ndarray) -> Callable[..., Scene]:
    """Build a scene of 4 x 5 pixels of 10 m with the labels of a file."""
    grid = Grid(CRS.from_string(UTM), Affine(PIXEL, 0, LEFT, 0, -PIXEL, TOP))
    write_raster(tmp_path / "cube.tif", np.moveaxis(cube, 2, 0), grid=grid)

    def build(labels: Path, classes: Any = None, **options: Any) -> Scene:
        file = describe(cube="cube.tif", labels={"path": labels.name, **options}, classes=classes)
        fetch(file, tmp_path / "data")
        return build_scene(file, folder=tmp_path / "data")

    return build


BuildScene = Callable[..., Scene]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".fgb"])
def test_polygons_are_drawn_by_pixel_centres(scene: BuildScene, tmp_path: Path, suffix: str) -> None:
    crs = "EPSG:4326" if suffix == ".geojson" else UTM
    shapes = [box(0, 0, 2, 2.4), box(1.6, 2.6, 2.4, 2.4)]
    if crs != UTM:
        from rasterio.warp import transform

        shapes = [
            shapely.transform(shape, lambda xy: np.column_stack(transform(UTM, crs, xy[:, 0], xy[:, 1])))
            for shape in shapes
        ]
    built = scene(save(tmp_path / f"fields{suffix}", shapes, crs, crop=[7, 3]))
    assert built.require_labels().tolist() == [[7, 7, 0, 0, 0], [7, 7, 0, 0, 0], [0, 0, 0, 3, 3], [0, 0, 0, 3, 3]]
    assert [(cover.id, cover.name) for cover in built.classes] == [(3, "class 3"), (7, "class 7")]


def test_all_touched_takes_the_edges_too(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(1.1, 1.1, 1.3, 1.3)], crop=[1])
    assert (scene(path).require_labels() > 0).sum() == 1
    assert scene(path, all_touched=True).require_labels().tolist() == [
        [0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 0, 0],
    ]  # fmt: skip


def test_points_label_the_pixel_that_they_lie_in(scene: BuildScene, tmp_path: Path) -> None:
    shapes = [point(0.9, 4.2), shapely.MultiPoint([point(2.5, 0.5), point(3.5, 1.01)])]
    built = scene(save(tmp_path / "samples.gpkg", shapes, crop=["oats", "barley"]))
    assert np.argwhere(built.require_labels() == 2).tolist() == [[0, 4]]
    assert np.argwhere(built.require_labels() == 1).tolist() == [[2, 0], [3, 1]]
    assert [(cover.id, cover.name) for cover in built.classes] == [(1, "barley"), (2, "oats")]


def test_polygon_with_a_hole(scene: BuildScene, tmp_path: Path) -> None:
    ring = box(0, 0, 4, 5).difference(box(1, 1, 2, 3))
    labels = scene(save(tmp_path / "fields.gpkg", [ring], crop=[1])).require_labels()
    assert (labels == 0).sum() == 6
    assert not labels[1:3, 1:4].any()


@pytest.mark.parametrize(("overlap", "shared"), [("drop", 0), ("first", 1), ("last", 2), (None, 0)])
def test_pixels_of_several_classes_follow_the_rule_and_are_reported(
    scene: BuildScene, tmp_path: Path, overlap: str | None, shared: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 3), box(0, 2, 1, 3), box(0, 0, 1, 1)], crop=[1, 2, 1])
    with caplog.at_level(logging.WARNING):
        labels = scene(path, **({"overlap": overlap} if overlap else {})).require_labels()
    assert labels[0].tolist() == [1, 1, shared, 2, 2]
    assert "1 pixel lies in features of several classes and is" in caplog.text
    assert "has no labelled pixel" not in caplog.text


def test_names_ids_and_colours_from_the_table(scene: BuildScene, tmp_path: Path) -> None:
    path = save(
        tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1), box(2, 2, 1, 1)],
        code=[40, 8, 40], crop=["Oats", "Rye", "Oats"], shade=["#FF8000", "1, 2, 3", "ff8000"],
    )  # fmt: skip
    built = scene(path, field="code", name_field="crop", color_field="shade")
    assert [(cover.id, cover.name, cover.color) for cover in built.classes] == [
        (8, "Rye", (1, 2, 3)), (40, "Oats", (255, 128, 0)),
    ]  # fmt: skip


def test_ids_that_stand_as_text_are_ids(scene: BuildScene, tmp_path: Path) -> None:
    built = scene(save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1)], code=["10", "2"]))
    assert [cover.id for cover in built.classes] == [2, 10]
    assert built.require_labels()[0, 0] == 10


def test_descriptor_gives_names_their_ids(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1), box(2, 2, 1, 1)], crop=["A", "b", "c"])
    classes = [{"id": 5, "name": "cereals", "values": ["A", "c"]}, {"id": 9, "name": "b", "color": "#010203"}]
    built = scene(path, classes)
    assert np.diag(built.require_labels()).tolist() == [5, 9, 5, 0]
    assert [(cover.id, cover.name) for cover in built.classes] == [(5, "cereals"), (9, "b")]
    assert built.classes[1].color == (1, 2, 3)


def test_names_count_also_where_values_are_given(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1)], crop=["A", "cereals"])
    classes = [{"id": 5, "name": "cereals", "values": ["A"]}, {"id": 9, "name": "b"}]
    assert np.diag(scene(path, classes).require_labels()).tolist() == [5, 5, 0, 0]


def test_number_that_is_the_id_of_one_class_and_the_name_of_another_is_refused(
    scene: BuildScene, tmp_path: Path
) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1)], code=[1, 2])
    classes = [{"id": 1, "name": "2"}, {"id": 2, "name": "3"}]
    with pytest.raises(DataError, match=r"holds 2, which by .* stands for class 1 and class 2, as id, name or value"):
        scene(path, classes)
    classes = [{"id": 1, "name": "2", "values": [2]}, {"id": 2, "name": "3", "values": [1]}]
    assert np.diag(scene(path, classes).require_labels()).tolist() == [2, 1, 0, 0]


def test_accents_are_compared_however_they_are_written(scene: BuildScene, tmp_path: Path) -> None:
    both = [unicodedata.normalize(form, "Gebäude") for form in ("NFC", "NFD")]
    built = scene(save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1), box(2, 2, 1, 1)], of=[*both, "x"]))
    assert [cover.name for cover in built.classes] == ["Gebäude", "x"]


def test_shapefile_in_utf_8_that_does_not_say_so(
    scene: BuildScene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(tmp_path / "fields.shp", [box(0, 0, 1, 1), box(1, 1, 1, 1)], crop=["Gebäude", "Straße"])
    (tmp_path / "fields.cpg").unlink()
    assert [cover.name for cover in scene(path).classes] == ["Gebäude", "Straße"]
    assert "fields.shp: has no .cpg file to say how its texts are encoded; they are UTF-8" in caplog.text
    table = tmp_path / "fields.dbf"
    table.write_bytes(table.read_bytes().replace("ä".encode(), "ä".encode("latin-1") + b" "))
    table.write_bytes(table.read_bytes().replace("ß".encode(), "ß".encode("latin-1") + b" "))
    assert {cover.name[:3] for cover in scene(path).classes} == {"Geb", "Str"}
    assert {"ä", "ß"} <= {*"".join(cover.name for cover in scene(path).classes)}


def with_more(describe: Describe, tmp_path: Path, more: Any, classes: Any = None, **labels: Any) -> Scene:
    file = describe(cube="cube.tif", labels={"path": "fields.gpkg", **labels}, more_labels=more, classes=classes)
    fetch(file, tmp_path / "data")
    return build_scene(file, folder=tmp_path / "data")


def test_further_labels_fill_what_those_before_leave_out(
    scene: BuildScene, describe: Describe, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save(tmp_path / "fields.gpkg", [box(0, 0, 1, 2), box(1, 0, 1, 2)], crop=["rye", "oats"], site=["a", "b"])
    visited = save(
        tmp_path / "visit.gpkg", [box(0, 1, 1, 3), box(2, 0, 1, 1), point(3.5, 4.5)],
        reference=["oats", "rye", ""], site=["c", "a", "a"],
    )  # fmt: skip
    more = {"path": "visit.gpkg", "field": "reference", "group": "site"}
    with caplog.at_level(logging.WARNING):
        built = with_more(describe, tmp_path, more, field="crop", group="site")
    assert built.require_labels().tolist() == [[2, 2, 1, 1, 0], [1, 1, 0, 0, 0], [2, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    assert [(cover.id, cover.name) for cover in built.classes] == [(1, "oats"), (2, "rye")]
    assert built.groups is not None
    assert built.groups.tolist() == [[1, 1, 3, 3, 0], [2, 2, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    assert built.group_names == {1: "a", 2: "b", 3: "c"}
    assert "visit.gpkg: 1 pixel has another class in the labels before it and keeps that" in caplog.text
    assert "1 of 3 features has no class and is left out" in caplog.text
    with pytest.raises(DataError, match=r"visit\.gpkg: expected 'group' of all labels or of none"):
        with_more(describe, tmp_path, {"path": "visit.gpkg", "field": "reference"}, field="crop", group="site")
    alone = scene(tmp_path / "fields.gpkg", field="crop")
    plain = with_more(describe, tmp_path, {"path": "visit.gpkg", "field": "reference"}, field="crop")
    assert len({alone.digest, plain.digest, built.digest}) == 3
    assert own_files(load_descriptor(tmp_path / "toy.yaml"))[-1] == visited
    visited.unlink()
    save(visited, [box(0, 1, 1, 3)], reference=["wheat"])
    with pytest.raises(
        DataError, match=r"visit\.gpkg: holds the classes wheat, which 'classes' in the descriptor does"
    ):
        with_more(describe, tmp_path, {"path": "visit.gpkg", "field": "reference"}, field="crop")


@pytest.mark.parametrize("written", ["1", "water"])
def test_more_labels_are_ids_or_names_of_the_scene(
    describe: Describe, scene: BuildScene, tmp_path: Path, written: str
) -> None:
    """`hsclass suggest` writes ids, which need not be the values of the first file."""
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1)], code=[10, 20])
    save(tmp_path / "visit.gpkg", [point(2.5, 2.5)], reference=[written])
    classes = [{"id": 1, "name": "water", "values": [10]}, {"id": 2, "name": "forest", "values": [20]}]
    scene(path, classes)
    more = {"path": "visit.gpkg", "field": "reference"}
    built = with_more(describe, tmp_path, more, field="code", classes=classes)
    assert np.diag(built.require_labels()).tolist() == [1, 2, 1, 0]


def test_more_labels_that_may_be_ids_or_values_are_refused(
    describe: Describe, scene: BuildScene, tmp_path: Path
) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1)], code=[10, 1])
    save(tmp_path / "visit.gpkg", [point(2.5, 2.5)], reference=["1"])
    classes = [{"id": 1, "name": "water", "values": [10]}, {"id": 2, "name": "forest", "values": [1]}]
    scene(path, classes)
    with pytest.raises(DataError, match=r"visit\.gpkg: holds 1, which by .* stands for class 1 and class 2"):
        with_more(describe, tmp_path, {"path": "visit.gpkg", "field": "reference"}, field="code", classes=classes)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"labels": None}, "'more_labels' are in addition to 'labels', which is missing"),
        ({"more_labels": "https://a.org/b.gpkg"}, "'more_labels' are read where they are, found https://a.org/b.gpkg"),
    ],
)
def test_further_labels_are_local_files_in_addition_to_others(describe: Describe, keys: Any, sentence: str) -> None:
    with pytest.raises(HsclassError, match=sentence):
        load_descriptor(describe(**{"more_labels": "labels.npy", **keys}))


def test_further_labels_need_classes_that_are_named(describe: Describe, tmp_path: Path) -> None:
    file = describe(more_labels="labels.npy")
    fetch(file, tmp_path / "data")
    with pytest.raises(DataError, match=r"labels\.npy: names no classes, which 'more_labels' need; list 'classes'"):
        build_scene(file, folder=tmp_path / "data")


@pytest.mark.parametrize("codes", [[0, 1, 0, 2], ["0", "1", "0.0", ""]])
def test_features_of_class_0_are_counted_apart_with_a_remedy(
    scene: BuildScene, tmp_path: Path, caplog: pytest.LogCaptureFixture, codes: list[Any]
) -> None:
    path = save(tmp_path / "fields.gpkg", [box(row, 0, 1, 2) for row in range(4)], crop=codes)
    with caplog.at_level(logging.WARNING):
        assert scene(path).require_labels()[:, 0].tolist() == [0, 1, 0, 2 if codes[3] else 0]
    assert (
        "2 of 4 features have the class 0, which stands for unlabelled, and are left out: feature 1 (no class), feature"
        " 3 (no class); if 0 is a class of yours, list it by 'classes' in the descriptor with another id and"
        " 'values: [0]'"
    ) in caplog.text
    assert ("1 of 4 features has no class and is left out: feature 4" in caplog.text) == (not codes[3])
    caplog.clear()
    entries = [{"id": 7, "name": "water", "values": [0]}, {"id": 1, "name": "b"}, {"id": 2, "name": "c"}]
    assert scene(path, classes=entries).require_labels()[:, 0].tolist() == [7, 1, 7, 2 if codes[3] else 0]
    assert "class 0" not in caplog.text


def test_what_is_left_out_is_counted(scene: BuildScene, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shapes = [box(0, 0, 1, 1), box(90, 0, 1, 1), box(1.1, 1.1, 0.2, 0.2), None, box(2, 2, 1, 1), box(0, 0, 0.9, 0.9)]
    path = save(tmp_path / "fields.gpkg", shapes, crop=["a", "b", "a", "a", "", "a"])
    with caplog.at_level(logging.WARNING):
        labels = scene(path).require_labels()
    assert np.argwhere(labels).tolist() == [[0, 0]]
    for sentence in (
        "1 of 6 features has no geometry and is left out: feature 4 (a)",
        "1 of 6 features has no class and is left out: feature 5 (no class)",
        "1 of 6 features lies outside of the scene and is left out: feature 2 (b)",
        "1 of 6 features holds no pixel's centre and is left out: feature 3 (a); 'all_touched: true' takes",
        "class b has no labelled pixel (its 1 feature lies outside of the scene)",
    ):
        assert sentence in caplog.text
    assert "class a has no" not in caplog.text


def test_a_class_without_a_pixel_is_reported_with_all_reasons(
    scene: BuildScene, tmp_path: Path, cube: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    cube[3] = -1
    grid = Grid(CRS.from_string(UTM), Affine(PIXEL, 0, LEFT, 0, -PIXEL, TOP))
    write_raster(tmp_path / "cube.tif", np.moveaxis(cube, 2, 0), grid=grid, nodata=-1)
    shapes = [box(0, 0, 1, 2), box(0, 0, 1, 1), box(3, 3, 1, 1), box(90, 0, 1, 1), box(3, 0, 1, 1), box(3, 0, 1, 1)]
    path = save(tmp_path / "fields.geojson", shapes, crop=["a", "b", "b", "b", "c", "c"])
    with caplog.at_level(logging.WARNING):
        built = scene(path)
    assert [cover.name for cover in built.classes] == ["a"]
    assert np.argwhere(built.require_labels()).tolist() == [[0, 1]]
    for sentence in (
        "2 of 6 features lie where the cube holds no data and are left out: feature 2 (b), feature 5 (c)",
        "class b has no labelled pixel (of its 3 features 1 shares all its pixels with features of other classes, 1"
        " lies where the cube holds no data, 1 lies outside of the scene)",
        "2 labelled pixels hold no data and become unlabelled, among them all of b, c",
    ):
        assert sentence in caplog.text


def test_one_of_several_layers(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1)], layer="y2023", crop=[1])
    save(path, [box(3, 4, 1, 1)], layer="y2024", crop=[2])
    assert scene(path, layer="y2024").require_labels()[3, 4] == 2


def test_digest_follows_the_table_and_the_options(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.shp", [box(0, 0, 1, 1.2)], crop=[1], code=[2])
    first = scene(path, field="crop").digest
    assert scene(path, field="crop").digest == first
    assert scene(path, field="code").digest != first
    assert scene(path, field="crop", all_touched=True).digest != first
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"1", b"3"))
    assert scene(path, field="crop").digest != first


def test_scene_without_coordinates_takes_no_polygons(describe: Describe, tmp_path: Path) -> None:
    save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1)], crop=[1])
    file = describe(labels="fields.gpkg")
    fetch(file, tmp_path / "data")
    with pytest.raises(DataError, match="holds polygons or points, but the cube has no map coordinates"):
        build_scene(file, folder=tmp_path / "data")


LINE = shapely.LineString([(LEFT, TOP), (LEFT + 20, TOP - 20)])
WRONG: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"crop": [1]}, {"field": "culture"}, "has no field 'culture'; it has crop; correct 'field'"),
    ({"crop": [1], "code": [2]}, {}, "has the fields crop, code; name the one that gives the class by 'field'"),
    ({}, {}, "has no field besides the geometries"),
    ({"crop": [1]}, {"layer": "2024"}, "has no layer '2024'; it holds fields; correct 'layer'"),
    ({"crop": [-3]}, {}, "holds 1 value that is no class id, the first -3; expected whole numbers from 0"),
    ({"crop": [1.5]}, {}, "holds 1 value that is no class id, the first 1.5"),
    ({"crop": [70000.5]}, {}, "holds 1 value that is no class id, the first 70000.5"),
    ({"crop": [1], "c": ["red"]}, {"field": "crop", "color_field": "c"}, "has the colour 'red'; expected #rrggbb"),
    ({"crop": ["a"]}, {"classes": [{"id": 1, "name": "b"}]}, "holds the classes a, which 'classes' in the descriptor"),
    ({"crop": [0]}, {}, "has no feature with a geometry and a class; expected class ids of 1 and up"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "options", "sentence"), WRONG)
def test_wrong_table(
    scene: BuildScene, tmp_path: Path, fields: dict[str, Any], options: dict[str, Any], sentence: str
) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 2, 2)], **fields)
    with pytest.raises(HsclassError) as caught:
        scene(path, **options)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "crs", "sentence"),
    [
        (LINE, UTM, "holds LineString; expected polygons or points"),
        (
            box(900, 900, 1, 1),
            UTM,
            "its 1 feature lies outside of the scene: it spans 373000.0, 5800990.0, 373010.0, 5801000.0 (left",
        ),
        (box(0, 0, 1, 1), None, "these features have no coordinate reference system, but the cube is in EPSG"),
        (box(0, 0, 1, 1), "EPSG:32632", "its 1 feature lies outside of the scene"),
    ],
)
def test_wrong_geometry(scene: BuildScene, tmp_path: Path, shape: Any, crs: str | None, sentence: str) -> None:
    path = save(tmp_path / "fields.gpkg", [shape], crs, crop=[1])
    with pytest.raises(DataError) as caught:
        scene(path)
    assert sentence in str(caught.value)


def test_two_names_of_one_class(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "f.gpkg", [box(0, 0, 1, 1), box(1, 0, 1, 1)], code=[1, 1], crop=["oats", "rye"])
    with pytest.raises(DataError, match="class 1 has 2 names, oats, rye; expected one"):
        scene(path, field="code", name_field="crop")


@pytest.mark.parametrize("text", ["", "{}", '{"type": "FeatureCollection"', json.dumps({"type": "FeatureCollection"})])
def test_text_that_is_no_geojson(scene: BuildScene, tmp_path: Path, text: str) -> None:
    (tmp_path / "f.geojson").write_text(text)
    with pytest.raises(DataError, match=r"f\.geojson: "):
        scene(tmp_path / "f.geojson")


def test_options_of_polygons_are_refused_for_a_raster(scene: BuildScene, tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", np.ones((4, 5)))
    with pytest.raises(HsclassError, match="is not read as polygons or points, which 'field' is for; expected one of"):
        scene(tmp_path / "labels.npy", field="crop")


def test_groups_keep_the_identity_of_polygons_up_to_the_split(scene: BuildScene, tmp_path: Path) -> None:
    from hsclass.datasets.opening import read_scene
    from hsclass.samplers import make_split
    from hsclass.scene import write_scene

    boxes = [box(0, 0, 1, 2), box(0, 3, 1, 2), box(2, 0, 1, 5)]
    path = save(tmp_path / "fields.gpkg", boxes, crop=[1, 1, 2], field_id=[30, 12, 30])
    built = scene(path, field="crop", group="field_id")
    assert built.groups is not None
    assert built.groups[[0, 2]].tolist() == [[30, 30, 0, 12, 12], [30, 30, 30, 30, 30]]
    assert not built.groups[[1, 3]].any()
    write_scene(built, tmp_path / "scene")
    np.testing.assert_array_equal(read_scene(tmp_path / "scene").groups, built.groups)
    split = make_split(built, "regions", window=1, validation=0, several_classes=True)
    np.testing.assert_array_equal(split.groups, built.groups)


def test_groups_of_text_are_numbered_in_alphabetical_order(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(0, 2, 1, 1)], crop=[1, 2], site=["south", "north"])
    groups = scene(path, field="crop", group="site").groups
    assert groups is not None
    assert groups[0].tolist() == [2, 0, 1, 0, 0]


def test_groups_outside_of_the_scene_and_without_a_pixel_are_reported(
    scene: BuildScene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    boxes = [box(0, 0, 1, 2), box(90, 90, 1, 1), box(80, 90, 1, 1), box(2.1, 0.1, 0.2, 0.2)]
    path = save(tmp_path / "fields.gpkg", boxes, crop=[1, 1, 1, 1], field_id=[1, 2, 3, 4])
    with caplog.at_level(logging.WARNING):
        scene(path, field="crop", group="field_id")
    assert "3 of 4 groups have no labelled pixel: 2, 3, 4" in caplog.text
    named = save(tmp_path / "named.gpkg", boxes[:2], crop=[1, 1], field_id=["south", "north"])
    with caplog.at_level(logging.WARNING):
        scene(named, field="crop", group="field_id")
    assert "1 of 2 groups has no labelled pixel: north" in caplog.text


def test_a_feature_without_a_group_is_an_error(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(0, 2, 1, 1)], crop=[1, 2], site=["a", ""])
    with pytest.raises(DataError, match="1 of 2 features with a class have no 'site'; expected the group of each"):
        scene(path, field="crop", group="site")
    with pytest.raises(DataError, match="has no field 'plot'; it has crop, site; correct 'group'"):
        scene(path, field="crop", group="plot")


def test_tables_without_geometries_are_no_layers_to_choose_from(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1)], crop=[1])
    pyogrio.raw.write(  # as QGIS saves a style
        path, geometry=None, field_data=[np.array(["fields"])], fields=["f_table_name"], layer="layer_styles",
        geometry_type=None, append=True,
    )  # fmt: skip
    assert scene(path).require_labels()[0, 0] == 1
    assert inspect_files([path])[0].facts["features"] == 1
    with pytest.raises(DataError, match="has no layer 'layer_styles'; it holds fields; correct 'layer'"):
        scene(path, layer="layer_styles")


def test_leading_zeros_are_the_same_id_with_and_without_classes(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1)], code=["01", "02"])
    classes = [{"id": 1, "name": "rye"}, {"id": 2, "name": "oats"}]
    for given in (None, classes, [classes[0], {"id": 2, "name": "oats", "values": ["02"]}]):
        assert np.diag(scene(path, given).require_labels()).tolist() == [1, 2, 0, 0]


def test_none_and_nan_are_names_like_others(scene: BuildScene, tmp_path: Path) -> None:
    path = save(tmp_path / "fields.gpkg", [box(0, 0, 1, 1), box(1, 1, 1, 1)], crop=["None", "nan"])
    built = scene(path)
    assert [cover.name for cover in built.classes] == ["None", "nan"]
    assert np.diag(built.require_labels()).tolist() == [1, 2, 0, 0]


@pytest.mark.parametrize(("name", "driver"), [("fields.kml", "KML"), ("fields.sqlite", "SQLite"), ("fields", "GPKG")])
def test_other_forms_are_known_by_what_is_in_them(scene: BuildScene, tmp_path: Path, name: str, driver: str) -> None:
    left, top = transform(CRS.from_string(UTM), CRS.from_epsg(4326), [LEFT + 2, LEFT + 8], [TOP - 8, TOP - 2])
    if driver not in pyogrio.list_drivers(write=True):
        pytest.skip(f"GDAL is built without {driver}")
    pyogrio.raw.write(
        tmp_path / name, geometry=np.array([shapely.to_wkb(shapely.box(left[0], top[0], left[1], top[1]))], object),
        field_data=[np.array(["rye"])], fields=["Name"], crs="EPSG:4326", geometry_type="Polygon", driver=driver,
    )  # fmt: skip
    assert inspect_files([tmp_path / name])[0].kind == "shapes"
    built = scene(tmp_path / name, field="name" if driver == "SQLite" else "Name")
    assert (built.require_labels()[0, 0], built.classes[0].name) == (1, "rye")


def test_codes_that_are_larger_than_an_id_are_names(
    scene: BuildScene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shapes = [box(0, 0, 1, 1), box(1, 0, 1, 1), box(2, 0, 1, 1)]
    codes = save(tmp_path / "codes.gpkg", shapes, crop=np.array([3301010600, 7, 0]))
    built = scene(codes)
    assert [(cover.id, cover.name) for cover in built.classes] == [(1, "3301010600"), (2, "7")]
    assert built.labels[:3, 0].tolist() == [1, 2, 0]
    assert "3301010600 is larger than a class id can be" in caplog.text
    listed = scene(
        codes, [{"id": 5, "name": "wheat", "values": [3301010600]}, {"id": 6, "name": "oats", "values": [7]}]
    )
    assert listed.labels[:3, 0].tolist() == [5, 6, 0]
    with pytest.raises(DataError, match="holds 1 value that is no class id, the first -1"):
        scene(save(tmp_path / "signs.gpkg", shapes[:2], crop=np.array([3301010600, -1])))


def test_names_that_differ_in_case_only_are_reported(
    scene: BuildScene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scene(save(tmp_path / "f.gpkg", [box(0, 0, 1, 1), box(1, 0, 1, 1)], cover=["Wood", "wood"]))
    assert "the classes 'Wood', 'wood' differ only in case or spaces" in caplog.text
