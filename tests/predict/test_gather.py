"""A map in parts, put together, is the map made at once."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
import rasterio

from hsclass.errors import DataError, UsageError
from hsclass.models.trained import TrainedModel
from hsclass.predict import gather_maps, map_file
from hsclass.predict.gather import gather_summaries
from hsclass.predict.opening import open_pixels
from hsclass.predict.stream import MapPart, MapRequest
from hsclass.results import PredictionRecord


@pytest.fixture
def scattered(boxed, tall: Path, tmp_path: Path) -> Path:
    """Map the tall scene in three parts, by a model of reach 3, and at once."""
    model = boxed(3)
    for number in (1, 2, 3):
        request = MapRequest(
            tmp_path / f"c{number}.tif", tmp_path / f"p{number}.tif", abstain=0.6, part=MapPart(number, 3)
        )
        map_file(model, open_pixels(tall), tmp_path / f"m{number}.tif", request)
    request = MapRequest(tmp_path / "c.tif", tmp_path / "p.tif", abstain=0.6)
    map_file(model, open_pixels(tall), tmp_path / "m.tif", request)
    return tmp_path


@pytest.mark.parametrize("product", ["m", "c", "p"])
def test_gathered_parts_are_the_whole_byte_for_byte(scattered: Path, product: str) -> None:
    gather_maps([scattered / f"{product}{number}.tif" for number in (2, 3, 1)], scattered / "all.tif")
    assert (scattered / "all.tif").read_bytes() == (scattered / f"{product}.tif").read_bytes()
    assert not list(scattered.glob(".*"))


def test_part_lies_where_it_belongs(scattered: Path) -> None:
    with rasterio.open(scattered / "m2.tif") as part, rasterio.open(scattered / "m.tif") as whole:
        assert part.shape == (64, 5)
        assert part.transform == whole.transform @ whole.transform.translation(0, 64)
        assert (part.read(1) == whole.read(1)[64:128]).all()
        assert json.loads(part.tags()["part"])["rows"] == [64, 128]
        assert "part" not in whole.tags()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["m1", "m3"], "m3.tif: begins at row 128, expected row 64"),
        (["m1", "m2"], "m2.tif: ends at row 128 of 200; give the parts after it, too"),
        (["m1", "m1", "m2", "m3"], "m1.tif: begins at row 0, expected row 64"),
        (["m1", "c2", "m3"], "c2.tif: is a part of another map, or another of its rasters, than"),
        (["m"], r"m.tif: is no part of a map \('part'\)"),
        (["m1", "m4"], "m4.tif: no such file"),
    ],
)
def test_parts_that_are_no_whole(scattered: Path, parts: list[str], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        gather_maps([scattered / f"{name}.tif" for name in parts], scattered / "all.tif")
    assert not (scattered / "all.tif").exists()


def test_name_of_a_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"all\.png: would be a GeoTIFF; expected a name that ends in \.tif or \.tiff"):
        gather_maps([], tmp_path / "all.png")


def test_parts_of_another_model_are_refused(boxed, scattered: Path, tall: Path) -> None:
    model: TrainedModel = boxed(3)
    other = replace(model, card=model.card.model_copy(update={"seed": 9}))
    map_file(other, open_pixels(tall), scattered / "m2.tif", MapRequest(abstain=0.6, part=MapPart(2, 3)))
    with pytest.raises(DataError, match=r"m2\.tif: is a part of another map"):
        gather_maps([scattered / f"m{number}.tif" for number in (1, 2, 3)], scattered / "all.tif")


def test_summaries_of_parts_add_up(tmp_path: Path) -> None:
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    rates = itertools.count(100, 100)
    for path, seconds, memory in zip(paths, (2.0, 1.0), (300.0, 500.0), strict=True):
        rate = next(rates)
        path.write_text(json.dumps({"seconds": seconds, "peak_memory_mb": memory, "pixels_per_second": rate}))
    # 2 s at 100 and 1 s at 200 are 400 pixels in 3 s.
    assert gather_summaries(paths) == PredictionRecord(seconds=3, peak_memory_mb=500, pixels_per_second=133.3)
    with pytest.raises(DataError, match=r"c\.json: no such file"):
        gather_summaries([tmp_path / "c.json"])
