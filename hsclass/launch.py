"""Start Snakemake on the workflow that comes with hsclass, in a checkout and in an installed package alike."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from hsclass.errors import UsageError

_PACKAGE = Path(__file__).parent
_PROFILE_OPTIONS = {"--profile", "--workflow-profile"}
_JOBS_OPTIONS = ("--cores", "-c", "--jobs", "-j", "--profile", "--workflow-profile")
_MEMORY_OPTIONS = ("--resources", "--res", "--executor", "-e", "--profile", "--workflow-profile")


def workflow_folder() -> Path:
    """Return the folder that holds `Snakefile`, `workflow`, `config` and `profiles`: of a checkout, or the package's.

    Raises
    ------
    UsageError
        If hsclass was installed without them.
    """
    for folder in (_PACKAGE, _PACKAGE.parent):
        if (folder / "Snakefile").is_file() and (folder / "workflow/rules").is_dir():
            return folder
    raise UsageError(
        f"{_PACKAGE}: holds no workflow (Snakefile, workflow); install hsclass from its wheel or a checkout"
    )


def experiment_file(name: str) -> Path:
    """Return an experiment file: that path, or the one of that name that comes with hsclass.

    Raises
    ------
    UsageError
        If there is no such file.
    """
    if Path(name).is_file():
        return Path(name)
    known = {path.stem: path for path in sorted((workflow_folder() / "config").rglob("*.yaml"))}
    if name not in known:
        raise UsageError(
            f"{name}: no such file in {Path.cwd()}; expected an experiment file (YAML), or one that comes with hsclass:"
            f" {', '.join(known)}"
        )
    return known[name]


def snakemake_command(experiment: str, options: Sequence[str] = ()) -> list[str]:
    """Return the call of Snakemake that runs an experiment.

    Parameters
    ----------
    experiment : str
        Experiment file, or the name of one that comes with hsclass.
    options : sequence of str
        Options of Snakemake, passed on as they are, but for the profiles `slurm` and `pbs`, which are found wherever
        hsclass lies. Without a number of cores and without a profile, all cores are used; without resources, a profile
        and an executor, jobs that run at the same time share the memory that is available now.
    """
    home = workflow_folder()
    command = [sys.executable, "-m", "snakemake", "--configfile", str(experiment_file(experiment).resolve())]
    if not _given(options, _MEMORY_OPTIONS):
        command += ["--resources", f"mem_mb={psutil.virtual_memory().available // 10**6}"]
    # Last of these, an option with one value: what follows may be a target.
    command += ["--snakefile", str(home / "Snakefile")]
    if not _given(options, _JOBS_OPTIONS):
        command += ["--cores", "all"]
    return [*command, *_with_profiles(options, home / "profiles")]


def _given(words: Sequence[str], options: Sequence[str]) -> bool:
    return any(_is_option(word, option) for word in words for option in options)


def _is_option(word: str, option: str) -> bool:
    """Whether a word gives an option: alone, as --cores=2, or, of one letter, as -c2."""
    return word == option or word.startswith(f"{option}=" if option.startswith("--") else option)


def _with_profiles(options: Sequence[str], carried: Path) -> list[str]:
    """Replace names of the profiles that come with hsclass by their folders."""
    found: list[str] = []
    words = [part for word in options for part in _split(word)]
    for word, before in zip(words, ["", *words], strict=False):
        if before in _PROFILE_OPTIONS and (carried / word / "config.yaml").is_file() and not Path(word).exists():
            found[-1] = "--workflow-profile"
            found.append(str(carried / word))
        else:
            found.append(word)
    return found


def _split(word: str) -> list[str]:
    option, equals, value = word.partition("=")
    return [option, value] if equals and option in _PROFILE_OPTIONS else [word]


def environment() -> dict[str, str]:
    """Return the environment of the run: its jobs find the program `hsclass` of this Python first."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
