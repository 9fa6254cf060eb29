"""What the lists of an experiment may name, by what it classifies: for the check of an experiment and its schema."""

from collections.abc import Callable
from typing import Any, NamedTuple

from hsclass.datasets import catalogue
from hsclass.datasets.descriptor import SceneOptions
from hsclass.datasets.image_set import ImageSetOptions
from hsclass.features import feature_class, feature_names
from hsclass.models import model_class, model_names
from hsclass.models.own.source import NAME
from hsclass.options import Options
from hsclass.plan import Samples
from hsclass.samplers import sampler_for, sampler_names

DIMENSIONS = {"scenes": "scene", "images": "images", "splits": "sampler", "features": "features", "models": "model"}
"""The lists of an experiment file, and the key under which an entry of each says what it is."""


class Choices(NamedTuple):
    """What the entries of one list may be.

    Attributes
    ----------
    key : str
        The key of an entry that says what it is.
    names : callable
        Returns what it may say.
    options_of : callable
        From such a name to the options model; UsageError with the valid names for any other name.
    own : dict or None
        JSON schema of what else may be said: a file or folder of the user.
    """

    key: str
    names: Callable[[], list[str]]
    options_of: Callable[[str], type[Options]]
    own: dict[str, Any] | None = None


def choices(samples: Samples) -> dict[str, Choices]:
    """Return what may stand in each list of an experiment on pixels or on images."""
    if samples == "images":
        return {
            "images": Choices(
                "images", lambda: sorted(catalogue("images")), lambda _: ImageSetOptions,
                {"type": "string", "description": "a descriptor of images of your own (.yaml), or their folder"},
            ),
            **_tables(samples),
        }  # fmt: skip
    return {
        "scenes": Choices(
            "scene", lambda: sorted(catalogue("pixels")), lambda _: SceneOptions,
            {"type": "string", "pattern": r"\.ya?ml$", "description": "a scene descriptor of your own"},
        ),
        **_tables(samples),
    }  # fmt: skip


def _tables(samples: Samples) -> dict[str, Choices]:
    """Return the samplers, features and models of the one table each that take such samples."""
    return {
        "splits": Choices(
            "sampler", lambda: sampler_names(samples), lambda name: sampler_for(name, samples).options_of(samples)
        ),
        "features": Choices("features", lambda: feature_names(samples), lambda name: feature_class(name).Options),
        "models": Choices(
            "model",
            lambda: model_names(samples),
            lambda name: model_class(name).Options,
            {"type": "string", "pattern": NAME, "description": "a model of your own: package.module:object"},
        ),
    }
