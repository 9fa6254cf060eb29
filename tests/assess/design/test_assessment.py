"""From a drawn sample through an interpreter's file to figures, in every format and for every design."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.transform import from_origin
from typer.testing import CliRunner

from hsclass.assess.design import assess_map, design_file, draw_sample, read_sample, write_sample
from hsclass.assess.design.files import read_design
from hsclass.assess.design.text import basis
from hsclass.cli import app
from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid, write_raster

Fill = Callable[[Path, Callable[[int], str]], Path]


def truth_of(mapped: np.ndarray) -> np.ndarray:
    """A fifth of the rows of class 2 are truly field, all else is as mapped."""
    truth = mapped.copy()
    truth[20:32] = 5
    return truth


@pytest.fixture
def labelled(map_file: Path, mapped: np.ndarray, tmp_path: Path) -> Path:
    """A stratified CSV sample with the true labels filled in."""
    drawn = draw_sample(map_file, size=120, seed=1, allocation="equal")
    write_sample(drawn, tmp_path / "s.csv")
    fill(tmp_path / "s.csv", truth_of(mapped), map_file)
    return tmp_path / "s.csv"


def fill(path: Path, truth: np.ndarray, map_file: Path, *, names: dict[int, str] | None = None) -> None:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with rasterio.open(map_file) as source:
        for row in rows:
            at = truth[tuple(map(int, source.index(float(row["x"]), float(row["y"]))))]  # floats in rasterio 1.4.0
            row["reference"] = (names or {}).get(int(at), str(at))
    write(path, rows)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_names_may_be_those_of_a_map_of_another_program(mapped: np.ndarray, tmp_path: Path) -> None:
    write_raster(tmp_path / "map.tif", mapped, grid=Grid(CRS.from_epsg(32633), from_origin(364000, 5810000, 10, 10)))
    names = ["", "water", "forest", "", "", "field"]
    (tmp_path / "map.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='1'><CategoryNames>"
        + "".join(f"<Category>{name}</Category>" for name in names)
        + "</CategoryNames></PAMRasterBand></PAMDataset>"
    )
    write_sample(draw_sample(tmp_path / "map.tif", size=60, seed=1, allocation="equal"), tmp_path / "s.csv")
    fill(tmp_path / "s.csv", mapped, tmp_path / "map.tif", names=dict(enumerate(names)))
    found = assess_map(tmp_path / "s.csv", tmp_path / "map.tif")
    assert found.oa.value == 1
    assert [cover.name for cover in found.classes] == ["water", "forest", "field"]


def test_figures_are_those_of_the_sample_counted_by_hand(labelled: Path, map_file: Path) -> None:
    found = assess_map(labelled, map_file)
    assert found.unit == "ha"
    forest = found.classes[1]
    right = found.counts[1, 1]
    assert found.counts.tolist() == [[40, 0, 0], [0, right, 40 - right], [0, 0, 40]]
    assert forest.users.value == right / 40
    share = 6000 / 9798
    assert found.oa.value == pytest.approx((1 - share) + share * right / 40)
    spread = right / 40 * (1 - right / 40) / 39
    assert found.oa.se == pytest.approx(share * np.sqrt(spread))
    assert forest.area.value == pytest.approx(60 * right / 40)  # 6000 pixels of 100 m² are 60 ha
    assert forest.mapped == pytest.approx(60)
    assert found.classes[0].users.value == 1
    assert found.classes[0].users.low < 1
    assert found.matrix.sum() == pytest.approx(1)


@pytest.mark.parametrize("ending", [".csv", ".gpkg", ".geojson", ".kml"])
def test_every_format_gives_the_places_back(map_file: Path, tmp_path: Path, ending: str) -> None:
    drawn = draw_sample(map_file, "simple", size=30, seed=0)
    write_sample(drawn, tmp_path / f"s{ending}")
    read = read_sample(tmp_path / f"s{ending}")
    assert sorted(read.ids.tolist()) == list(range(1, 31))
    assert set(read.references) == {"reference"}
    assert "stratum" not in (tmp_path / f"s{ending}").read_bytes().decode("latin-1")
    with pytest.raises(DataError, match="none of its 30 points has a label"):
        assess_map(tmp_path / f"s{ending}", map_file)


def test_a_geopackage_labelled_as_qgis_does_is_read(map_file: Path, mapped: np.ndarray, tmp_path: Path) -> None:
    import pyogrio

    drawn = draw_sample(map_file, size=60, seed=0)
    write_sample(drawn, tmp_path / "s.gpkg")
    truth = truth_of(mapped)[tuple(drawn.pixels.T)]
    about, _, points, fields = pyogrio.raw.read(tmp_path / "s.gpkg")
    fields[list(about["fields"]).index("reference")] = np.array([str(label) for label in truth], object)
    pyogrio.raw.write(
        tmp_path / "s.gpkg",
        points,
        fields,
        list(about["fields"]),
        geometry_type="Point",
        crs=about["crs"],
        driver="GPKG",
    )
    found = assess_map(tmp_path / "s.gpkg", map_file)
    assert found.n == 60
    assert found.classes[0].users.value == 1


@pytest.mark.parametrize("design", ["simple", "systematic", "blocks"])
def test_other_designs_estimate_the_same_truth(map_file: Path, mapped: np.ndarray, tmp_path: Path, design: str) -> None:
    drawn = draw_sample(map_file, design, size=400, seed=0, block_side=20, per_block=20)
    write_sample(drawn, tmp_path / "s.csv")
    fill(tmp_path / "s.csv", truth_of(mapped), map_file)
    found = assess_map(tmp_path / "s.csv", map_file)
    truth = (truth_of(mapped) == mapped)[mapped > 0].mean()
    assert found.oa.low < truth < found.oa.high
    assert abs(found.oa.value - truth) < 4 * found.oa.se


def test_names_of_the_legend_are_labels_too(map_file: Path, mapped: np.ndarray, tmp_path: Path) -> None:
    drawn = draw_sample(map_file, size=60, seed=1)
    write_sample(drawn, tmp_path / "s.csv")
    fill(tmp_path / "s.csv", truth_of(mapped), map_file, names={1: "Water", 2: "forest", 5: "FIELD"})
    assert assess_map(tmp_path / "s.csv", map_file).classes[2].name == "field"


def test_two_interpreters_are_compared(labelled: Path, map_file: Path) -> None:
    with labelled.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row["reference_2"] = row["reference"] if number % 4 else "1"
    write(labelled, rows)
    agreement = assess_map(labelled, map_file).agreement
    assert agreement is not None
    same = np.mean([row["reference"] == row["reference_2"] for row in rows])
    assert agreement["share"] == pytest.approx(same)
    assert agreement["kappa"] < same


def test_halving_needs_three_times_as_many_more_and_fewer_under_neyman(labelled: Path, map_file: Path) -> None:
    halving = assess_map(labelled, map_file).halving
    assert halving["same_allocation"] == 360
    assert 0 < sum(halving["neyman"].values()) < 360
    assert halving["neyman"]["1"] == 0


def test_cells_beyond_the_header_are_left_out(labelled: Path, map_file: Path) -> None:
    expected = assess_map(labelled, map_file).oa
    first, *rows = labelled.read_text().splitlines()
    labelled.write_text("\n".join([first, *(f"{row},a note" for row in rows)]))
    assert assess_map(labelled, map_file).oa == expected


def test_units(labelled: Path, map_file: Path) -> None:
    by_unit = {
        unit: assess_map(labelled, map_file, unit=unit).classes[0].mapped for unit in ("m2", "ha", "km2", "pixels")
    }
    assert by_unit == pytest.approx({"m2": 199_800, "ha": 19.98, "km2": 0.1998, "pixels": 1998})


@pytest.mark.parametrize(("side", "uneven"), [(10.0, False), (1600.0, True)])
def test_areas_of_a_web_mercator_map_are_those_on_the_ground(
    mapped: np.ndarray, tmp_path: Path, caplog: pytest.LogCaptureFixture, side: float, uneven: bool
) -> None:
    map_file = tmp_path / "m.tif"
    write_raster(map_file, mapped, grid=Grid(CRS.from_epsg(3857), from_origin(1447145, 6877079, side, side)), nodata=0)
    write_sample(draw_sample(map_file, size=60, seed=1), tmp_path / "s.csv")
    fill(tmp_path / "s.csv", mapped, map_file)
    found = assess_map(tmp_path / "s.csv", map_file)
    if not uneven:
        assert (found.unit, found.notes, caplog.text) == ("ha", (), "")
        assert found.classes[1].mapped == pytest.approx(6000 * 37.26e-4, rel=1e-3)  # 10 m are 6.1 m at 52.4° north
        return
    assert (found.unit, found.classes[1].mapped) == ("pixels", 6000)
    assert (
        "figures count all pixels as equal, although its pixels differ in area by more than 1% from their mean"
        in found.notes
    )
    assert (
        "its pixels differ in area by more than 1% from their mean, but the design takes all pixels for equal"
        in caplog.text
    )
    with pytest.raises(UsageError, match=r"--unit ha: .*m\.tif gives no areas, as its pixels differ in area by more"):
        assess_map(tmp_path / "s.csv", map_file, unit="ha")


def change(rows: list[dict[str, str]], kind: str) -> list[dict[str, str]]:
    if kind == "empty":
        rows[3]["reference"] = ""
    elif kind == "unknown":
        rows[3]["reference"] = "desert"
    elif kind == "no number":
        rows[3]["reference"], rows[4]["reference"], rows[5]["reference"] = "1.05", "²", "2.0"
    elif kind == "moved":
        rows[3]["x"] = str(float(rows[3]["x"]) + 40)
    elif kind == "removed":
        rows.pop()
    elif kind == "twice":
        rows[3]["id"] = rows[4]["id"]
    elif kind == "no column":
        rows = [{key: value for key, value in row.items() if key != "reference"} for row in rows]
    elif kind == "single":
        kept = 0
        for row in rows:
            if row["reference"] == "1":
                kept += 1
                row["reference"] = "1" if kept == 1 else ""
    return rows


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("empty", "1 of its 120 points has no label"),
        (
            "unknown",
            r"1 label is no class of the map \(desert at id 4\); expected 1 water, .*--other",
        ),
        (
            "no number",
            r"2 labels are no classes of the map \(1\.05, ² at id \d+, \d+\); expected 1 water",
        ),
        ("moved", "1 of 120 points lie elsewhere than they were drawn"),
        ("removed", "lacks 1 of the 120 points of its design"),
        ("twice", "stands 2 times; expected each id once"),
        ("no column", "expected 'id' and 'reference'"),
    ],
)
def test_a_damaged_sample_is_said_with_counts(labelled: Path, map_file: Path, kind: str, message: str) -> None:
    with labelled.open(newline="") as file:
        rows = list(csv.DictReader(file))
    write(labelled, change(rows, kind))
    with pytest.raises(DataError, match=message):
        assess_map(labelled, map_file)


def test_a_stratum_with_one_label_has_no_standard_error(labelled: Path, map_file: Path) -> None:
    with labelled.open(newline="") as file:
        rows = list(csv.DictReader(file))
    write(labelled, change(rows, "single"))
    with pytest.raises(DataError, match=r"1 strata have fewer than 2 labelled points \(1: 1\)"):
        assess_map(labelled, map_file, allow_missing=True)


def test_labels_that_no_pixel_of_a_map_without_names_has_are_said(
    labelled: Path, map_file: Path, mapped: np.ndarray, tmp_path: Path
) -> None:
    with rasterio.open(map_file) as source:
        write_raster(tmp_path / "nameless.tif", mapped, grid=Grid(source.crs, source.transform))
    with labelled.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[3]["reference"] = rows[7]["reference"] = "77"
    write(labelled, rows)
    found = assess_map(labelled, tmp_path / "nameless.tif")
    assert found.notes[-1].startswith(
        "2 points have labels that no pixel of the map has (77 at id 4, 8); they count as errors"
    )
    assert [entry.id for entry in found.classes] == [1, 2, 5, 77]


def test_classes_that_the_map_lacks_are_errors_with_an_area(labelled: Path, map_file: Path) -> None:
    with labelled.open(newline="") as file:
        rows = list(csv.DictReader(file))
    before = assess_map(labelled, map_file)
    changed = [row for row in rows if row["reference"] == "1"][:4]  # in the stratum of class 1: 1,998 pixels, 40 points
    for row, label in zip(changed, ("Rock", "rock", "77", "77"), strict=True):
        row["reference"] = label
    write(labelled, rows)
    found = assess_map(labelled, map_file, other=("Rock", "77"))
    assert [(entry.id, entry.name) for entry in found.classes][3:] == [(6, "Rock"), (77, "77")]
    rock = found.classes[3]
    assert rock.area.value == pytest.approx(1998 * 0.01 * 2 / 40)  # pixels of 0.01 ha
    assert rock.producers.value == rock.mapped == 0
    assert np.isnan(rock.users.value)
    assert found.oa.value == pytest.approx(before.oa.value - 1998 / 9798 * 4 / 40)
    assert found.notes[-1].endswith("they count as errors of the map")
    said = CliRunner().invoke(app, ["assess", str(labelled), str(map_file), "--other", "rock", "--other", "77"])
    assert "6 rock" in said.output
    with pytest.raises(UsageError, match="--other water: is a class of the map, or given twice"):
        assess_map(labelled, map_file, other=("water",))


def test_points_that_are_kept_apart_are_not_said_to_have_known_probabilities(
    map_file: Path, mapped: np.ndarray, tmp_path: Path
) -> None:
    for distance, known in ((0, True), (5, False)):
        file = tmp_path / f"{distance}.csv"
        write_sample(draw_sample(map_file, size=60, seed=0, min_distance=distance), file)
        fill(file, truth_of(mapped), map_file)
        found = assess_map(file, map_file)
        assert any("points lie 5 pixels or more apart" in note for note in found.notes) != known
        assert ("with known probabilities" in basis(found)) == known
        assert basis(found).endswith("whatever its errors.")


def test_missing_labels_are_left_out_on_request_and_said(labelled: Path, map_file: Path) -> None:
    with labelled.open(newline="") as file:
        rows = list(csv.DictReader(file))
    write(labelled, change(rows, "empty"))
    found = assess_map(labelled, map_file, allow_missing=True)
    assert (found.n, found.missing) == (119, 1)
    assert basis(found).endswith("whatever its errors, if labels are missing at random.")
    assert "1 point without a label was left out" in found.notes[-1]


def test_a_map_on_another_grid_is_refused(labelled: Path, map_file: Path, mapped: np.ndarray, tmp_path: Path) -> None:
    with rasterio.open(map_file) as source:
        shifted = Grid(source.crs, source.transform @ source.transform.translation(2, 0))
    write_raster(tmp_path / "other.tif", mapped, grid=shifted)
    with pytest.raises(DataError, match="expected both on one grid"):
        assess_map(labelled, tmp_path / "other.tif")


def test_the_design_must_lie_next_to_the_sample(labelled: Path, map_file: Path, tmp_path: Path) -> None:
    (tmp_path / "s.design.json").unlink()
    with pytest.raises(DataError, match="expected the design that 'hsclass sample' wrote"):
        assess_map(labelled, map_file)
    with pytest.raises(UsageError, match=r"expected \.gpkg, \.geojson, \.kml, \.csv"):
        write_sample(draw_sample(map_file, size=10), tmp_path / "s.xlsx")


def test_commands_draw_and_assess(map_file: Path, mapped: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    run = CliRunner().invoke(
        app, ["sample", str(map_file), "--design", "stratified", "--size", "90", "--seed", "4", "-o", str(path)]
    )
    assert run.exit_code == 0, run.output
    assert "good_practice" in run.stderr
    fill(path, truth_of(mapped), map_file)
    found = CliRunner().invoke(app, ["assess", str(path), str(map_file), "--json"])
    figures = json.loads(found.stdout)
    assert {"oa", "oa_se", "oa_low", "oa_high", "unit", "classes"} <= set(figures)
    assert {
        "id", "users", "users_se", "producers", "producers_se", "area", "area_se", "area_low", "area_high",
    } <= set(figures["classes"][0])  # fmt: skip
    table = CliRunner().invoke(app, ["assess", str(path), str(map_file)]).stdout
    assert "overall accuracy" in table
    assert "to halve the standard error" in table


def test_copy_with_labels_keeps_its_design(map_file: Path, mapped: np.ndarray, tmp_path: Path) -> None:
    drawn, copy = tmp_path / "drawn/s.csv", tmp_path / "s.csv"

    def run(seed: int) -> str:
        done = CliRunner().invoke(
            app, ["sample", str(map_file), "--size", "90", "--seed", str(seed), "-o", str(drawn),
                  "--to-fill-in", str(copy)],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return done.stderr

    run(4)
    assert design_file(copy).read_bytes() == design_file(drawn).read_bytes()
    fill(copy, truth_of(mapped), map_file)
    kept = copy.read_bytes(), design_file(copy).read_bytes()
    assert "labels or notes that somebody filled in" in run(5)
    assert (copy.read_bytes(), design_file(copy).read_bytes()) == kept
    assert read_design(design_file(drawn)).seed == 5


def test_size_follows_from_the_precision_that_is_asked_for(map_file: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(
        app, ["sample", str(map_file), "--target-se", "0.02", "--expected", "1=0.9", "-o", str(tmp_path / "s.csv")]
    )
    # no class is rare, so that units are in proportion to pixels: sum W U (1 - U) / SE²
    expected = np.array([1998, 6000, 1800]) / 9798 @ [0.09, 0.16, 0.16] / 0.02**2
    assert f"{np.ceil(expected):.0f} units for a standard error of 0.02" in run.stderr
