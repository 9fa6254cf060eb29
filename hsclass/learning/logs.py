"""TensorBoard logs of a training."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras

from hsclass.errors import UsageError


def tensorboard_callbacks(folder: Path | None) -> list[Any]:
    """Return the callback that writes each epoch's figures below `folder`; none where there is no folder.

    Keras' own, without graph and weights, which hold the cube.

    Raises
    ------
    UsageError
        If the packages that write the logs are missing.
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
