"""Faults of a cluster, on a real Slurm: the run ends with the table of an undisturbed one."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("cluster")
RUNS = "results/cut/dbscan_area-0/raw"
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
    node = slurm.says("sinfo", "-h", "-o", "%n").split()[0]
    slurm.says("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")
    until(lambda: not Path(f"/proc/{lost.process}").exists())
    slurm.says("scontrol", "update", f"NodeName={node}", "State=RESUME")
    assert process.wait(400) == 0, said()
    jobs = slurm.jobs()
    assert jobs[cancelled.job]["JobState"] == "CANCELLED"
    assert jobs[late.job]["JobState"] == "TIMEOUT"
    assert (jobs[lost.job]["Restarts"], jobs[lost.job]["JobState"]) == ("1", "COMPLETED")
    (large,) = [job for job in slurm.new_jobs(before) if job["MinMemoryNode"] == "60M"]
    assert large["JobState"] == "FAILED"
    assert f"StepId={large['JobId']}.batch exceeded memory limit" in said()
    assert outcome(folder) == outcome(undisturbed)


def test_run_whose_snakemake_is_interrupted_and_then_killed_goes_on(
    slurm, begin, catch, recover, untrained, undisturbed, outcome
) -> None:
    folder, before = untrained("first"), slurm.jobs()
    process = begin(folder)
    (interrupted,) = catch(process, folder, f"{RUNS}/first/model")
    process.send_signal(signal.SIGINT)
    process.wait(120)
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

def test_job_that_fails_three_times_stops_no_other_and_kill_hands_in_no_more(
    slurm, run, begin, catch, until, said, untrained, undisturbed, outcome
) -> None:
    folder, before = untrained("first", "second"), slurm.jobs()
    experiment = (folder / "experiment.yaml").read_text()
    wrong = experiment.replace("rf, name: first, trees: 10", "knn, name: first, neighbours: 100000")
    (folder / "experiment.yaml").write_text(wrong)
    failed = run(folder)
    assert failed.returncode == 1
    assert "hsclass: model knn: option 'neighbours' is 100000, but there are " in failed.stderr
    assert "Error in rule train:" in failed.stderr
    assert "log: logs/train/cut/dbscan_area-0/raw-first.log (check log file(s) for error details)" in failed.stderr
    jobs = slurm.new_jobs(before)
    assert sorted(job["JobState"] for job in jobs) == ["COMPLETED"] * 2 + ["FAILED"] * 3
    assert not list((folder / RUNS / "first").iterdir())
    second = f"{RUNS}/second/metrics.json"
    assert (folder / second).read_bytes() == (undisturbed / second).read_bytes()

    (folder / "experiment.yaml").write_text(experiment)
    mended = slurm.jobs()
    process = begin(folder)
    (running,) = catch(process, folder, f"{RUNS}/first/model")
    process.terminate()
    until(lambda: "Will exit after finishing currently running jobs" in said())
    assert process.poll() is None
    running.go_on()
    print(process.wait(120))
    print(said())
    assert [job["JobId"] for job in slurm.new_jobs(mended)] == [running.job]
    assert slurm.jobs()[running.job]["JobState"] == "COMPLETED"

    again = slurm.jobs()
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(slurm.new_jobs(again)) == 2  # a map and its accuracy; the report
    assert outcome(folder) == outcome(undisturbed)
