"""The rasters of the area of applicability next to a map, and the warning for a scene unlike the training pixels."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

import hsclass
from hsclass.cli.sampling import suggest
from hsclass.errors import UsageError
from hsclass.models.trained import TrainedModel
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.predict.stream import MapRequest
from hsclass.raster import read_tags
from hsclass.scene import Scene, write_scene
from hsclass.split import Split

ASKED = MapRequest(applicability=True, density=True)
FILES = ("di.tif", "aoa.tif", "expected_accuracy.tif", "density.tif")


@pytest.fixture(scope="module")
def known(toy_scene: Scene, toy_split: Split) -> TrainedModel:
    model = hsclass.fit(toy_scene, toy_split, "lda")
    assert model.applicability is not None
    profile = np.array([[0.0, 0.9], [model.applicability.threshold, 0.5]])
    return replace(model, applicability=replace(model.applicability, profile=profile))


@pytest.fixture
def half_strange(toy_scene: Scene, tmp_path: Path) -> tuple[Scene, Path]:
    """Return the toy with gaps, and values in its lower third that the model has not seen."""
    cube, mask = toy_scene.cube.copy(), toy_scene.mask.copy()
    cube[16:] *= 0.2
    mask[3, 4:9], cube[3, 4:9] = False, -9999
    scene = replace(toy_scene, cube=cube, mask=mask, labels=None, nodata=-9999, digest="d3")
    write_scene(scene, tmp_path / "scene")
    return scene, tmp_path / "scene"


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as source:
        return source.read()


def test_rasters_hold_what_the_formulas_give(
    known: TrainedModel, half_strange: tuple[Scene, Path], tmp_path: Path
) -> None:
    scene, folder = half_strange
    report = map_file(known, open_pixels(folder), tmp_path / "map.tif", ASKED)
    about, mask = known.applicability, scene.mask
    assert about is not None
    features = known.features(scene)[mask]
    index = about.dissimilarity(features)
    found, outside = read(tmp_path / "di.tif"), np.zeros(mask.shape, bool)
    np.testing.assert_allclose(found[0][mask], index, atol=1e-6)
    in_memory = hsclass.predict_scene(known, scene, applicability=True).dissimilarity
    assert in_memory is not None
    np.testing.assert_array_equal(in_memory[:2], found)
    assert np.isnan(found[:, ~mask]).all()
    classes = np.searchsorted([2, 7, 12], read(tmp_path / "map.tif")[0][mask])
    np.testing.assert_allclose(found[1][mask], about.dissimilarities(features, classes)[1], atol=1e-6)
    assert (found[1] >= found[0] - 1e-6)[mask].all()
    outside[mask] = index > about.threshold
    inside = read(tmp_path / "aoa.tif")[0]
    np.testing.assert_array_equal(inside, np.where(mask, ~outside, 255))
    assert outside[16:].all()
    assert report.outside == pytest.approx(outside.sum() / mask.sum())
    expected = read(tmp_path / "expected_accuracy.tif")[0]
    np.testing.assert_array_equal(np.isnan(expected), outside | ~mask)
    np.testing.assert_allclose(
        expected[mask & ~outside], (0.9 - 0.4 * index / about.threshold)[index <= about.threshold], atol=1e-5
    )
    np.testing.assert_array_equal(read(tmp_path / "density.tif")[0], np.where(mask, _density(known, scene), -1))


def _density(known: TrainedModel, scene: Scene) -> np.ndarray:
    assert known.applicability is not None
    features = known.features(scene)
    return known.applicability.density(features.reshape(-1, features.shape[2])).reshape(features.shape[:2])


def test_a_stopped_map_goes_on_to_the_same_rasters(
    known: TrainedModel, make_tall: Callable[..., Scene], tmp_path: Path, reports
) -> None:
    write_scene(make_tall(200, 5), tmp_path / "tall")
    map_file(known, open_pixels(tmp_path / "tall"), tmp_path / "map.tif", ASKED)
    whole = [(tmp_path / name).read_bytes() for name in FILES]
    reports.stop(2)
    with pytest.raises(reports.stopped):
        map_file(known, open_pixels(tmp_path / "tall"), tmp_path / "map.tif", replace(ASKED, memory=1e-3))
    report = map_file(known, open_pixels(tmp_path / "tall"), tmp_path / "map.tif", replace(ASKED, memory=1e-3))
    assert report.resumed == 128
    assert [(tmp_path / name).read_bytes() for name in FILES] == whole


def test_without_accuracies_of_held_out_samples_none_is_expected(
    known: TrainedModel, half_strange: tuple[Scene, Path], tmp_path: Path
) -> None:
    assert known.applicability is not None
    plain = replace(known, applicability=replace(known.applicability, profile=np.empty((0, 2))))
    map_file(plain, open_pixels(half_strange[1]), tmp_path / "map.tif", MapRequest(applicability=True))
    assert [(tmp_path / name).exists() for name in FILES] == [True, True, False, False]


@pytest.mark.parametrize("factor", [0.5, 0.2])
def test_other_units_are_warned_of(
    known: TrainedModel, toy_scene: Scene, tmp_path: Path, factor: float, warnings_logged: Callable[[], list[str]]
) -> None:
    wide = np.hstack([toy_scene.cube, toy_scene.cube])
    for name, cube in (("same", wide), ("other", wide * np.float32(factor))):
        write_scene(
            replace(toy_scene, cube=cube, mask=np.ones(cube.shape[:2], bool), labels=None, name=name), tmp_path / name
        )
        map_file(known, open_pixels(tmp_path / name), tmp_path / "map.tif")
    (said,) = warnings_logged()
    assert said.startswith("scene other: 100% of the pixels of row 12 (0-based) lie outside the model's area of")


def test_a_model_of_one_field_refuses(toy_scene: Scene, toy_split: Split, tmp_path: Path) -> None:
    model = hsclass.fit(toy_scene, toy_split, "lda", folds=np.zeros(toy_scene.shape[:2], int))
    write_scene(toy_scene, tmp_path / "scene")
    with pytest.raises(UsageError, match="--applicability: model lda does not know its area of applicability"):
        map_file(model, open_pixels(tmp_path / "scene"), tmp_path / "map.tif", ASKED)


def test_a_map_may_not_be_named_as_one_of_its_rasters(
    known: TrainedModel, half_strange: tuple[Scene, Path], tmp_path: Path
) -> None:
    asked = replace(ASKED, confidence=tmp_path / "di.tif")
    with pytest.raises(UsageError, match=r"--applicability .*di\.tif: is the file of --confidence, too"):
        map_file(known, open_pixels(half_strange[1]), tmp_path / "map.tif", asked)


def test_maps_in_one_folder_keep_their_own_rasters(
    known: TrainedModel, half_strange: tuple[Scene, Path], tmp_path: Path
) -> None:
    map_file(known, open_pixels(half_strange[1]), tmp_path / "map.tif", ASKED)
    before = {name: (tmp_path / name).read_bytes() for name in FILES}
    for name in ("north", "south"):
        map_file(known, open_pixels(half_strange[1]), tmp_path / f"{name}.tif", ASKED)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == before[name]
        assert np.array_equal(read(tmp_path / f"north.{name}"), read(tmp_path / name), equal_nan=True)
        assert (tmp_path / f"south.{name}").exists()
    with pytest.raises(UsageError, match=r"other\.di\.tif: no such file; expected the dissimilarity index"):
        suggest(tmp_path / "other.tif", tmp_path / "s.gpkg", tmp_path / "c.tif")


def test_only_rasters_of_classes_hold_the_legend_and_the_inside_has_its_own(
    known: TrainedModel, half_strange: tuple[Scene, Path], tmp_path: Path
) -> None:
    asked = replace(ASKED, confidence=tmp_path / "c.tif", probabilities=tmp_path / "p.tif")
    map_file(known, open_pixels(half_strange[1]), tmp_path / "map.tif", asked)
    legends = {name: read_tags(tmp_path / name).get("classes") for name in ("map.tif", "c.tif", "p.tif", *FILES)}
    assert {name for name, legend in legends.items() if legend} == {"map.tif", "p.tif", "aoa.tif"}
    assert legends["map.tif"] == legends["p.tif"]
    assert [(entry["id"], entry["name"]) for entry in json.loads(legends["aoa.tif"] or "")] == [
        (0, "outside the area of applicability"), (1, "inside the area of applicability"),
    ]  # fmt: skip
    assert read_tags(tmp_path / "c.tif")["model"] == "lda"
