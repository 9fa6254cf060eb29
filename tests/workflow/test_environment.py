"""The pinned environment of the workflow."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

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


def test_workflow_asks_for_the_snakemake_that_the_package_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (bound,) = (found.specifier for found in map(Requirement, project["dependencies"]) if found.name == "snakemake")
    asked = re.search(r'min_version\("([\d.]+)"\)', (ROOT / "Snakefile").read_text())
    assert asked
    assert str(bound) == f">={asked[1]}"
