"""A map that several jobs share is the map of one job, byte for byte."""

import pytest

from tests.command_line import hsclass

pytestmark = pytest.mark.xdist_group("workflow")


def test_scattered_map_is_the_map_of_one_job(killed) -> None:
    folder, _ = killed
    run = folder / "results/cut/random-0/raw/sam"
    logs = folder / "logs/predict/cut/random-0"
    assert sorted(path.name for path in logs.glob("*.log")) == ["raw-sam-1-of-2.log", "raw-sam-2-of-2.log"]
    assert not list((run / "tiles").rglob("*.tif"))
    command = ("predict", run / "model", "results/cut", "-o", "map.tif", "--confidence", "confidence.tif")
    done = hsclass(*command, cwd=folder)
    assert done.returncode == 0, done.stderr
    for name in ("map.tif", "confidence.tif"):
        assert (run / name).read_bytes() == (folder / name).read_bytes()
