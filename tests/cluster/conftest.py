"""A real Slurm on this machine, and runs of the workflow on it; docs/cluster.md tells how to install what it needs."""

import csv
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
STARTER = Path(__file__).with_name("one_machine_slurm.py")
PLUGINS = ("snakemake_executor_plugin_slurm", "snakemake_executor_plugin_cluster_generic")
TABLE = "reports/{}/accuracy.csv"
PATIENCE = 400.0  # seconds until a test gives up on what it waits for
# Snakemake that looks at its jobs on Slurm more often.
OFTEN = Path(__file__).with_name("bin") / "snakemake"
# Slurm's answer to every look is there at once here, and the machine's files are on no network.
QUICKER = {
    "slurm": ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1"],
    "pbs": ["--max-status-checks-per-second", "10"],
}
FAULTS = """
experiment: faults
scenes:
  - {scene: indian_pines, name: cut, rows: [60, 145], cols: [0, 80]}
window: 5
seeds: [0]
splits: [dbscan_area]
models:
  - {model: sam, name: first}
  - {model: sam, name: second, normalization: minmax}
  - {model: sam, name: third, normalization: standard}
"""


@dataclass(frozen=True)
class Slurm:
    """The variables by which programs reach Slurm, and what is asked of it."""

    environment: dict[str, str]

    def says(self, *command: str, folder: Path | None = None) -> str:
        done = subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def queue(self) -> list[str]:
        return self.says("squeue", "--noheader", "--format=%i").split()

    def jobs(self) -> dict[str, dict[str, str]]:
        """What Slurm remembers of all jobs, by id."""
        lines = self.says("scontrol", "-o", "show", "job").splitlines()
        rows = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines if line.startswith("JobId=")]
        return {row["JobId"]: row for row in rows}

    def new_jobs(self, before: dict[str, dict[str, str]]) -> list[dict[str, str]]:
        return [row for job, row in self.jobs().items() if job not in before]


@dataclass(frozen=True)
class Caught:
    """A process of a job, stopped in its tracks."""

    process: int
    job: str

    def go_on(self) -> None:
        os.kill(self.process, signal.SIGCONT)


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    if sys.platform != "linux":
        pytest.skip("Slurm is started on Linux only")
    lacking = [name for name in PLUGINS if importlib.util.find_spec(name) is None]
    if lacking:
        pytest.skip(f"not installed: {', '.join(lacking)}; pip install 'hsclass[slurm,pbs]'")
    with _started(tmp_path_factory.mktemp("slurm")) as started:
        yield started


@pytest.fixture
def slurm_with_accounts(slurm: Slurm, tmp_path: Path) -> Iterator[Slurm]:
    """Give a second Slurm, which has a database and takes jobs of the account `members` only."""
    with _started(tmp_path / "slurm", "--accounts") as started:
        yield started


@contextmanager
def _started(folder: Path, *options: str) -> Iterator[Slurm]:
    started = subprocess.run(
        [sys.executable, STARTER, "start", folder, "--json", *options], capture_output=True, text=True, check=False
    )
    if "not installed" in started.stderr:
        pytest.skip(started.stderr.strip())
    assert started.returncode == 0, started.stderr
    environment = {**os.environ, **json.loads(started.stdout)}
    environment["PATH"] = os.pathsep.join([environment["PATH"].split(os.pathsep)[0], str(SCRIPTS), os.environ["PATH"]])
    yield Slurm(environment)
    subprocess.run([sys.executable, STARTER, "stop", folder], check=False)


@pytest.fixture(scope="session")
def command() -> Callable[..., list[str]]:
    """Give the snakemake command that works in a folder with one of the profiles, `local` for none."""

    def words(folder: Path, *arguments: str, profile: str = "slurm") -> list[str]:
        line = [str(OFTEN if profile == "slurm" else SCRIPTS / "snakemake"), "--snakefile", str(ROOT / "Snakefile")]
        line += ["--directory", str(folder), "--configfile", str(folder / "experiment.yaml"), "--cores", "2"]
        if profile != "local":
            line += ["--workflow-profile", profile, "--latency-wait", "20", "--seconds-between-status-checks", "2"]
            line += QUICKER[profile]
        return [*line, *arguments]

    return words


@pytest.fixture(scope="session")
def run(slurm: Slurm, command: Callable[..., list[str]]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the workflow in a folder to its end."""

    def to_end(folder: Path, *arguments: str, profile: str = "slurm") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(folder, *arguments, profile=profile),
            cwd=folder, env=slurm.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return to_end


@pytest.fixture
def begin(slurm: Slurm, command: Callable[..., list[str]], tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Begin to run the workflow in a folder, `within` a command that becomes it; what it says goes to a file."""
    begun = []

    def start(folder: Path, *arguments: str, profile: str = "slurm", within: tuple[str, ...] = ()) -> subprocess.Popen:
        with (tmp_path / "said.txt").open("w") as said:
            line = [*within, *command(folder, *arguments, profile=profile)]
            begun.append(subprocess.Popen(line, cwd=folder, env=slurm.environment, stdout=said, stderr=said))
        return begun[-1]

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def said(tmp_path: Path) -> Callable[[], str]:
    return (tmp_path / "said.txt").read_text


@pytest.fixture(scope="session")
def catch() -> Callable[..., list[Caught]]:
    """Wait for the processes of a run whose command lines end in the words given, and stop each where it is."""

    seen: set[tuple[int, str]] = set()

    def stopped(run: subprocess.Popen, folder: Path, *words: str, seconds: float = PATIENCE) -> list[Caught]:
        caught: dict[str, Caught] = {}
        end = time.monotonic() + seconds
        while len(caught) < len(words):
            assert run.poll() is None, f"the run has ended; of {words} it had begun {list(caught)}"
            assert time.monotonic() < end, f"of {words} only {list(caught)} are there after {seconds} s"
            for process, began, line in _commands(folder):
                ending = next((one for one in words if one not in caught and line.endswith(one)), None)
                if ending is not None and (process, began) not in seen:
                    seen.add((process, began))
                    os.kill(process, signal.SIGSTOP)
                    variables = Path(f"/proc/{process}/environ").read_bytes().decode(errors="replace")
                    job = re.search(r"(?:^|\0)SLURM_JOB_ID=(\d+)", variables)
                    caught[ending] = Caught(process, job[1] if job else "")
            time.sleep(0.1)
        return [caught[one] for one in words]

    return stopped


def _commands(folder: Path) -> Iterator[tuple[int, str, str]]:
    """The commands of hsclass that work in a folder, with the time of their start: numbers of processes come again."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").strip("\0").split("\0")
            if any(word.endswith("/hsclass") for word in words[:2]) and (entry / "cwd").resolve() == folder:
                began = (entry / "stat").read_text().rpartition(")")[2].split()[19]
                yield int(entry.name), began, " ".join(words)
        except OSError:
            continue


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """Wait until a condition holds."""

    def wait(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not so after {seconds} s"
            time.sleep(0.2)

    return wait


@pytest.fixture(scope="session")
def outcome() -> Callable[[Path], dict[str, object]]:
    """Give what a run must leave the same: its table without seconds, and the bytes of splits, maps and figures."""

    def of(folder: Path) -> dict[str, object]:
        (table,) = folder.glob(TABLE.format("*"))
        with table.open() as file:
            rows = [{key: value for key, value in row.items() if "seconds" not in key} for row in csv.DictReader(file)]
        files = sorted(path for name in ("split.tif", "map.tif", "metrics.json") for path in folder.rglob(name))
        return {"table": rows, **{str(path.relative_to(folder)): path.read_bytes() for path in files}}

    return of


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, run: Callable[..., subprocess.CompletedProcess[str]]) -> Path:
    """Return the folder of a run of three small models, without Slurm and to its end."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "experiment.yaml").write_text(FAULTS)
    done = run(folder, profile="local")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def untrained(undisturbed: Path, tmp_path: Path) -> Callable[..., Path]:
    """Give a copy of the undisturbed run in which the models named, and all that comes after them, are to do."""

    def copy(*models: str) -> Path:
        folder = tmp_path / "run"
        shutil.copytree(undisturbed, folder)
        for model in models:
            shutil.rmtree(folder / f"results/cut/dbscan_area-0/raw/{model}")
        shutil.rmtree(folder / "reports")
        return folder.resolve()

    return copy
