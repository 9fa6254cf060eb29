"""The house rules that tools check: format, lint, types, layers, workflow."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        "ruff format --check .",
        "ruff check .",
        "mypy",
        "lint-imports",
        "snakefmt --check Snakefile workflow",
        "snakemake --lint",
        "snakemake --lint --configfile config/experiments/digits.yaml",
    ],
)
def test_tool_finds_nothing(command: str) -> None:
    tool, *arguments = command.split()
    done = subprocess.run([BIN / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_longer_than_400_lines() -> None:
    long = {path.name: n for path in ROOT.glob("hsclass/**/*.py") if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_readme_gives_the_commands_that_ci_runs() -> None:
    readme, script = (ROOT / "README.md").read_text(), (ROOT / ".ci/run").read_text()
    for command in ("pip install --quiet -e '.[test]'", "pytest -n 2"):
        assert command in script
        assert command.replace("--quiet ", "") in readme
