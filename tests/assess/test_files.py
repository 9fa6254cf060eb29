"""Evaluation and comparison from files, of maps and of tables."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass import fit, make_split
from hsclass.assess import compare_files, evaluate_file
from hsclass.cli import main
from hsclass.datasets.build import build_scene
from hsclass.datasets.fetch import fetch
from hsclass.datasets.opening import read_scene
from hsclass.errors import DataError, LeakageError, UsageError
from hsclass.fit_scope import PARTS, FitScope, write_fit_scope
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.predict.predictions import Predictions, write_predictions
from hsclass.raster import Grid, read_raster, write_raster
from hsclass.samples.images import ImageRecord, ImageSamples, read_index, write_index
from hsclass.scene import LandCover, Scene, write_classes, write_scene
from hsclass.split import Role, Split, write_split

CLASSES = (LandCover(1, "field", (0, 99, 0)), LandCover(2, "roof", (99, 0, 0)))


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Six images, two of which train, and the predictions of two models for the others: three and four right."""
    labels = ["field", "roof"] * 3
    records = tuple(
        ImageRecord(f"{number}.png", (name,), "", (8, 8, 3), f"digest{number}", f"{number:016x}")
        for number, name in enumerate(labels)
    )
    images = ImageSamples("six", tmp_path, records, CLASSES)
    write_index(images, tmp_path / "index.csv")
    roles = np.array([Role.TRAIN, Role.TRAIN, *[Role.TEST] * 4], np.uint8)
    write_split(Split(roles, 1, "random", 0, {}, False), tmp_path / "split.csv", images=images, labels_file="index.csv")
    for name, sure in (("a", [0.9, 0.4, 0.3, 0.2]), ("b", [0.9, 0.4, 0.6, 0.2])):
        probabilities = np.stack([np.array(sure), 1 - np.array(sure)], axis=1).astype(np.float32)
        paths = tuple(record.path for record in records[2:])
        write_predictions(Predictions(paths, probabilities, ("field", "roof"), False), tmp_path / f"{name}.csv")
    return tmp_path


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    labels = np.array([[1, 1, 2, 2]], np.uint8)
    write_classes(tmp_path / "labels.tif", labels, classes=CLASSES, grid=Grid())
    write_classes(tmp_path / "map.tif", np.array([[1, 1, 2, 1]], np.uint8), classes=CLASSES, grid=Grid())
    roles = np.array([[1, 3, 3, 3]], np.uint8)
    write_split(Split(roles, 1, "fixed", 0, {}, True), tmp_path / "split.tif", labels_file="labels.tif")
    return tmp_path


def test_table_is_evaluated_by_the_index_that_its_split_names(tables: Path) -> None:
    found = evaluate_file(tables / "a.csv", tables / "split.csv")
    assert (found.oa, found.n_test, found.n_train, found.window) == (0.75, 4, 2, 1)
    assert found.confusion == [[1, 1], [0, 2]]
    assert [(row.path, row.truth, row.predicted) for row in found.mistakes] == [("4.png", ["field"], ["roof"])]
    assert found.mistakes[0].confidence == pytest.approx(0.7)


def test_map_is_evaluated_by_the_labels_that_its_split_names(maps: Path) -> None:
    found = evaluate_file(maps / "map.tif", maps / "split.tif")
    assert (found.oa, found.leaky, found.mistakes) == (2 / 3, True, [])


def test_tables_are_compared(tables: Path) -> None:
    (pair,) = compare_files({name: tables / f"{name}.csv" for name in "ab"}, tables / "split.csv").pairs
    assert (pair.difference, pair.only_a, pair.only_b) == (-0.25, 0, 1)


def test_commands_write_what_the_functions_return(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*given: object) -> None:
        monkeypatch.setattr("sys.argv", ["hsclass", *map(str, given), "--split", str(tables / "split.csv")])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 0

    run("evaluate", tables / "a.csv", "-o", tables / "metrics.json")
    run("compare", f"a={tables / 'a.csv'}", f"b={tables / 'b.csv'}", "-o", tables / "pairs.json")
    written = json.loads((tables / "metrics.json").read_text())
    assert written == evaluate_file(tables / "a.csv", tables / "split.csv").as_dict()
    assert json.loads((tables / "pairs.json").read_text())["methods"] == ["a", "b"]


def test_predictions_of_other_samples_are_refused(tables: Path, maps: Path) -> None:
    with pytest.raises(DataError, match=r"map\.tif: is a map, but the split is one of images"):
        evaluate_file(maps / "map.tif", tables / "split.csv")
    with pytest.raises(DataError, match=r"a\.csv: is a table, but the split is one of pixels"):
        evaluate_file(tables / "a.csv", maps / "split.tif")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("field", "wood", "of other classes than the index"),
        ("3.png", "9.png", "names 1 image that the index lacks, as 9.png"),
        ("path,", "file,", "is no table of predictions"),
    ],
)
def test_table_that_does_not_fit_the_index(tables: Path, old: str, new: str, said: str) -> None:
    table = tables / "a.csv"
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(DataError, match=f"a.csv: .*{said}"):
        evaluate_file(table, tables / "split.csv")


def test_test_image_without_a_prediction(tables: Path) -> None:
    table = tables / "a.csv"
    table.write_text("\n".join(table.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(DataError, match="lacks 1 test images; predict the part test again"):
        evaluate_file(table, tables / "split.csv")


def test_split_that_names_no_labels(maps: Path) -> None:
    split = Split(np.array([[1, 3, 3, 3]], np.uint8), 1, "fixed", 0, {}, True)
    write_split(split, maps / "bare.tif")
    with pytest.raises(UsageError, match=r"bare\.tif: names no reference labels; give them with --labels"):
        evaluate_file(maps / "map.tif", maps / "bare.tif")
    assert evaluate_file(maps / "map.tif", maps / "bare.tif", labels=maps / "labels.tif").oa == 2 / 3


def test_polygons_and_points_are_reference_labels_with_the_ids_of_their_names(tmp_path: Path) -> None:
    grid = Grid(CRS.from_epsg(32633), Affine(10, 0, 500, 0, -10, 900))
    write_classes(tmp_path / "labels.tif", np.array([[1, 0, 2, 2]], np.uint8), classes=CLASSES, grid=grid)
    write_classes(tmp_path / "map.tif", np.array([[1, 1, 2, 1]], np.uint8), classes=CLASSES, grid=grid)
    roles = np.array([[1, 3, 3, 3]], np.uint8)
    write_split(Split(roles, 1, "fixed", 0, {}, True, grid=grid), tmp_path / "split.tif", labels_file="labels.tif")
    shapes = [shapely.box(510, 890, 520, 900), shapely.Point(525, 895), shapely.Point(535, 895)]
    pyogrio.raw.write(
        tmp_path / "visited.gpkg", shapely.to_wkb(shapes),
        [np.array(["roof", "roof", "field"], object), np.array([1, 2, 3])], ["cover", "day"],
        geometry_type="Unknown", crs="EPSG:32633",
    )  # fmt: skip
    with pytest.raises(DataError, match=r"has the fields cover, day; name the one that gives the class by 'field'"):
        evaluate_file(tmp_path / "map.tif", tmp_path / "split.tif", labels=tmp_path / "visited.gpkg")
    found = evaluate_file(
        tmp_path / "map.tif", tmp_path / "split.tif", labels=tmp_path / "visited.gpkg", attribute="cover"
    )
    assert found.confusion == [[1, 0], [1, 1]]


@pytest.fixture
def fields(tmp_path: Path) -> Path:
    """A data set of two classes in 24 x 24 pixels, a model trained on a random half of it, and its map."""
    labels = np.kron([[1, 2], [2, 1]], np.ones((12, 12))).astype(np.uint8)
    noise = np.random.default_rng(0).normal(0, 10, (24, 24, 4))
    np.save(tmp_path / "cube.npy", (labels[..., None] * 100 + noise).astype(np.int16))
    np.save(tmp_path / "labels.npy", labels)
    (tmp_path / "fields.yaml").write_text("cube: cube.npy\nlabels: labels.npy\n")
    scene = built(tmp_path, "first")
    model = fit(scene, random_split(scene, 0), "lda")
    model.save(tmp_path / "model")
    map_file(model, open_pixels(tmp_path / "first"), tmp_path / "map.tif")
    return tmp_path


def built(folder: Path, name: str) -> Scene:
    """Build the scene anew."""
    fetch(folder / "fields.yaml", folder / "data")
    scene = build_scene(folder / "fields.yaml", folder=folder / "data")
    write_scene(scene, folder / name)
    return read_scene(folder / name)


def random_split(scene: Scene, seed: int) -> Split:
    return make_split(scene, "random", window=1, train=0.5, seed=seed)


def evaluated(fields: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch, *further: object, seed: int = 1) -> int:
    """Evaluate the map under a new split of a scene, as the command does, and return its exit status."""
    write_split(random_split(scene, seed), fields / "1.tif")
    given = ["evaluate", fields / "map.tif", "--split", fields / "1.tif", "-o", fields / "metrics.json", *further]
    monkeypatch.setattr("sys.argv", ["hsclass", *map(str, given)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_another_label_does_not_make_another_scene(
    fields: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = np.load(fields / "labels.npy")
    labels[0, 0] = 2
    np.save(fields / "labels.npy", labels)
    again = built(fields, "again")
    assert again.digest != read_scene(fields / "first").digest
    status = evaluated(fields, again, monkeypatch, "--labels", fields / "again/labels.tif", "--model", fields / "model")
    assert status == 3
    assert "model: was fitted on test pixels" in capsys.readouterr().err
    assert not (fields / "metrics.json").exists()


@pytest.mark.parametrize("case", ["no model", "another scene", "unknown labels"])
def test_a_check_that_cannot_be_made_is_said_in_the_file_and_on_the_terminal(
    fields: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    scene, labels = read_scene(fields / "first"), fields / "first/labels.tif"
    model: list[object] = ["--model", fields / "model"]
    if case == "no model":
        model, words = [], "no model was named"
    elif case == "another scene":
        np.save(fields / "cube.npy", np.load(fields / "cube.npy") + 1)
        scene, labels, words = built(fields, "other"), fields / "other/labels.tif", "another scene or image set"
    else:
        labels, words = fields / "plain.tif", "checked by place alone"
        write_classes(labels, scene.require_labels(), classes=scene.classes, grid=Grid())
    seed = 0 if case == "unknown labels" else 1  # that of the training where places are compared
    assert evaluated(fields, scene, monkeypatch, "--labels", labels, *model, seed=seed) == 0
    (sentence,) = json.loads((fields / "metrics.json").read_text())["checks"]
    assert words in sentence
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_a_model_of_images_is_checked_by_the_files_of_the_set(tables: Path, caplog: pytest.LogCaptureFixture) -> None:
    images = read_index(tables / "index.csv")
    seen = {part: np.arange(6) < 2 for part in PARTS}
    for scope, words in (
        (FitScope(seen, 0, images.identity), None),
        (FitScope(seen, 0, "other"), "another scene or image set"),
    ):
        write_fit_scope(scope, tables)
        caplog.clear()
        checks = evaluate_file(tables / "a.csv", tables / "split.csv", model=tables).checks
        assert [words in sentence for sentence in checks] == ([] if words is None else [True])
        assert len(caplog.records) == len(checks)
    write_fit_scope(FitScope({**seen, "model": np.arange(6) < 3}, 0, images.identity), tables)
    with pytest.raises(LeakageError, match=r"fitted on test images \(model 1, of 4\)"):
        evaluate_file(tables / "a.csv", tables / "split.csv", model=tables)


def at(east: float) -> Grid:
    return Grid(CRS.from_epsg(32633), Affine(30, 0, east, 0, -30, 5000))


def test_a_map_from_elsewhere_is_evaluated_without_a_legend(maps: Path) -> None:
    write_raster(maps / "theirs.tif", np.array([[1, 1, 2, 1]], np.int16), grid=Grid(), nodata=-1)
    np.save(maps / "theirs.npy", np.array([[1.0, 1.0, 2.0, 1.0]]))
    for name in ("theirs.tif", "theirs.npy"):
        assert evaluate_file(maps / name, maps / "split.tif").confusion == [[1, 0], [1, 1]]


def test_reference_labels_from_elsewhere_need_no_legend(maps: Path) -> None:
    np.save(maps / "truth.npy", np.array([[1, 1, 2, 2]]))
    assert evaluate_file(maps / "map.tif", maps / "split.tif", labels=maps / "truth.npy").oa == 2 / 3


def test_a_map_of_another_place_is_refused_and_one_stored_backwards_is_turned(maps: Path) -> None:
    roles, labels = np.array([[1, 3, 3, 3]], np.uint8), np.array([[1, 1, 2, 2]], np.uint8)
    write_split(Split(roles, 1, "fixed", 0, {}, True, grid=at(1000)), maps / "split.tif", labels_file="labels.tif")
    write_classes(maps / "labels.tif", labels, classes=CLASSES, grid=at(1000))
    drawn = np.array([[1, 1, 2, 1]], np.uint8)
    write_raster(maps / "far.tif", drawn, grid=at(91_000))
    with pytest.raises(DataError, match=r"far.tif: the map has no labelled pixel within the reference labels"):
        evaluate_file(maps / "far.tif", maps / "split.tif")
    backwards = Grid(CRS.from_epsg(32633), Affine(-30, 0, 1120, 0, -30, 5000))
    write_raster(maps / "backwards.tif", drawn[:, ::-1], grid=backwards)
    assert evaluate_file(maps / "backwards.tif", maps / "split.tif").confusion == [[1, 0], [1, 1]]
    write_raster(maps / "sure.tif", np.full((1, 4), 0.9, np.float32), grid=at(1015))
    write_raster(maps / "map.tif", drawn, grid=at(1000))
    with pytest.raises(DataError, match=r"sure.tif: the confidence lies in .* expected both on one grid"):
        evaluate_file(maps / "map.tif", maps / "split.tif", confidence=maps / "sure.tif")


def test_reference_labels_of_another_place_are_refused(maps: Path) -> None:
    roles = np.array([[1, 3, 3, 3]], np.uint8)
    write_split(Split(roles, 1, "fixed", 0, {}, True, grid=at(1000)), maps / "split.tif", labels_file="labels.tif")
    write_classes(maps / "labels.tif", np.array([[1, 1, 2, 2]], np.uint8), classes=CLASSES, grid=at(91_000))
    with pytest.raises(DataError, match=r"labels.tif: the raster of labels has no labelled pixel within the split"):
        evaluate_file(maps / "map.tif", maps / "split.tif")


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Two fields of 4 x 4 pixels; under `a-0` and `a-1` the right one or both test, under `b-0` and `b-1` the left."""
    labels = np.repeat(np.array([[1] * 4 + [0] + [2] * 4], np.uint8), 4, axis=0)
    write_classes(tmp_path / "labels.tif", labels, classes=CLASSES, grid=Grid())
    wrong = labels.copy()
    wrong[0, :] = np.where(labels[0] > 0, 3 - labels[0], 0)
    for name, tested in (("a-0", labels == 2), ("a-1", labels > 0), ("b-0", labels == 1), ("b-1", labels == 1)):
        roles = np.where(tested, Role.TEST, np.where(labels > 0, Role.TRAIN, 0)).astype(np.uint8)
        write_split(Split(roles, 1, "regions", int(name[-1]), {}, False), tmp_path / f"{name}.tif",
                    labels_file="labels.tif")  # fmt: skip
        for model, drawn in (("good", labels), ("bad", wrong)):
            path = tmp_path / f"{model}-{name}.tif"
            write_classes(path, drawn if model == "good" or name[0] == "a" else labels, classes=CLASSES, grid=Grid())
    return tmp_path


def test_command_counts_all_seeds_together_and_compares_with_another_split(
    seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = [f"{model}={seeds}/{model}-a-{seed}.tif" for model in ("good", "bad") for seed in (0, 1)]
    others = [f"{model}={seeds}/{model}-b-{seed}.tif" for model in ("good", "bad") for seed in (0, 1)]
    command = ["hsclass", "compare", *maps, "-o", str(seeds / "out.json"), "--field-map", str(seeds / "fields.tif")]
    for flag, given in (
        ("--split", [f"{seeds}/a-{seed}.tif" for seed in (0, 1)]), ("--against", others),
        ("--against-split", [f"{seeds}/b-{seed}.tif" for seed in (0, 1)]), ("--against-name", ["b"]),
    ):  # fmt: skip
        command += [part for each in given for part in (flag, each)]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    found = json.loads((seeds / "out.json").read_text())
    good, bad = found["pooled"]
    # 16 + 32 tests of 32 pixels; the bad maps have the first of four rows wrong.
    assert (good["n_test"], good["n_samples"], good["oa"], bad["oa"]) == (48, 32, 1.0, 0.75)
    assert (bad["runs"], bad["splits"], bad["interval"]["fields"]) == (2, 2, 2)
    assert bad["untrained"] == 16  # a-0 trains no class 2; a-1 has no training pixel at all, so that nothing is known
    assert [(row["tests"], row["right"], row["taken_for"]) for row in bad["fields"]] == [
        (16, 12, "roof"), (32, 24, "field"),
    ]  # fmt: skip
    assert found["pairs"][0]["difference"] == 0.25
    # Only the second seeds share test pixels: the 16 of the left field.
    assert [(gain["method"], gain["against"], gain["n_test"], gain["difference"]) for gain in found["gains"]] == [
        ("good", "b", 16, 0.0), ("bad", "b", 16, -0.25),
    ]  # fmt: skip
    numbers, _, shares = read_raster(seeds / "fields.tif").bands
    assert sorted(set(numbers[np.isfinite(numbers)].tolist())) == [1, 2]
    assert set(shares[np.isfinite(shares)].tolist()) == {0.75}
    assert np.isnan(shares[:, 4]).all()


def test_files_that_do_not_match_the_splits_are_refused(seeds: Path) -> None:
    splits = [seeds / "a-0.tif", seeds / "a-1.tif"]
    with pytest.raises(UsageError, match="good: has 1 maps or tables, but there are 2 splits"):
        compare_files({"good": [seeds / "good-a-0.tif"]}, splits)
    both = {"good": [seeds / "good-a-0.tif", seeds / "good-a-1.tif"]}
    with pytest.raises(UsageError, match="against: names bad; expected models of good"):
        compare_files(both, splits, against={"bad": []})
    with pytest.raises(UsageError, match="against: has 1 splits, but there are 2 to compare"):
        compare_files(both, splits, against={"good": [seeds / "good-b-0.tif"]}, against_split=[seeds / "b-0.tif"])
