"""Experiments that the tests of the planning share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hsclass.experiment import Experiment

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
ON_SCENES = {
    "experiment": "e", "scenes": ["indian_pines"], "window": 9, "seeds": [0], "splits": ["random"],
    "models": ["rf", {"model": "cnn3d", "epochs": 20}],
}  # fmt: skip
ON_IMAGES = {"experiment": "e", "images": ["digits"], "seeds": [0], "splits": ["random"], "models": ["softmax"]}


@pytest.fixture(scope="session")
def experiment() -> Callable[..., Experiment]:
    """Make an experiment of a forest and a network on Indian Pines under a random split, or one changed by keywords."""
    return lambda **changes: Experiment({**ON_SCENES, **changes})


@pytest.fixture(scope="session")
def on_images() -> Callable[..., Experiment]:
    """Make an experiment of a softmax on the digits under a random split, or one changed by keywords."""
    return lambda **changes: Experiment({**ON_IMAGES, **changes})


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write such an experiment as a file, in a folder in which commands then run."""

    def write(**changes: Any) -> Path:
        plan = {**(ON_IMAGES if "images" in changes else ON_SCENES), **changes}
        file = tmp_path / "e.yaml"
        file.write_text(yaml.safe_dump(plan))
        return file

    monkeypatch.chdir(tmp_path)
    return write
