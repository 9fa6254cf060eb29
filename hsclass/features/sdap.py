"""Self-dual attribute profiles of the leading principal components."""

import logging
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import Field, field_validator, model_validator

from hsclass.cost import READ
from hsclass.errors import DataError
from hsclass.features.attribute_profile import Rule, Thresholds, attribute_profile
from hsclass.features.extractor import Extractor, Origin
from hsclass.features.linear import Components, check_components, project, training_pixels
from hsclass.features.pca import principal_components
from hsclass.options import Options
from hsclass.space import Choice, Range, search_space

_LOG = logging.getLogger(__name__)

Limits = tuple[Annotated[float, Field(gt=0)], ...]
_ATTRIBUTES = ("area", "deviation", "inertia")
AREA_LEVELS = 14
DEVIATION_LEVELS = 11
INERTIA = (0.2, 0.3, 0.4, 0.5)  # Dalla Mura et al. (2010)
_PIXEL_SIZE = 20.0  # m; of AVIRIS from its usual height

TREE = 100
"""Values read for each pixel of an image of a profile."""


class ProfileOptions(Options):
    """Options of the attribute profiles."""

    area: Limits | None = Field(None, description="thresholds [pixels], ascending; []: not used; null: automatic")
    deviation: Limits | None = Field(
        None, description="thresholds of standard deviation, in standard deviations of the component; as for area"
    )
    inertia: Limits | None = Field(None, description="thresholds of the moment of inertia; as for area")
    pixel_size: float | None = Field(
        None, gt=0, description="side of a pixel [m] for automatic areas; null: the scene's, or 20 where unknown"
    )
    rule: Rule = Field("direct", description="what the pixels of a removed object get")

    @field_validator("area", "deviation", "inertia")
    @classmethod
    def _ascend(cls, limits: Limits | None) -> Limits | None:
        if limits and any(later <= earlier for earlier, later in pairwise(limits)):
            raise ValueError("thresholds must ascend; sort them and name each once")
        return limits

    @model_validator(mode="after")
    def _not_empty(self) -> "ProfileOptions":
        if self.area == self.deviation == self.inertia == ():
            raise ValueError("'area', 'deviation' and 'inertia' are all empty, so there is no profile; give thresholds")
        return self


class SdapOptions(ProfileOptions):
    """Options of the self-dual attribute profiles."""

    components: Components = Field(4, description="principal components that are profiled")


class ProfileExtractor(Extractor):
    """Base class of the extractors of attribute profiles of several components.

    Attributes
    ----------
    areas_ : ndarray, shape (n,)
        Thresholds [pixels].
    deviations_ : ndarray, shape (components, n)
        Thresholds [standard deviations of the component at the training pixels].
    inertias_ : ndarray, shape (n,)
        Thresholds.
    reach : None
        An object may be as large as the scene, and a pixel anywhere can change it.
    """

    reach = None
    area: Limits | None
    deviation: Limits | None
    inertia: Limits | None
    pixel_size: float | None
    rule: Rule
    areas_: np.ndarray
    deviations_: np.ndarray
    inertias_: np.ndarray

    def images_each(self) -> int:
        """Return the number of images in the profile of a component, including the component."""
        automatic = dict(zip(_ATTRIBUTES, (AREA_LEVELS, DEVIATION_LEVELS, len(INERTIA)), strict=True))
        given = {name: getattr(self, name) for name in _ATTRIBUTES}
        return 1 + sum(automatic[name] if given[name] is None else len(given[name]) for name in _ATTRIBUTES)

    def fit_thresholds(self, components: np.ndarray, labels: np.ndarray, origin: Origin | None) -> None:
        """Use the given thresholds; derive the others from the training pixels and the grid.

        Parameters
        ----------
        components : ndarray, shape (rows, cols, n)
        labels : ndarray of int, shape (rows, cols)
            Class ids of the training pixels, 0 elsewhere.
        origin : Origin or None
            Its `pixel_size` is used if the option is not set.
        """
        size = self.pixel_size or (None if origin is None else origin.pixel_size)
        rows, cols, count = components.shape
        self.areas_ = area_thresholds((rows, cols), size) if self.area is None else np.array(self.area, float)
        values, _ = training_pixels(components, labels)
        if self.deviation is None:
            self.deviations_ = np.stack([deviation_thresholds(component) for component in values.T])
        else:
            self.deviations_ = np.tile(np.array(self.deviation, float), (count, 1))
        self.inertias_ = np.array(INERTIA if self.inertia is None else self.inertia, float)

    def profiles(self, components: np.ndarray, who: str) -> np.ndarray:
        """Return the profiles of components, shape (rows, cols, n): float32 of shape (rows, cols, n * images_each()).

        The images of the first component come first: itself, then its filterings by area, deviation and inertia.
        """
        given = [name for name in _ATTRIBUTES if getattr(self, name) is not None]
        each = self.images_each()
        found = np.empty((*components.shape[:2], components.shape[2] * each), np.float32)
        for number, deviations in enumerate(self.deviations_):
            limits = Thresholds(self.areas_, deviations, self.inertias_)
            try:
                profile = attribute_profile(components[..., number], limits, rule=self.rule, given=given)
            except DataError as error:
                raise DataError(f"features {who}: in component {number + 1}, {error}") from error
            found[..., number * each : (number + 1) * each] = profile
        return found


class SelfDualProfiles(ProfileExtractor):
    """Self-dual attribute profiles of principal components (Cavallaro et al., IEEE TGRS 54, 2016).

    The leading principal components of the training spectra, scaled to variance 1 there, are each filtered on their
    tree of shapes; see `hsclass.features.attribute_profile`. An attribute profile describes the object that a pixel
    belongs to with values shared by all of its pixels. Near training pixels it therefore identifies the field as well
    as the land cover: evaluate it on test pixels in other fields.

    Thresholds that are not given are those of `area_thresholds`, `deviation_thresholds` and `INERTIA`.

    Attributes
    ----------
    mean_ : ndarray, shape (bands,)
    components_ : ndarray, shape (components, bands)
    """

    Options = SdapOptions
    space = search_space(
        components=Range(low=1, high=8),
        deviation=Choice(choices=(None, ())),
        inertia=Choice(choices=(None, ())),
        rule=Choice(choices=("direct", "subtractive")),
    )
    components: int
    mean_: np.ndarray
    components_: np.ndarray

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int:
        """Return the number of components times the images of each."""
        del classes, wavelengths
        return check_components(self.components, bands, who="sdap", of=f"{bands} bands") * self.images_each()

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        return float(bands * self.components + TREE * READ * features)

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "SelfDualProfiles":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere.

        Raises
        ------
        UsageError
            If there are more components than bands.
        DataError
            If the training pixels are too few or all the same.
        """
        self.count(cube.shape[2], 0)
        spectra, _ = training_pixels(cube, labels)
        self.mean_, self.components_, _ = principal_components(spectra, self.components, whiten=True, who="sdap")
        self.fit_thresholds(project(cube, self.mean_, self.components_), labels, origin)
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the profiles of a cube, shape (rows, cols, bands): float32 of shape (rows, cols, features).

        Raises
        ------
        DataError
            If a given threshold removes every object of a component.
        """
        return self.profiles(project(cube, self.mean_, self.components_), "sdap")


def area_thresholds(shape: tuple[int, int], pixel_size: float | None) -> np.ndarray:
    """Return thresholds of area [pixels], float64 of shape (14,).

    1000 / p times 1, 2, …, 14, where p is the side of a pixel [m] (Ghamisi et al., IEEE JSTARS 7, 2014). On small
    scenes the steps are reduced so that the last is a quarter of the scene: above it no region would be left.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the scene.
    pixel_size : float or None
        Side of a pixel [m]; None: 20.
    """
    if pixel_size is None:
        _LOG.warning("profiles: the size of a pixel is not known, so areas are for %g m; set 'pixel_size'", _PIXEL_SIZE)
    step = min(1000 / (pixel_size or _PIXEL_SIZE), shape[0] * shape[1] / 4 / AREA_LEVELS)
    return step * np.arange(1, AREA_LEVELS + 1)


def deviation_thresholds(values: np.ndarray) -> np.ndarray:
    """Return thresholds of standard deviation, float64 of shape (11,), for a component.

    2.5, 5, …, 27.5 hundredths of the component's mean, above its minimum (Marpu et al., IEEE GRSL 10, 2013;
    Ghamisi et al., IEEE JSTARS 7, 2014).

    Parameters
    ----------
    values : ndarray, shape (n,)
        Of the component, at the training pixels.
    """
    return (values.mean() - values.min()) * 0.025 * np.arange(1, DEVIATION_LEVELS + 1)
