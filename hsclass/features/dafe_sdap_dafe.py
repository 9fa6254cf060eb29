"""Discriminant components, their self-dual attribute profiles, and the discriminant components of these."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from hsclass.cost import READ
from hsclass.features.dafe import DEFAULT, Shrinkage, discriminant_count, discriminants
from hsclass.features.extractor import Origin
from hsclass.features.linear import Components, project, training_pixels
from hsclass.features.sdap import TREE, ProfileExtractor, ProfileOptions
from hsclass.space import Choice, Range, search_space

_WHO = "dafe_sdap_dafe"


class DiscriminantProfilesOptions(ProfileOptions):
    """Options of the chain of discriminants, profiles and discriminants."""

    profiled: Components | None = Field(
        None,
        description=f"discriminants that are profiled, up to classes - 1; null: {DEFAULT}, or classes - 1 if fewer",
    )
    components: Components | None = Field(
        None, description=f"discriminants of the profiles, up to classes - 1; null: {DEFAULT}, or classes - 1 if fewer"
    )
    shrinkage: Shrinkage = Field("auto", description="of each class's covariance, in both steps; see dafe")


class DiscriminantProfiles(ProfileExtractor):
    """DAFE, attribute profiles of its components, and DAFE again (after Cavallaro et al., IEEE TGRS 54, 2016).

    The three steps are those of `hsclass.features.dafe` and `hsclass.features.sdap`; between the first two, every
    component is scaled to standard deviation 1 at the training pixels. The second discriminants are learned from the
    profiles of the training pixels, and these depend on the spectra, never the labels, of the whole scene.

    Attributes
    ----------
    first_mean_ : ndarray, shape (bands,)
    first_ : ndarray, shape (profiled, bands)
    second_mean_ : ndarray, shape (images,)
    second_ : ndarray, shape (features, images)
    fit_reach : None
        Profiles of training pixels are unbounded.
    """

    Options = DiscriminantProfilesOptions
    space = search_space(
        profiled=Range(low=2, high=15),
        components=Range(low=2, high=15),
        shrinkage=Range(low=1e-4, high=1.0, log=True),
        deviation=Choice(choices=(None, ())),
        inertia=Choice(choices=(None, ())),
    )
    profiled: int | None
    components: int | None
    shrinkage: float | str
    fit_reach = None
    first_mean_: np.ndarray
    first_: np.ndarray
    second_mean_: np.ndarray
    second_: np.ndarray

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int | None:
        """Return how many components are asked for; None where the number of classes decides and is not known."""
        del wavelengths
        profiled = discriminant_count(self.profiled, bands, classes, who=_WHO, option="profiled")
        if profiled is None:
            return self.components
        return discriminant_count(self.components, profiled * self.images_each(), classes, who=_WHO)

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        profiled = self.profiled or features
        return float(profiled * bands + profiled * self.images_each() * (TREE * READ + features))

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "DiscriminantProfiles":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere.

        Raises
        ------
        UsageError
            If more components are asked for than classes - 1.
        DataError
            If there is one class only, the scatter within the classes is singular, or a threshold that was given
            removes every object of a component.
        """
        spectra, targets = training_pixels(cube, labels)
        mean, first = discriminants(
            spectra, targets, components=self.profiled, shrinkage=self.shrinkage, who=_WHO, option="profiled"
        )
        spread = ((spectra - mean) @ first.T).std(axis=0)
        self.first_mean_, self.first_ = mean, first / spread[:, np.newaxis]
        components = project(cube, self.first_mean_, self.first_)
        self.fit_thresholds(components, labels, origin)
        profiles, _ = training_pixels(self.profiles(components, _WHO), labels)
        self.second_mean_, self.second_ = discriminants(
            profiles, targets, components=self.components, shrinkage=self.shrinkage, who=_WHO
        )
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the features of a cube, shape (rows, cols, bands): float32 of shape (rows, cols, features)."""
        profiles = self.profiles(project(cube, self.first_mean_, self.first_), _WHO)
        return project(profiles, self.second_mean_, self.second_)
