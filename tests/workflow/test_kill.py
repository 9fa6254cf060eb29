"""A run that is killed and run again leaves what an undisturbed one leaves; benchmarks/kill.py does it many times."""

import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("workflow")


@pytest.fixture(scope="module")
def kill() -> ModuleType:
    spec = spec_from_file_location("kill", ROOT / "benchmarks/kill.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "results/s" / name.replace("__", "/").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_all_but_clocks_is_compared(tmp_path: Path, kill: ModuleType) -> None:
    whole = make(tmp_path / "whole", a_json='{"oa": 0.5, "seconds": 1, "inner": {"peak_memory_mb": 3}}')
    same = make(tmp_path / "same", a_json='{"oa": 0.5, "seconds": 2, "inner": {"peak_memory_mb": 4}}')
    other = make(tmp_path / "other", a_json='{"oa": 0.6, "seconds": 1, "inner": {"peak_memory_mb": 3}}')
    assert kill.differences(same, whole, finished=True) == []
    assert kill.differences(other, whole, finished=True) == ["results/s/a.json differs"]


def test_what_is_missing_or_left_over_counts_in_the_end(tmp_path: Path, kill: ModuleType) -> None:
    whole = make(tmp_path / "whole", a="1", b="2")
    cut = make(tmp_path / "cut", a="1", **{".partial-b": "x", "c": "3"})
    assert kill.differences(cut, whole, finished=False) == ["results/s/c is left over"]
    assert kill.differences(cut, whole, finished=True) == [
        "results/s/b is missing", "results/s/.partial-b is left over", "results/s/c is left over",
    ]  # fmt: skip


def test_half_of_a_model_is_reported_at_once(tmp_path: Path, kill: ModuleType) -> None:
    whole = make(tmp_path / "whole", model__a="1", model__b="2")
    assert kill.differences(make(tmp_path / "cut", model__a="1"), whole, finished=False) == [
        "results/s/model/b is missing"
    ]


def test_killed_runs_end_as_an_undisturbed_one(killed: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = killed
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("kills=2\ndiffering=0\n")
