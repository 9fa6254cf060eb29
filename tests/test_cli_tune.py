"""Searches from the command line: stopped and gone on with, shared by workers, and taken by train."""

import csv
import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import yaml

from hsclass.scene import LandCover, Scene, write_scene
from hsclass.split import Role, Split, write_split
from tests.command_line import hsclass

HSCLASS = Path(sys.executable).parent / "hsclass"
SEARCH = ("toy", "split.tif", "--model", "knn", "--set-search", "folds=2", "--set", "metric=euclidean")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a scene of 8 x 8 fields of two classes, and a split that trains the upper half."""
    folder = tmp_path_factory.mktemp("tune")
    rows, cols = np.indices((8, 8))
    labels = np.kron(np.array([1, 2, 0])[(rows + cols) % 3], np.ones((5, 5))).astype(np.uint8)
    rng = np.random.default_rng(0)
    cube = (labels[..., None] + rng.normal(0, 1.5, (40, 40, 6))).astype(np.float32)
    classes = (LandCover(1, "water", (0, 0, 255)), LandCover(2, "wood", (0, 99, 0)))
    write_scene(Scene("toy", cube, labels, None, np.ones((40, 40), bool), classes), folder / "toy")
    roles = np.where(rows.repeat(5, 0).repeat(5, 1) < 4, Role.TRAIN, Role.TEST).astype(np.uint8)
    roles[labels == 0] = Role.UNUSED
    split = Split(roles, 1, "fixed", 0, {"train": 0.5, "validation": 0.0}, False)
    write_split(split, folder / "split.tif", labels_file="toy/labels.tif")
    return folder


def trials(path: Path) -> list[dict[str, str]]:
    with (path / "trials.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def whole(folder: Path) -> Path:
    done = hsclass("tune", *SEARCH, "--trials", 12, "-o", "whole", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "whole"


def test_winner_is_what_train_takes(folder: Path, whole: Path) -> None:
    best = yaml.safe_load((whole / "best.yaml").read_text())
    assert (best["model"], best["metric"]) == ("knn", "euclidean")
    assert len(trials(whole)) == 12
    given = ("--options", "whole/best.yaml", "--feature-options", "whole/features.yaml", "--set", "weights=uniform")
    done = hsclass("train", "toy", "split.tif", *given, "-o", "model", cwd=folder)
    assert done.returncode == 0, done.stderr
    about = json.loads((folder / "model/model.json").read_text())
    assert about["model"] == "knn"
    assert about["options"] == {**{key: best[key] for key in best if key != "model"}, "weights": "uniform"}


def _finished(storage: Path) -> list[tuple[int, str]]:
    """Number, and time of the end, of every complete trial in a storage that a search may be writing."""
    try:
        with closing(sqlite3.connect(f"file:{storage}?mode=ro", uri=True)) as database:
            return database.execute(
                "SELECT number, datetime_complete FROM trials WHERE state = 'COMPLETE' ORDER BY number"
            ).fetchall()
    except sqlite3.OperationalError:  # no such file or table yet
        return []


def test_killed_search_goes_on_where_it_stopped(folder: Path, whole: Path) -> None:
    """Killed outright, in whatever it was doing, when some trials are in the storage."""
    command = [HSCLASS, "tune", *SEARCH, "--trials", "100000", "-o", "killed"]
    with subprocess.Popen([*map(str, command)], cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        while not (begun := _finished(folder / "killed/study.db")):
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)
    assert not (folder / "killed/trials.csv").exists()
    done = hsclass("tune", *SEARCH, "--trials", 12, "-o", "killed", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert _finished(folder / "killed/study.db")[: len(begun)] == begun
    assert trials(folder / "killed")[:12] == trials(whole)


def test_workers_share_a_search_that_is_then_gathered(folder: Path) -> None:
    common = ("tune", *SEARCH, "--set-search", "workers=2", "--trials", 7, "-o", "shared")
    commands = [[HSCLASS, *map(str, common), "--worker", str(worker)] for worker in (0, 1)]
    workers = [subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) for command in commands]
    for worker in workers:
        _, said = worker.communicate()
        assert worker.returncode == 0, said
    assert not (folder / "shared/best.yaml").exists()
    own = [json.loads((folder / f"shared/worker-{worker}.json").read_text())["trials"] for worker in (0, 1)]
    done = hsclass(*common, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert sorted(own[0] + own[1]) == list(range(7))
    assert " of 7: " not in done.stderr
    rows = trials(folder / "shared")
    assert [row["trial"] for row in rows] == [str(number) for number in range(7)]
    assert json.loads((folder / "shared/study.json").read_text())["search"]["workers"] == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--set-search", "folds=1"),
            "hsclass: search of knn: option 'folds' is 1; it should be greater than or equal",
        ),
        (("--set-search", "sampler=random"), "hsclass: search: option 'sampler' is 'random', which leaks"),
        (("--set-search", "window=9"), "hsclass: search: the 550 training pixels of split fixed cannot be dealt to 2"),
    ],
)
def test_impossible_search_is_one_sentence(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = hsclass("tune", *SEARCH, *arguments, "-o", "none", cwd=folder)
    assert done.returncode in (1, 2)
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    assert not (folder / "none").exists()


def test_file_that_tune_did_not_write_is_refused(folder: Path) -> None:
    (folder / "odd.yaml").write_text("c: 3")
    done = hsclass("train", "toy", "split.tif", "--options", "odd.yaml", "-o", "m", cwd=folder)
    assert done.returncode == 2
    assert done.stderr == "hsclass: odd.yaml: has no 'model: NAME'; expected that and options, as tune writes them\n"
