"""Jobs placed on cores by hand."""

import pytest

from hsclass.planning.dag import Job
from hsclass.planning.estimate import schedule


@pytest.mark.parametrize(("cores", "seconds", "memory"), [(1, 12, 4), (2, 7, 7), (3, 5, 9)])
def test_jobs_share_cores(cores: int, seconds: float, memory: float) -> None:
    """5, 4 and 3 seconds: on two cores the job of 3 follows that of 4, and meets that of 5."""
    found = schedule([Job("a"), Job("b"), Job("c")], [5, 4, 3], [3, 4, 2], cores=cores)
    assert (found.seconds, found.memory_mb) == (seconds, memory)


def test_a_job_waits_for_those_before_it() -> None:
    jobs = [Job("a"), Job("b"), Job("c", after=(0, 1))]
    assert schedule(jobs, [2, 5, 1], [1, 1, 1], cores=4).seconds == 6


def test_a_job_of_two_threads_waits_for_both_and_takes_one_where_there_is_one() -> None:
    jobs = [Job("a"), Job("b", after=(0,)), Job("c", threads=2, after=(0,)), Job("d", after=(0,))]
    # After a: c alone for 4 s, then b and d beside each other for 3 s.
    assert schedule(jobs, [1, 3, 4, 3], [1] * 4, cores=2).seconds == 8
    assert schedule(jobs, [1, 3, 4, 3], [1] * 4, cores=1).seconds == 11
