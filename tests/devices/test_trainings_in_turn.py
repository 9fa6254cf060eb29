"""Trainings one after the other in a process: they do not disturb each other, and hold nothing of those before."""

import os
import subprocess
import sys

SHARED = """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import numpy as np
import hsclass
from hsclass.scene import LandCover, Scene
from hsclass.split import Split
labels = (np.arange(400).reshape(20, 20) % 2 + 1).astype(np.uint8)
legend = tuple(LandCover(k, str(k), (k, 0, 0)) for k in (1, 2))
cube = labels[..., np.newaxis] + np.zeros((20, 20, 4), np.float32)
scene = Scene("s", cube, labels, None, np.ones((20, 20), bool), legend)
split = Split(np.full((20, 20), 1, np.uint8), 1, "fixed", 0, {}, False)
for hidden in ([4], [8]):
    hsclass.fit(scene, split, "ann", hidden=hidden, epochs=1, training={"strategy": "mirrored"})
print("both")
"""
HELD = """
import gc
import weakref
import numpy as np
from hsclass.models.ann import AnnOptions, DenseNetwork
from hsclass.models.classifier import Sample
from hsclass.resources import peak_memory_mb
cube = np.zeros((400, 500, 50), np.float32)
pixels = np.argwhere(np.ones((10, 10))).astype(np.int32)
sample = Sample(pixels, (pixels[:, 0] % 2).astype(np.int32))
for turn in range(6):
    model = DenseNetwork(AnnOptions(hidden=(4,), epochs=1), window=1, n_features=50, n_classes=2)
    model.fit(cube + np.float32(turn), sample, sample, seed=0)
    del model
    gc.collect()
    print(peak_memory_mb())
"""


def printed(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"KERAS_BACKEND": "tensorflow"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_second_training_is_shared_by_two_devices_too() -> None:
    assert printed(SHARED)[-1] == "both"


def test_trainings_do_not_hold_the_cubes_of_those_before() -> None:
    peaks = [float(peak) for peak in printed(HELD)]
    assert peaks[-1] - peaks[1] < 2 * 40  # of the four trainings since, each had a cube of 40 MB
