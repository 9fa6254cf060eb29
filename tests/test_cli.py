"""The command line: what it prints, writes and returns."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsclass.raster import Grid
from hsclass.scene import LandCover, Scene, write_scene
from hsclass.split import Split, write_split


def hsclass(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "hsclass", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """Write a scene of two classes in 2 x 2 fields, 40 x 40 pixels, 6 bands, into the folder `toy`."""
    labels = np.kron([[1, 2], [2, 1]], np.ones((20, 20))).astype(np.uint8)
    rng = np.random.default_rng(0)
    cube = (labels[..., None] * 100 + rng.normal(0, 10, (40, 40, 6))).astype(np.float32)
    classes = (LandCover(1, "water", (0, 0, 255)), LandCover(2, "wood", (0, 99, 0)))
    write_scene(Scene("toy", cube, labels, None, np.ones((40, 40), bool), classes), tmp_path / "toy")
    return tmp_path


def test_help_and_version_do_not_load_tensorflow(tmp_path: Path) -> None:
    code = """
import sys
from hsclass.cli import main
sys.argv = ["hsclass", "--help"]
try:
    main()
except SystemExit:
    print([name for name in ("tensorflow", "keras", "sklearn", "rasterio") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for command in ("datasets", "fetch", "scene", "split", "audit", "train", "predict", "evaluate", "report"):
        assert command in done.stdout


def test_stages_one_by_one_from_split_to_metrics(scene: Path) -> None:
    split = ("split", "toy", "--window", 3, "--sampler", "dbscan_area", "-o", "s/split.tif")
    train = ("train", "toy", "s/split.tif", "--model", "rf", "--set", "trees=10", "-o", "m/model")
    predict = ("predict", "m/model", "toy", "-o", "m/map.tif", "--about", "m/map.json")
    for command in (split, ("audit", "s/split.tif", "--json"), train, predict):
        done = hsclass(*command, cwd=scene)
        assert done.returncode == 0, done.stderr
    done = hsclass("evaluate", "m/map.tif", "--split", "s/split.tif", cwd=scene)
    figures = json.loads(done.stdout)
    assert figures["oa"] > 0.95
    assert figures["leaky"] is False
    assert json.loads((scene / "m/map.json").read_text())["seconds"] >= 0
    assert json.loads((scene / "m/model/model.json").read_text())["options"]["trees"] == 10


def test_audit_of_a_leak_that_is_not_declared_is_exit_status_3(scene: Path) -> None:
    roles = np.full((40, 40), 3, np.uint8)
    roles[:, ::2] = 1
    write_split(Split(roles, 1, "fixed", 0, {}, leaky=False), scene / "mask.tif", grid=Grid())
    done = hsclass("audit", "mask.tif", "--window", 3, "--json", cwd=scene)
    assert done.returncode == 3
    assert json.loads(done.stdout)["overlap_share"] == 1.0
    assert "mask.tif" in done.stderr
    assert hsclass("audit", "mask.tif", "--window", 1, cwd=scene).returncode == 0


def test_audit_prints_the_agreed_keys(scene: Path) -> None:
    hsclass("split", "toy", "--window", 3, "--sampler", "random", "-o", "split.tif", cwd=scene)
    done = hsclass("audit", "split.tif", "--labels", "toy/labels.tif", "--window", 3, "--json", cwd=scene)
    assert done.returncode == 0
    assert list(json.loads(done.stdout)) == [
        "window", "n_train", "n_validation", "n_test", "overlap_share", "centre_share", "moran_i", "kl_train",
        "kl_test", "train_ratio_asked", "train_ratio", "lost_classes", "leaky",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "status", "sentence"),
    [
        (["split", "toy", "--window", "4", "-o", "s.tif"], 2, "window"),
        (["split", "toy", "--window", "41", "-o", "s.tif"], 2, "41"),
        (["split", "toy", "--window", "3", "--sampler", "dbscam_area", "-o", "s.tif"], 2, "did you mean 'dbscan_area'"),
        (["split", "toy", "--window", "3", "--set", "eps", "-o", "s.tif"], 2, "expected OPTION=VALUE"),
        (["split", "toy", "--window", "3", "--train", "0.9", "--validation", "0.2", "-o", "s.tif"], 2, "0.9"),
        (["split", "nowhere", "--window", "3", "-o", "s.tif"], 2, "nowhere"),
        (["audit", "none.tif"], 1, "none.tif: no such file"),
        (["train", "toy", "toy/labels.tif", "-o", "m"], 1, "cnn3d"),
        (["predict", "toy", "toy", "-o", "map.tif"], 1, "is not a model that hsclass train wrote"),
        (["experiment", "none.yaml"], 2, "none.yaml: cannot be read"),
        (["split", "toy"], 2, "Missing option"),
    ],
)
def test_bad_input_is_one_sentence_and_an_exit_status(
    scene: Path, command: list[str], status: int, sentence: str
) -> None:
    if command[0] == "train":
        hsclass("split", "toy", "--window", "3", "-o", "split.tif", cwd=scene)
        command = ["train", "toy", "split.tif", "-o", "m"]
        status, sentence = 2, "model cnn3d: window 3 does not fit"
    before = sorted(path for path in scene.rglob("*"))
    done = hsclass(*command, cwd=scene)
    assert done.returncode == status, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path for path in scene.rglob("*")) == before


def test_debug_shows_the_traceback(scene: Path) -> None:
    assert "Traceback" in hsclass("--debug", "audit", "none.tif", cwd=scene).stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_output_folder_that_cannot_be_written_to_is_named(scene: Path) -> None:
    (scene / "locked").mkdir(mode=0o500)
    done = hsclass("split", "toy", "--window", 3, "-o", "locked/split.tif", cwd=scene)
    assert done.returncode == 2
    assert "locked" in done.stderr


def test_output_below_a_file_is_refused(scene: Path) -> None:
    (scene / "file").write_text("")
    done = hsclass("split", "toy", "--window", 3, "-o", "file/split.tif", cwd=scene)
    assert done.returncode == 2
    assert "cannot write into file" in done.stderr


def test_datasets_lists_the_catalogue(tmp_path: Path) -> None:
    done = hsclass("datasets", cwd=tmp_path)
    assert "indian_pines" in done.stdout
    assert "145 x 145 x 200" in done.stdout
