"""How long jobs take together on so many cores, and how much memory they hold at once."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.planning.dag import Job


@dataclass(frozen=True)
class Schedule:
    """Seconds from the first job's start to the last one's end, and the most MB held at once."""

    seconds: float
    memory_mb: float


def schedule(jobs: Sequence[Job], seconds: Sequence[float], memory: Sequence[float], *, cores: int) -> Schedule:
    """Place jobs on cores: each as soon as those before it have ended and there are threads for it, the longest first.

    Parameters
    ----------
    jobs : sequence of Job
    seconds, memory : sequence of float
        Of each job.
    cores : int
        A job that asks for more threads gets these, as Snakemake gives it.
    """
    waiting = [len(job.after) for job in jobs]
    followers: list[list[int]] = [[] for _ in jobs]
    for place, job in enumerate(jobs):
        for before in job.after:
            followers[before].append(place)
    threads = [min(cores, job.threads) for job in jobs]
    ready: dict[int, list[tuple[float, int]]] = {count: [] for count in sorted(set(threads))}
    for place, count in enumerate(waiting):
        if count == 0:
            heapq.heappush(ready[threads[place]], (-seconds[place], place))
    running: list[tuple[float, int]] = []
    now, free, held, most = 0.0, cores, 0.0, 0.0
    while running or any(ready.values()):
        while heaps := [heap for count, heap in ready.items() if heap and count <= free]:
            _, place = heapq.heappop(min(heaps))
            free -= threads[place]
            held += memory[place]
            most = max(most, held)
            heapq.heappush(running, (now + seconds[place], place))
        now, place = heapq.heappop(running)
        free += threads[place]
        held -= memory[place]
        for follower in followers[place]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready[threads[follower]], (-seconds[follower], follower))
    return Schedule(now, most)
