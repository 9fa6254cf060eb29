"""Models of the user's own: any scikit-learn estimator, and any function that builds a Keras network."""

from typing import Any

from hsclass.models.classifier import Classifier
from hsclass.models.own.estimator import OwnEstimator, SavedEstimator
from hsclass.models.own.network import OwnNetwork, SavedNetwork
from hsclass.models.own.source import ModelSource, source_of

__all__ = ["ModelSource", "OwnEstimator", "OwnNetwork", "own_family", "saved_family", "source_of"]


def own_family(model: Any) -> type[Classifier]:
    """Return the model family of an estimator, its class, a function that builds one or a network, or a dotted name."""
    source = source_of(model)
    base: type[Classifier] = OwnNetwork if source.kind == "network" else OwnEstimator
    return type(base.__name__, (base,), {"source": source, "Options": source.options(base.Options)})


def saved_family(kind: str) -> type[Classifier]:
    """Return the family that reads a trained model of one's own; it takes nothing but what is in the files."""
    return SavedNetwork if kind == "network" else SavedEstimator
