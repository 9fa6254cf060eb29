"""Training on several devices ends with the weights of one; a worker that is killed ends the others."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from hsclass.datasets.build_images import build_images
from hsclass.datasets.fetch import fetch
from hsclass.devices.cluster import Cluster
from hsclass.devices.local_workers import free_ports
from hsclass.samplers import make_split
from hsclass.samples.images import write_index
from hsclass.scene import Scene, write_scene
from hsclass.split import Split, write_split
from tests.command_line import hsclass

pytestmark = pytest.mark.xdist_group("workers")

SECONDS = 240.0  # far more than a worker needs to start on a busy machine: what takes longer hangs
EXACT = ("dropout=0", "augment=false", "patience=null")  # layers that draw random numbers draw others for each part
DEVICES = """
import os, sys
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
from hsclass.cli import main
from hsclass.backend import backend_name, load_keras
load_keras()
if backend_name() == "tensorflow":
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
main()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, toy_scene: Scene, toy_split: Split) -> Path:
    """Hold the toy scene and its split: 192 training pixels, which batches of 25 do not divide evenly."""
    folder = tmp_path_factory.mktemp("shared")
    write_scene(toy_scene, folder / "toy")
    write_split(toy_split, folder / "split.tif")
    return folder


def arguments(output: str, *more: str, epochs: int = 2) -> list[str]:
    settings = [f"--set={setting}" for setting in (*EXACT, "batch_size=25", f"epochs={epochs}")]
    return ["train", "toy", "split.tif", "--model", "cnn1d", *settings, "-o", f"{output}/model", *more]


def train(folder: Path, output: str, *more: str, backend: str = "tensorflow", virtual: bool = False) -> Path:
    return run(folder, arguments(output, *more), output, backend=backend, virtual=virtual)


def run(folder: Path, given: list[str], output: str, *, backend: str = "tensorflow", virtual: bool = False) -> Path:
    command = [sys.executable, "-c", DEVICES] if virtual else [sys.executable, "-m", "hsclass"]
    if "--strategy" not in given and backend == os.environ.get("KERAS_BACKEND", "tensorflow"):
        done = hsclass(*given, cwd=folder)
    else:
        done = subprocess.run(
            [*command, *given],
            cwd=folder, env=os.environ | {"KERAS_BACKEND": backend}, timeout=SECONDS,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / output / "model"


def weights(model: Path) -> np.ndarray:
    found: list[np.ndarray] = []
    with h5py.File(model / "network.weights.h5") as file:
        file.visititems(lambda name, item: found.append(item[()].ravel()) if isinstance(item, h5py.Dataset) else None)
    return np.concatenate(found)


def device(model: Path) -> str:
    return json.loads((model / "training.json").read_text())["device"]


@pytest.fixture(scope="module")
def alone(folder: Path) -> Path:
    return train(folder, "alone")


def test_two_processes_end_with_the_weights_of_one(folder: Path, alone: Path) -> None:
    shared = train(folder, "workers", "--strategy", "multi_worker", "--workers", "2")
    assert device(shared) == "2 workers with CPU"
    np.testing.assert_allclose(weights(shared), weights(alone), atol=1e-5, rtol=0)
    rows, expected = ((model / "history.csv").read_text().splitlines()[1:] for model in (shared, alone))
    figures = [[[float(cell) for cell in row.split(",")[:5]] for row in table] for table in (rows, expected)]
    np.testing.assert_allclose(*figures, atol=1e-5)


def test_two_devices_under_tensorflow_end_with_the_weights_of_one(folder: Path, alone: Path) -> None:
    shared = train(folder, "mirrored", "--strategy", "mirrored", virtual=True)
    assert device(shared) == "2 x CPU"
    np.testing.assert_allclose(weights(shared), weights(alone), atol=1e-5, rtol=0)


def test_two_devices_compute_once_what_a_frozen_network_makes_of_windows(folder: Path) -> None:
    given = ["train", "toy", "split.tif", "--model", "transfer", "--set=epochs=1", "--set=size=32"]
    shared = run(folder, [*given, "--strategy", "mirrored", "-o", "frozen/model"], "frozen", virtual=True)
    assert device(shared) == "2 x CPU"


def test_two_devices_under_jax_end_with_the_weights_of_one(folder: Path) -> None:
    pytest.importorskip("jax")
    one = train(folder, "jax-alone", backend="jax")
    two = train(folder, "jax-mirrored", "--strategy", "mirrored", backend="jax", virtual=True)
    assert device(two) == "2 x CPU"
    np.testing.assert_allclose(weights(two), weights(one), atol=1e-5, rtol=0)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold 40 images of two classes and their split: 24 to train, which batches of 5 do not divide evenly."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for kind, level in (("dark", 90), ("light", 160)):
        (folder / "tiles" / kind).mkdir(parents=True)
        for number in range(20):
            pixels = rng.normal(level, 40, (8, 8, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "tiles" / kind / f"{number}.png")
    fetch(folder / "tiles", folder / "data")
    index, _ = build_images(folder / "tiles", folder=folder / "data")
    write_index(index, folder / "index.csv")
    made = make_split(index, "random", train=0.6, validation=0.2, keep_together=False)
    write_split(made, folder / "split.csv", images=index)
    return folder


def test_two_devices_end_with_the_weights_of_one_on_whole_images(images: Path) -> None:
    options = (*EXACT, "hidden=[8]", "grey=false", "batch_size=5", "epochs=3")
    given = ["train", ".", "split.csv", "--model", "dense", *(f"--set={item}" for item in options)]
    one = run(images, [*given, "-o", "one/model"], "one")
    two = run(images, [*given, "--strategy", "mirrored", "-o", "two/model"], "two", virtual=True)
    assert (device(one), device(two)) == ("CPU", "2 x CPU")
    np.testing.assert_allclose(weights(two), weights(one), atol=1e-5, rtol=0)
    assert len(weights(one)) == 8 * 8 * 3 * 8 + 8 + 8 * 2 + 2


def test_two_devices_start_the_head_of_a_backbone_with_each_image_once(images: Path) -> None:
    options = ("size=32", "epochs=1", "fine_tune=1", "batch_size=5")
    given = ["train", ".", "split.csv", "--model", "backbone", *(f"--set={item}" for item in options)]
    assert device(run(images, [*given, "--strategy", "mirrored", "-o", "b/model"], "b", virtual=True)) == "2 x CPU"


@pytest.fixture
def pair(folder: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Start two workers of one training without an end, in separate commands, as on two machines."""
    addresses = tuple(f"127.0.0.1:{port}" for port in free_ports(2))
    command = [sys.executable, "-m", "hsclass", *arguments("endless", "--strategy", "multi_worker", epochs=10**6)]
    workers = [
        subprocess.Popen(
            command,
            cwd=folder, env=os.environ | {"TF_CONFIG": Cluster(addresses, rank).tf_config()},
            stderr=subprocess.PIPE, text=True,
        )
        for rank in range(2)
    ]  # fmt: skip
    yield workers
    for worker in workers:
        worker.kill()
        worker.communicate()


def test_worker_that_is_killed_ends_the_other_with_one_sentence(pair: list[subprocess.Popen[str]]) -> None:
    chief, other = pair
    assert chief.stderr is not None
    said = next(line for line in chief.stderr if "epoch" in line)  # both are training
    assert "epoch" in said
    other.kill()
    rest = chief.communicate(timeout=SECONDS)[1]
    assert chief.returncode == 1
    last = rest.splitlines()[-1]
    assert last.startswith("hsclass: worker 1 (127.0.0.1:")
    assert "of this training is gone, so worker 0 ends, too" in last
    assert "Traceback" not in rest
