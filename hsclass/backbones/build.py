"""Networks by name, with published, random or own weights."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from hsclass.backbones.efficientnet_lite import SCALES, efficientnet_lite, packaged_weights, set_torch_weights
from hsclass.backbones.names import BACKBONES, LITE0, check_backbone
from hsclass.backbones.torch_file import read_torch_file
from hsclass.backend import load_keras
from hsclass.datasets.obtain import OFFLINE_VARIABLE
from hsclass.errors import DataError, FetchError, UsageError
from hsclass.tables import resolve

IMAGENET = "imagenet"
NONE = "none"


def backbone(
    name: str, *, weights: str | os.PathLike[str] = IMAGENET, input_shape: tuple[int, int, int], threads: int = 1
) -> Any:
    """Return a network that maps images to feature maps, without its classifier.

    Parameters
    ----------
    name : str
        One of `BACKBONES`.
    weights : str or path-like
        "imagenet": the published ones; "none": random, from Keras' seed; otherwise a file: HDF5 as Keras writes it
        or, for efficientnet_lite0, 1 and 2, a PyTorch file.
    input_shape : tuple of int
        (height, width, 3) [pixels] of the images.
    threads : int
        Processor threads, if Keras is not loaded yet.

    Returns
    -------
    keras.Model
        From float32 images of shape (n, height, width, 3), RGB in 0…255, to a feature map (n, rows, cols, features).
        Its first layers scale the values as the weights require.

    Raises
    ------
    UsageError
        If there is no such network, or the images are too small for it.
    DataError
        If the weights are not those of this network, or their file or package is missing.
    FetchError
        If Keras cannot download the weights.
    """
    check_backbone(name, min(input_shape[:2]))
    keras = load_keras(threads)
    weights = os.fspath(weights)
    if name in SCALES:
        network = efficientnet_lite(name, input_shape)
        if weights == IMAGENET:
            weights = str(packaged_weights(name))
        if weights != NONE:
            _read_weights(network, name, Path(weights))
        return network
    inner = _application(name, input_shape, IMAGENET if weights == IMAGENET else None)
    if weights not in (IMAGENET, NONE):
        _read_weights(inner, name, Path(weights))
    images = keras.Input(input_shape)
    preprocess = sys.modules[resolve(BACKBONES, name, "backbone").__module__].preprocess_input
    return keras.Model(images, inner(preprocess(images)), name=name.lower())


def _application(name: str, input_shape: tuple[int, int, int], weights: str | None) -> Any:
    if weights is not None and os.environ.get(OFFLINE_VARIABLE):
        raise FetchError(_unavailable(name, f"{OFFLINE_VARIABLE} is set, so nothing is downloaded"))
    try:
        return resolve(BACKBONES, name, "backbone")(include_top=False, weights=weights, input_shape=input_shape)
    except ValueError as error:
        if "hash" in str(error):
            raise FetchError(_unavailable(name, _first_line(error))) from error
        raise UsageError(f"backbone {name}: Keras refuses it ({_first_line(error)}); choose another 'size'") from error
    except Exception as error:  # how Keras reports that a download failed
        raise FetchError(_unavailable(name, _first_line(error))) from error


def _unavailable(name: str, reason: str) -> str:
    return (
        f"weights imagenet of {name}: are not to be had ({reason}); run where there is a network, or give a file that"
        " was downloaded elsewhere as 'weights' (Keras keeps its own in ~/.keras/models), or take the backbone"
        f" {LITE0}, whose weights are installed"
    )


def _read_weights(network: Any, name: str, file: Path) -> None:
    if not file.is_file():
        raise DataError(
            f"weights {file}: there is no such file; expected {IMAGENET}, {NONE} or a file of {name}'s weights"
        )
    if not file.name.endswith(".h5"):
        if name not in SCALES:
            raise DataError(
                f"weights {file}: is not a file of weights that {name} can read; expected one of Keras' that ends in"
                " .weights.h5 or .h5"
            )
        set_torch_weights(network, read_torch_file(file), f"weights {file}")
        return
    read_keras_weights(network, file, name)


def read_keras_weights(network: Any, file: Path, name: str) -> None:
    """Load all weights of a network from a Keras file.

    Parameters
    ----------
    network : keras.Model
    file : Path
        HDF5; no code in it is executed.
    name : str
        Of the network, for the message.

    Raises
    ------
    DataError
        If they belong to another network or are incomplete.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Keras only warns of layers that a file leaves as they are
            network.load_weights(file)
    except Exception as error:  # a file can fail Keras' reader at any of its steps
        raise DataError(
            f"weights {file}: are not those of {name} without its classifier, {len(network.weights)} arrays"
            f" ({_first_line(error)}); give that network's file, or set 'backbone' to the file's"
        ) from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
