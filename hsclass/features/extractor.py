"""The interface of every feature extractor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from hsclass.options import Options
from hsclass.space import Space
from hsclass.transformer import Transformer


@dataclass(frozen=True)
class Origin:
    """Properties of the scene that a normalised cube comes from.

    Attributes
    ----------
    wavelengths : ndarray, shape (bands,), or None
        Band centres [nm].
    offset, scale : ndarray, shape (bands,), or None
        Of the normaliser: ``normalised * scale + offset`` is the measured value. None: the values are as measured.
    pixel_size : float or None
        Side of a pixel [m].
    """

    wavelengths: np.ndarray | None = None
    offset: np.ndarray | None = None
    scale: np.ndarray | None = None
    pixel_size: float | None = None


def total_reach(*reaches: int | None) -> int | None:
    """Return how far [pixels] steps in a row look together; None, without bound, where one of them does."""
    bounded = [reach for reach in reaches if reach is not None]
    return sum(bounded) if len(bounded) == len(reaches) else None


class Extractor(Transformer):
    """The features of a model, computed from the normalised cube.

    The interface is scikit-learn's `fit` and `transform`, on rasters. Options are parameters of the constructor, by
    name, and attributes. `fit` stores what it learns in arrays whose names end in an underscore, including all that
    `transform` needs of the `Origin`, so that a saved model needs only a cube.

    Attributes
    ----------
    Options : type of Options
        The options and their defaults.
    takes : {"spectra", "images"}
        What it computes features of. Features of images have a contract of their own: `hsclass.features.frozen`.
    space : mapping of str to Dimension
        The options that a search (`hsclass tune`) varies if asked to, and how far; empty where there are none.
    """

    Options: ClassVar[type[Options]]
    takes: ClassVar[str] = "spectra"
    space: ClassVar[Space] = {}

    def __init__(self, **options: Any) -> None:
        fields = self.Options.model_fields
        if unknown := options.keys() - fields:
            raise TypeError(f"{type(self).__name__} has no option {min(unknown)!r}; expected some of {list(fields)}")
        for name, field in fields.items():
            setattr(self, name, options.get(name, field.default))

    @property
    def reach(self) -> int | None:
        """Receptive-field radius of the features [pixels]; None: unbounded. Here 0: features of a pixel alone."""
        return 0

    @property
    def fit_reach(self) -> int | None:
        """How far [pixels] around the training pixels `fit` looks.

        0 unless it learns from features with a larger receptive field; None: unbounded.
        """
        return 0

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options."""
        del deep
        return {name: getattr(self, name) for name in self.Options.model_fields}

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int | None:
        """Return the number of features for `bands` bands and `classes` training classes; here one for each band.

        Called before anything is read: 0 classes and no wavelengths [nm] mean that they are unknown. Return None if the
        number depends on what is unknown. Raise UsageError if the options cannot be met.
        """
        del classes, wavelengths
        return bands

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds that `features` features of a pixel of `bands` bands cost."""
        raise NotImplementedError

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> Self:
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere."""
        raise NotImplementedError

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the features of a cube, float32 of shape (rows, cols, features)."""
        raise NotImplementedError
