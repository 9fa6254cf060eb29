"""Hyperspectral land-cover classification with defensible accuracy estimates.

The public names are imported from their modules when first used, so that importing hsclass is fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    # Scenes
    "Scene": "hsclass.scene",
    "LandCover": "hsclass.scene",
    "open_scene": "hsclass.datasets",
    # Splits
    "Split": "hsclass.split",
    "Folds": "hsclass.splitter",
    "make_split": "hsclass.samplers",
    "SpatialSplit": "hsclass.samplers.splitter",
    "make_folds": "hsclass.samplers",
    "read_split": "hsclass.split",
    "write_split": "hsclass.split",
    "audit_split": "hsclass.audit",
    # Models
    "TrainedModel": "hsclass.models.trained",
    "fit": "hsclass.training",
    "load_model": "hsclass.models.trained",
    "tune": "hsclass.tuning.search",
    # Maps and predictions
    "ClassMap": "hsclass.predict",
    "predict_scene": "hsclass.predict",
    "predict_images": "hsclass.predict.images",
    "Candidate": "hsclass.final.candidates",
    "Delivered": "hsclass.final.delivery",
    "deliver": "hsclass.final.delivery",
    # Accuracy
    "Metrics": "hsclass.results.metrics",
    "evaluate": "hsclass.assess",
    "compare": "hsclass.assess",
    "pool": "hsclass.assess",
    # Campaigns
    "suggest": "hsclass.assess.suggestion",
}

__all__ = [
    "Candidate",
    "ClassMap",
    "Delivered",
    "Folds",
    "LandCover",
    "Metrics",
    "Scene",
    "SpatialSplit",
    "Split",
    "TrainedModel",
    "audit_split",
    "compare",
    "deliver",
    "evaluate",
    "fit",
    "load_model",
    "make_folds",
    "make_split",
    "open_scene",
    "pool",
    "predict_images",
    "predict_scene",
    "read_split",
    "suggest",
    "tune",
    "write_split",
]

if TYPE_CHECKING:
    from hsclass.assess import compare, evaluate, pool
    from hsclass.assess.suggestion import suggest
    from hsclass.audit import audit_split
    from hsclass.datasets import open_scene
    from hsclass.final.candidates import Candidate
    from hsclass.final.delivery import Delivered, deliver
    from hsclass.models.trained import TrainedModel, load_model
    from hsclass.predict import ClassMap, predict_scene
    from hsclass.predict.images import predict_images
    from hsclass.results.metrics import Metrics
    from hsclass.samplers import make_folds, make_split
    from hsclass.samplers.splitter import SpatialSplit
    from hsclass.scene import LandCover, Scene
    from hsclass.split import Split, read_split, write_split
    from hsclass.splitter import Folds
    from hsclass.training import fit
    from hsclass.tuning.search import tune


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'hsclass' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
