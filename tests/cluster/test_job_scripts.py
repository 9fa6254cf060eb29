"""The job scripts for those who submit by hand, submitted as docs/cluster.md says."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("cluster")


@pytest.mark.parametrize(
    "submit",
    [
        ["sbatch", "--parsable", "profiles/slurm/job.sh", "--configfile", "experiment.yaml"],
        ["qsub", "-V", "-v", "EXPERIMENT=experiment.yaml", "profiles/pbs/job.sh"],
    ],
)
def test_job_script_runs_an_experiment_to_its_report(
    slurm, until, untrained, undisturbed, outcome, submit: list[str]
) -> None:
    folder = untrained("first")
    for name in ("Snakefile", "workflow", "profiles"):
        (folder / name).symlink_to(ROOT / name)
    job = slurm.says(*submit, folder=folder).split()[-1]
    until(lambda: slurm.jobs()[job]["JobState"] not in {"PENDING", "RUNNING", "COMPLETING"})
    said = "".join(log.read_text() for log in folder.glob("hsclass*"))
    assert slurm.jobs()[job]["JobState"] == "COMPLETED", said
    assert outcome(folder) == outcome(undisturbed)
