"""A real Slurm on one machine, from Debian's packages, under one folder; needs no root, no systemd and no database.

    eval "$(python tests/cluster/one_machine_slurm.py start FOLDER)"      # sbatch, squeue … and qsub now reach it
    python tests/cluster/one_machine_slurm.py stop FOLDER

Partition `ci` is the default one. Partition `gpu` holds the same machine; Slurm believes that it has one GPU, so that
what a job asks for can be tested, not what it then computes. With `--accounts` Slurm has a database, too (Debian's
slurmdbd and mariadb-server-core), and takes jobs of the account `members` only.
"""

import argparse
import contextlib
import getpass
import json
import os
import random
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

TOOLS = ("munged", "munge", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "sinfo", "scancel")
ACCOUNTING = ("mariadbd", "slurmdbd", "sacctmgr")
FOLDERS = ("bin", "database", "etc", "log", "munge", "spool", "state")
SBIN = ("/usr/sbin", "/usr/local/sbin", "/sbin")
MUNGE_FILES = (
    ("key-file", "munge.key"),
    ("socket", "munge.sock"),
    ("pid-file", "munged.pid"),
    ("log-file", "munged.log"),
    ("seed-file", "munged.seed"),
)
SECONDS = 60.0
PORTS = range(10_000, 32_768)

CONF = """\
ClusterName=ci
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/munge.sock,cred_expire=10
CredType=cred/munge
MessageTimeout=30
SlurmctldPort={controller}
SlurmdPort={daemon}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
MpiDefault=none
ReturnToService=1
MinJobAge=7200
KillWait=5
OverTimeLimit=0
{accounting}
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
EnforcePartLimits=ALL
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/log/jobcomp.txt
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:1 State=UNKNOWN
PartitionName=ci Nodes={host} Default=YES MaxTime=1440 DefMemPerCPU=500 State=UP
PartitionName=gpu Nodes={host} MaxTime=1440 DefMemPerCPU=500 State=UP
"""

NO_ACCOUNTS = "AccountingStorageType=accounting_storage/none"
ACCOUNTS = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStoragePass={folder}/munge/munge.sock
AccountingStorageEnforce=associations"""
DATABASE = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge/munge.sock
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser={user}
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database}
StorageUser={user}
StorageLoc=slurm
LogFile={folder}/log/slurmdbd.log
PidFile={folder}/slurmdbd.pid
"""
TABLES = Path("/usr/share/mysql/mysql_system_tables.sql")

# Snakemake's job step runs srun without any variable of Slurm's, also without the one that names the configuration.
SRUN = """\
#!/bin/sh
SLURM_CONF={conf} exec {srun} "$@"
"""


def find(tool: str) -> str | None:
    """Return where a program stands; Slurm's daemons stand where ordinary users do not look."""
    return shutil.which(tool, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *SBIN]))


def missing(tools: tuple[str, ...] = TOOLS) -> list[str]:
    """Return the programs that are not installed."""
    return [tool for tool in tools if find(tool) is None]


def start(folder: Path, *, accounts: bool = False) -> dict[str, str]:
    """Start munged, slurmctld and slurmd under `folder`; return the variables by which clients reach them.

    With `accounts`, a database and slurmdbd before the latter two.

    Raises
    ------
    RuntimeError
        If a program is not installed, or the node is not idle within a minute.
    """
    if lacking := missing():
        raise RuntimeError(f"not installed: {', '.join(lacking)}; apt-get install slurm-wlm munge slurm-wlm-torque")
    if accounts and (lacking := missing(ACCOUNTING)):
        raise RuntimeError(f"not installed: {', '.join(lacking)}; apt-get install slurmdbd mariadb-server-core")
    folder = folder.resolve()
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    # munged refuses a folder that others can write to, and warns of one that they cannot enter.
    (folder / "munge").chmod(0o711)
    variables = _configure(folder, accounts)
    environment = {**os.environ, **variables}
    conf, munge = variables["SLURM_CONF"], folder / "munge"
    _daemon(
        folder,
        "munged",
        ["--foreground", "--force", *(f"--{option}={munge}/{name}" for option, name in MUNGE_FILES)],
        environment,
    )
    _wait(lambda: _says(["munge", "-S", f"{munge}/munge.sock", "-n"], environment) != "", "munged", folder)
    if accounts:
        _keep_accounts(folder, environment)
    _daemon(folder, "slurmctld", ["-D", "-i", "-f", conf], environment)
    _daemon(folder, "slurmd", ["-D", "-f", conf], environment)
    _wait(lambda: "idle" in _says(["sinfo", "-h", "-o", "%T"], environment), "slurmd", folder)
    return variables


def stop(folder: Path) -> None:
    """Cancel what still runs under `folder` and end the three daemons."""
    folder = folder.resolve()
    environment = {**os.environ, **_variables(folder)}
    _says(["scancel", f"--user={getpass.getuser()}"], environment)
    _wait_quietly(lambda: _says(["squeue", "-h"], environment) == "")
    for name in ("slurmd", "slurmdbd", "slurmctld", "mariadbd", "munged"):
        file = folder / f"{name}.started"
        if file.exists():
            _end(int(file.read_text()))
            file.unlink()
    for process in _left(folder):  # Snakemake would wait for its job, which a test may have stopped
        _end(process, signal.SIGKILL)


def _left(folder: Path) -> list[int]:
    """Return the processes of jobs that outlived them: a node without control groups loses sight of orphans."""
    mine, found = f"SLURM_CONF={_variables(folder)['SLURM_CONF']}".encode(), []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            variables = (entry / "environ").read_bytes().split(b"\0")
            if mine in variables and any(one.startswith(b"SLURM_JOB_ID=") for one in variables):
                found.append(int(entry.name))
    return found


def _keep_accounts(folder: Path, environment: Mapping[str, str]) -> None:
    user, place = getpass.getuser(), [f"--datadir={folder}/database", f"--user={getpass.getuser()}"]
    mariadbd = find("mariadbd") or "mariadbd"
    # Slurm's stored procedures lie in the tables that a database has of itself.
    tables = "create database mysql;\nuse mysql;\n" + TABLES.read_text()
    subprocess.run(
        [mariadbd, "--no-defaults", "--bootstrap", *place], input=tables, text=True, capture_output=True, check=True
    )
    port = next(
        line.partition("=")[2]
        for line in (folder / "etc/slurmdbd.conf").read_text().splitlines()
        if line.startswith("StoragePort=")
    )
    reached = [f"--socket={folder}/database.sock", "--bind-address=127.0.0.1", f"--port={port}"]
    _daemon(folder, "mariadbd", ["--no-defaults", "--skip-grant-tables", *place, *reached], environment)
    _wait(lambda: "ready for connections" in (folder / "log/mariadbd.out").read_text(), "mariadbd", folder)
    _daemon(folder, "slurmdbd", ["-D"], environment)
    _wait(lambda: bool(_says(["sacctmgr", "-n", "list", "account"], environment)), "slurmdbd", folder)
    for what in (["cluster", "ci"], ["account", "members", "cluster=ci"], ["user", user, "account=members"]):
        subprocess.run(["sacctmgr", "-i", "add", *what], env=environment, capture_output=True, check=True)


def _configure(folder: Path, accounts: bool) -> dict[str, str]:
    variables = _variables(folder)
    controller, daemon, port, database = _free_ports(4)
    conf = Path(variables["SLURM_CONF"])
    conf.write_text(
        CONF.format(
            folder=folder,
            host=socket.gethostname().split(".")[0],
            user=getpass.getuser(),
            accounting=ACCOUNTS.format(folder=folder, port=port) if accounts else NO_ACCOUNTS,
            controller=controller,
            daemon=daemon,
            cpus=max(os.cpu_count() or 1, 2),
            memory=int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20 * 0.9),
        )
    )
    if accounts:
        slurmdbd = conf.parent / "slurmdbd.conf"
        slurmdbd.touch(mode=0o600)
        slurmdbd.write_text(DATABASE.format(folder=folder, user=getpass.getuser(), port=port, database=database))
    (conf.parent / "gres.conf").write_text("Name=gpu File=/dev/null\n")
    key = folder / "munge/munge.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
    srun = folder / "bin/srun"
    srun.write_text(SRUN.format(conf=shlex.quote(str(conf)), srun=find("srun")))
    srun.chmod(0o755)
    return variables


def _variables(folder: Path) -> dict[str, str]:
    path = os.environ.get("PATH", os.defpath)
    front = str(folder / "bin")
    return {
        "SLURM_CONF": str(folder / "etc/slurm.conf"),
        "PATH": path if path.startswith(front + os.pathsep) else front + os.pathsep + path,
    }


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, below those that outgoing connections of other programs may take."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with contextlib.suppress(OSError), socket.socket() as tried:
            tried.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            break
    return found


def _daemon(folder: Path, name: str, arguments: list[str], environment: Mapping[str, str]) -> None:
    with (folder / f"log/{name}.out").open("ab") as out:
        started = subprocess.Popen(
            [find(name) or name, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    (folder / f"{name}.started").write_text(str(started.pid))


def _says(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _wait_quietly(ready: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _wait(ready: Callable[[], bool], name: str, folder: Path) -> None:
    if not _wait_quietly(ready):
        said = (folder / f"log/{name}.out").read_text()[-3000:]
        stop(folder)
        raise RuntimeError(f"{name} is not there after {SECONDS:.0f} s; it said:\n{said}")


def _end(pid: int, *signals: signal.Signals) -> None:
    def gone() -> bool:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        return not Path(f"/proc/{pid}").exists()

    for sent in signals or (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, sent)
        except ProcessLookupError:
            return
        if _wait_quietly(gone):
            return


def main() -> int:
    """Start or stop; the variables go to standard output, as lines of a shell or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("start", "stop"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print the variables as JSON")
    parser.add_argument("--accounts", action="store_true", help="with a database, and one account")
    given = parser.parse_args()
    if given.action == "stop":
        stop(given.folder)
        return 0
    try:
        variables = start(given.folder, accounts=given.accounts)
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    lines = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    sys.stdout.write((json.dumps(variables) if given.json else lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
