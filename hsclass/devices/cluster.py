"""Addresses of the workers of a training, from TF_CONFIG or a Slurm job step."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hsclass.errors import UsageError

_FIRST_PORT, _PORTS = 20000, 12000  # below the ports that Linux gives to outgoing connections


@dataclass(frozen=True)
class Cluster:
    """The workers of a training.

    Attributes
    ----------
    addresses : tuple of str
        HOST:PORT of each.
    rank : int
        Number of this process; 0 writes the results.
    """

    addresses: tuple[str, ...]
    rank: int

    def tf_config(self) -> str:
        """Return the equivalent value of TF_CONFIG."""
        return json.dumps({"cluster": {"worker": list(self.addresses)}, "task": {"type": "worker", "index": self.rank}})


def find_cluster(environment: Mapping[str, str]) -> Cluster | None:
    """Return the workers in TF_CONFIG or, without it, the tasks of this Slurm job step; None if there is neither.

    Raises
    ------
    UsageError
        If TF_CONFIG is not valid.
    """
    if environment.get("TF_CONFIG"):
        return _from_tf_config(environment["TF_CONFIG"])
    if int(environment.get("SLURM_STEP_NUM_TASKS", "1")) > 1:
        return _from_slurm(environment)
    return None


def _from_tf_config(text: str) -> Cluster:
    try:
        config = json.loads(text)
        jobs, task = config["cluster"], config["task"]
        addresses = [*jobs.get("chief", []), *jobs["worker"]]
        rank = int(task["index"]) + (len(jobs.get("chief", [])) if task["type"] == "worker" else 0)
        if set(jobs) - {"chief", "worker"} or task["type"] not in jobs or not 0 <= rank < len(addresses):
            raise ValueError
        if not all(re.fullmatch(r".+:\d+", address) for address in addresses):
            raise ValueError
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        example = Cluster(("node1:20000", "node2:20000"), 0).tf_config()
        raise UsageError(f"TF_CONFIG: is {text[:200]!r}; expected the form {example}") from error
    return Cluster(tuple(addresses), rank)


def _from_slurm(environment: Mapping[str, str]) -> Cluster:
    """Tasks of a Slurm step in the order of their numbers; ports follow from the job, so that two jobs differ."""
    hosts = expand_hosts(environment["SLURM_STEP_NODELIST"])
    counts = expand_counts(environment["SLURM_STEP_TASKS_PER_NODE"])
    job, step = int(environment["SLURM_JOB_ID"]), int(environment.get("SLURM_STEP_ID", "0"))
    places = [host for host, count in zip(hosts, counts, strict=True) for _ in range(count)]
    first = _FIRST_PORT + (job * 64 + step * 16) % _PORTS
    addresses = tuple(f"{host}:{first + number}" for number, host in enumerate(places))
    return Cluster(addresses, int(environment["SLURM_PROCID"]))


def expand_hosts(text: str) -> list[str]:
    """Return the names in a Slurm node list.

    >>> expand_hosts("login,gpu[1-2,08-10]-ib")
    ['login', 'gpu1-ib', 'gpu2-ib', 'gpu08-ib', 'gpu09-ib', 'gpu10-ib']
    """
    names = []
    for part in re.findall(r"(?:[^,\[]|\[[^\]]*\])+", text):
        found = re.fullmatch(r"([^\[]*)\[([^\]]*)\](.*)", part)
        if found is None:
            names.append(part)
            continue
        before, numbers, after = found.groups()
        for span in numbers.split(","):
            first, _, last = span.partition("-")
            names += [
                f"{before}{number:0{len(first)}d}{rest}"
                for number in range(int(first), int(last or first) + 1)
                for rest in (expand_hosts(after) if after else [""])
            ]
    return names


def expand_counts(text: str) -> list[int]:
    """Return the numbers of tasks per node in Slurm's short form.

    >>> expand_counts("2(x3),1")
    [2, 2, 2, 1]
    """
    parts = [re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part) for part in text.split(",")]
    return [int(part[1]) for part in parts if part for _ in range(int(part[2] or 1))]
