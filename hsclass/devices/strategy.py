"""Devices that a network is trained on: one, several GPUs of a machine, or several processes on several machines."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import Field, model_validator

from hsclass.backend import backend_name, load_keras, use_gpus
from hsclass.devices.cluster import Cluster, find_cluster
from hsclass.devices.rendezvous import rendezvous
from hsclass.errors import UsageError, WorkerError
from hsclass.options import Options

_VERDICT = 60.0  # seconds until an exchange that failed is no longer attributed to a worker that is gone


class TrainingOptions(Options):
    """Devices that the networks of an experiment are trained on; other models use one process without a GPU."""

    strategy: Literal["auto", "single", "mirrored", "multi_worker"] = Field(
        "auto",
        description="single: one device; mirrored: the GPUs of one machine share each batch; multi_worker: so do"
        " processes, on one machine or several; auto: mirrored where there are several GPUs",
    )
    workers: int = Field(
        1, ge=1, description="processes of multi_worker; without the workflow, TF_CONFIG or Slurm may set it"
    )
    gpus: int = Field(0, ge=0, description="GPUs per process; 0: all that are available")
    wait: float = Field(300, gt=0, description="seconds that a worker waits for the others to connect")

    @model_validator(mode="after")
    def _workers_need_their_strategy(self) -> "TrainingOptions":
        if self.workers > 1 and self.strategy != "multi_worker":
            raise ValueError(
                f"workers {self.workers} need 'strategy: multi_worker', found {self.strategy}; set it, or leave"
                " 'workers' away"
            )
        return self


@dataclass(frozen=True)
class Team:
    """The devices that share a training, as seen from one process.

    Attributes
    ----------
    strategy : str
        single, mirrored or multi_worker: the strategy that auto chose.
    cluster : Cluster or None
        The processes of multi_worker.
    scope : context manager
        Variables of a training are created, and the training runs, inside it.
    """

    strategy: str = "single"
    cluster: Cluster | None = None
    devices: int = 1
    scope: AbstractContextManager[Any] = field(default_factory=nullcontext)

    @property
    def chief(self) -> bool:
        """True in the process that writes the trained model."""
        return self.cluster is None or self.cluster.rank == 0

    def describe(self, device: str) -> str:
        """Return a description of the devices, where each process runs on `device`."""
        workers = 1 if self.cluster is None else len(self.cluster.addresses)
        devices = device if self.devices == 1 else f"{self.devices} x {device}"
        return devices if workers == 1 else f"{workers} workers with {devices}"


def check_strategy(training: TrainingOptions, *, network: bool, model: str, several: bool = True) -> None:
    """Raise UsageError if a model cannot be trained on several devices: no network, or not with `several` processes."""
    if training.strategy == "multi_worker" and network and not several:
        raise UsageError(
            f"strategy multi_worker: model {model} also predicts while it trains, which several processes cannot do"
            " together; take strategy mirrored or single"
        )
    if not network and training.strategy in ("mirrored", "multi_worker"):
        raise UsageError(
            f"strategy {training.strategy}: model {model} is no network and trains in one process; leave the strategy"
            " away"
        )


def writes(training: TrainingOptions) -> bool:
    """Return whether this process writes the trained model: the first one of several does."""
    cluster = find_cluster(os.environ) if training.strategy == "multi_worker" else None
    return cluster is None or cluster.rank == 0


@contextmanager
def join(training: TrainingOptions, *, threads: int = 1) -> Iterator[Team]:
    """Enter the devices of a training, and leave them at its end.

    With `multi_worker` this waits for the other workers. From then on this process ends, with one sentence on standard
    error and exit status 1, when another one is lost.

    Raises
    ------
    UsageError
        If there are fewer GPUs than requested, the backend cannot share a training, or the addresses of the other
        workers are unknown.
    WorkerError
        If a worker does not connect in time.
    """
    if training.strategy == "multi_worker":
        with _workers(training, threads) as team:
            yield team
        return
    load_keras(threads)
    found = use_gpus(training.gpus)
    mirrored = training.strategy == "mirrored" or (training.strategy == "auto" and found.gpus > 1)
    if not mirrored:
        yield Team()
        return
    if backend_name() not in ("tensorflow", "jax"):
        raise UsageError(
            f"strategy mirrored: backend {backend_name()} has none; set KERAS_BACKEND to tensorflow or jax, or strategy"
            " to single"
        )
    if len(found.names) < 2:
        raise UsageError(
            f"strategy mirrored: found one device, {found.names[0]}; expected two GPUs or more: take strategy auto, or"
            " ask for more GPUs"
        )
    with _mirrored(found.names) as scope:
        yield Team("mirrored", devices=len(found.names), scope=scope)


@cache
def _mirrored_strategy(names: tuple[str, ...]) -> Any:
    """Return the strategy of some devices, one in a process: the collective operations of a second one fail."""
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(list(names))


@contextmanager
def _mirrored(names: tuple[str, ...]) -> Iterator[AbstractContextManager[Any]]:
    if backend_name() == "tensorflow":
        yield _mirrored_strategy(names).scope()
        return
    import keras

    before = keras.distribution.distribution()
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(
            devices=list(names), auto_shard_dataset=False
        )  # each process reads whole batches
    )
    try:
        yield nullcontext()
    finally:
        keras.distribution.set_distribution(before)


@contextmanager
def _workers(training: TrainingOptions, threads: int) -> Iterator[Team]:
    if backend_name() != "tensorflow":
        raise UsageError(
            f"strategy multi_worker: backend {backend_name()} has none; set KERAS_BACKEND to tensorflow, or strategy to"
            " mirrored for the GPUs of one machine"
        )
    cluster = find_cluster(os.environ)
    if cluster is None:
        raise UsageError(
            "strategy multi_worker: neither TF_CONFIG nor a Slurm step of several tasks says where the workers are;"
            " give --workers to start them on this machine, or set one of the two"
        )
    count = len(cluster.addresses)
    if training.workers not in (1, count):
        raise UsageError(
            f"workers: are {training.workers}, but {'TF_CONFIG' if 'TF_CONFIG' in os.environ else 'Slurm'} names"
            f" {count}; give the same number"
        )
    if count == 1:
        load_keras(threads)
        use_gpus(training.gpus)
        yield Team()
        return
    if cluster.rank > 0:
        logging.getLogger("hsclass").setLevel(logging.ERROR)  # the first worker reports the training of all
    watch = rendezvous(cluster.addresses, cluster.rank, seconds=training.wait)
    os.environ["TF_CONFIG"] = cluster.tf_config()
    load_keras(threads)
    import tensorflow as tf

    found = use_gpus(training.gpus)
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:
        raise UsageError(
            "strategy multi_worker: TensorFlow has computed in this process before, which it does not allow; train in a"
            " fresh one"
        ) from error
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM))  # TensorFlow has put a handler that ignores it
    broken = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.InternalError)
    try:
        yield Team("multi_worker", cluster, devices=max(1, found.gpus), scope=strategy.scope())
    except (*broken, tf.errors.DeadlineExceededError) as error:
        watch.wait(_VERDICT)
        raise WorkerError(
            f"training of {count} workers: they could not exchange what they learned"
            f" ({' '.join(str(error.message).split())[:200]}); see that they reach each other, and start again"
        ) from error
    watch.close()
