"""Faults of a run whose jobs are handed in by qsub and watched by qstat."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("workflow")
MODEL = "results/cut/dbscan_area-0/raw/first/model"
TORQUE = ("--default-resources", "runtime=10", "mem_mb=2000", "pbs=torque")


def test_job_that_was_deleted_is_run_again(slurm, begin, catch, said, untrained, undisturbed) -> None:
    folder = untrained("first")
    process = begin(folder, MODEL, *TORQUE, profile="pbs")
    (deleted,) = catch(process, folder, MODEL)
    slurm.says("qdel", deleted.job)
    assert process.wait(180) == 0, said()
    assert slurm.jobs()[deleted.job]["JobState"] == "CANCELLED"
    assert (folder / MODEL / "model.json").read_bytes() == (undisturbed / MODEL / "model.json").read_bytes()


def test_recover_deletes_what_a_killed_run_left(slurm, begin, catch, command, untrained, undisturbed) -> None:
    folder = untrained("first")
    process = begin(folder, MODEL, *TORQUE, profile="pbs")
    (left,) = catch(process, folder, MODEL)
    process.kill()
    process.wait()
    again = [str(Path(sys.executable).with_name("hsclass")), "recover", *command(folder, MODEL, *TORQUE, profile="pbs")]
    done = subprocess.run(again, cwd=folder, env=slurm.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"cancelled job {left.job}, which the killed run had left" in done.stderr
    assert slurm.jobs()[left.job]["JobState"] == "CANCELLED"
    assert (folder / MODEL / "model.json").read_bytes() == (undisturbed / MODEL / "model.json").read_bytes()
