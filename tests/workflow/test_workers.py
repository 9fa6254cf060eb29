"""What the jobs of a training that several processes share are given, and what they ask for."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("workflow")

EXPERIMENT = """
experiment: workers
scenes: [indian_pines]
window: 5
seeds: [0]
splits: [random]
models: [cnn1d, rf]
training: {strategy: multi_worker, workers: 2, gpus: 1}
"""


def test_networks_are_trained_by_several_processes_and_other_models_by_one(tmp_path: Path, snakemake) -> None:
    config = tmp_path / "experiment.yaml"
    config.write_text(EXPERIMENT)
    done = snakemake(tmp_path, "--dry-run", "--printshellcmds", config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    said = (done.stdout + done.stderr).splitlines()
    network, forest = (
        next(line for line in said if "hsclass train" in line and name in line) for name in ("cnn1d", "rf")
    )
    assert "--strategy multi_worker --workers 2 --gpus 1" in network
    assert "--strategy" not in forest
    asked = [line for line in said if "resources:" in line and "tasks=2" in line]
    assert len(asked) == 1
    assert "gpu=2" in asked[0]
    assert sum("gpu=1" in line for line in said) == 1  # the map of the network
