"""What the executables of profiles/pbs read and write, without a cluster."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

# The largest groups start first (pytest-xdist), and that of the cluster should: it waits more than it computes.
pytestmark = pytest.mark.xdist_group("cluster")
PROFILE = Path(__file__).parents[2] / "profiles/pbs"
SCRIPT = (
    '#!/bin/sh\n# properties = {"type": "single", "rule": "train", "threads": 2, "resources": {}}\ncd /run && true\n'
)


def load(name: str) -> ModuleType:
    loader = SourceFileLoader(f"pbs_{name}", str(PROFILE / name))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def submit() -> ModuleType:
    return load("submit")


@pytest.fixture(scope="module")
def status() -> ModuleType:
    return load("status")


def job(**resources) -> dict:
    return {"rule": "train", "threads": 2, "resources": {"mem_mb": 4000, "runtime": 95, **resources}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Job Id: 12.head\n    Job_Name = hsclass_train\n    job_state = Q\n", "running"),
        ("Job Id: 12.head\n    job_state = R\n    exec_host = n1/0*2\n", "running"),
        ("Job Id: 12.head\n    job_state = H\n", "running"),
        ("Job Id: 12.head\n    job_state = F\n    Exit_status = 0\n", "success"),
        ("Job Id: 12.head\n    job_state = F\n    Exit_status = 271\n", "failed"),
        ("Job Id: 12.head\n    job_state = F\n    Exit_status = -29\n", "failed"),
        ("Job Id: 12.head\n    job_state = C\n    exit_status = 0\n", "success"),
        ("Job Id:\t12\n\tjob_state = C\n", None),
        ("qstat: Unknown Job Id 12.head\n", None),
    ],
)
def test_qstat_tells_whether_a_job_is_over_and_how_it_ended(status, text: str, expected: str | None) -> None:
    assert status.from_qstat(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JobId=7 JobName=a JobState=COMPLETED Reason=None", "success"),
        ("JobId=7 JobName=a JobState=CANCELLED Reason=None", "failed"),
        ("JobId=7 JobName=a JobState=TIMEOUT Reason=TimeLimit", "failed"),
        ("JobId=7 JobName=a JobState=COMPLETING Reason=None", "running"),
        ("JobId=7 JobName=a JobState=REQUEUED Reason=None", "running"),
        ("slurm_load_jobs error: Invalid job id specified", None),
    ],
)
def test_scontrol_tells_what_a_qstat_of_slurm_does_not(status, text: str, expected: str | None) -> None:
    assert status.from_scontrol(text) == expected


def test_job_that_noted_no_exit_status_has_failed(status, tmp_path: Path) -> None:
    assert status.from_note(tmp_path / "12.exit") == "failed"
    (tmp_path / "12.exit").write_text("0\n")
    assert status.from_note(tmp_path / "12.exit") == "success"
    (tmp_path / "12.exit").write_text("3\n")
    assert status.from_note(tmp_path / "12.exit") == "failed"


def test_limits_are_given_in_the_words_of_the_cluster(submit) -> None:
    assert submit.limits(job()) == ["-l", "select=1:ncpus=2:mem=4000mb", "-l", "walltime=1:35:00"]
    assert submit.limits(job(gpu=1))[1] == "select=1:ncpus=2:mem=4000mb:ngpus=1"
    assert submit.limits(job(gpu=1, pbs="torque"))[1].startswith("nodes=1:ppn=2:gpus=1,")
    assert submit.limits(job(pbs="torque")) == ["-l", "nodes=1:ppn=2,mem=4000mb,walltime=1:35:00"]


def test_jobs_with_a_gpu_go_to_the_queue_for_gpus(submit) -> None:
    def queue(**resources) -> str:
        call = submit.command(job(queue="short", **resources), Path("job.sh"), Path("/run"))
        return call[call.index("-q") + 1]

    assert queue() == "short"
    assert queue(gpu_queue="gpu") == "short"
    assert queue(gpu_queue="gpu", gpu=1) == "gpu"
    assert "-q" not in submit.command(job(), Path("job.sh"), Path("/run"))


def test_account_and_anything_else_are_passed_on(submit) -> None:
    call = submit.command(job(account="p7", pbs_extra="-W umask=027"), Path("job.sh"), Path("/run"))
    assert call[-5:] == ["-A", "p7", "-W", "umask=027", "job.sh"]


def test_script_notes_its_exit_status_before_it_does_anything(submit) -> None:
    lines = submit.noting(SCRIPT, Path("/run/.snakemake/pbs")).splitlines()
    assert lines[:2] == SCRIPT.splitlines()[:2]
    assert lines[2] == "note=/run/.snakemake/pbs/${PBS_JOBID:-$SLURM_JOB_ID}.exit"
    assert lines[3].startswith("trap ")
    assert lines[4:] == ["cd /run && true"]
    assert submit.properties("\n".join(lines))["rule"] == "train"
