"""One function opens whatever names a scene."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hsclass.cli import app
from hsclass.datasets import default_folder, open_scene
from hsclass.errors import DataError, UsageError
from hsclass.scene import write_scene

Describe = Callable[..., Path]


def test_descriptor_is_fetched_and_built(describe: Describe, tmp_path: Path, cube: np.ndarray) -> None:
    scene = open_scene(describe(), folder=tmp_path / "data")
    np.testing.assert_array_equal(scene.cube, cube)
    assert (tmp_path / "data/toy/source.json").exists()


def test_folder_of_fetched_files_by_environment(
    describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HSCLASS_DATA", str(tmp_path / "chosen"))
    open_scene(str(describe()))
    assert len([*(tmp_path / "chosen/own").glob("*/toy/source.json")]) == 1


def test_descriptors_of_one_name_in_two_folders_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSCLASS_DATA", str(tmp_path / "cache"))
    for name, bands in (("a", 3), ("b", 4)):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "cube.npy", np.ones((5, 6, bands)))
        (tmp_path / name / "scene.yaml").write_text("cube: cube.npy\n")
    for command in ("fetch", "fetch", "scene"):
        for name in ("a", "b"):
            asked = [command, str(tmp_path / name / "scene.yaml")]
            asked += ["-o", str(tmp_path / name / "out")] if command == "scene" else []
            result = CliRunner().invoke(app, asked)
            assert result.exit_code == 0, result.output
    assert [open_scene(tmp_path / name / "scene.yaml").shape[2] for name in ("a", "b")] == [3, 4]


def test_default_folder_is_a_cache_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_folder().name == "hsclass"
    assert default_folder().is_absolute()


@pytest.mark.parametrize("name", ["scene", "scene/cube.tif"])
def test_folder_of_the_scene_stage_is_read(describe: Describe, tmp_path: Path, name: str) -> None:
    built = open_scene(describe(wavelengths=[400, 500.25, 600]), folder=tmp_path / "data")
    write_scene(built, tmp_path / "scene")
    scene = open_scene(tmp_path / name)
    np.testing.assert_array_equal(scene.cube, built.cube)
    np.testing.assert_array_equal(scene.labels, built.labels)
    np.testing.assert_array_equal(scene.wavelengths, built.wavelengths)
    assert (scene.name, scene.classes, scene.digest) == (built.name, built.classes, built.digest)


def test_scene_folder_comes_before_a_name_of_the_catalogue(
    describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_scene(open_scene(describe(), folder=tmp_path / "data"), tmp_path / "indian_pines")
    monkeypatch.chdir(tmp_path)
    assert open_scene("indian_pines").shape == (4, 5, 3)


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("empty", UsageError, r"empty: holds no cube\.tif; expected the folder of a scene"),
        ("other.tif", UsageError, r"other\.tif: is not a scene of hsclass; expected cube\.tif, or a descriptor"),
        ("gone/cube.tif", DataError, r"gone/cube\.tif: no such file"),
        ("gone/field.yaml", UsageError, r"gone/field\.yaml: no such file; expected a descriptor"),
    ],
)
def test_what_is_no_scene(tmp_path: Path, name: str, error: type[Exception], sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(error, match=sentence):
        open_scene(tmp_path / name)


def test_import_does_not_load_what_only_some_stages_need() -> None:
    code = "import hsclass.datasets.fetch, hsclass.datasets.build, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pooch", "requests", "scipy", "h5py", "sklearn", "tensorflow", "tensorly", "rich"} & set(loaded)
