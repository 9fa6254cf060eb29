"""The call of Snakemake that `hsclass run` makes."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.cli import get_argument_parser

from hsclass.errors import UsageError
from hsclass.launch import experiment_file, snakemake_command, workflow_folder

ROOT = Path(__file__).parents[1]


def options(*given: str) -> list[str]:
    """What follows the Snakefile in the call."""
    command = snakemake_command("quick", given)
    return command[command.index(str(ROOT / "Snakefile")) + 1 :]


def test_checkout_has_its_own_workflow() -> None:
    assert workflow_folder() == ROOT
    command = snakemake_command("quick", ("--profile", "slurm"))
    assert command[1:5] == ["-m", "snakemake", "--configfile", str(ROOT / "config/quick.yaml")]
    assert command[5:7] == ["--snakefile", str(ROOT / "Snakefile")]


def test_target_is_no_further_experiment_file() -> None:
    """Several files may follow --configfile, and several resources --resources."""
    parsed = get_argument_parser().parse_args(snakemake_command("quick", ("results/a/labels.tif", "-n"))[3:])
    assert list(parsed.targets) == ["results/a/labels.tif"]
    assert parsed.configfile == [ROOT / "config/quick.yaml"]


def test_jobs_share_the_memory_of_this_machine_unless_options_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=7_000_000_001))
    command = snakemake_command("quick", ("-n",))
    assert command[command.index("--resources") + 1] == "mem_mb=7000"
    for given in (["--resources", "gpu=1"], ["--profile", "mine"], ["-e", "slurm"], ["--executor=slurm"]):
        assert "mem_mb" not in " ".join(snakemake_command("quick", given))


def test_all_cores_are_used_unless_options_say_how_many() -> None:
    assert options("-n") == ["--cores", "all", "-n"]
    for given in (["--cores", "2"], ["--cores=2"], ["-c2"], ["-j", "1"], ["--profile", "mine"]):
        assert options(*given) == given


@pytest.mark.parametrize(
    "given",
    [("--profile", "slurm"), ("--profile=slurm",), ("--workflow-profile", "slurm"), ("--workflow-profile=slurm",)],
)
def test_profiles_that_come_along_are_found_by_name(given: tuple[str, ...]) -> None:
    assert options("-n", *given) == ["-n", "--workflow-profile", str(ROOT / "profiles/slurm")]


def test_profile_of_the_user_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pbs").mkdir()
    assert options("--profile", "pbs") == ["--profile", "pbs"]


def test_file_of_the_user_comes_before_one_that_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digits").write_text("experiment: mine")
    assert experiment_file("digits") == Path("digits")
    assert experiment_file("mnist") == ROOT / "config/experiments/mnist.yaml"
    with pytest.raises(UsageError, match=r"none\.yaml: no such file in .*; expected an experiment file .*, quick"):
        experiment_file("none.yaml")
