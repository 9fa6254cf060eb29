"""A job runs the hsclass that planned it, or says that it does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hsclass import installed
from hsclass.errors import UsageError
from hsclass.installed import PLANNED, require_planned

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "hsclass", tmp_path / "hsclass", ignore=shutil.ignore_patterns("__pycache__"))


def test_copy_of_the_same_files_is_the_same_and_an_edited_one_is_not(copy: Path, monkeypatch) -> None:
    require_planned()
    monkeypatch.setenv(PLANNED, installed.installed())
    require_planned()
    monkeypatch.setattr(installed, "_PACKAGE", copy)
    require_planned()
    for name in ("training.py", "datasets/catalogue/digits.yaml"):
        before = (copy / name).read_text()
        (copy / name).write_text(before + "\n# edited\n")
        with pytest.raises(UsageError, match=rf"{copy}: differs from {ROOT}/hsclass, with which the workflow was"):
            require_planned()
        (copy / name).write_text(before)
    require_planned()


def test_folder_that_was_edited_since_the_plan_is_the_one_that_planned(copy: Path, monkeypatch) -> None:
    """Snakemake, too, goes on with the rules that it has read when their files change."""
    monkeypatch.setattr(installed, "_PACKAGE", copy)
    monkeypatch.setenv(PLANNED, installed.installed())
    (copy / "training.py").write_text("")
    require_planned()


def test_command_of_another_hsclass_is_refused_in_one_sentence(copy: Path) -> None:
    command = [sys.executable, "-m", "hsclass", "datasets"]
    environment = {"PATH": "", "PYTHONPATH": str(copy.parent), PLANNED: f"/elsewhere/hsclass:{'0' * 16}"}
    done = subprocess.run(command, env=environment, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"hsclass: {copy}: differs from /elsewhere/hsclass")
