"""A map that several jobs share is the map of one job, byte for byte."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("workflow")

EXPERIMENT = """
experiment: tiles
scenes:
  - {scene: indian_pines, name: cut, rows: [60, 145], cols: [0, 80]}
window: 5
seeds: [0]
splits: [random]
models: [{model: rf, trees: 10}]
map_tiles: 2
"""


def test_scattered_map_is_the_map_of_one_job(tmp_path: Path, snakemake) -> None:
    config = tmp_path / "experiment.yaml"
    config.write_text(EXPERIMENT)
    run = "results/cut/random-0/raw/rf"
    names = ("map.tif", "confidence.tif", "map.json")
    done = snakemake(tmp_path, "--printshellcmds", *(f"{run}/{name}" for name in names), config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"--part 1-of-2", "--part 2-of-2"} <= _pairs(done.stdout + done.stderr)
    assert not list((tmp_path / run / "tiles").rglob("*.tif"))
    command = [Path(sys.executable).parent / "hsclass", "predict", f"{run}/model", "results/cut", "-o", "map.tif"]
    subprocess.run([*map(str, command), "--confidence", "confidence.tif"], cwd=tmp_path, check=True)
    for name in names[:2]:
        assert (tmp_path / run / name).read_bytes() == (tmp_path / name).read_bytes()


def _pairs(text: str) -> set[str]:
    words = text.split()
    return {f"{one} {two}" for one, two in pairwise(words)}
