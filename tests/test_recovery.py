"""What hsclass recover reads from a command and a folder; on a real Slurm: tests/cluster."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hsclass.errors import HsclassError, UsageError
from hsclass.recovery import cancel, require_no_jobs, require_stopped, survivors, working_folder

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems show no processes under /proc")


def test_working_folder_is_that_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert working_folder(["snakemake", "--cores", "2"]) == tmp_path
    assert working_folder(["snakemake", "--directory", "a", "--cores", "2"]) == tmp_path / "a"
    assert working_folder(["snakemake", "-d", "/b"]) == Path("/b")
    assert working_folder(["snakemake", "--directory=c"]) == tmp_path / "c"


@linux
def test_snakemake_that_still_runs_in_the_folder_is_named(tmp_path: Path) -> None:
    program = tmp_path / "snakemake"
    program.write_text("import sys\nprint(flush=True)\nsys.stdin.read()\n")

    def begun(folder: Path, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, str(program), *arguments]
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    outer, inner = begun(tmp_path / "a"), begun(tmp_path / "b", "--target-jobs", "train:")
    with pytest.raises(UsageError, match=rf"still runs there \(process {outer.pid}\)"):
        require_stopped(tmp_path / "a")
    require_stopped(tmp_path / "b")
    for process in (outer, inner):
        process.communicate()
    require_stopped(tmp_path / "a")


@linux
def test_job_that_a_killed_snakemake_left_is_named(tmp_path: Path) -> None:
    program = tmp_path / "hsclass"
    program.write_text("import sys\nprint(flush=True)\nsys.stdin.read()\n")
    command = [sys.executable, str(program), "train", "results/field"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as left:
        assert left.stdout is not None
        left.stdout.readline()
        with pytest.raises(
            UsageError, match=rf"a job still runs there \(process {left.pid}: .*train.*`kill {left.pid}`"
        ):
            require_no_jobs(tmp_path)
        left.communicate()
    require_no_jobs(tmp_path)


@linux
def test_command_that_looks_for_jobs_is_none_of_them(tmp_path: Path) -> None:
    program = tmp_path / "hsclass"
    program.write_text(
        "import sys, pathlib\nfrom hsclass.recovery import require_no_jobs\nrequire_no_jobs(pathlib.Path())"
    )
    subprocess.run([sys.executable, str(program), "recover"], cwd=tmp_path, check=True)


def test_without_a_cluster_nothing_is_left_to_cancel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    assert survivors(tmp_path) == {}
    assert cancel(tmp_path) == []


def test_queue_that_does_not_answer_stops_only_a_run_that_went_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    squeue, log = tmp_path / "squeue", tmp_path / ".snakemake/log/first.snakemake.log"
    squeue.write_text("#!/bin/sh\necho no controller >&2\nexit 1\n")
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(tmp_path), prepend=os.pathsep)
    log.parent.mkdir(parents=True)
    log.write_text("host: laptop\nBuilding DAG of jobs...\n")
    assert survivors(tmp_path) == {}
    log.write_text("SLURM run ID: hsclass_c72f1b1e-5b1f-4f5e-9a55-4b7d1dd0c1a5\n")
    with pytest.raises(HsclassError, match=r"cannot list the jobs in the queue \(no controller\)"):
        survivors(tmp_path)
