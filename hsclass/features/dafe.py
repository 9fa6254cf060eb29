"""Discriminant analysis feature extraction."""

import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.features.extractor import Origin
from hsclass.features.linear import (
    Components,
    LinearExtractor,
    Weight,
    check_components,
    embedded,
    training_pixels,
    varying_bands,
)
from hsclass.options import Options
from hsclass.space import Range, search_space

DEFAULT = 14
Shrinkage = Literal["auto"] | Weight


class DafeOptions(Options):
    """Options of the discriminant analysis feature extraction."""

    components: Components | None = Field(
        None, description=f"how many, up to classes - 1; null: {DEFAULT}, or classes - 1 if fewer"
    )
    shrinkage: Shrinkage = Field(
        "auto", description="of each class's covariance towards equal variances, 0 to 1; 'auto': Ledoit & Wolf (2004)"
    )


class Discriminants(LinearExtractor):
    """Directions with the largest scatter between the classes relative to the scatter within them.

    The eigenvectors with the largest eigenvalues of ``inv(S_w) S_b``, where S_w and S_b are the scatter within and
    between the classes (Fukunaga, Introduction to Statistical Pattern Recognition, 1990, chapter 10; for hyperspectral
    scenes, Landgrebe, Signal Theory Methods in Multispectral Remote Sensing, 2003). S_w is the mean of the classes'
    covariances weighted by their shares of the training pixels. Each is shrunk, because it is singular with fewer
    pixels than bands. The components are centred, and scaled so that S_w becomes the identity. Bands that are constant
    in training have zero weight.

    Parameters
    ----------
    components : int or None
    shrinkage : float or "auto"
        0: the covariances as they are; 1: equal variances, no correlation; "auto": the weight of Ledoit and Wolf
        (Journal of Multivariate Analysis 88, 2004), class by class, on bands scaled to each class's variance.
    """

    Options = DafeOptions
    space = search_space(components=Range(low=2, high=15), shrinkage=Range(low=1e-4, high=1.0, log=True))
    components: int | None
    shrinkage: float | str

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int | None:
        """Return how many components are asked for; None where the number of classes decides and is not known."""
        del wavelengths
        return discriminant_count(self.components, bands, classes, who="dafe")

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "Discriminants":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere.

        Raises
        ------
        UsageError
            If more components are asked for than classes - 1.
        DataError
            If there is one class only, or the scatter within the classes is singular.
        """
        del origin
        spectra, targets = training_pixels(cube, labels)
        self.mean_, self.components_ = discriminants(
            spectra, targets, components=self.components, shrinkage=self.shrinkage, who="dafe"
        )
        return self


def discriminant_count(
    asked: int | None, bands: int, classes: int, *, who: str, option: str = "components"
) -> int | None:
    """Return the number of discriminants; 0 classes mean unknown. Raise UsageError if too many are requested."""
    if not classes:
        return asked
    limit = min(classes - 1, bands)
    if asked is None:
        return min(DEFAULT, limit)
    return check_components(asked, limit, who=who, of=f"{classes} training classes and {bands} bands", option=option)


def discriminants(
    spectra: np.ndarray,
    targets: np.ndarray,
    *,
    components: int | None,
    shrinkage: float | str,
    who: str,
    option: str = "components",
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean, shape (bands,), and components, shape (n, bands), of `spectra`, shape (pixels, bands)."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    classes = len(np.unique(targets))
    if classes < 2:
        raise DataError(f"features {who}: the training pixels hold one class only; at least 2 are needed")
    bands = varying_bands(spectra, who)
    count = discriminant_count(components, len(bands), classes, who=who, option=option)
    machine = LinearDiscriminantAnalysis(solver="eigen", shrinkage=shrinkage)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Only one sample available")  # of a class; its covariance is 0
            machine.fit(spectra[:, bands], targets)
        spread = np.linalg.eigvalsh(machine.covariance_)
    except np.linalg.LinAlgError:
        spread = np.zeros(1)
    if spread[0] <= np.finfo(float).eps * len(bands) * spread[-1]:
        raise DataError(
            f"features {who}: the scatter within the classes is singular ({len(spectra)} training pixels of {classes}"
            f" classes for {len(bands)} bands that vary); set 'shrinkage' to auto or raise it, or use fewer bands"
        )
    return spectra.mean(axis=0), embedded(machine.scalings_[:, :count].T, bands, spectra.shape[1])
