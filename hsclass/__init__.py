"""Hyperspectral land-cover classification with accuracy figures that can be defended.

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
    "make_split": "hsclass.samplers",
    "SpatialSplit": "hsclass.samplers.splitter",
    "audit_split": "hsclass.audit",
    # Models
    "fit": "hsclass.training",
    "tune": "hsclass.tuning.search",
    # Maps and predictions
    "predict_scene": "hsclass.predict",
    "predict_images": "hsclass.predict.images",
    # Accuracy
    "evaluate": "hsclass.assess",
    "compare": "hsclass.assess",
}

__all__ = [
    "LandCover",
    "Scene",
    "SpatialSplit",
    "audit_split",
    "compare",
    "evaluate",
    "fit",
    "make_split",
    "open_scene",
    "predict_images",
    "predict_scene",
    "tune",
]

if TYPE_CHECKING:
    from hsclass.assess import compare, evaluate
    from hsclass.audit import audit_split
    from hsclass.datasets import open_scene
    from hsclass.predict import predict_scene
    from hsclass.predict.images import predict_images
    from hsclass.samplers import make_split
    from hsclass.samplers.splitter import SpatialSplit
    from hsclass.scene import LandCover, Scene
    from hsclass.training import fit
    from hsclass.tuning.search import tune


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'hsclass' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
