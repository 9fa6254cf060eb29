"""Workers are found in TF_CONFIG or in the variables of a Slurm step."""

import json

import pytest

from hsclass.devices.cluster import Cluster, expand_counts, expand_hosts, find_cluster
from hsclass.errors import UsageError

STEP = {
    "SLURM_STEP_NUM_TASKS": "4",
    "SLURM_STEP_NODELIST": "gpu[08-10]",
    "SLURM_STEP_TASKS_PER_NODE": "1(x2),2",
    "SLURM_JOB_ID": "7",
    "SLURM_STEP_ID": "1",
    "SLURM_PROCID": "3",
}


def test_nothing_says_where_workers_are() -> None:
    assert find_cluster({}) is None
    assert find_cluster({**STEP, "SLURM_STEP_NUM_TASKS": "1"}) is None


def test_tasks_of_a_slurm_step_are_the_workers() -> None:
    cluster = find_cluster(STEP)
    first = 20000 + 7 * 64 + 16
    hosts = ("gpu08", "gpu09", "gpu10", "gpu10")
    assert cluster == Cluster(tuple(f"{host}:{first + n}" for n, host in enumerate(hosts)), 3)


def test_ports_of_any_job_are_below_those_of_outgoing_connections() -> None:
    for job in ("1", "187", "99999999"):
        cluster = find_cluster({**STEP, "SLURM_JOB_ID": job})
        assert cluster is not None
        assert all(20000 <= int(address.split(":")[1]) < 32768 for address in cluster.addresses)


def test_tf_config_comes_before_slurm_and_is_what_a_cluster_gives_back() -> None:
    cluster = Cluster(("a:1", "b:2"), 1)
    assert find_cluster({**STEP, "TF_CONFIG": cluster.tf_config()}) == cluster


def test_chief_of_tf_config_is_the_first_worker() -> None:
    jobs = {"chief": ["a:1"], "worker": ["b:2", "c:3"]}
    texts = [json.dumps({"cluster": jobs, "task": {"type": t, "index": 0}}) for t in ("chief", "worker")]
    assert [find_cluster({"TF_CONFIG": text}) for text in texts] == [
        Cluster(("a:1", "b:2", "c:3"), 0),
        Cluster(("a:1", "b:2", "c:3"), 1),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"cluster": {"worker": ["a:1"]}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
        '{"cluster": {"worker": ["a"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, "task": {"type": "worker", "index": 0}}',
    ],
)
def test_tf_config_that_makes_no_sense_is_told_with_one_that_does(text: str) -> None:
    with pytest.raises(UsageError, match=r"TF_CONFIG: is .*expected the form .*node1:20000"):
        find_cluster({"TF_CONFIG": text})


def test_short_forms_of_slurm_are_expanded() -> None:
    assert expand_hosts("n1") == ["n1"]
    assert expand_hosts("a[1-2,4],b,c[09-10]d") == ["a1", "a2", "a4", "b", "c09d", "c10d"]
    assert expand_hosts("r[1-2]n[1-2]") == ["r1n1", "r1n2", "r2n1", "r2n2"]
    assert expand_counts("2") == [2]
    assert expand_counts("2(x3),1") == [2, 2, 2, 1]
