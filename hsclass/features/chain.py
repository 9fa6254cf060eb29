"""Several extractors in sequence."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import Field, field_validator

from hsclass.features.extractor import Extractor, Origin, total_reach
from hsclass.options import Options, parse_options

Steps = Sequence[dict[str, Any]]
_STEPS: tuple[dict[str, Any], ...] = ({"features": "restore"}, {"features": "bilateral"})
_KEEP_BANDS = {"raw", "restore", "bilateral"}
_NEED_BANDS = {"bands", "restore", "spectrum"}


class ChainOptions(Options):
    """Options of a chain."""

    steps: tuple[dict[str, Any], ...] = Field(
        _STEPS, min_length=1, description="extractors in turn: 'features: NAME' and the options of each"
    )

    @field_validator("steps")
    @classmethod
    def _known(cls, steps: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        whole = True
        for number, step in enumerate(steps, 1):
            name = step.get("features")
            if not isinstance(name, str) or name == "chain":
                raise ValueError(f"step {number} needs 'features: NAME', the name of an extractor that is no chain")
            built(step, f"step {number}")
            if name in _NEED_BANDS and not whole:
                raise ValueError(
                    f"step {number}, {name}, needs the bands of the scene; put it before those that do not keep them"
                )
            whole = whole and name in _KEEP_BANDS
        return steps


class Chain(Extractor):
    """Apply extractors in sequence, each fitted on the training pixels of the previous one's features.

    Attributes
    ----------
    step0_…, step1_… : ndarray
        Fitted attributes of each extractor, with its number in front of the name.
    """

    Options = ChainOptions
    steps: Steps

    @property
    def reach(self) -> int | None:
        """The sum of the steps' receptive-field radii."""
        return total_reach(*(extractor.reach for extractor in self._extractors()))

    @property
    def fit_reach(self) -> int | None:
        """How far around the training pixels fitting looks, at most, through all steps."""
        reaches: list[int | None] = []
        before: int | None = 0
        for extractor in self._extractors():
            reaches.append(total_reach(before, extractor.fit_reach))
            before = total_reach(before, extractor.reach)
        return None if None in reaches else max(reach for reach in reaches if reach is not None)

    def count(self, bands: int, classes: int, wavelengths: Sequence[float] | None = None) -> int | None:
        """Return the number of features of the last step; None if it depends on what is not known."""
        found: int | None = bands
        for step, extractor in zip(self.steps, self._extractors(), strict=True):
            if found is None:
                return None
            found = extractor.count(found, classes, wavelengths)
            wavelengths = wavelengths if step["features"] in _KEEP_BANDS else None
        return found

    def cost(self, bands: int, features: int) -> float:
        """Return the multiply-adds of a pixel."""
        del features
        return sum(extractor.cost(bands, bands) for extractor in self._extractors())

    def fit(self, cube: np.ndarray, labels: np.ndarray, *, origin: Origin | None = None) -> "Chain":
        """Learn from a cube, shape (rows, cols, bands), and the class ids of the training pixels, 0 elsewhere."""
        for name in [name for name in vars(self) if name.startswith("step") and name.endswith("_")]:
            delattr(self, name)
        origin = Origin() if origin is None else origin
        last = len(self.steps) - 1
        for number, (step, extractor) in enumerate(zip(self.steps, self._extractors(), strict=True)):
            extractor.fit(cube, labels, origin=origin)
            for name, value in vars(extractor).items():
                if name.endswith("_") and not name.startswith("_"):
                    setattr(self, f"step{number}_{name}", value)
            if number < last:
                cube = extractor.transform(cube)
            if step["features"] not in _KEEP_BANDS:
                origin = replace(Origin(), pixel_size=origin.pixel_size)
        return self

    def transform(self, cube: np.ndarray) -> np.ndarray:
        """Return the features of a cube, shape (rows, cols, bands): float32 of shape (rows, cols, features)."""
        for number, extractor in enumerate(self._extractors()):
            start = f"step{number}_"
            for name, value in vars(self).items():
                if name.startswith(start):
                    setattr(extractor, name.removeprefix(start), value)
            cube = extractor.transform(cube)
        return cube

    def _extractors(self) -> Iterator[Extractor]:
        return (built(step, f"step {number}") for number, step in enumerate(self.steps, 1))


def built(step: dict[str, Any], where: str) -> Extractor:
    """Return the unfitted extractor that `step` describes, or raise UsageError."""
    from hsclass.features import feature_class

    options = dict(step)
    name = options.pop("features")
    extractor = feature_class(name)
    return extractor(**parse_options(extractor.Options, options, f"{where}, {name}").model_dump())
