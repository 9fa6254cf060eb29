"""A map in memory: its files, its form in xarray, its probabilities."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

import hsclass
from hsclass import ClassMap, Scene, Split, TrainedModel
from hsclass.errors import UsageError
from hsclass.predict.pixels import Pixels
from hsclass.predict.stream import MapRequest, map_file


@pytest.fixture(scope="module")
def placed(toy_scene: Scene) -> Scene:
    cube = toy_scene.cube.copy()
    cube[5, 5] = np.nan
    return Scene.from_array(
        cube, toy_scene.labels, crs=32633, transform=from_origin(0, 240, 10, 10), classes=toy_scene.classes, name="toy"
    )


@pytest.fixture(scope="module")
def model(placed: Scene, toy_split: Split) -> TrainedModel:
    roles = toy_split.roles.copy()
    roles[5, 5] = 0
    return hsclass.fit(placed, Split(roles, 1, "fixed", 0, {}, False), "rf", trees=20)


@pytest.fixture(scope="module")
def mapped(model: TrainedModel, placed: Scene) -> ClassMap:
    return hsclass.predict_scene(model, placed, abstain=0.7)


def test_probabilities_are_those_that_classes_and_confidence_follow_from(mapped: ClassMap) -> None:
    assert mapped.probabilities.shape == (24, 24, 3)
    assert np.isnan(mapped.probabilities[5, 5]).all()
    there = mapped.classes > 0
    np.testing.assert_array_equal(mapped.probabilities[there].max(axis=1), mapped.confidence[there])
    ids = np.array([2, 7, 12])[mapped.probabilities[there].argmax(axis=1)]
    np.testing.assert_array_equal(mapped.classes[there], np.where(mapped.confidence[there] < 0.7, 13, ids))


def test_saved_map_is_the_file_that_predict_writes(
    mapped: ClassMap, model: TrainedModel, placed: Scene, tmp_path: Path
) -> None:
    mapped.save(
        tmp_path / "a.tif", confidence=tmp_path / "a_confidence.tif", probabilities=tmp_path / "a_probabilities.tif"
    )
    asked = MapRequest(tmp_path / "b_confidence.tif", tmp_path / "b_probabilities.tif", abstain=0.7)
    map_file(model, Pixels.of_scene(placed), tmp_path / "b.tif", asked)
    for kind in ("", "_confidence", "_probabilities"):
        assert (tmp_path / f"a{kind}.tif").read_bytes() == (tmp_path / f"b{kind}.tif").read_bytes()
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.crs.to_epsg() == 32633


def test_map_in_xarray_has_its_place_and_its_classes(mapped: ClassMap) -> None:
    whole = mapped.to_xarray()
    assert whole["classes"].sel(x=35, y=235).item() == mapped.classes[0, 3]
    assert whole["classes"].attrs["flag_meanings"] == "water wood soil abstained"
    wood = whole["probabilities"].sel({"class": 7})
    np.testing.assert_array_equal(wood, mapped.probabilities[..., 1])
    assert wood["name"].item() == "wood"


def test_map_without_probabilities_has_none_to_write(model: TrainedModel, placed: Scene, tmp_path: Path) -> None:
    mapped = hsclass.predict_scene(model, placed, probabilities=False)
    assert mapped.probabilities is None
    with pytest.raises(UsageError, match="has no probabilities"):
        mapped.save(tmp_path / "a.tif", probabilities=tmp_path / "b.tif")
    with pytest.raises(UsageError, match=r"expected a name that ends in \.tif"):
        mapped.save(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_loaded_model_maps_the_same(model: TrainedModel, placed: Scene, mapped: ClassMap, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    again = hsclass.predict_scene(hsclass.load_model(tmp_path / "m"), placed, abstain=0.7)
    np.testing.assert_array_equal(again.probabilities, mapped.probabilities)
