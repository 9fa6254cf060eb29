"""The workers of a training on this machine: this process is the first one, and starts the others."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from hsclass.devices.cluster import Cluster, find_cluster
from hsclass.devices.rendezvous import end_process
from hsclass.devices.strategy import TrainingOptions

_LATER = 5.0  # seconds in which the connections between the workers show the same, once they have met


@contextmanager
def local_workers(training: TrainingOptions, arguments: Sequence[str]) -> Iterator[None]:
    """Start the other workers of a training unless TF_CONFIG or Slurm says that they are running already.

    They run `hsclass` with the same arguments. If one of them fails this process ends, too, and the other way round.
    If each worker has GPUs of its own, the first worker uses the first ones, and so on.

    Parameters
    ----------
    training : TrainingOptions
        Nothing is done for strategies other than multi_worker.
    arguments : sequence of str
        Of the command line of this process.
    """
    if training.strategy != "multi_worker" or training.workers == 1 or find_cluster(os.environ) is not None:
        yield
        return
    addresses = tuple(f"127.0.0.1:{port}" for port in free_ports(training.workers))
    settings = [_environment(Cluster(addresses, rank), training.gpus) for rank in range(training.workers)]
    command = [sys.executable, "-m", "hsclass", *arguments]
    others = [subprocess.Popen(command, env=os.environ | setting) for setting in settings[1:]]
    os.environ.update(settings[0])
    for rank, other in enumerate(others, start=1):
        threading.Thread(target=_attend, args=(rank, other), daemon=True).start()
    try:
        yield
    except BaseException:
        for other in others:
            other.terminate()
        raise
    finally:
        for other in others:
            other.wait()


def _attend(rank: int, process: subprocess.Popen[bytes]) -> None:
    if status := process.wait():
        time.sleep(_LATER)
        end_process(f"worker {rank} of this training ended with exit status {status}; fix what it says above")


def free_ports(count: int) -> list[int]:
    """Return that many free ports of this machine."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [free.getsockname()[1] for free in sockets]


def _environment(cluster: Cluster, gpus: int) -> dict[str, str]:
    setting = {"TF_CONFIG": cluster.tf_config()}
    if gpus:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        count = gpus * len(cluster.addresses)
        devices = visible.split(",") if visible else [str(number) for number in range(count)]
        setting["CUDA_VISIBLE_DEVICES"] = ",".join(devices[cluster.rank * gpus : (cluster.rank + 1) * gpus])
    return setting
