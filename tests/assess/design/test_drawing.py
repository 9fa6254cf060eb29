"""Samples are drawn by their design, the same for a seed, apart where that is asked for."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsclass.assess.design import assess_map, design_file, draw_sample, write_sample
from hsclass.assess.design.allocation import Allocation, allocate
from hsclass.assess.design.files import read_design
from hsclass.assess.design.planning import Target, alternatives, planned_size
from hsclass.assess.design.strata import ClassRaster
from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid, write_raster


def test_stratified_sample_has_the_allocated_units_of_each_class_in_random_order(
    map_file: Path, mapped: np.ndarray
) -> None:
    drawn = draw_sample(map_file, "stratified", size=200, seed=3, allocation="equal")
    at = mapped[tuple(drawn.pixels.T)]
    assert {int(k): int(n) for k, n in zip(*np.unique(at, return_counts=True), strict=True)} == {1: 67, 2: 67, 5: 66}
    assert (at == drawn.strata).all()
    assert len(np.unique(drawn.pixels, axis=0)) == 200
    assert drawn.sizes == {1: 1998, 2: 6000, 5: 1800}
    assert (np.diff(drawn.strata) != 0).sum() > 50  # ids do not run class by class


def test_the_seed_decides(map_file: Path) -> None:
    first, again, other = (draw_sample(map_file, "simple", size=50, seed=seed).pixels for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_simple_sample_is_uniform_over_classified_pixels(map_file: Path, mapped: np.ndarray) -> None:
    counts = np.zeros(mapped.shape, int)
    for seed in range(60):
        counts[tuple(draw_sample(map_file, "simple", size=1000, seed=seed).pixels.T)] += 1
    assert counts[mapped == 0].sum() == 0
    expected = 60 * 1000 / (mapped > 0).sum()
    by_class = [counts[mapped == identity].mean() for identity in (1, 2, 5)]
    assert by_class == pytest.approx([expected] * 3, rel=0.05)


def test_systematic_sample_is_a_square_grid(map_file: Path) -> None:
    drawn = draw_sample(map_file, "systematic", size=98, seed=0)
    assert drawn.about["step"] == pytest.approx(np.sqrt(9798 / 98))
    rows = np.unique(drawn.pixels[:, 0])
    assert set(np.diff(rows)) <= {9, 10}
    assert 90 <= len(drawn) <= 110


def test_blocks_hold_as_many_units_as_asked_and_their_sizes(map_file: Path) -> None:
    drawn = draw_sample(map_file, "blocks", size=50, seed=0, block_side=20, per_block=10)
    assert len(drawn) == 50
    assert drawn.about["blocks"] == 25
    blocks, counts = np.unique(drawn.strata, return_counts=True)
    assert counts.tolist() == [10] * 5
    assert (drawn.pixels // 20 @ [5, 1] == drawn.strata).all()
    assert set(drawn.sizes) == set(blocks.tolist())


def test_units_keep_their_distance(map_file: Path) -> None:
    from scipy.spatial.distance import pdist

    drawn = draw_sample(map_file, "stratified", size=60, seed=0, min_distance=5)
    assert len(drawn) == 60
    assert pdist(drawn.pixels).min() >= 5


def test_strata_raster_replaces_the_classes(map_file: Path, tmp_path: Path) -> None:
    halves = np.repeat(np.array([3, 4], np.uint8), 50)[np.newaxis] * np.ones((98, 1), np.uint8)
    write_raster(tmp_path / "halves.tif", halves, grid=ClassRaster.open(map_file).grid)
    drawn = draw_sample(map_file, "stratified", size=40, strata_file=tmp_path / "halves.tif", allocation="equal")
    assert (halves[tuple(drawn.pixels.T)] == drawn.strata).all()
    assert drawn.sizes == {3: 4898, 4: 4900}  # of the two pixels without a class none may be drawn


@pytest.mark.parametrize("dtype", [np.uint8, np.int16])
def test_zero_is_a_stratum_where_another_value_is_nodata(map_file: Path, tmp_path: Path, dtype: type) -> None:
    inside = np.ones((98, 100), dtype)  # an area of applicability, in which the last 30 columns lie outside
    inside[:, 70:] = 0
    inside[0, :2] = 200
    grid = ClassRaster.open(map_file).grid
    write_raster(tmp_path / "aoa.tif", inside, grid=grid, nodata=200)
    drawn = draw_sample(map_file, size=40, strata_file=tmp_path / "aoa.tif", allocation="equal")
    assert drawn.sizes == {0: 98 * 30, 1: 98 * 70 - 2}
    assert (inside[tuple(drawn.pixels.T)] == drawn.strata).all()
    assert np.bincount(drawn.strata).tolist() == [20, 20]
    write_sample(drawn, tmp_path / "s.csv")
    fill_with_classes(tmp_path / "s.csv", map_file)
    found = assess_map(tmp_path / "s.csv", map_file)
    assert sum(entry.area.value for entry in found.classes) == pytest.approx(97.98)  # ha, of the whole map


def fill_with_classes(sample: Path, map_file: Path) -> None:
    head, *lines = sample.read_text().splitlines()
    at = ClassRaster.open(map_file).at(read_design(design_file(sample)).pixels)
    sample.write_text("\n".join([head, *(line + str(i) for line, i in zip(lines, at, strict=True))]) + "\n")


def test_strata_that_miss_pixels_of_the_map_are_refused(map_file: Path, tmp_path: Path) -> None:
    strata = np.ones((98, 100), np.uint8)
    strata[50, :50] = 0
    strata[0, 0] = 0  # where the map has no class either
    write_raster(tmp_path / "s.tif", strata, grid=ClassRaster.open(map_file).grid)
    message = r"s\.tif: 50 of 9798 classified pixels of .*map\.tif have no stratum; expected one for each"
    with pytest.raises(DataError, match=message):
        draw_sample(map_file, size=40, strata_file=tmp_path / "s.tif")
    with pytest.raises(DataError, match=message):
        planned_size(map_file, Target(0.01), {}, strata_file=tmp_path / "s.tif")


def test_strata_on_another_grid_are_refused(map_file: Path, tmp_path: Path) -> None:
    write_raster(tmp_path / "s.tif", np.ones((98, 100), np.uint8), grid=Grid())
    with pytest.raises(DataError, match="expected both on one grid"):
        draw_sample(map_file, size=40, strata_file=tmp_path / "s.tif")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 5}, "3 strata need at least 2 units each; give 6 or more"),
        ({"size": 20_000}, "the map has 9798 pixels"),
        ({"size": 500, "min_distance": 30}, "leaves .* of the .* units wanted"),
        ({"size": 500, "design": "blocks", "block_side": 50}, "needs 50 blocks"),
        ({"size": 1, "design": "simple"}, "9798 classified pixels"),
    ],
)
def test_what_does_not_fit_the_map_is_said_with_counts(map_file: Path, options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        draw_sample(map_file, **options)


def test_rasters_that_are_no_map_of_classes_are_refused(tmp_path: Path) -> None:
    write_raster(tmp_path / "f.tif", np.ones((4, 4), np.float32), grid=Grid())
    with pytest.raises(DataError, match="expected one band of class ids"):
        draw_sample(tmp_path / "f.tif", size=4)
    write_raster(tmp_path / "z.tif", np.zeros((4, 4), np.uint8), grid=Grid())
    with pytest.raises(DataError, match="has no pixel of any class"):
        draw_sample(tmp_path / "z.tif", size=4)


def test_allocations_by_hand() -> None:
    pixels = np.array([100, 900, 9000])
    assert allocate("proportional", 100, pixels).tolist() == [2, 9, 89]
    assert allocate("equal", 99, pixels).tolist() == [33, 33, 33]
    assert allocate("good_practice", 300, pixels).tolist() == [50, 50, 200]
    neyman = allocate("neyman", 100, pixels, np.array([0.5, 0.5, 0.9]))  # W S: 0.005, 0.045, 0.27
    assert neyman.tolist() == [2, 14, 84]
    # what eight rare classes take leaves the next one 33 of 300, which is fewer than 50
    shares = np.array([5625] * 8 + [105_000, 850_000])
    assert allocate("good_practice", 700, shares).tolist() == [50] * 9 + [250]
    assert allocate("good_practice", 500, shares).tolist() == [50] * 10
    assert allocate("equal", 30, np.array([4, 1000])).tolist() == [4, 26]


@pytest.fixture
def olofsson(tmp_path: Path) -> Path:
    """A map of the four strata of Olofsson et al. (2014): 2, 1.5, 32 and 64.5 %."""
    values = np.repeat(np.array([1, 2, 3, 4], np.uint8), [20, 15, 320, 645])[:, np.newaxis] * np.ones((1, 60), np.uint8)
    write_raster(tmp_path / "four.tif", values, grid=Grid())
    return tmp_path / "four.tif"


def test_size_for_overall_accuracy_of_olofsson_2014(olofsson: Path) -> None:
    expected = {1: 0.7, 2: 0.6, 3: 0.9, 4: 0.95}
    # (0.02 x 0.458 + 0.015 x 0.490 + 0.32 x 0.3 + 0.645 x 0.218)² / 0.0001 = 641, up to whole units of the strata
    assert planned_size(olofsson, Target(0.01), expected, allocation="neyman") == pytest.approx(641, abs=2)


@pytest.mark.parametrize("kind", ["proportional", "equal", "neyman", "good_practice"])
def test_size_for_overall_accuracy_reaches_its_target_under_every_allocation(olofsson: Path, kind: Allocation) -> None:
    pixels, users = np.array([1200, 900, 19_200, 38_700]), np.array([0.99, 0.6, 0.6, 0.97])
    size = planned_size(olofsson, Target(0.01), dict(zip(range(1, 5), users, strict=True)), allocation=kind)

    def variance(size: int) -> float:
        units = allocate(kind, size, pixels, users)
        return float(((pixels / pixels.sum()) ** 2 * users * (1 - users) / units).sum())

    assert variance(size) <= 0.01**2 < variance(size - 1)


def test_size_for_the_area_of_a_class_by_hand(map_file: Path) -> None:
    # W: 0.20392, 0.61237, 0.18371; p: 0.8, 0.2 W_1 / (1 - W_2), 0.2 W_1 / (1 - W_3). A proportional sample has
    # n = sum W p (1 - p) / SE² = 0.098997 / 0.0001 = 989.97
    target = Target(0.01, 1)
    assert planned_size(map_file, target, {}, allocation="proportional") == 990
    # with all units alike in 2 and 5 and no omission there, nothing but class 1 counts: 0.20392² 0.16 / n_1
    exact = {2: 1.0, 5: 1.0}
    sizes = {kind: planned_size(map_file, target, exact, allocation=kind) for kind in ("equal", "proportional")}
    assert sizes["equal"] == pytest.approx(3 * 0.20392**2 * 0.16 / 0.0001, abs=3)
    assert sizes["proportional"] == pytest.approx(0.20392 * 0.16 / 0.0001, abs=3)
    assert "SE of area 1" in alternatives({1: 1998, 2: 6000, 5: 1800}, 990, {}, of_class=1)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target(0.01, 9), "the map has the classes 1, 2, 5"),
        (Target(0.0001, 1), "no sample of the 9798 pixels"),
        (Target(1.5, 1), "expected a share between 0 and 1"),
    ],
)
def test_targets_that_no_sample_reaches_are_refused(map_file: Path, target: Target, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        planned_size(map_file, target, {})
    with pytest.raises(UsageError, match="the share of a class in each stratum"):
        planned_size(map_file, Target(0.01, 1), {}, strata_file=map_file)


def test_masked_pixels_are_no_part_of_the_map(tmp_path: Path) -> None:
    values, shown = np.ones((1, 20, 30), np.uint8), np.ones((20, 30), bool)
    values[0, :, 20:], shown[:, :10] = 2, False
    with rasterio.open(tmp_path / "m.tif", "w", driver="GTiff", height=20, width=30, count=1, dtype="uint8") as sink:
        sink.write(values)
        sink.write_mask(shown)
    drawn = draw_sample(tmp_path / "m.tif", size=40)
    assert drawn.pixels[:, 1].min() >= 10
    assert sum(drawn.sizes.values()) == 400


def test_zero_that_may_be_a_class_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    values = np.repeat(np.array([0, 1, 2, 255], np.uint8), 50).reshape(10, 20)
    write_raster(tmp_path / "m.tif", values, grid=Grid(), nodata=255)
    draw_sample(tmp_path / "m.tif", size=20)
    assert "nodata is 255, so that 0 may be a class: its 50 pixels are left out" in caplog.text
