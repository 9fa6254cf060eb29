"""What an edit of the user's own files makes run again."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("workflow")
CONFIG = "experiment: own\nscenes: [my-field.yaml]\nwindow: 1\nsplits: [random]\nmodels: [rf]\n"
TARGET = "results/my-field/labels.tif"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    np.save(tmp_path / "cube.npy", rng.random((20, 20, 5), np.float32))
    np.save(tmp_path / "labels.npy", rng.integers(1, 4, (20, 20)).astype(np.uint8))
    (tmp_path / "my-field.yaml").write_text("cube: cube.npy\nlabels: labels.npy\n")
    (tmp_path / "own.yaml").write_text(CONFIG)
    return tmp_path


def test_edit_is_fetched_and_built_again_and_a_new_time_alone_is_not(files: Path, snakemake) -> None:
    def planned() -> set[str]:
        done = snakemake(files, "--dry-run", TARGET, config=files / "own.yaml")
        assert done.returncode == 0, done.stderr
        return set(re.findall(r"^(?:local)?rule (\w+):", done.stdout + done.stderr, re.MULTILINE))

    done = snakemake(files, "--printshellcmds", TARGET, config=files / "own.yaml")
    assert done.returncode == 0, done.stderr
    assert planned() == set()
    later = (files / "labels.npy").stat().st_mtime_ns + 10**9
    os.utime(files / "labels.npy", ns=(later, later))
    assert planned() == set()
    merged = np.minimum(np.load(files / "labels.npy"), 2)
    np.save(files / "labels.npy", merged)
    os.utime(files / "labels.npy", ns=(later + 10**9, later + 10**9))
    assert planned() == {"fetch", "scene"}
