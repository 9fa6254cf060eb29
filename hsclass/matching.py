"""Which models and features go with which samples, checked in one place before anything is read."""

from typing import Any

from hsclass.errors import UsageError
from hsclass.features import RAW, feature_class
from hsclass.models import model_class, model_name

_BACKBONE = "efficientnet_lite0"


def takes_images(model: str) -> bool:
    """Return whether a model takes images as they are."""
    return model_class(model).takes == "images"


def check_match(samples: str, model: Any, features: str) -> None:
    """Raise UsageError where a model cannot learn from samples, or not from such features of them.

    Parameters
    ----------
    samples : {"pixels", "images"}
    model, features : str
        Names of `hsclass.models.MODELS` and `hsclass.features.FEATURES`; or a model of one's own.
    """
    takes, of_images = model_class(model).takes, feature_class(features).takes == "images"
    model = model_name(model)
    if samples == "pixels":
        if takes == "images":
            raise UsageError(f"model {model}: takes whole images, and these samples are pixels; take another model")
        if of_images:
            raise UsageError(f"features {features}: are features of whole images, and these samples are pixels")
    elif takes == "windows":
        raise UsageError(
            f"model {model}: takes windows of a scene, and these samples are images; take a model of images, or one of"
            " spectra on the features of a backbone"
        )
    elif takes == "images" and features != RAW:
        raise UsageError(f"model {model}: takes images as they are, not their features; take features {RAW}")
    elif takes == "spectra" and not of_images:
        raise UsageError(
            f"model {model}: takes features, and features {features} of images are none; take features of a backbone,"
            f" as {_BACKBONE}"
        )
