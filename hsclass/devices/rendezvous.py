"""Workers of one training connect before it starts, and notice immediately when one of them is lost.

TensorFlow waits forever for a worker that never connects, and for minutes for one that was killed. Here each worker
keeps an open connection to every other; the operating system closes it when a process ends, however it ends.
"""

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hsclass.errors import UsageError, WorkerError

_GOODBYE = b"."
_WELCOME = b"+"
_GRACE = 2.0  # seconds to end by itself for a process that has met the same error as the one that is gone
_STRANGER = 5.0  # seconds until what connects and says nothing is left alone
_SILENCE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}  # a machine without power is missed after 30 s


def end_process(sentence: str) -> None:
    """Write a sentence to standard error and end this process, whatever its other threads wait for."""
    os.write(2, f"hsclass: {sentence}\n".encode())
    os._exit(WorkerError.exit_status)


class Watch:
    """Open connections to the other workers, and a thread that waits for one of them to break.

    Parameters
    ----------
    rank : int
        Number of this worker.
    addresses : sequence of str
        HOST:PORT of every worker.
    connections : mapping of int to socket
        One to each other worker, by its number.
    lost : callable
        Called in the thread with one sentence when a worker is lost.
    """

    def __init__(
        self,
        rank: int,
        addresses: Sequence[str],
        connections: Mapping[int, socket.socket],
        *,
        lost: Callable[[str], Any] = end_process,
    ) -> None:
        self.rank, self.addresses, self.lost = rank, addresses, lost
        self.connections = connections
        for connection in connections.values():
            _notice_silence(connection)
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        waiting = {connection: number for number, connection in self.connections.items()}
        while waiting:
            for connection in select.select(list(waiting), [], [])[0]:
                number = waiting.pop(connection)
                if _received(connection, 1) != _GOODBYE:
                    time.sleep(_GRACE)
                    self._report(number)
                    return

    def _report(self, number: int) -> None:
        self.lost(
            f"worker {number} ({self.addresses[number]}) of this training is gone, so worker {self.rank} ends, too;"
            " look at what it last said, and start the training again"
        )

    def wait(self, seconds: float) -> None:
        """Give the thread time to notice which worker is lost; with the default `lost` the process then ends here."""
        self._thread.join(seconds)

    def close(self) -> None:
        """Announce the regular end of this worker."""
        for connection in self.connections.values():
            with contextlib.suppress(OSError):
                connection.sendall(_GOODBYE)


def rendezvous(
    addresses: Sequence[str], rank: int, *, seconds: float, lost: Callable[[str], Any] = end_process
) -> Watch:
    """Wait until all workers of a training are connected.

    Parameters
    ----------
    addresses : sequence of str
        HOST:PORT of every worker, the same list in each. The port is free again at the end.
    rank : int
        Number of this process.
    seconds : float
        How long to wait for the others.
    lost : callable, optional
        Called when a worker is lost later; the default ends this process.

    Raises
    ------
    UsageError
        If this worker's own port is taken.
    WorkerError
        If another worker does not connect, or another program answers at its address.
    """
    deadline = time.monotonic() + seconds
    greeting = f"hsclass {len(addresses):6d} {rank:6d}".encode()
    connections: dict[int, socket.socket] = {}
    port = int(addresses[rank].rpartition(":")[2])
    try:
        listener = socket.create_server(("", port), backlog=len(addresses))
    except OSError as error:
        raise UsageError(
            f"worker {rank}: port {port} of its address {addresses[rank]} cannot be had ({error.strerror}); give the"
            " workers other ports in TF_CONFIG"
        ) from error
    with listener:
        for number in range(rank):
            connections[number] = _connect(addresses, number, greeting, deadline=deadline, seconds=seconds)
        while missing := set(range(rank + 1, len(addresses))) - set(connections):
            if not select.select([listener], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise _absent(addresses, sorted(missing), seconds)
            connection = listener.accept()[0]
            connection.settimeout(_STRANGER)
            number = _greeted(_received(connection, len(greeting)), len(addresses))
            if number in missing:
                connection.sendall(_WELCOME)
                connection.settimeout(None)
                connections[number] = connection
    return Watch(rank, addresses, connections, lost=lost)


def _connect(
    addresses: Sequence[str], number: int, greeting: bytes, *, deadline: float, seconds: float
) -> socket.socket:
    host, _, port = addresses[number].rpartition(":")
    while (left := deadline - time.monotonic()) > 0:
        try:
            connection = socket.create_connection((host, int(port)), timeout=left)
            connection.sendall(greeting)
            if not (answer := connection.recv(1)):
                raise ConnectionResetError
        except OSError:  # it has not started yet, or was ended and is started again
            time.sleep(min(0.1, max(0.0, deadline - time.monotonic())))
            continue
        if answer != _WELCOME:
            raise WorkerError(
                f"worker {number}: what answers at {addresses[number]} is no worker of this training of"
                f" {len(addresses)}; end what is left of another one there, or give another port"
            )
        connection.settimeout(None)
        return connection
    raise _absent(addresses, [number], seconds)


def _absent(addresses: Sequence[str], missing: Sequence[int], seconds: float) -> WorkerError:
    names = ", ".join(f"{number} ({addresses[number]})" for number in missing)
    return WorkerError(
        f"worker {names} did not come within {seconds:g} s; start it, and see that its address can be reached from here"
    )


def _received(connection: socket.socket, count: int) -> bytes:
    """Return up to `count` received bytes; none if the connection breaks."""
    with contextlib.suppress(OSError):
        return connection.recv(count, socket.MSG_WAITALL)
    return b""


def _greeted(greeting: bytes, workers: int) -> int:
    """Return the number of the worker that sent a greeting; -1 for another program."""
    words = greeting.split()
    return int(words[2]) if len(words) == 3 and words[:2] == [b"hsclass", b"%d" % workers] else -1


def _notice_silence(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _SILENCE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
