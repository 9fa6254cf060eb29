"""Runs that the tests of the workflow share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import snakemake as snakemake_inside

ROOT = Path(__file__).parents[2]
Snakemake = Callable[..., subprocess.CompletedProcess[str]]
TILES = """
experiment: killed
scenes:
  - {scene: indian_pines, name: cut, rows: [60, 145], cols: [0, 80]}
window: 5
seeds: [0]
splits: [random]
models: [sam]
map_tiles: 2
"""


@pytest.fixture(scope="session")
def snakemake() -> Snakemake:
    """Run snakemake on the project's Snakefile in another folder, with the given library in front.

    A plan, or a run that is to end before its first job, is made in this process unless it needs another library.
    """

    def run(
        folder: Path,
        *arguments: str,
        config: Path = ROOT / "config/quick.yaml",
        library: Path = ROOT,
        starts_jobs: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        scripts = Path(sys.executable).parent
        given = ["--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder), "--cores", "2"]
        given += ["--max-jobs-per-timespan", "100/1s"]  # a run ends up to this time after its last job began
        given += ["--configfile", str(config), *arguments]
        if library == ROOT and ("--dry-run" in arguments or not starts_jobs):
            return snakemake_inside(*given, cwd=folder)
        return subprocess.run(
            [str(scripts / "snakemake"), *given],
            cwd=folder,
            # Snakemake puts the folder of the Snakefile in front of all, unless it is on the path already.
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(library), str(ROOT)]),
                "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return the folder of a copy of the library to edit, with its bytecode but for what is being written just now."""
    shutil.copytree(ROOT / "hsclass", tmp_path / "hsclass", ignore=shutil.ignore_patterns("*.pyc.*", "*.tmp"))
    return tmp_path


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory, snakemake: Snakemake) -> Path:
    """Return the folder in which the quick experiment has been run to its end."""
    folder = tmp_path_factory.mktemp("quick")
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Return the folder of an undisturbed run whose map two jobs share, and what comes of two that are killed."""
    folder = tmp_path_factory.mktemp("kill")
    config = folder / "experiment.yaml"
    config.write_text(TILES)
    command = [sys.executable, ROOT / "benchmarks/kill.py", "--kills", "2", "--config", config, "--folder", folder]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    return folder / "whole", done
