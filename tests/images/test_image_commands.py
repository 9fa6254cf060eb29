"""The commands of images: what they write, and their exit status."""

import csv
import json
import shutil
import sys
from pathlib import Path

import pytest

from hsclass.cli import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run a command in this process, and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["hsclass", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_leaking_split_that_is_silent_has_exit_status_3(make_folder, tmp_path: Path, monkeypatch, capsys) -> None:
    folder = make_folder(each=5)
    for number in range(1, 5):
        shutil.copy(folder / "roof/roof00.png", folder / f"roof/roof0{number}.png")
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "fetch", folder, "--data", "data") == 0
    assert run(monkeypatch, "scene", folder, "--data", "data", "-o", "r") == 0
    assert "files with identical content: roof/roof00.png = roof/roof01.png" in capsys.readouterr().err
    assert json.loads((tmp_path / "r/index.json").read_text())["counts"] == {"field": 5, "roof": 5, "water": 5}
    split = ("split", "r", "--train", "0.6", "--validation", "0.2", "--set", "threshold=0", "-o", "r/split.csv")
    assert run(monkeypatch, *split, "--set", "keep_together=false") == 0
    with (tmp_path / "r/split.csv").open() as file:
        parts = [row["role"] for row in csv.DictReader(file)]
    assert [parts.count(part) for part in ("train", "validation", "test")] == [9, 3, 3]
    assert run(monkeypatch, "audit", "r/split.csv", "-o", "r/audit.json") == 0
    about = json.loads((tmp_path / "r/split.json").read_text())
    assert about["leaky"]
    (tmp_path / "r/split.json").write_text(json.dumps({**about, "leaky": False}))
    assert run(monkeypatch, "audit", "r/split.csv", "-o", "r/audit.json") == 3
    assert "1 of the 3 test images are near-duplicates of a training or validation image" in capsys.readouterr().err
    assert json.loads((tmp_path / "r/audit.json").read_text())["overlap"] == 1
    assert run(monkeypatch, *split) == 0
    assert run(monkeypatch, "audit", "r/split.csv", "-o", "r/audit.json") == 0
    assert run(monkeypatch, "audit", "r/split.csv", "--threshold", "32") == 3
    assert run(monkeypatch, "audit", "r/split.csv", "--window", "3") == 2
    assert "--window 3: images have no windows" in capsys.readouterr().err
    assert run(monkeypatch, *split[:-1], "r/split.tif") == 2
    assert "expected a name that ends in .csv, as the samples are images" in capsys.readouterr().err


def test_wrong_folder_has_exit_status_2_and_damaged_data_1(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "fetch", "no/folder", "--data", "data") == 2
    assert run(monkeypatch, "scene", "digits", "--data", "data", "-o", "r") == 1
    assert "run 'hsclass fetch' for digits into data" in capsys.readouterr().err


def test_strategy_that_cannot_work_is_one_sentence(make_folder, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "fetch", make_folder(each=10), "--data", "data") == 0
    assert run(monkeypatch, "scene", "scenes", "--data", "data", "-o", ".") == 0
    leaky = ("--train", "0.6", "--validation", "0.2", "--set", "keep_together=false")
    assert run(monkeypatch, "split", "index.csv", *leaky, "-o", "split.csv") == 0
    capsys.readouterr()
    for model, strategy, said in (
        ("dense", "mirrored", "strategy mirrored: found one device, CPU:0; expected two GPUs or more"),
        ("dense", "multi_worker", "strategy multi_worker: neither TF_CONFIG nor a Slurm step"),
        ("linear_head", "mirrored", "strategy mirrored: model linear_head is no network"),
        ("dense", "miror", "training: option 'strategy' is 'miror'"),
    ):
        features = ("--features", "efficientnet_lite0") if model == "linear_head" else ()
        given = ("index.csv", "split.csv", "--model", model, *features, "--strategy", strategy, "-o", "model")
        assert run(monkeypatch, "train", *given) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line
        assert not (tmp_path / "model").exists()
