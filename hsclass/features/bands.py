"""Selection and removal of bands."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field, field_validator

from hsclass.cost import READ
from hsclass.errors import DataError, UsageError
from hsclass.features.extractor import Extractor, Origin
from hsclass.options import Options

WATER = ((1350.0, 1450.0), (1800.0, 1960.0))  # nm

Number = Annotated[int, Field(ge=0)]
Wavelength = Annotated[float, Field(ge=0)]
Numbers = tuple[Number | tuple[Number, Number], ...]
Ranges = tuple[tuple[Wavelength, Wavelength], ...]


class BandsOptions(Options):
    """Options of the band selection; without any, all bands are kept."""

    keep: Numbers = Field((), description="bands to keep, counted from 0, and ranges [first, last]; with none: all")
    keep_nm: Ranges = Field((), description="[from, to] wavelengths [nm] to keep, added to those of 'keep'")
    drop: Numbers = Field((), description="bands to leave out, counted from 0, and ranges [first, last]")
    drop_nm: Ranges = Field((), description="[from, to] wavelengths [nm] to leave out")
    drop_water: bool = Field(
        False, description="leave out " + " and ".join(f"{low:g} to {high:g} nm" for low, high in WATER)
    )

    @field_validator("keep", "keep_nm", "drop", "drop_nm")
    @classmethod
    def _ascend(cls, spans: Sequence[float | tuple[float, float]]) -> Sequence[float | tuple[float, float]]:
        for span in spans:
            if isinstance(span, tuple) and span[0] > span[1]:
                raise ValueError(f"the range {list(span)} runs backwards; expected [{span[1]}, {span[0]}]")
        return spans


class Bands(Extractor):
    """Keep some of the normalised bands, in their order.

    Keeps the bands of `keep` and `keep_nm`, or all if both are empty, except those of `drop`, `drop_nm` and
    `drop_water`; ranges include both ends. In the water ranges, around the absorption at 1.38 and 1.88 µm (Gao et al.,
    Remote Sensing of Environment 113, 2009), hardly any light reaches the sensor.

    Attributes
    ----------
    kept_ : ndarray of int, shape (features,)
        Indices, from 0, of the bands that are kept.
    """

    Options = BandsOptions
    keep: Numbers
    keep_nm: Ranges
    drop: Numbers
    drop_nm: Ranges
    drop_water: bool
    kept_: np.ndarray

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int | None:
        """Return how many bands are kept; None if this depends on unknown wavelengths."""
        del classes
        if self._asks_wavelengths and wavelengths is None:
            return None
        return len(self._choose(bands, None if wavelengths is None else np.asarray(wavelengths)))

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        del bands
        return float(READ * features)

    def fit(self, cube: np.ndarray, labels: np.ndarray | None = None, *, origin: Origin | None = None) -> "Bands":
        """Find the bands of a cube, shape (rows, cols, bands); its values and `labels` are not used.

        Raises
        ------
        UsageError
            If a band's number is too high, or no band is kept.
        DataError
            If wavelength ranges are given and the scene has no wavelengths.
        """
        del labels
        wavelengths = None if origin is None else origin.wavelengths
        if self._asks_wavelengths and wavelengths is None:
            raise DataError(
                "features bands: a range of wavelengths is given, but the scene has no wavelengths; give them in"
                " its descriptor ('wavelengths'), or use the numbers of bands ('keep', 'drop')"
            )
        self.kept_ = self._choose(cube.shape[2], wavelengths)
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the kept bands of a cube, shape (rows, cols, bands)."""
        return np.ascontiguousarray(cube[..., self.kept_], np.float32)

    @property
    def _asks_wavelengths(self) -> bool:
        return bool(self.keep_nm or self.drop_nm or self.drop_water)

    def _choose(self, bands: int, wavelengths: np.ndarray | None) -> np.ndarray:
        water = WATER if self.drop_water else ()
        kept = _numbered(self.keep, bands, "keep") | _within(self.keep_nm, bands, wavelengths)
        if not self.keep and not self.keep_nm:
            kept[:] = True
        kept &= ~(_numbered(self.drop, bands, "drop") | _within((*self.drop_nm, *water), bands, wavelengths))
        if not kept.any():
            raise UsageError(
                f"features bands: the options leave none of the {bands} bands; expected at least one; keep more or drop"
                " fewer"
            )
        return np.flatnonzero(kept)


def _numbered(spans: Numbers, bands: int, option: str) -> np.ndarray:
    chosen = np.zeros(bands, bool)
    for span in spans:
        first, last = (span, span) if isinstance(span, int) else span
        if last >= bands:
            raise UsageError(
                f"features bands: option '{option}' names band {last}; expected numbers from 0 to {bands - 1}"
            )
        chosen[first : last + 1] = True
    return chosen


def _within(ranges: Ranges, bands: int, wavelengths: np.ndarray | None) -> np.ndarray:
    chosen = np.zeros(bands, bool)
    if wavelengths is not None:
        for low, high in ranges:
            chosen |= (wavelengths >= low) & (wavelengths <= high)
    return chosen
