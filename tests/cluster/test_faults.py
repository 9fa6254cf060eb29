"""Faults of a cluster, on a real Slurm: the run ends with the table of an undisturbed one."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("workflow")
FOLDER = "results/cut/dbscan_area-0/raw"


def test_jobs_that_are_cancelled_late_or_large_are_run_again(
    slurm, begin, catch, until, said, untrained, undisturbed, outcome
) -> None:
    folder, before = untrained("first", "second", "third"), slurm.jobs()
    memory = "train:mem_mb='60 if wildcards.model == \"third\" and attempt == 1 else 1500'"
    process = begin(folder, "--set-resources", memory)
    cancelled, late = catch(process, folder, f"{FOLDER}/first/model", f"{FOLDER}/second/model")
    slurm.says("scancel", cancelled.job)
    slurm.says("scontrol", "update", f"JobId={late.job}", "EndTime=now+3seconds")
    assert process.wait(300) == 0, said()
    jobs = slurm.jobs()
    assert jobs[cancelled.job]["JobState"] == "CANCELLED"
    assert jobs[late.job]["JobState"] == "TIMEOUT"
    killed = [job for job in slurm.new_jobs(before) if job["MinMemoryNode"] == "60M"]
    assert [job["JobState"] for job in killed] == ["FAILED"]
    assert f"StepId={killed[0]['JobId']}.batch exceeded memory limit" in said()
    assert outcome(folder) == outcome(undisturbed)


def test_job_whose_node_goes_down_runs_again_when_it_is_up(
    slurm, begin, catch, until, said, untrained, undisturbed, outcome
) -> None:
    folder, node = untrained("first"), slurm.says("sinfo", "-h", "-o", "%n").strip()
    process = begin(folder)
    (lost,) = catch(process, folder, f"{FOLDER}/first/model")
    slurm.says("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")
    until(lambda: not Path(f"/proc/{lost.process}").exists())
    slurm.says("scontrol", "update", f"NodeName={node}", "State=RESUME")
    assert process.wait(300) == 0, said()
    assert slurm.jobs()[lost.job]["Restarts"] == "1"
    assert outcome(folder) == outcome(undisturbed)


def test_interrupt_of_snakemake_cancels_its_jobs(slurm, begin, catch, run, untrained, undisturbed, outcome) -> None:
    folder = untrained("first")
    process = begin(folder)
    (caught,) = catch(process, folder, f"{FOLDER}/first/model")
    process.terminate()
    process.wait(120)
    assert slurm.jobs()[caught.job]["JobState"] in {"CANCELLED", "COMPLETING"}
    assert not (folder / f"{FOLDER}/first/model").exists()
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcome(folder) == outcome(undisturbed)


def test_recover_goes_on_after_kill_9_and_no_two_jobs_write_one_file(
    slurm, begin, catch, command, untrained, undisturbed, outcome
) -> None:
    folder, before = untrained("first"), slurm.jobs()
    process = begin(folder)
    (left,) = catch(process, folder, f"{FOLDER}/first/model")
    process.kill()
    process.wait()
    assert left.job in slurm.queue()
    again = [str(Path(sys.executable).with_name("hsclass")), "recover", *command(folder)]
    done = subprocess.run(again, cwd=folder, env=slurm.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"cancelled job {left.job}, which the killed run had left" in done.stderr
    jobs = slurm.jobs()
    assert jobs[left.job]["JobState"] == "CANCELLED"
    later = [job for job in slurm.new_jobs(before) if job["JobId"] != left.job]
    assert min(job["StartTime"] for job in later) >= jobs[left.job]["EndTime"]
    assert outcome(folder) == outcome(undisturbed)


def test_recover_refuses_while_snakemake_still_runs(slurm, begin, catch, command, untrained) -> None:
    folder = untrained("first")
    process = begin(folder, f"{FOLDER}/first/model")
    (caught,) = catch(process, folder, f"{FOLDER}/first/model")
    caught.go_on()
    again = [str(Path(sys.executable).with_name("hsclass")), "recover", *command(folder)]
    done = subprocess.run(again, cwd=folder, env=slurm.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"snakemake still runs there (process {process.pid})" in done.stderr
    assert process.wait(120) == 0
