"""What is imported is declared, every bound has its reason, and the version stands once."""

import ast
import re
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain, pairwise
from pathlib import Path

import pytest
import yaml

import hsclass

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)["project"]
NAMES = {
    "PIL": "pillow",
    "faiss": "faiss-cpu",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "sklearnex": "scikit-learn-intelex",
    "yaml": "pyyaml",
}
"""Packages whose import is named otherwise than the distribution that holds it."""


def distributions(requirements: list[str]) -> set[str]:
    """Return the names of what is required, without extras of this package."""
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in requirements}
    return names - {"hsclass"}


def imported(folder: str) -> dict[str, str]:
    """Return the distribution of every import in a folder, with one of the files that have it."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix == ".py":
            names = _of_python(path.read_text())
        elif path.suffix == ".smk":
            names = re.findall(r"^\s*(?:import|from)\s+(\w+)", path.read_text(), flags=re.MULTILINE)
        else:
            continue
        found |= {
            NAMES.get(name, name).replace("_", "-"): str(path.relative_to(ROOT))
            for name in names
            if _is_foreign(name, path)
        }
    return found


def _of_python(source: str) -> list[str]:
    """Return the top-level packages of all imports, `pytest.importorskip` left out: it asks for what may be missing."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return [name.split(".")[0] for name in names]


def _is_foreign(name: str, path: Path) -> bool:
    own = {"hsclass", "tests"} | {
        file.stem for folder in (path.parent, ROOT / "benchmarks") for file in folder.iterdir()
    }
    return name not in sys.stdlib_module_names and name not in own


@pytest.mark.parametrize("folder", ["hsclass", "workflow"])
def test_package_imports_only_what_it_declares(folder: str) -> None:
    optional = {
        name: requirements
        for name, requirements in PROJECT["optional-dependencies"].items()
        if name not in ("test", "unit")
    }
    declared = distributions(PROJECT["dependencies"]).union(*map(distributions, optional.values()))
    undeclared = {name: file for name, file in imported(folder).items() if name not in declared}
    assert undeclared == {}


@pytest.mark.parametrize("folder", ["tests", "benchmarks", "docs", ".ci"])
def test_everything_around_the_package_imports_only_what_is_declared(folder: str) -> None:
    declared = distributions([*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())])
    undeclared = {name: file for name, file in imported(folder).items() if name not in declared}
    assert undeclared == {}


def test_every_dependency_has_a_lower_bound_and_a_reason() -> None:
    lines = TEXT[TEXT.index("dependencies = [") : TEXT.index("[project.scripts]")].splitlines()
    for before, line in pairwise(lines):
        for requirement in re.findall(r'"([\w.-]+(?:\[[\w,-]+\])?[^"]*)"', line):
            assert ">=" in requirement or requirement.startswith("hsclass["), line
            assert "#" in line or before.startswith("#"), f"no comment that says why: {line.strip()}"


def test_oldest_versions_are_the_lower_bounds() -> None:
    spec = spec_from_file_location("oldest", ROOT / ".ci/oldest.py")
    oldest = module_from_spec(spec)
    spec.loader.exec_module(oldest)
    pins = dict(line.split("==") for line in oldest.constraints())
    extras = PROJECT["optional-dependencies"]
    assert set(pins) == distributions(
        [*PROJECT["dependencies"], *extras["unit"], *extras["backbones"], *extras["xarray"]]
    )
    assert pins["pytest"] == "8.3"  # of two bounds the lower one


def test_version_stands_once() -> None:
    assert "version" in PROJECT["dynamic"]
    assert "version" not in PROJECT
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == hsclass.__version__


def test_snakefile_asks_for_the_snakemake_that_is_declared() -> None:
    bound = next(line for line in PROJECT["dependencies"] if line.startswith("snakemake>="))
    assert f'min_version("{bound.removeprefix("snakemake>=")}")' in (ROOT / "Snakefile").read_text()
