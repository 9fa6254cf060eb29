"""What is wrong with a cluster or a command is said in one sentence, and the run continues after it is fixed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("cluster")
ROOT = Path(__file__).parents[2]
MODULES = Path("/usr/share/modules/init/bash")
RUN = "results/cut/dbscan_area-0/raw/first"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (["--default-resources", "slurm_partition=nope"], "invalid partition specified: nope"),
        (["--set-resources", "train:gpu=9"], "Requested node configuration is not available"),
        (["--set-resources", "train:runtime=99999"], "Requested time limit is invalid"),
    ],
)
def test_what_slurm_refuses_is_said_and_the_run_stops(slurm, run, untrained, wrong: list[str], sentence: str) -> None:
    folder, before = untrained("first"), slurm.jobs()
    done = run(folder, f"{RUN}/model", "--retries", "0", *wrong)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert {job["JobState"] for job in slurm.new_jobs(before)} <= {"FAILED"}
    assert not list(folder.glob(".snakemake/locks/*"))


def test_what_qsub_refuses_is_said_and_the_run_stops(slurm, run, untrained) -> None:
    folder = untrained("first")
    wrong = ["--default-resources", "runtime=10", "mem_mb=2000", "pbs=torque", "queue=nope"]
    done = run(folder, f"{RUN}/model", "--retries", "0", *wrong, profile="pbs")
    assert done.returncode == 1
    assert "invalid partition specified: nope" in done.stderr
    assert not list(folder.glob(".snakemake/locks/*"))


def test_account_that_does_not_exist_is_said_and_the_run_goes_on_with_one_that_does(
    slurm_with_accounts, command, untrained, undisturbed
) -> None:
    folder, model = untrained("first"), f"{RUN}/model"

    def hand_in(profile: str, *resources: str) -> subprocess.CompletedProcess[str]:
        line = command(folder, model, "--retries", "0", "--default-resources", *resources, profile=profile)
        environment = slurm_with_accounts.environment
        return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    refused = hand_in("slurm", "slurm_account=nope")
    assert refused.returncode == 1
    # The plugin lists the accounts in no order; Slurm gives root a second one of its own.
    there = re.search(r"The given account nope appears to be invalid. Available accounts:\n(.+)", refused.stderr)
    assert there is not None, refused.stderr
    assert "members" in there[1].split(", ")
    torque = ("runtime=10", "mem_mb=2000", "pbs=torque")
    refused = hand_in("pbs", *torque, "account=nope")
    assert refused.returncode == 1
    assert "Invalid account or account/partition combination specified" in refused.stderr
    assert slurm_with_accounts.jobs() == {}
    done = hand_in("pbs", *torque, "account=members")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [job["Account"] for job in slurm_with_accounts.jobs().values()] == ["members"]
    assert (folder / model / "model.json").read_bytes() == (undisturbed / model / "model.json").read_bytes()


def test_profile_sends_what_asks_for_a_gpu_to_the_partition_that_has_one(slurm, run, untrained, tmp_path: Path) -> None:
    folder, before = untrained("first"), slurm.jobs()
    partitions = tmp_path / "partitions.yaml"
    partitions.write_text("partitions:\n  ci: {}\n  gpu: {max_gpu: 1}\n")
    asked = ["--slurm-partition-config", str(partitions), "--set-resources", "train:gpu=1"]
    done = run(folder, f"{RUN}/map.tif", *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {job["Partition"]: job["TresPerJob"] for job in slurm.new_jobs(before) if "TresPerJob" in job}
    assert found == {"gpu": "gres:gpu:1"}
    assert sorted(job["Partition"] for job in slurm.new_jobs(before)) == ["ci", "gpu"]


@pytest.mark.skipif(not MODULES.exists(), reason="not installed: environment-modules")
def test_module_that_does_not_exist_is_said_and_the_job_script_stops(slurm, until, untrained) -> None:
    folder = untrained("first")
    for name in ("Snakefile", "workflow", "profiles"):
        (folder / name).symlink_to(ROOT / name)
    modules = folder / "modules"
    modules.mkdir()
    (modules / "python").write_text("#%Module\n")

    def job(module: str) -> tuple[str, str]:
        script = folder / "job.sh"
        text = (ROOT / "profiles/slurm/job.sh").read_text()
        script.write_text(text.replace("# module load python/3.12", f"module load {module}"))
        login = f". {MODULES}; module use {modules}; exec sbatch --parsable job.sh -n --configfile experiment.yaml"
        number = slurm.says("bash", "-c", login, folder=folder).strip()
        until(lambda: slurm.jobs()[number]["JobState"] in {"COMPLETED", "FAILED"})
        return slurm.jobs()[number]["JobState"], (folder / f"hsclass-{number}.log").read_text()

    state, said = job("pyhton/3.12")
    assert state == "FAILED"
    assert "Unable to locate a modulefile for 'pyhton/3.12'" in said
    assert "Building DAG" not in said
    state, said = job("python")
    assert (state, "This was a dry-run" in said) == ("COMPLETED", True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can mount a small disk")
def test_full_disk_is_one_sentence_leaves_nothing_half_written_and_goes_on(run, untrained, undisturbed) -> None:
    folder = untrained("first")
    results, kept = folder / "results", folder / "kept"
    results.rename(kept)
    results.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", results], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let root mount a small disk")
    try:
        shutil.copytree(kept, results, dirs_exist_ok=True)
        filler = results / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(results).free - 40_000))
        done = run(folder, f"{RUN}/map.tif", profile="local")
        assert done.returncode == 1
        sentence = f"hsclass: output {RUN}/model: could not be written (No space left on device); free some space"
        assert sentence in done.stdout + done.stderr
        assert not list(results.rglob("first/*"))
        filler.unlink()
        done = run(folder, f"{RUN}/map.tif", profile="local")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (folder / RUN / "map.tif").read_bytes() == (undisturbed / RUN / "map.tif").read_bytes()
    finally:
        subprocess.run(["umount", results], check=True)
