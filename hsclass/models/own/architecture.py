"""The architecture of a network on disk, as JSON that names nothing but parts of Keras."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hsclass.atomic import write_text
from hsclass.errors import DataError

FILE = "architecture.json"
_MODULES = {
    "keras", "keras.layers", "keras.models", "keras.initializers", "keras.regularizers", "keras.constraints",
    "keras.activations", "keras.dtype_policies",
}  # fmt: skip
_PLAIN = {("Functional", "keras.src.models.functional"), ("__tuple__", None), ("__keras_tensor__", None)}
_REFUSED = {
    "Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer",  # run code
    "StringLookup", "IntegerLookup", "TextVectorization",  # read files
}  # fmt: skip


def write_architecture(network: Any, folder: Path) -> None:
    """Write the architecture of a network, without how it was compiled, or raise DataError; see `read_architecture`."""
    try:
        held = json.loads(network.to_json())
    except (TypeError, ValueError, NotImplementedError) as error:
        raise DataError(f"its layers cannot be described ({' '.join(str(error).split())[:200]})") from error
    held.pop("compile_config", None)
    _check(held, "the network")
    write_text(folder / FILE, json.dumps(held, indent=1) + "\n")


def read_architecture(folder: Path, *, shape: tuple[int, ...], n_classes: int) -> Any:
    """Build the network that a file describes; nothing but parts of Keras is looked up.

    Raises
    ------
    DataError
        If the file cannot be read, names anything else, or describes a network from or to other shapes.
    """
    import keras

    file = folder / FILE
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        _check(held, file)
        network = keras.models.model_from_json(json.dumps(held))
        found = tuple(network.input_shape[1:]), tuple(network.output_shape[1:])
    except DataError:
        raise
    except Exception as error:  # a broken file can fail Keras at any of its steps
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{file}: describes no network ({reason}); train the model again") from error
    if found != (shape, (n_classes,)):
        raise DataError(
            f"{file}: describes a network from {found[0]} to {found[1]}; expected from {shape} to {(n_classes,)}; train"
            " the model again"
        )
    return network


def _check(held: Any, where: object) -> None:
    """Raise DataError where a description names something that is not plainly a part of Keras."""
    for part in _parts(held):
        name, module = part.get("class_name"), part.get("module")
        known = (name, module) in _PLAIN or (module in _MODULES and name not in _REFUSED)
        if not isinstance(name, str) or not known or part.get("registered_name") not in (None, name):
            raise DataError(
                f"{where}: has the part {name!r} of {module!r}; expected layers of Keras alone, without Lambda, as"
                " reading anything else would run code"
            )


def _parts(held: Any) -> Iterator[dict[str, Any]]:
    if isinstance(held, dict):
        if "class_name" in held:
            yield held
        for value in held.values():
            yield from _parts(value)
    elif isinstance(held, list):
        for value in held:
            yield from _parts(value)
