"""On what a network may be trained, and what is said where that cannot be."""

import os
from typing import Any

import pytest

import hsclass
from hsclass.devices.cluster import Cluster
from hsclass.devices.local_workers import free_ports, local_workers
from hsclass.devices.strategy import Team, TrainingOptions, join
from hsclass.errors import UsageError, WorkerError
from hsclass.options import parse_options
from hsclass.scene import Scene
from hsclass.split import Split


def join_and_leave(**options: Any) -> Team:
    with join(parse_options(TrainingOptions, options, "training")) as team:
        return team


def test_auto_takes_the_only_device() -> None:
    team = join_and_leave()
    assert (team.strategy, team.chief, team.describe("CPU")) == ("single", True, "CPU")


def test_team_is_described_by_workers_and_gpus() -> None:
    cluster = Cluster(("a:1", "b:2"), 1)
    assert Team("mirrored", devices=2).describe("GPU") == "2 x GPU"
    assert Team("multi_worker", cluster, devices=2).describe("GPU") == "2 workers with 2 x GPU"
    assert not Team("multi_worker", cluster).chief


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "mirored"}, "training: option 'strategy' is 'mirored'"),
        ({"workers": 2}, "workers 2 need 'strategy: multi_worker', found auto"),
        ({"workers": 2, "strategy": "mirrored"}, "workers 2 need 'strategy: multi_worker', found mirrored"),
        ({"gpus": 1}, "gpus: 1 requested, but tensorflow sees no GPU here"),
        ({"strategy": "mirrored"}, "strategy mirrored: found one device, CPU:0; expected two GPUs or more"),
        ({"strategy": "multi_worker"}, "strategy multi_worker: neither TF_CONFIG nor a Slurm step"),
    ],
)
def test_what_cannot_be_is_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        join_and_leave(**options)


@pytest.mark.parametrize(
    ("backend", "strategy", "remedy"),
    [("jax", "multi_worker", "KERAS_BACKEND to tensorflow"), ("torch", "multi_worker", "KERAS_BACKEND to tensorflow")],
)
def test_backend_that_cannot_is_told(monkeypatch: pytest.MonkeyPatch, backend: str, strategy: str, remedy: str) -> None:
    monkeypatch.setenv("KERAS_BACKEND", backend)
    with pytest.raises(UsageError, match=f"strategy {strategy}: backend {backend} has none; set {remedy}"):
        join_and_leave(strategy=strategy)


def test_number_of_workers_must_be_that_of_tf_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", Cluster(("a:1", "b:2"), 0).tf_config())
    with pytest.raises(UsageError, match="workers: are 3, but TF_CONFIG names 2"):
        join_and_leave(strategy="multi_worker", workers=3)


def test_a_single_worker_trains_as_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", Cluster(("127.0.0.1:1",), 0).tf_config())
    team = join_and_leave(strategy="multi_worker")
    assert (team.strategy, team.cluster, team.devices) == ("single", None, 1)


def test_worker_that_does_not_come_is_waited_for_no_longer_than_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    here, absent = (f"127.0.0.1:{port}" for port in free_ports(2))
    monkeypatch.setenv("TF_CONFIG", Cluster((here, absent), 0).tf_config())
    with pytest.raises(WorkerError, match=rf"worker 1 \({absent}\) did not come within 0.1 s"):
        join_and_leave(strategy="multi_worker", wait=0.1)


def test_model_that_is_no_network_is_not_shared(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(UsageError, match="strategy multi_worker: model rf is no network"):
        hsclass.fit(toy_scene, toy_split, "rf", training={"strategy": "multi_worker", "workers": 2})


def test_network_that_predicts_while_it_trains_is_not_shared_by_processes(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(UsageError, match="strategy multi_worker: model transfer also predicts while it trains"):
        hsclass.fit(toy_scene, toy_split, "transfer", training={"strategy": "multi_worker", "workers": 2})


def test_workers_are_not_started_where_they_are_not_asked_for_or_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    several = TrainingOptions(strategy="multi_worker", workers=2)
    with local_workers(TrainingOptions(), ["no-such-command"]):
        assert "TF_CONFIG" not in os.environ
    monkeypatch.setenv("TF_CONFIG", (text := Cluster(("a:1", "b:2"), 0).tf_config()))
    with local_workers(several, ["no-such-command"]):
        assert os.environ["TF_CONFIG"] == text
