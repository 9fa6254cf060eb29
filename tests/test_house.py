"""The house rules that tools check: format, lint, types, layers, workflow."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from vulture import Vulture

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
CALLED_BY_OTHERS = {
    "__dir__", "__getattr__",  # Python
    "LogHandler",  # Snakemake, by name
    "after_trial",  # Optuna
    "distance_compute_blas_threshold",  # faiss
    "_all_reduce_sum_gradients", "get_config", "on_train_batch_end",  # Keras
    "log_message",  # http.server
    "n_outputs_",  # scikit-learn
    "on_config", "on_files", "on_page_markdown",  # MkDocs
}  # fmt: skip
"""Names that a library calls or reads."""


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
    modules = [*ROOT.glob("hsclass/**/*.py"), *ROOT.glob("workflow/**/*.smk")]
    long = {path.name: n for path in modules if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_each_class_name_stands_once() -> None:
    places: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("hsclass/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_readme_gives_the_commands_that_ci_runs() -> None:
    readme, script = (ROOT / "README.md").read_text(), (ROOT / ".ci/run").read_text()
    for command in ("pip install --quiet -e '.[test]'", "pytest -n 2"):
        assert command in script
        assert command.replace("--quiet ", "") in readme


def test_nothing_is_left_that_no_code_uses() -> None:
    vulture = Vulture(ignore_decorators=["@app.*", "@*_validator"])
    vulture.scavenge([str(ROOT / part) for part in ("hsclass", "workflow", "benchmarks", "docs", "tests")])
    # Tables name their entries as text; rules and templates are not Python files.
    texts = [*ROOT.glob("hsclass/**/*.py"), *ROOT.glob("workflow/**/*.smk"), *ROOT.glob("hsclass/**/*.j2")]
    named = set(re.findall(r':(\w+)"', "".join(path.read_text() for path in texts if path.suffix == ".py")))
    named |= set(re.findall(r"\w+", "".join(path.read_text() for path in texts if path.suffix != ".py")))
    dead = [
        f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}: {item.name}"
        for item in vulture.get_unused_code(min_confidence=60)
        if item.typ != "variable" and "tests" not in Path(item.filename).relative_to(ROOT).parts
        if item.name not in named | CALLED_BY_OTHERS
    ]
    assert dead == []
