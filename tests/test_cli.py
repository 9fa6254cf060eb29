"""The command line: what it prints, writes and returns."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from hsclass import sources
from hsclass.cli import main
from hsclass.scene import LandCover, Scene, write_scene
from hsclass.split import Split, write_split
from tests.command_line import hsclass


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


def test_training_continues_only_with_the_code_that_began_it(scene: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("hsclass.learning.checkpoint.remove", lambda folder: None)  # as if killed just before
    package = shutil.copytree(sources._PACKAGE, tmp_path / "hsclass", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "_PACKAGE", package)
    hsclass("split", "toy", "--window", 3, "--sampler", "dbscan_area", "-o", "s/split.tif", cwd=scene)

    def resumed() -> int | None:
        options = ("--model", "ann", "--set", "hidden=[4]", "--set", "epochs=2", "-o", "m/model")
        done = hsclass("train", "toy", "s/split.tif", *options, cwd=scene)
        assert done.returncode == 0, done.stderr
        return json.loads((scene / "m/model/training.json").read_text())["resumed_after_epoch"]

    assert [resumed(), resumed()] == [None, 2]
    for module, expected in (("models/svm.py", 2), ("learning/fitting.py", None)):
        (package / module).write_text((package / module).read_text() + "\nEDITED = True\n")
        assert resumed() == expected


def test_stages_one_by_one_from_split_to_metrics(scene: Path) -> None:
    split = ("split", "toy", "--window", 3, "--sampler", "dbscan_area", "-o", "s/split.tif")
    train = ("train", "toy", "s/split.tif", "--model", "rf", "--set", "trees=10", "-o", "m/model")
    predict = ("predict", "m/model", "toy", "-o", "m/map.tif", "--about", "m/map.json")
    for command in (split, ("audit", "s/split.tif", "--json"), train, predict):
        done = hsclass(*command, cwd=scene)
        assert done.returncode == 0, done.stderr
    shown = hsclass("evaluate", "m/map.tif", "--split", "s/split.tif", cwd=scene).stdout
    done = hsclass("evaluate", "m/map.tif", "--split", "s/split.tif", "--json", cwd=scene)
    figures = json.loads(done.stdout)
    assert f" kappa {figures['kappa']:.4f}" in re.sub(r" +", " ", shown)
    assert all(f" {row['name']} {row['support']} " in re.sub(r" +", " ", shown) for row in figures["classes"])
    assert figures["oa"] > 0.95
    assert figures["leaky"] is False
    assert json.loads((scene / "m/map.json").read_text())["seconds"] >= 0
    assert json.loads((scene / "m/model/model.json").read_text())["options"]["trees"] == 10


def test_audit_of_a_leak_that_is_not_declared_is_exit_status_3(scene: Path) -> None:
    roles = np.full((40, 40), 3, np.uint8)
    roles[:, ::2] = 1
    write_split(Split(roles, 1, "fixed", 0, {}, leaky=False), scene / "mask.tif")
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
        "kl_test", "train_ratio_asked", "train_ratio", "lost_classes", "leaky", "sampled_field_share",
        "ground_distance_test", "ground_distance_map", "ground_wasserstein",
        "spectra_distance_test", "spectra_distance_map", "spectra_wasserstein",
        "spectra_range", "errors_range", "cautions",
    ]  # fmt: skip


@pytest.fixture
def masks(scene: Path) -> Path:
    """Write masks of the scene's left fields: trained on down to row 9, tested on from row 15, one pixel misnamed."""
    labels = np.kron([[1, 2], [2, 1]], np.ones((20, 20))).astype(np.uint8)
    row, col = np.indices(labels.shape)
    train = np.where((col < 20) & (row % 20 < 10), labels, 0)
    train[0, 0] = 2
    savemat(scene / "TR.mat", {"TR": train.astype(float), "seen": train > 0})
    np.save(scene / "TS.npy", np.where((col < 20) & (row % 20 >= 15), labels, 0))
    np.save(scene / "gt.npy", labels)
    return scene


def test_audit_of_masks_at_several_windows(masks: Path) -> None:
    command = ("audit", "TR.mat", "--train-key", "TR", "--test", "TS.npy", "--labels", "gt.npy", "--json")
    windows = ("--window", 1, "--window", 7, "--window", 5)
    done = hsclass(*command, *windows, "-o", "audit.json", cwd=masks)
    # Rows 15 to 19 of the fields test, rows 0 to 9 train: 6 to 10 rows off, but 1 to 5 rows above the next field.
    rows = json.loads(done.stdout)
    assert [(row["window"], row["n_train"], row["n_test"]) for row in rows] == [
        (1, 400, 200),
        (7, 400, 200),
        (5, 400, 200),
    ]
    assert [row["overlap_share"] for row in rows] == [0, (5 + 1) / 10, 4 / 10]
    assert [row["centre_share"] for row in rows] == [0, 3 / 10, 2 / 10]
    assert done.returncode == 3
    assert "TR.mat: 60.0% of the 200 test windows of side 7 share pixels" in done.stderr
    assert "TR.mat: 1 of 400 pixels are of another class in the reference data (1 of class 2 are 1)" in done.stderr
    written = json.loads((masks / "audit.json").read_text())
    assert [row["window"] for row in written] == [1, 7, 5]
    assert written[0]["by_window"][3] == {"window": 7, "overlap_share": 0.6, "centre_share": 0.3}
    assert sum(written[0]["distance_histogram"]["counts"]) == 200


def test_audit_of_a_mask_against_the_rest_as_a_table(masks: Path) -> None:
    command = ("audit", "TR.mat", "--train-key", "seen", "--test", "rest", "--labels", "toy/labels.tif", "--window", 1)
    one = hsclass(*command, cwd=masks)
    assert one.returncode == 0
    assert [line.split() for line in one.stdout.splitlines()[:2]] == [["window", "1"], ["n_train", "400"]]
    assert "a plain yes/no mask of 400 pixels (by class 1: 200, 2: 200)" in one.stderr
    two = hsclass(*command, "--window", 3, cwd=masks)
    assert two.returncode == 3
    assert [line.split() for line in two.stdout.splitlines()[:5]] == [
        ["window", "1", "3"],
        ["n_train", "400", "400"],
        ["n_validation", "0", "0"],
        ["n_test", "1200", "1200"],
        # Up to two pixels off the training fields: 6 rows of 20 pixels, and beside them two columns of 12 + 14.
        ["overlap_share", "0.0000", f"{(6 * 20 + 2 * 26) / 1200:.4f}"],
    ]


def test_split_by_masks(masks: Path) -> None:
    settings = ("--set", "train_mask=TR.mat", "--set", "train_key=TR", "--set", "ids={1: 1}", "--set", "otherwise=mask")
    done = hsclass("split", "toy", "--sampler", "fixed", "--window", 5, *settings, "-o", "split.tif", cwd=masks)
    assert done.returncode == 0, done.stderr
    assert "1 of 400 pixels are of another class" in done.stderr
    audit = json.loads(hsclass("audit", "split.tif", "--json", cwd=masks).stdout)
    assert (audit["n_train"], audit["overlap_share"], audit["train_ratio_asked"]) == (400, 0, None)


@pytest.mark.parametrize(
    ("command", "status", "sentence"),
    [
        (["audit", "TR.mat", "--labels", "gt.npy", "--window", "3"], 2, "nothing says what tests"),
        (["audit", "TS.npy", "--test", "rest", "--labels", "gt.npy"], 2, "give it with --window"),
        (
            ["audit", "TS.npy", "--test", "rest", "--labels", "gt.npy", "--window", "3", "--ids", "1:2,2:1"],
            1,
            "1:1,2:2",
        ),
        (["split", "toy", "--sampler", "fixed", "--window", "3", "-o", "s.tif"], 2, "'train_mask' is missing"),
    ],
)
def test_bad_masks_are_one_sentence_and_an_exit_status(
    masks: Path, command: list[str], status: int, sentence: str
) -> None:
    done = hsclass(*command, cwd=masks)
    assert done.returncode == status, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


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
    program = [sys.executable, "-m", "hsclass", "--debug", "audit", "none.tif"]  # Python itself prints it
    done = subprocess.run(program, cwd=scene, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_output_folder_that_cannot_be_written_to_is_named(scene: Path) -> None:
    (scene / "locked").mkdir(mode=0o500)
    done = hsclass("split", "toy", "--window", 3, "-o", "locked/split.tif", cwd=scene)
    assert done.returncode == 2
    assert "locked" in done.stderr


def test_file_that_the_user_may_not_read_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise PermissionError(13, "Permission denied", "cube.tif")

    monkeypatch.setattr(sys.modules[main.__module__], "app", refuse)
    monkeypatch.setattr("sys.argv", ["hsclass", "inspect", "cube.tif"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    said = "hsclass: cube.tif: cannot be read or written (Permission denied); check its permissions\n"
    assert capsys.readouterr().err == said


def test_output_below_a_file_is_refused(scene: Path) -> None:
    (scene / "file").write_text("")
    done = hsclass("split", "toy", "--window", 3, "-o", "file/split.tif", cwd=scene)
    assert done.returncode == 2
    assert "cannot write into file" in done.stderr


def test_datasets_lists_the_catalogue(tmp_path: Path) -> None:
    done = hsclass("datasets", cwd=tmp_path)
    assert "indian_pines" in done.stdout
    assert "145 x 145 x 200" in done.stdout


def test_a_model_is_not_tested_on_what_it_has_seen(scene: Path) -> None:
    for seed in (0, 1):
        split = ("split", "toy", "--window", 1, "--sampler", "random", "--seed", seed, "-o", f"{seed}.tif")
        assert hsclass(*split, cwd=scene).returncode == 0
    for command in (
        ("train", "toy", "0.tif", "--model", "rf", "--set", "trees=10", "-o", "model"),
        ("predict", "model", "toy", "-o", "map.tif", "--confidence", "confidence.tif"),
    ):
        assert hsclass(*command, cwd=scene).returncode == 0
    command = ("evaluate", "map.tif", "--model", "model", "--confidence", "confidence.tif", "-o", "metrics.json")
    refused = hsclass(*command, "--split", "1.tif", cwd=scene)
    assert refused.returncode == 3
    assert "model: was fitted on test pixels (normalizer 1" in refused.stderr
    assert not (scene / "metrics.json").exists()
    assert hsclass(*command, "--split", "0.tif", cwd=scene).returncode == 0
    figures = json.loads((scene / "metrics.json").read_text())
    assert figures["fit_scope"] == {"normalizer": 160, "extractor": 160, "model": 160, "validation": 80}
    assert figures["leakage"]["reach"] == 0
    assert figures["calibration"]["ece"] < 0.2


def test_maps_are_compared_in_pairs(scene: Path) -> None:
    hsclass("split", "toy", "--window", 3, "-o", "split.tif", cwd=scene)
    done = hsclass(
        "compare", "truth=toy/labels.tif", "same=toy/labels.tif", "--split", "split.tif", "--json", cwd=scene
    )
    assert done.returncode == 0, done.stderr
    (pair,) = json.loads(done.stdout)["pairs"]
    assert (pair["a"], pair["b"], pair["difference"], pair["p"]) == ("truth", "same", 0, 1)
    shown = hsclass("compare", "truth=toy/labels.tif", "same=toy/labels.tif", "--split", "split.tif", cwd=scene).stdout
    assert "truth - same" in shown
    assert "not distinguishable" in shown


@pytest.mark.parametrize("maps", [["toy/labels.tif"], ["a=toy/labels.tif"], ["a=toy/labels.tif", "a=toy/labels.tif"]])
def test_maps_to_compare_need_names(scene: Path, maps: list[str]) -> None:
    done = hsclass("compare", *maps, "--split", "split.tif", cwd=scene)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
