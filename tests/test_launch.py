"""The call of Snakemake that `hsclass run` makes."""

from pathlib import Path

import pytest

from hsclass.errors import UsageError
from hsclass.launch import experiment_file, snakemake_command, workflow_folder

ROOT = Path(__file__).parents[1]


def options(*given: str) -> list[str]:
    """What follows the experiment file in the call."""
    command = snakemake_command("quick", given)
    return command[command.index(str(ROOT / "config/quick.yaml")) + 1 :]


def test_checkout_has_its_own_workflow() -> None:
    assert workflow_folder() == ROOT
    command = snakemake_command("quick")
    assert command[1:5] == ["-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]


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
