"""The pinned environment of the workflow."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from tests.command_line import snakemake as snakemake_inside

ROOT = Path(__file__).parents[2]


def test_every_dependency_is_pinned_to_a_version_that_is_allowed() -> None:
    environment = yaml.safe_load((ROOT / "workflow/envs/hsclass.yaml").read_text())
    packages = environment["dependencies"][-1]["pip"]
    pins = dict(entry.split("==") for entry in packages if "==" in entry)
    assert "../.." in packages
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {found.name: found.specifier for found in map(Requirement, project["dependencies"])}
    assert set(pins) == set(needed)
    assert [name for name, version in pins.items() if version not in needed[name]] == []


def test_job_that_finds_another_hsclass_on_its_path_stops(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "hsclass", tmp_path / "old/hsclass", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "old/hsclass/training.py").write_text("")
    script = tmp_path / "bin/hsclass"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path}/old exec {sys.executable} -m hsclass "$@"\n')
    script.chmod(0o755)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(tmp_path)]
    command += ["--cores", "1", "--configfile", str(ROOT / "config/quick.yaml"), "--", "reports/quick/experiment.json"]
    environment = {**os.environ, "PATH": f"{script.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"hsclass: {tmp_path}/old/hsclass: differs from {ROOT}/hsclass" in done.stdout + done.stderr
    assert not (tmp_path / "reports/quick/experiment.json").exists()


def test_environment_of_conda_is_of_the_folder_of_the_snakefile_alone(tmp_path: Path, snakemake, caplog) -> None:
    done = snakemake(tmp_path, "--sdm", "conda", "--dry-run")
    assert done.returncode == 1
    assert f"working folder is {tmp_path}; expected that of the Snakefile, {ROOT}" in caplog.text


def test_folders_may_have_spaces_in_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "wörk füld"
    folder.mkdir()
    given = ["--snakefile", os.path.relpath(ROOT / "Snakefile", folder), "--cores", "1", "--dry-run"]
    done = snakemake_inside(*given, "--configfile", str(ROOT / "config/quick.yaml"), cwd=folder)
    assert done.returncode == 0


def test_container_is_that_of_the_folder_of_the_snakefile(tmp_path: Path, snakemake, monkeypatch) -> None:
    called = tmp_path / "apptainer"
    called.write_text(f"""#!/bin/sh
[ "$1" = --version ] && echo apptainer version 1.3.0 || echo "$@" >> {tmp_path}/called
""")
    called.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    snakemake(tmp_path, "--sdm", "apptainer", "--latency-wait", "0", "--", "reports/quick/experiment.json")
    assert f" {ROOT}/hsclass.sif " in (tmp_path / "called").read_text()


def test_container_has_the_versions_of_the_environment(tmp_path: Path) -> None:
    (line,) = (line for line in (ROOT / "workflow/containers/hsclass.def").read_text().splitlines() if " sed " in line)
    command = line.replace("/opt/hsclass/workflow", str(ROOT / "workflow")).replace("/opt/hsclass", str(tmp_path))
    subprocess.run(["sh", "-c", command], check=True)
    packages = yaml.safe_load((ROOT / "workflow/envs/hsclass.yaml").read_text())["dependencies"][-1]["pip"]
    assert (tmp_path / "versions.txt").read_text().split() == [entry for entry in packages if entry != "../.."]


def test_workflow_asks_for_the_snakemake_that_the_package_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (bound,) = (found.specifier for found in map(Requirement, project["dependencies"]) if found.name == "snakemake")
    asked = re.search(r'min_version\("([\d.]+)"\)', (ROOT / "Snakefile").read_text())
    assert asked
    assert str(bound) == f">={asked[1]}"
