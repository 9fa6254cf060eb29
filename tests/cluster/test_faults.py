"""Faults of a cluster, on a real Slurm: the run ends with the table of an undisturbed one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("cluster")
RUNS = "results/cut/dbscan_area-0/raw"
PATIENCE = 400  # seconds until a test gives up on a run
# What qsub of Slurm's understands.
TORQUE = ("--default-resources", "runtime=10", "mem_mb=2000", "pbs=torque")
HSCLASS = str(Path(sys.executable).with_name("hsclass"))


@pytest.fixture
def recover(slurm, command):
    """Run `hsclass recover` with the command of a run."""

    def again(folder: Path, *arguments: str, profile: str = "slurm") -> subprocess.CompletedProcess[str]:
        line = [HSCLASS, "recover", *command(folder, *arguments, profile=profile)]
        return subprocess.run(line, cwd=folder, env=slurm.environment, capture_output=True, text=True, check=False)

    return again


def test_jobs_that_are_cancelled_late_large_or_lose_their_node_run_again(
    slurm, begin, catch, until, said, untrained, undisturbed, outcome
) -> None:
    folder, before = untrained("first", "second", "third"), slurm.jobs()
    memory = 'train:mem_mb=60 if wildcards.model == "third" and attempt == 1 else 1500'
    process = begin(folder, "--set-resources", memory)
    cancelled, late = catch(process, folder, f"{RUNS}/first/model", f"{RUNS}/second/model")
    slurm.says("scancel", cancelled.job)
    slurm.says("scontrol", "update", f"JobId={late.job}", "EndTime=now+3seconds")
    (lost,) = catch(process, folder, f"{RUNS}/third/map.tif")
    # A node that is lost takes with it what still runs there: the late job has to be over by then.
    until(lambda: slurm.jobs()[late.job]["JobState"] == "TIMEOUT")
    node = slurm.says("sinfo", "-h", "-o", "%n").split()[0]
    slurm.says("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")
    until(lambda: not Path(f"/proc/{lost.process}").exists())
    slurm.says("scontrol", "update", f"NodeName={node}", "State=RESUME")
    assert process.wait(PATIENCE) == 0, said()
    jobs = slurm.jobs()
    assert jobs[cancelled.job]["JobState"] == "CANCELLED"
    assert jobs[late.job]["JobState"] == "TIMEOUT"
    assert (jobs[lost.job]["Restarts"], jobs[lost.job]["JobState"]) == ("1", "COMPLETED")
    (large,) = [job for job in slurm.new_jobs(before) if job["MinMemoryNode"] == "60M"]
    assert large["JobState"] == "FAILED"
    assert f"StepId={large['JobId']}.batch exceeded memory limit" in said()
    assert outcome(folder) == outcome(undisturbed)


def test_run_whose_snakemake_is_interrupted_and_then_killed_goes_on(
    slurm, begin, catch, recover, until, said, untrained, undisturbed, outcome
) -> None:
    folder, before = untrained("first"), slurm.jobs()
    process = begin(folder)
    (interrupted,) = catch(process, folder, f"{RUNS}/first/model")
    until(lambda: f"jobid {interrupted.job}" in said())  # a job may run before snakemake knows its number
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE)
    assert interrupted.job not in slurm.says("squeue", "--noheader", "--states=PENDING,RUNNING", "--format=%i").split()

    process = begin(folder)
    (left,) = catch(process, folder, f"{RUNS}/first/model")
    refused = recover(folder)
    assert refused.returncode == 2
    assert f"snakemake still runs there (process {process.pid})" in refused.stderr
    process.kill()
    process.wait()
    assert left.job in slurm.queue()

    done = recover(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"cancelled job {left.job}, which the killed run had left" in done.stderr
    jobs = slurm.jobs()
    assert jobs[interrupted.job]["JobState"] == jobs[left.job]["JobState"] == "CANCELLED"
    # No two writers: what the killed run had left was over before any job of the new one began.
    killed = [job for job in slurm.new_jobs(before) if job["JobName"] == jobs[left.job]["JobName"]]
    new = [job for job in slurm.new_jobs(before) if int(job["JobId"]) > max(int(job["JobId"]) for job in killed)]
    assert min(job["StartTime"] for job in new) >= max(job["EndTime"] for job in killed)
    assert outcome(folder) == outcome(undisturbed)


def test_under_qsub_a_deleted_job_runs_again_and_a_killed_run_goes_on(
    slurm, begin, catch, recover, untrained, undisturbed
) -> None:
    folder, model = untrained("first"), f"{RUNS}/first/model"
    arguments = (model, "--default-resources", "runtime=10", "mem_mb=2000", "pbs=torque")
    process = begin(folder, *arguments, profile="pbs")
    (deleted,) = catch(process, folder, model)
    slurm.says("qdel", deleted.job)
    (left,) = catch(process, folder, model)
    process.kill()
    process.wait()
    done = recover(folder, *arguments, profile="pbs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"cancelled job {left.job}, which the killed run had left" in done.stderr
    jobs = slurm.jobs()
    assert deleted.job != left.job
    assert jobs[deleted.job]["JobState"] == jobs[left.job]["JobState"] == "CANCELLED"
    assert (folder / model / "model.json").read_bytes() == (undisturbed / model / "model.json").read_bytes()


def test_job_that_fails_three_times_stops_no_other_and_a_terminated_run_hands_in_no_more(
    slurm, begin, run, catch, until, said, untrained, undisturbed, outcome
) -> None:
    folder, before = untrained("first", "second"), slurm.jobs()
    experiment = folder / "experiment.yaml"
    right = experiment.read_text()
    experiment.write_text(right.replace("sam, name: first", "knn, name: first, neighbours: 100000"))
    process = begin(folder, *TORQUE, profile="pbs")
    (other,) = catch(process, folder, f"{RUNS}/second/model")
    until(lambda: [job["JobState"] for job in slurm.new_jobs(before)].count("FAILED") == 3)
    other.go_on()
    assert process.wait(PATIENCE) == 1
    assert "hsclass: model knn: option 'neighbours' is 100000, but there are 358 training pixels" in said()
    assert f"log: logs/train/{RUNS[8:]}-first.log (check log file(s) for error details)" in said()
    # The other job of training, and the one of its map, which was handed in after the third failure.
    assert sorted(job["JobState"] for job in slurm.new_jobs(before)) == ["COMPLETED"] * 2 + ["FAILED"] * 3
    assert not (folder / RUNS / "first").exists()

    experiment.write_text(right)
    mended = slurm.jobs()
    process = begin(folder, *TORQUE, profile="pbs")
    (running,) = catch(process, folder, f"{RUNS}/first/model")
    process.terminate()
    until(lambda: "Will exit after finishing currently running jobs" in said())
    running.go_on()
    assert process.wait(PATIENCE) == 1
    assert {job["JobId"]: job["JobState"] for job in slurm.new_jobs(mended)} == {running.job: "COMPLETED"}

    done = run(folder, *TORQUE, profile="pbs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(slurm.new_jobs(mended)) == 3  # then only a map with its accuracy, and the report
    assert outcome(folder) == outcome(undisturbed)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can hide a folder from one process")
def test_outputs_that_the_login_node_sees_late_are_waited_for(begin, until, said, untrained, undisturbed) -> None:
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let root hide a folder from one process")
    folder, model = untrained("first"), f"{RUNS}/first/model"
    late = folder / RUNS / "first"
    late.mkdir()
    # Snakemake finds an empty disk where its jobs write: to it, their outputs are not there yet.
    blind = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs "$0" && exec "$@"', str(late))
    process = begin(folder, model, *TORQUE, "--latency-wait", "1", "--retries", "0", profile="pbs", within=blind)
    assert process.wait(PATIENCE) == 1
    assert "Missing files after 1 seconds. This might be due to filesystem latency." in said()
    assert "consider to increase the wait time with --latency-wait" in said()

    process = begin(folder, model, *TORQUE, "--latency-wait", "60", profile="pbs", within=blind)
    until(lambda: "Waiting at most 60 seconds for missing files" in said())
    subprocess.run(["nsenter", "--mount", f"--target={process.pid}", "umount", "--lazy", late], check=True)
    assert process.wait(PATIENCE) == 0, said()
    assert (folder / model / "model.json").read_bytes() == (undisturbed / model / "model.json").read_bytes()
