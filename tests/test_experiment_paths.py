"""Paths in an experiment count from its file, wherever it is run from."""

from pathlib import Path

import pytest

from hsclass.errors import UsageError
from hsclass.experiment import load_experiment
from hsclass.experiment_paths import placed


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder `plans`; the working folder is `runs` next to it."""
    for name in ("plans", "runs"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "runs")
    return tmp_path / "plans"


def test_scenes_images_masks_and_lists_are_placed_and_nothing_else(elsewhere: Path) -> None:
    (elsewhere / "photos").mkdir()
    config = {
        "experiment": "a.yaml",
        "scenes": ["own.yaml", "indian_pines", {"scene": "deep/own.yaml", "name": "b"}, "/data/x.yaml", "unknown"],
        "images": [{"images": "photos", "train_list": "train.csv", "layout": "class_folders"}, "digits"],
        "splits": ["regions", {"sampler": "fixed", "train_mask": "masks/tr.mat", "train_key": "tr"}],
        "models": [{"model": "rf", "path": "x/y"}],
        "final": {"folds": 3, "assess": {"own": "labelled.gpkg"}},
    }
    assert placed(config, elsewhere) == {
        "experiment": "a.yaml",
        "scenes": [
            "../plans/own.yaml", "indian_pines", {"scene": "../plans/deep/own.yaml", "name": "b"}, "/data/x.yaml",
            "unknown",
        ],
        "images": [
            {"images": "../plans/photos", "train_list": "../plans/train.csv", "layout": "class_folders"}, "digits",
        ],
        "splits": ["regions", {"sampler": "fixed", "train_mask": "../plans/masks/tr.mat", "train_key": "tr"}],
        "models": [{"model": "rf", "path": "x/y"}],
        "final": {"folds": 3, "assess": {"own": "../plans/labelled.gpkg"}},
    }  # fmt: skip
    assert placed({"final": {"assess": "s.csv"}}, elsewhere) == {"final": {"assess": "../plans/s.csv"}}
    assert placed(config, ".") == config
    assert placed({"scenes": {"x": 1}, "splits": 3}, elsewhere) == {"scenes": {"x": 1}, "splits": 3}


def test_experiment_of_another_folder_finds_its_descriptor(elsewhere: Path) -> None:
    (elsewhere / "own.yaml").write_text("cube: cube.npy\nlabels: labels.npy\nshape: [30, 30, 4]\n", encoding="utf-8")
    file = elsewhere / "plan.yaml"
    file.write_text("experiment: e\nscenes: own.yaml\nwindow: 5\nsplits: random\nmodels: rf\n", encoding="utf-8")
    experiment = load_experiment(file)
    assert list(experiment.scenes) == ["own"]
    assert experiment.descriptors["own"].cube[0].path == str(elsewhere / "cube.npy")
    (elsewhere / "own.yaml").unlink()
    with pytest.raises(UsageError, match=r"\.\./plans/own\.yaml: no such file.*count from the folder of its file"):
        load_experiment(file)


def test_labelled_sample_is_there_and_each_scene_has_its_own(elsewhere: Path) -> None:
    plan = "experiment: e\nscenes: {}\nsplits: regions\nmodels: rf\nfinal: {{assess: {}}}\n"
    cut = "{scene: indian_pines, name: cut, rows: [0, 60]}"
    file = elsewhere / "plan.yaml"
    for scenes, asked, message in (
        ("indian_pines", "s.csv", r"assess: \.\./plans/s\.csv: no such file; expected a copy of a sample"),
        ("indian_pines", "{cut: s.csv}", "assess names cut; expected some of the scenes indian_pines"),
        (f"[indian_pines, {cut}]", "s.csv", "there are 2 scenes; give each its own, such as {indian_pines: "),
    ):
        file.write_text(plan.format(scenes, asked), encoding="utf-8")
        with pytest.raises(UsageError, match=message):
            load_experiment(file)
    (elsewhere / "s.csv").touch()
    file.write_text(plan.format("indian_pines", "s.csv"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"assess: \.\./plans/s\.csv: is empty; expected a copy of a sample"):
        load_experiment(file)
    (elsewhere / "s.csv").write_text("id,x,y,reference\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"its design is missing; expected \.\./plans/s\.design\.json, a copy"):
        load_experiment(file)
    (elsewhere / "s.design.json").touch()
    file.write_text(plan.format(f"[indian_pines, {cut}]", "{cut: s.csv}"), encoding="utf-8")
    final = load_experiment(file).plan.final
    assert final is not None
    assert [final.labelled_sample(scene) for scene in ("indian_pines", "cut")] == [None, "../plans/s.csv"]
