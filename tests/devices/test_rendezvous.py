"""Workers meet before a training, and miss one that goes without a goodbye."""

import contextlib
import queue
import socket
import threading

import pytest

from hsclass.devices.local_workers import free_ports
from hsclass.devices.rendezvous import Watch, rendezvous
from hsclass.errors import UsageError, WorkerError

SECONDS = 20.0  # more than enough; a test that needs them all has failed


@pytest.fixture
def addresses() -> list[str]:
    return [f"127.0.0.1:{port}" for port in free_ports(3)]


def meet(addresses: list[str], lost: "queue.Queue[str]") -> dict[int, Watch]:
    """Let all come, each in its own thread."""
    found: dict[int, Watch] = {}

    def come(rank: int) -> None:
        found[rank] = rendezvous(addresses, rank, seconds=SECONDS, lost=lost.put)

    threads = [threading.Thread(target=come, args=(rank,)) for rank in range(len(addresses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def break_off(watch: Watch) -> None:
    """Do what the operating system does with the connections of a process that was killed."""
    for connection in watch.connections.values():
        connection.shutdown(socket.SHUT_RDWR)


def test_the_others_miss_a_worker_that_is_killed(addresses: list[str]) -> None:
    lost: queue.Queue[str] = queue.Queue()
    workers = meet(addresses, lost)
    workers[1].lost = lambda sentence: None
    break_off(workers[1])
    told = sorted(lost.get(timeout=SECONDS) for _ in range(2))
    for rank, sentence in zip((0, 2), told, strict=True):
        assert f"worker 1 ({addresses[1]}) of this training is gone, so worker {rank} ends, too" in sentence


def test_nobody_misses_a_worker_that_said_goodbye(addresses: list[str]) -> None:
    lost: queue.Queue[str] = queue.Queue()
    workers = meet(addresses, lost)
    for watch in workers.values():
        watch.close()
    for watch in workers.values():
        watch.wait(SECONDS)  # ends when all others have said goodbye
        break_off(watch)
    assert lost.empty()


def test_ports_are_free_again_for_tensorflow(addresses: list[str]) -> None:
    workers = meet(addresses, queue.Queue())
    for address in addresses:
        host, port = address.split(":")
        socket.create_server((host, int(port))).close()
    for watch in workers.values():
        watch.close()


@pytest.mark.parametrize(("rank", "absent"), [(0, [1, 2]), (1, [0]), (2, [0])])
def test_worker_that_never_comes_is_named_with_its_address(addresses: list[str], rank: int, absent: list[int]) -> None:
    names = ", ".join(f"{number} ({addresses[number]})" for number in absent)
    with pytest.raises(WorkerError) as caught:
        rendezvous(addresses, rank, seconds=0.2)
    assert f"worker {names} did not come within 0.2 s" in str(caught.value)


def test_port_that_is_taken_is_told(addresses: list[str]) -> None:
    host, port = addresses[1].split(":")
    with (
        socket.create_server((host, int(port))),
        pytest.raises(UsageError, match=f"worker 1: port {port} of its address"),
    ):
        rendezvous(addresses, 1, seconds=0.2)


def test_stranger_at_the_address_is_told(addresses: list[str]) -> None:
    host, port = addresses[0].split(":")
    with socket.create_server((host, int(port))) as server:

        def answer() -> None:
            server.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(WorkerError, match=f"what answers at {addresses[0]} is no worker of this training of 3"):
            rendezvous(addresses, 1, seconds=SECONDS)


def test_stranger_that_calls_is_left_alone(addresses: list[str]) -> None:
    pair = addresses[:2]
    lost: queue.Queue[str] = queue.Queue()
    found: list[Watch] = []
    chief = threading.Thread(target=lambda: found.append(rendezvous(pair, 0, seconds=SECONDS, lost=lost.put)))
    chief.start()
    host, port = pair[0].split(":")
    while chief.is_alive():
        with contextlib.suppress(ConnectionRefusedError):
            stranger = socket.create_connection((host, int(port)))
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n12345678")
            break
    found.append(rendezvous(pair, 1, seconds=SECONDS, lost=lost.put))
    chief.join()
    assert len(found) == 2
    for watch in found:
        watch.close()
