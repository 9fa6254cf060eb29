"""Resume a run of the workflow whose snakemake was killed, so that no two jobs write to one file."""

import getpass
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from hsclass.errors import HsclassError, UsageError

# The name that profiles/slurm gives to all jobs of one run.
_SECONDS = 120  # that cancelled jobs may take to end
_SLURM_NAME = re.compile(r"hsclass_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What Snakemake notes in the log of a run that goes to Slurm.
_SLURM_NOTED = "SLURM run ID: "
_PBS_OVER = "CFX"


def working_folder(command: Sequence[str]) -> Path:
    """Return the folder that a snakemake command works in: that of its option --directory, or the current one."""
    for option, value in zip(command, [*command[1:], ""], strict=True):
        if option in {"--directory", "-d"}:
            return Path(value).resolve()
        if option.startswith("--directory="):
            return Path(option.partition("=")[2]).resolve()
    return Path.cwd()


def require_stopped(folder: Path) -> None:
    """Make sure that no snakemake on this machine still works in `folder`; its jobs do not count.

    Raises
    ------
    UsageError
        If one does.
    """
    for process, words in _processes(folder):
        if any(Path(word).name == "snakemake" for word in words[:3]) and "--target-jobs" not in words:
            raise UsageError(
                f"folder {folder}: snakemake still runs there (process {process}); stop it with `kill -INT {process}`, "
                "wait until it has ended, and run again"
            )


def require_no_jobs(folder: Path) -> None:
    """Make sure that no job of a killed snakemake still runs on this machine: two would write to one file.

    Raises
    ------
    UsageError
        If one does.
    """
    own = _ancestors()
    for process, words in _processes(folder):
        if process not in own and any(Path(word).name == "hsclass" for word in words[:3]):
            raise UsageError(
                f"folder {folder}: a job still runs there (process {process}: {' '.join(words[1:4])} …), as a killed"
                f" snakemake leaves it; stop it with `kill {process}`, or wait until it has ended, and run again"
            )


def _ancestors() -> set[int]:
    """Return the numbers of this process and of those that started it."""
    found, process = set(), os.getpid()
    while process > 1 and process not in found:
        found.add(process)
        try:
            process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
    return found


def survivors(folder: Path) -> dict[str, list[str]]:
    """Return the jobs that earlier runs in `folder` left in the queue, by the program that cancels them."""
    found = {"scancel": _slurm_jobs(folder), "qdel": _pbs_jobs(folder)}
    return {program: jobs for program, jobs in found.items() if jobs}


def cancel(folder: Path) -> list[str]:
    """Cancel what earlier runs in `folder` left in the queue, and return when it is gone.

    Parameters
    ----------
    folder : Path
        The working folder of the run.

    Returns
    -------
    list of str
        The jobs that were cancelled.

    Raises
    ------
    HsclassError
        If a job is still in the queue two minutes later.
    """
    first = survivors(folder)
    for program, jobs in first.items():
        subprocess.run([program, *jobs], check=False, capture_output=True)
    end = time.monotonic() + _SECONDS
    while left := survivors(folder):
        if time.monotonic() > end:
            names = ", ".join(job for jobs in left.values() for job in jobs)
            raise HsclassError(
                f"folder {folder}: jobs {names} are still in the queue {_SECONDS} s after they were cancelled; "
                "wait until they are gone, and run again"
            )
        time.sleep(1)
    return [job for jobs in first.values() for job in jobs]


def _slurm_jobs(folder: Path) -> list[str]:
    try:
        listed = _lines("squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%i|%j|%Z")
    except HsclassError:
        # Slurm's programs are installed where no cluster answers: of no account to runs that never went to one.
        logs = (folder / ".snakemake/log").glob("*.log")
        if any(_SLURM_NOTED in log.read_text(errors="replace") for log in logs):
            raise
        return []
    rows = [line.strip().split("|", maxsplit=2) for line in listed]
    return [
        job for job, name, where in rows if _SLURM_NAME.fullmatch(name) and Path(where).resolve() == folder.resolve()
    ]


def _pbs_jobs(folder: Path) -> list[str]:
    notes = folder / ".snakemake/pbs/jobs.txt"
    if not notes.exists():
        return []
    rows = [line.split() for line in _lines("qstat")]
    # Id, name, user, time, state, queue; the id may be cut short behind its number.
    queued = {row[0].split(".")[0] for row in rows if len(row) > 2 and row[0][0].isdigit() and row[-2] not in _PBS_OVER}
    return [job for job in notes.read_text().split() if job.split(".")[0] in queued]


def _lines(*command: str) -> list[str]:
    if shutil.which(command[0]) is None:
        return []
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise HsclassError(
            f"command {command[0]}: cannot list the jobs in the queue ({done.stderr.strip()}); "
            "run again when the cluster answers"
        )
    return [line for line in done.stdout.splitlines() if line.strip()]


def _processes(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield number and words of the processes whose current folder is `folder`, where the system shows them."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if (entry / "cwd").resolve() == folder.resolve():
                yield int(entry.name), words
        except OSError:
            continue
