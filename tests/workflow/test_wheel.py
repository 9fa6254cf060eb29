"""The workflow that the wheel carries: `hsclass run` in an empty folder, without a checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("workflow")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which a wheel of this checkout was installed."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "-q"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True, capture_output=True)
    return target


def test_installed_package_runs_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hsclass", "run", "quick", "--cores", "1", "results/indian_pines_cut/labels.tif"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "results/indian_pines_cut/labels.tif").is_file()
    # The environment may lie in the checkout, as the README has it; workflow and package do not come from there.
    said = done.stdout + done.stderr
    assert not [part for part in ("Snakefile", "config", "hsclass", "workflow") if f"{ROOT}/{part}" in said]


def test_its_profiles_are_found_and_can_be_run(installed: Path, tmp_path: Path) -> None:
    for name in ("pbs/submit", "pbs/status", "slurm/config.yaml"):
        assert (installed / "hsclass/profiles" / name).is_file()
    assert os.access(installed / "hsclass/profiles/pbs/submit", os.X_OK)
