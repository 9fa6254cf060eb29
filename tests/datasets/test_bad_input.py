"""Data that are not what somebody thinks: an exit status, one sentence, nothing half-written."""

import io
import os
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyogrio
import pytest
import shapely
import yaml
from rasterio.crs import CRS
from rasterio.transform import Affine
from scipy.io import savemat

from hsclass.cli import main
from hsclass.raster import Grid, write_raster

UTM = CRS.from_epsg(32633)
HERE = Affine(30, 0, 1000, 0, -30, 5000)
CUBE = np.arange(60, dtype=np.int16).reshape(4, 5, 3)
LABELS = np.array([[1, 1, 2, 0, 3]] * 4, np.uint8)
NAN = float("nan")
Prepare = Callable[[Path], dict[str, Any] | None]


class Trap:
    """Leaves a file behind where it is unpickled."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("sprung"),)


def npy(part: str, values: Any, **keys: Any) -> Prepare:
    """Return a case whose cube or labels are an array."""

    def prepare(folder: Path) -> dict[str, Any]:
        np.save(folder / f"{part}.npy", values, allow_pickle=True)
        return {part: f"{part}.npy", **keys}

    return prepare


def raw(name: str, content: bytes, part: str = "cube") -> Prepare:
    """Return a case whose cube or labels are a file of these bytes."""

    def prepare(folder: Path) -> dict[str, Any]:
        (folder / name).write_bytes(content)
        return {part: name}

    return prepare


def keys(**given: Any) -> Prepare:
    """Return a case of good files with a descriptor that says something else of them."""
    return lambda folder: given


def mat(key: str | None = None, **arrays: Any) -> Prepare:
    def prepare(folder: Path) -> dict[str, Any]:
        savemat(folder / "scene.mat", arrays)
        return {"cube": {"path": "scene.mat", **({"key": key} if key else {})}}

    return prepare


def tif(part: str, values: np.ndarray, grid: Grid | None = None, **given: Any) -> Prepare:
    def prepare(folder: Path) -> dict[str, Any]:
        bands = np.moveaxis(values, 2, 0) if values.ndim == 3 else values
        write_raster(folder / f"{part}.tif", bands, grid=grid or Grid(UTM, HERE), **given)
        return {part: f"{part}.tif"}

    return prepare


def cut(prepare: Prepare, name: str, share: float) -> Prepare:
    """Return a case with a file of another one cut off."""

    def both(folder: Path) -> dict[str, Any] | None:
        given = prepare(folder)
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: int(share * len(whole))])
        return given

    return both


def joined(*cases: Prepare) -> Prepare:
    def prepare(folder: Path) -> dict[str, Any]:
        return {key: value for case in cases for key, value in (case(folder) or {}).items()}

    return prepare


def lying_npy(folder: Path) -> dict[str, Any]:
    """A header that promises a hundred times the values that follow."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<i2", "fortran_order": False, "shape": (400, 5, 3)})
    (folder / "cube.npy").write_bytes(buffer.getvalue() + CUBE.tobytes())
    return {"cube": "cube.npy"}


def pickled_npz(folder: Path) -> dict[str, Any]:
    np.savez(folder / "cube.npz", x=np.array([Trap(), 1], object))
    return {"cube": "cube.npz"}


def broken_zip(folder: Path) -> dict[str, Any]:
    with zipfile.ZipFile(folder / "cube.npz", "w") as archive:
        archive.writestr("x.npy", "no array at all")
    return {"cube": "cube.npz"}


def envi(lines: int = 4, *, data: bool = True, **lists: str) -> Prepare:
    def prepare(folder: Path) -> dict[str, Any]:
        said = {"samples": 5, "lines": lines, "bands": 3, "data type": 2, "interleave": "bip", "byte order": 0, **lists}
        text = "\n".join(f"{name.replace('_', ' ')} = {value}" for name, value in said.items() if value != "")
        (folder / "scene.hdr").write_text(f"ENVI\n{text}\n")
        if data:
            (folder / "scene.dat").write_bytes(CUBE.tobytes())
        return {"cube": "scene.hdr"}

    return prepare


def strange_mat73(folder: Path) -> dict[str, Any]:
    with h5py.File(folder / "scene.mat", "w", userblock_size=512) as file:
        file["z"] = np.zeros((3, 5, 4), [("real", "f8"), ("imag", "f8")])
    return {"cube": "scene.mat"}


def shapes(suffix: str = ".gpkg", crs: str | None = "EPSG:32633", left: float = 1000, **labels: Any) -> Prepare:
    """Return a case with one polygon over the scene's first pixels, and options for it."""

    def prepare(folder: Path) -> dict[str, Any]:
        square = np.array([shapely.to_wkb(shapely.box(left, 4940, left + 60, 5000))], object)
        with np.errstate(all="ignore"):
            pyogrio.raw.write(
                folder / f"fields{suffix}", geometry=square, field_data=[np.array(["oats"])], fields=["crop"],
                crs=crs, geometry_type="Polygon",
            )  # fmt: skip
        return {**(tif("cube", CUBE)(folder) or {}), "labels": {"path": f"fields{suffix}", **labels}}

    return prepare


def table_lost(folder: Path) -> dict[str, Any] | None:
    given = shapes(".shp", field="crop")(folder)
    (folder / "fields.dbf").unlink()
    return given


def fresh_grid(crs: CRS | None, left: float = 1000) -> Grid:
    return Grid(crs, Affine(30, 0, left, 0, -30, 5000))


ROI = b"; ENVI Output of ROIs\n; ROI name: a\n; ROI npts: 1\n; ID X Y\n 1 9 9\n"
PAGE = b"<!doctype html><html><body>Please log in</body></html>"
BY_NAME: dict[str, tuple[Prepare, int, str]] = {
    # the cube
    "wrong key": (mat("cub", cube=CUBE), 1, "has no variable 'cub'; it holds cube (4, 5, 3); correct 'key'"),
    "several cubes": (mat(a=CUBE, b=CUBE), 1, "has 2 variables that could be a cube"),
    "no cube in the file": (mat(gt=LABELS), 1, "has 0 variables that could be a cube"),
    "complex values": (npy("cube", CUBE * 1j), 1, "holds an array of complex128; expected plain real numbers"),
    "complex values in MATLAB 7.3": (strange_mat73, 1, "has 0 variables that could be a cube"),
    "complex values in a raster": (tif("cube", (CUBE * 1j).astype(np.complex64)), 1, "holds an array of complex64"),
    "pickled objects": (npy("cube", np.array([Trap()], object)), 1, "Python objects in dtype"),
    "pickled objects in .npz": (pickled_npz, 1, "Object arrays cannot be loaded"),
    "cells": (mat("c", c=np.array([["x", 1]], object)), 1, "has no variable 'c'"),
    "texts": (npy("cube", np.full((4, 5, 3), "x")), 1, "expected plain real numbers"),
    "two axes": (npy("cube", CUBE[..., 0]), 1, "shape (4, 5); expected a cube (rows, cols, bands)"),
    "four axes": (npy("cube", CUBE[None]), 1, "shape (1, 4, 5, 3); expected a cube"),
    "no pixels": (npy("cube", CUBE[:0]), 1, "expected a cube (rows, cols, bands) that is not empty"),
    "empty file": (raw("cube.mat", b""), 1, "cube.mat: is an empty file; expected data"),
    "web page": (raw("cube.mat", PAGE), 1, "cannot be read as a MATLAB file"),
    "unknown extension": (raw("cube.xyz", b"1"), 1, "the extension '.xyz' has no reader; expected one of .npy"),
    "truncated .npy": (cut(npy("cube", CUBE), "cube.npy", 0.7), 1, "its header is damaged, or it was cut off"),
    "truncated .mat": (cut(mat(cube=CUBE), "scene.mat", 0.5), 1, "cannot be read as a MATLAB file"),
    "truncated .tif": (cut(tif("cube", CUBE), "cube.tif", 0.5), 1, "cannot be read as a raster"),
    ".npy that promises more": (lying_npy, 1, "its header is damaged, or it was cut off"),
    ".npz of something else": (broken_zip, 1, "has 0 variables that could be a cube"),
    "ENVI header that promises more": (envi(400), 1, "has 120 bytes, but its header says 400 lines x 5 samples"),
    "ENVI header without data": (envi(data=False), 1, "is the header of an ENVI file whose data are missing next"),
    "ENVI header without a size": (envi(samples=""), 1, "cannot be read as a raster"),
    "key of a raster": (
        joined(tif("cube", CUBE), keys(cube={"path": "cube.tif", "key": "x"})), 1, "has bands but no variables",
    ),
    "NaN": (npy("cube", np.where(CUBE == 7, NAN, CUBE)), 1, "has 1 NaN or infinite value, the first at row 0"),
    "infinite": (npy("cube", np.where(CUBE == 7, np.inf, CUBE)), 1, "has 1 NaN or infinite value"),
    "nothing but nodata": (npy("cube", CUBE * 0, nodata=0), 1, "no pixel has a value in every band"),
    "nodata that cannot be": (npy("cube", CUBE.astype(np.uint8), nodata=-1), 1, "cannot be the descriptor's 'nodata'"),
    "another shape than told": (keys(shape=[9, 9, 3]), 1, "(rows, cols, bands); expected (9, 9, 3)"),
    "axes that are not there": (keys(cube={"path": "c.npy", "axes": "bands pixels"}), 1, "has an axis of pixels"),
    # wavelengths
    "two of one wavelength": (
        tif("cube", CUBE, wavelengths=np.array([400.0, 500, 400])), 1, "has the wavelength 400 nm for the bands [0, 2]",
    ),
    "two of one wavelength, told": (keys(wavelengths=[400, 400, 500]), 1, "has the wavelength 400 nm for the bands"),
    "a band without wavelength": (
        envi(wavelength="{400, , 600}"), 1, "has no wavelength for the bands [1] (0-based), but for others",
    ),
    "wavelength that is NaN": (
        tif("cube", CUBE, wavelengths=np.array([400, NAN, 500])), 1, "has no wavelength for the bands [1]",
    ),
    "told wavelength that is NaN": (keys(wavelengths=[400, NAN, 500]), 2, "option 'wavelengths.1' is nan"),
    "wavelength below 0": (keys(wavelengths=[400, -5, 500]), 2, "option 'wavelengths.1' is -5"),
    "too few wavelengths": (keys(wavelengths=[400, 500]), 1, "has 3 bands, but the descriptor lists 2 'wavelengths'"),
    "colours of a missing band": (keys(rgb=[0, 1, 8]), 1, "names a band that is missing or left out"),
    "every band dropped": (keys(drop_bands=[0, 1, 2]), 1, "no band is left"),
    # the labels
    "labels of another shape": (npy("labels", LABELS[:3]), 1, "raster of labels is (3, 5) pixels; expected (4, 5)"),
    "transposed labels": (npy("labels", LABELS.T), 1, "it looks transposed, which 'axes: cols rows' would fix"),
    "fractions": (npy("labels", LABELS + 0.5), 1, "has 20 values that are no class id, the first 1.5"),
    "negative ids": (npy("labels", LABELS - 2.0), 1, "values that are no class id, the first -1 at row 0, column 0"),
    "ids too large": (npy("labels", LABELS * 70000.0), 1, "values that are no class id, the first 70000"),
    "infinite labels": (npy("labels", np.where(LABELS, np.inf, 1)), 1, "values that are no class id, the first inf"),
    "complex labels": (npy("labels", LABELS * 1j), 1, "holds an array of complex128"),
    "nothing labelled": (npy("labels", LABELS * 0), 1, "has no labelled pixel; expected class ids of 1 and up"),
    "labels of three bands": (tif("labels", CUBE), 1, "has 3 bands; expected one band of class ids"),
    "labels without a CRS, elsewhere": (
        joined(tif("cube", CUBE), tif("labels", LABELS, fresh_grid(None, 1030))), 1, "in an unknown system with",
    ),
    "cube without a CRS, labels elsewhere": (
        joined(tif("cube", CUBE, fresh_grid(None)), tif("labels", LABELS, fresh_grid(UTM, 1030))), 1,
        "in EPSG:32633 with the geotransform",
    ),
    "labels of another place": (
        joined(tif("cube", CUBE), tif("labels", LABELS, fresh_grid(UTM, 9e5))), 1, "no labelled pixel within the cube",
    ),
    "class that is not told": (keys(classes=[{"id": 1, "name": "a"}]), 1, "holds the class ids [2, 3]"),
    "another number than published": (
        keys(classes=[{"id": n, "name": f"c{n}", "pixels": 4} for n in (1, 2, 3)]), 1, "has 8 pixels; expected 4",
    ),
    # polygons and regions
    "polygons without a CRS": (shapes(crs=None), 1, "these features have no coordinate reference system"),
    "cube without a CRS": (
        joined(shapes(), tif("cube", CUBE, fresh_grid(None))), 1, "the cube has no coordinate reference system",
    ),
    "polygons for a cube without coordinates": (
        joined(shapes(), npy("cube", CUBE)), 1, "the cube has no map coordinates",
    ),
    "polygons of another place": (shapes(left=9e5), 1, "its 1 feature lies outside of the scene"),
    "layer that is not there": (shapes(layer="2024"), 1, "has no layer '2024'; it holds fields"),
    "field that is not there": (shapes(field="culture"), 1, "has no field 'culture'; it has crop"),
    "table that is not there": (table_lost, 1, "has no field 'crop'; it has"),
    "truncated GeoPackage": (cut(shapes(), "fields.gpkg", 0.3), 1, "fields.gpkg: cannot be read as polygons"),
    "truncated GeoJSON": (
        cut(shapes(".geojson", "EPSG:4326"), "fields.geojson", 0.6), 1, "fields.geojson: cannot be read as polygons",
    ),
    "rule that is not known": (shapes(overlap="mean"), 2, "option 'labels.overlap' is 'mean'"),
    "regions outside": (raw("roi.txt", ROI, "labels"), 1, "reaches column 9, row 9; expected 1 to 5 and 1 to 4"),
    "text that is no region": (raw("roi.txt", b"row,col\n1,2\n", "labels"), 1, "is not a text of ENVI's regions"),
    # the descriptor
    "unknown key": (keys(lables="labels.npy"), 2, "unknown option 'lables'; expected one of"),
    "no such file": (keys(cube="gone.npy"), 1, "gone.npy: no such file; correct the path in the descriptor"),
    "another digest": (keys(cube={"path": "c.npy", "sha256": "0" * 64}), 1, "has sha256"),
}  # fmt: skip


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run the program in an empty folder; return its exit status and what it said on standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["hsclass", *arguments])
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0), capsys.readouterr().err
        return 0, capsys.readouterr().err

    return run


def describe(folder: Path, **given: Any) -> None:
    np.save(folder / "c.npy", CUBE)
    np.save(folder / "l.npy", LABELS)
    (folder / "toy.yaml").write_text(yaml.safe_dump({"cube": "c.npy", "labels": "l.npy", **given}))


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def require_refusal(status: int, said: str, *, expected: int, words: str) -> None:
    assert status == expected, said
    assert said.startswith("hsclass: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert words in said


@pytest.mark.parametrize("name", BY_NAME)
def test_data_that_are_something_else(tmp_path: Path, program: Callable[..., Any], name: str) -> None:
    prepare, expected, words = BY_NAME[name]
    describe(tmp_path, **(prepare(tmp_path) or {}))
    status, said = program("fetch", "toy.yaml", "--data", "data")
    if status == 0:
        status, said = program("scene", "toy.yaml", "--data", "data", "-o", "out")
    require_refusal(status, said, expected=expected, words=words)
    assert files_in(tmp_path / "out") == []
    assert not list(tmp_path.rglob(".partial-*"))
    assert not (tmp_path / "sprung").exists()


def test_good_data_pass_the_same_way(tmp_path: Path, program: Callable[..., Any]) -> None:
    """So that the cases above fail for what is wrong with them."""
    for prepare in (keys(), mat(cube=CUBE), tif("cube", CUBE), envi(), shapes(), npy("cube", CUBE)):
        describe(tmp_path, **(prepare(tmp_path) or {}))
        assert program("fetch", "toy.yaml", "--data", "data")[0] == 0
        status, said = program("scene", "toy.yaml", "--data", "data", "-o", "out")
        assert status == 0, said
        assert files_in(tmp_path / "out") == ["cube.tif", "labels.qml", "labels.tif", "labels.tif.aux.xml"]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let this process write no file beyond so many bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fetched(tmp_path: Path, program: Callable[..., Any], **given: Any) -> None:
    describe(tmp_path, **given)
    assert program("fetch", "toy.yaml", "--data", "data")[0] == 0


@pytest.mark.parametrize("output", ["a_file", "a_file/out", "/proc/out"])
def test_output_that_cannot_be_written(tmp_path: Path, program: Callable[..., Any], output: str) -> None:
    fetched(tmp_path, program)
    (tmp_path / "a_file").write_text("kept")
    status, said = program("scene", "toy.yaml", "--data", "data", "-o", output)
    require_refusal(status, said, expected=2, words=f"cannot write into {output}")
    assert (tmp_path / "a_file").read_text() == "kept"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write into every folder")
def test_read_only_output(tmp_path: Path, program: Callable[..., Any]) -> None:
    fetched(tmp_path, program)
    (tmp_path / "out").mkdir(mode=0o500)
    status, said = program("scene", "toy.yaml", "--data", "data", "-o", "out")
    require_refusal(status, said, expected=2, words="cannot write into out (Permission denied)")


def test_full_disk_leaves_the_scene_that_was_there(tmp_path: Path, program: Callable[..., Any]) -> None:
    fetched(tmp_path, program)
    assert program("scene", "toy.yaml", "--data", "data", "-o", "out")[0] == 0
    before = {name: (tmp_path / "out" / name).read_bytes() for name in files_in(tmp_path / "out")}
    rng = np.random.default_rng(0)
    np.save(tmp_path / "big.npy", rng.integers(0, 9999, (200, 200, 3)))
    np.save(tmp_path / "big_labels.npy", np.ones((200, 200), np.uint8))
    fetched(tmp_path, program, cube="big.npy", labels="big_labels.npy")
    with room_for(20_000):
        status, said = program("scene", "toy.yaml", "--data", "data", "-o", "out")
    require_refusal(status, said, expected=1, words="output out/cube.tif: could not be written")
    assert {name: (tmp_path / "out" / name).read_bytes() for name in files_in(tmp_path / "out")} == before


@pytest.mark.parametrize(("part", "name"), [("cube", "cube.tif"), ("labels", "labels.tif")])
def test_output_that_would_overwrite_the_input(
    tmp_path: Path, program: Callable[..., Any], part: str, name: str
) -> None:
    tif(part, CUBE if part == "cube" else LABELS)(tmp_path)
    fetched(tmp_path, program, **{part: name})
    before = (tmp_path / name).read_bytes()
    status, said = program("scene", "toy.yaml", "--data", "data", "-o", ".")
    require_refusal(status, said, expected=2, words=f"would overwrite {name}, which the scene is made from")
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("rows=[0, 9]", "option 'rows' is [0, 9]; expected a stop of 4 at the most"),
        ("drop_classes=[1, 2, 3]", "hold no labelled pixel without classes [1, 2, 3]"),
        ("drop_classes=[8]", "option 'drop_classes' names [8]; expected ids among [1, 2, 3]"),
        ("rows", "--set rows: has no '='"),
    ],
)
def test_option_that_does_not_fit(tmp_path: Path, program: Callable[..., Any], setting: str, words: str) -> None:
    fetched(tmp_path, program)
    status, said = program("scene", "toy.yaml", "--data", "data", "-o", "out", "--set", setting)
    require_refusal(status, said, expected=2, words=words)
    assert files_in(tmp_path / "out") == []


def test_file_that_changed_and_data_set_that_was_not_fetched(tmp_path: Path, program: Callable[..., Any]) -> None:
    describe(tmp_path)
    status, said = program("scene", "toy.yaml", "--data", "data", "-o", "out")
    require_refusal(status, said, expected=1, words="run 'hsclass fetch' for toy into data")
    fetched(tmp_path, program)
    np.save(tmp_path / "c.npy", CUBE + 1)
    status, said = program("scene", "toy.yaml", "--data", "data", "-o", "out")
    require_refusal(status, said, expected=1, words="c.npy: has changed since it was fetched")
    assert files_in(tmp_path / "out") == []


def test_descriptor_that_is_none(tmp_path: Path, program: Callable[..., Any]) -> None:
    require_refusal(*program("fetch", "gone.yaml"), expected=2, words="gone.yaml: no such file")
    (tmp_path / "bad.yaml").write_text("cube: [")
    require_refusal(*program("fetch", "bad.yaml"), expected=2, words="bad.yaml: is not YAML")
