"""A small experiment through every rule, on a real Slurm and by its qsub: what comes out is what comes out locally."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("cluster")
EXPERIMENT = """
experiment: whole
scenes:
  - {{scene: indian_pines, name: cut, rows: [60, 145], cols: [0, 80]}}
window: 5
seeds: [0]
splits: [{splits}]
models:
  - {{model: rf, trees: 10, tune: {{trials: 2, folds: 2}}}}
map_tiles: 2
"""
BOTH = ("dbscan_area", "{sampler: matched_random, of: dbscan_area}")
RULES = {
    "fetch", "experiment", "scene", "split", "audit", "tune", "winner", "train", "predict_part", "gather", "evaluate",
    "report",
}  # fmt: skip
# What qsub of Slurm's understands.
TORQUE = ("--default-resources", "runtime=10", "mem_mb=2000", "pbs=torque")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, run) -> Path:
    folder = tmp_path_factory.mktemp("local")
    (folder / "experiment.yaml").write_text(EXPERIMENT.format(splits=", ".join(BOTH)))
    done = run(folder, profile="local")
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r"(?:local)?rule (\w+):", done.stdout + done.stderr)) - {"all", "compare"} == RULES
    return folder


@pytest.mark.parametrize(("profile", "arguments", "splits"), [("slurm", (), BOTH), ("pbs", TORQUE, BOTH[:1])])
def test_run_on_the_cluster_gives_what_the_local_run_gives(
    slurm, run, local, outcome, tmp_path: Path, profile: str, arguments: tuple[str, ...], splits: tuple[str, ...]
) -> None:
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT.format(splits=", ".join(splits)))
    before = slurm.jobs()
    done = run(tmp_path, *arguments, profile=profile)
    assert done.returncode == 0, done.stdout + done.stderr
    found, expected = outcome(tmp_path), outcome(local)
    if splits == BOTH:
        assert found == expected
    assert {name: held for name, held in expected.items() if "/dbscan_area-0/" in name}.items() <= found.items()
    jobs = slurm.new_jobs(before)
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    # scene, splits and audits, for each split (search, winner, training, two parts of a map, map and accuracy), report
    assert len(jobs) == 1 + 1 + len(splits) * 6 + 1
