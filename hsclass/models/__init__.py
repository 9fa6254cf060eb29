"""Model families, each one file, behind the one contract of `hsclass.models.classifier`."""

from importlib import import_module
from typing import Any

from hsclass.models.classifier import Classifier
from hsclass.tables import resolve, summary

MODELS = {
    "ann": "hsclass.models.ann:DenseNetwork",
    "backbone": "hsclass.models.backbone:Backbone",
    "cnn": "hsclass.models.small_networks:Convolutional",
    "cnn1d": "hsclass.models.cnn1d:Convolutional1D",
    "cnn2d": "hsclass.models.cnn2d:Convolutional2D",
    "cnn3d": "hsclass.models.cnn3d:Convolutional3D",
    "dense": "hsclass.models.small_networks:Dense",
    "ensemble": "hsclass.models.ensemble:Ensemble",
    "gradient_boosting": "hsclass.models.gradient_boosting:GradientBoosting",
    "hybrid": "hsclass.models.hybrid:Hybrid",
    "knn": "hsclass.models.knn:NearestNeighbours",
    "lda": "hsclass.models.lda:LinearDiscriminantAnalysis",
    "linear_head": "hsclass.models.linear_head:LinearHead",
    "logistic": "hsclass.models.logistic:LogisticRegression",
    "multiscale_svm": "hsclass.models.multiscale_svm:MultiscaleSvm",
    "perceptron": "hsclass.models.perceptron:Perceptron",
    "rf": "hsclass.models.forest:RandomForest",
    "rnn": "hsclass.models.rnn:Recurrent",
    "sam": "hsclass.models.spectral_angle:SpectralAngleMapper",
    "softmax": "hsclass.models.small_networks:Softmax",
    "svm": "hsclass.models.svm:SupportVectorMachine",
    "transfer": "hsclass.models.transfer:Transfer",
}


def model_names(samples: str) -> list[str]:
    """Return the names of the models that take samples, "pixels" or "images", or features of these."""
    other = "windows" if samples == "images" else "images"
    return sorted(name for name in MODELS if model_class(name).takes != other)


def model_class(model: Any) -> type[Classifier]:
    """Return the model family of a name, or of a model of the user's own; see `hsclass.models.own`.

    Raises
    ------
    UsageError
        If there is no such name; the message lists the valid ones.
    """
    if isinstance(model, str) and ":" not in model:
        return resolve(MODELS, model, "model")
    return _of_own().own_family(model)


def model_summary(name: str) -> str:
    """Return what a model of hsclass is, in a sentence; "" of any other."""
    return summary(model_class(name)) if name in MODELS else ""


def model_name(model: Any) -> str:
    """Return the name of a model, or of where one of the user's own comes from."""
    if isinstance(model, str):
        return model
    return _of_own().source_of(model).name


def saved_family(own: Any) -> type[Classifier]:
    """Return the family of a saved model of the user's own; see `hsclass.models.own.saved_family`."""
    return _of_own().saved_family(own)


def _of_own() -> Any:
    """Import what serves models of the user's own by its name, so that stages without such do not depend on it."""
    return import_module("hsclass.models.own")
