"""What the jobs of a training that several processes share are given, and what they ask for."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("workflow")

EXPERIMENT = """
experiment: workers
seeds: [0]
splits: [random]
training: {strategy: multi_worker, workers: 2, gpus: 1}
"""
SCENES = "scenes: [indian_pines]\nwindow: 5\nmodels: [cnn1d, rf]"
IMAGES = "images: [digits]\nmodels: [dense, linear_head]\nfeatures: [efficientnet_lite0]"


@pytest.mark.parametrize(
    ("samples", "shared", "alone", "applying"),
    [(SCENES, "cnn1d", "rf", 1), (IMAGES, "dense", "linear_head", 2)],  # that of the backbone is applied, too
    ids=["scenes", "images"],
)
def test_networks_are_trained_by_several_processes_and_other_models_by_one(
    tmp_path: Path, snakemake, samples: str, shared: str, alone: str, applying: int
) -> None:
    config = tmp_path / "experiment.yaml"
    config.write_text(EXPERIMENT + samples)
    done = snakemake(tmp_path, "--dry-run", "--printshellcmds", config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    said = (done.stdout + done.stderr).splitlines()
    network, other = (
        next(line for line in said if "hsclass train" in line and name in line) for name in (shared, alone)
    )
    assert "--strategy multi_worker --workers 2 --gpus 1" in network
    assert "--strategy" not in other
    asked = [line for line in said if "resources:" in line and "tasks=2" in line]
    assert len(asked) == 1
    assert "gpu=2" in asked[0]
    assert sum("gpu=1" in line for line in said) == applying
