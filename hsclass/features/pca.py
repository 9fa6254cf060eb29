"""Principal components."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.features.extractor import Origin
from hsclass.features.linear import Components, LinearExtractor, check_components, training_pixels, varying_bands
from hsclass.options import Options
from hsclass.space import Choice, Range, search_space

DEFAULT = 20


class PcaOptions(Options):
    """Options of the principal components."""

    components: Components | Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description=f"how many, or the share of variance to keep (0.99); null: {DEFAULT}, or the bands if fewer"
    )
    whiten: bool = Field(False, description="scale every component to variance 1 at the training pixels")


class PrincipalComponents(LinearExtractor):
    """Principal components of the training spectra (Hotelling, Journal of Educational Psychology 24, 1933).

    Attributes
    ----------
    share_ : ndarray of float64, shape (features,)
        Share of each component in the variance of the training spectra.
    """

    Options = PcaOptions
    space = search_space(components=Range(low=2, high=60, log=True), whiten=Choice(choices=(False, True)))
    components: float | None
    whiten: bool
    share_: np.ndarray

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int | None:
        """Return the requested number of components; None if a share of variance is requested."""
        del classes, wavelengths
        if self.components is None:
            return min(DEFAULT, bands)
        if self.components < 1:
            return None
        return check_components(int(self.components), bands, who="pca", of=f"{bands} bands")

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "PrincipalComponents":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere.

        Raises
        ------
        UsageError
            If more components are asked for than there are bands.
        DataError
            If the training pixels are too few, all the same, or span too few dimensions to whiten.
        """
        del origin
        spectra, _ = training_pixels(cube, labels)
        asked = self.count(cube.shape[2], 0)
        self.mean_, self.components_, self.share_ = principal_components(
            spectra, float(self.components or 0) if asked is None else asked, whiten=self.whiten, who="pca"
        )
        return self


def principal_components(
    spectra: np.ndarray, components: float, *, whiten: bool, who: str, table: str = "features"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, shape (bands,), components, shape (n, bands), and their shares of the variance of `spectra`.

    Parameters
    ----------
    spectra : ndarray of float64, shape (pixels, bands)
    components : int or float
        Number of components, or the share of variance to keep.
    whiten : bool
        Scale the components to variance 1.
    who, table : str
        Name and table of the extractor or model, for messages.
    """
    from sklearn.decomposition import PCA

    least = 2 if components < 1 else int(components) + 1
    if len(spectra) < least:
        raise DataError(
            f"{table} {who}: {components:g} components need at least {least} training pixels, found {len(spectra)};"
            " lower 'components' or train on more pixels"
        )
    varying_bands(spectra, who, table=table)
    fitted = PCA(components, svd_solver="full").fit(spectra)
    found, variance = fitted.components_, fitted.explained_variance_
    if whiten:
        rank = int((variance > np.finfo(np.float32).eps * variance[0]).sum())
        if rank < len(variance):
            raise DataError(
                f"{table} {who}: the training pixels vary in {rank} directions only, which cannot be scaled to"
                f" {len(variance)} components of variance 1; lower 'components' to {rank}"
            )
        found = found / np.sqrt(variance)[:, np.newaxis]
    return fitted.mean_, found, fitted.explained_variance_ratio_
