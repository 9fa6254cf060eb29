"""Feature extractors: one file each, with the interface of `hsclass.features.extractor`."""

from hsclass.features.extractor import Extractor
from hsclass.tables import resolve

FEATURES = {
    "raw": "hsclass.features.raw:Raw",
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
}


def feature_class(name: str) -> type[Extractor]:
    """Return the extractor class of that name, or raise UsageError with the valid names."""
    found: type[Extractor] = resolve(FEATURES, name, "feature extractor")
    return found
