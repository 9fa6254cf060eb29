"""A training that two tasks of one job share, on a real Slurm."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("cluster")
EXPERIMENT = """
experiment: workers
scenes:
  - {scene: indian_pines, name: cut, rows: [60, 145], cols: [0, 80]}
window: 5
seeds: [0]
splits: [dbscan_area]
models: [{model: cnn1d, epochs: 2}]
training: {strategy: multi_worker, workers: 2}
"""


def test_two_tasks_of_one_job_train_a_network(slurm, run, tmp_path: Path) -> None:
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT)
    before = slurm.jobs()
    model = "results/cut/dbscan_area-0/raw/cnn1d/model"
    done = run(tmp_path, model)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [job["NumTasks"] for job in slurm.new_jobs(before)].count("2") == 1
    assert json.loads((tmp_path / model / "training.json").read_text())["device"] == "2 workers with CPU"
    log = (tmp_path / "logs/train/cut/dbscan_area-0/raw-cnn1d.log").read_text()
    assert "srun" not in log  # it has nothing to complain of
