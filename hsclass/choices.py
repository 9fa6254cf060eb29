"""What the lists of an experiment may name, by what it classifies: for the check of an experiment and its schema."""

from collections.abc import Callable
from typing import Any, NamedTuple

from hsclass.backbones import BACKBONES
from hsclass.datasets import catalogue
from hsclass.datasets.descriptor import SceneOptions
from hsclass.datasets.image_set import ImageSetOptions
from hsclass.features import FEATURES, feature_class
from hsclass.images.frozen import FeatureOptions
from hsclass.images.model import MODELS as IMAGE_MODELS
from hsclass.images.model import image_model
from hsclass.models import MODELS, model_class
from hsclass.options import Options
from hsclass.plan import RAW, Samples
from hsclass.samplers import sampler_for, sampler_names

DIMENSIONS = {"scenes": "scene", "images": "images", "splits": "sampler", "features": "features", "models": "model"}
"""The lists of an experiment file, and the key under which an entry of each says what it is."""


class Choices(NamedTuple):
    """What the entries of one list may be.

    Attributes
    ----------
    key : str
        The key of an entry that says what it is.
    names : list of str
        What it may say.
    options_of : callable
        From such a name to the options model; UsageError with the valid names for any other name.
    own : dict or None
        JSON schema of what else may be said: a file or folder of the user.
    """

    key: str
    names: list[str]
    options_of: Callable[[str], type[Options]]
    own: dict[str, Any] | None = None


def choices(samples: Samples) -> dict[str, Choices]:
    """Return what may stand in each list of an experiment on pixels or on images."""
    if samples == "images":
        return {
            "images": Choices(
                "images", sorted(catalogue("images")), lambda _: ImageSetOptions,
                {"type": "string", "description": "a descriptor of images of your own (.yaml), or their folder"},
            ),
            "splits": _sampler_choices("images"),
            "features": Choices("features", [RAW, "backbone", *sorted(BACKBONES)], _image_feature_options),
            "models": Choices("model", sorted(IMAGE_MODELS), lambda name: image_model(name).Options),
        }  # fmt: skip
    return {
        "scenes": Choices(
            "scene", sorted(catalogue("pixels")), lambda _: SceneOptions,
            {"type": "string", "pattern": r"\.ya?ml$", "description": "a scene descriptor of your own"},
        ),
        "splits": _sampler_choices("pixels"),
        "features": Choices("features", sorted(FEATURES), lambda name: feature_class(name).Options),
        "models": Choices("model", sorted(MODELS), lambda name: model_class(name).Options),
    }  # fmt: skip


def _sampler_choices(samples: Samples) -> Choices:
    return Choices("sampler", sampler_names(samples), lambda name: sampler_for(name, samples).options_of(samples))


def _image_feature_options(name: str) -> type[Options]:
    return feature_class(name).Options if name == RAW else FeatureOptions
