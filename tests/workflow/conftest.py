"""One run of the quick experiment, shared by the tests of the workflow."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Snakemake = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def snakemake() -> Snakemake:
    """Run snakemake on the project's Snakefile in another folder, with the given library in front."""

    def run(
        folder: Path, *arguments: str, config: Path = ROOT / "config/quick.yaml", library: Path = ROOT
    ) -> subprocess.CompletedProcess[str]:
        scripts = Path(sys.executable).parent
        command = [scripts / "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", folder, "--cores", "2"]
        return subprocess.run(
            [*map(str, command), "--configfile", str(config), *arguments],
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


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory, snakemake: Snakemake) -> Path:
    """Return the folder in which the quick experiment has been run to its end."""
    folder = tmp_path_factory.mktemp("quick")
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
