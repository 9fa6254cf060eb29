"""TensorBoard logs of a training."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras

from hsclass.errors import UsageError


def tensorboard_callbacks(folder: Path | None) -> list[Any]:
    """Return the callback that writes the figures of each epoch to `folder`; none if there is no folder.

    It is Keras' own callback, without graph and weights, which contain the cube.

    Raises
    ------
    UsageError
        If the packages for the logs are missing.
    """
    if folder is None:
        return []
    for package in ("tensorboard", "tensorflow"):
        if find_spec(package) is None:
            raise UsageError(
                f"--tensorboard {folder}: package {package} is not installed; install hsclass[tensorboard], or leave"
                " the option away: history.csv holds the same figures"
            )
    return [keras.callbacks.TensorBoard(str(folder), write_graph=False, update_freq="epoch", profile_batch=0)]
