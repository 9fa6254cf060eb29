"""Features, each one file: of pixels behind `hsclass.features.extractor`, of images in `hsclass.features.frozen`."""

from hsclass.backbones.names import BACKBONES
from hsclass.features.extractor import Extractor
from hsclass.tables import resolve

RAW = "raw"
"""The samples themselves: the bands of a pixel, the pixels of an image."""

FEATURES = {
    RAW: "hsclass.features.raw:Raw",
    "bands": "hsclass.features.bands:Bands",
    "spectrum": "hsclass.features.spectrum:Spectrum",
    "restore": "hsclass.features.restore:Restore",
    "bilateral": "hsclass.features.bilateral:Bilateral",
    "pca": "hsclass.features.pca:PrincipalComponents",
    "mnf": "hsclass.features.mnf:MinimumNoiseFraction",
    "dafe": "hsclass.features.dafe:Discriminants",
    "sdap": "hsclass.features.sdap:SelfDualProfiles",
    "dafe_sdap_dafe": "hsclass.features.dafe_sdap_dafe:DiscriminantProfiles",
    "chain": "hsclass.features.chain:Chain",
    "backbone": "hsclass.features.frozen:Frozen",
}


def feature_names(samples: str) -> list[str]:
    """Return the names of the features of samples, "pixels" or "images", in alphabetical order."""
    if samples == "images":
        return [RAW, "backbone", *sorted(BACKBONES)]
    return sorted(name for name in FEATURES if feature_class(name).takes != "images")


def feature_class(name: str) -> type[Extractor]:
    """Return the class of the features of that name, or raise UsageError with the valid names.

    The name of a backbone stands for `backbone` with that option.
    """
    found: type[Extractor] = resolve(FEATURES, "backbone" if name in BACKBONES else name, "feature extractor")
    return found
