"""From pixels to classes: one tile of a map."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from hsclass.datasets.cube import Strip
from hsclass.errors import UsageError
from hsclass.memory import MAP_MEMORY
from hsclass.models.applicability import Applicability
from hsclass.models.spectral_contract import Conversion
from hsclass.models.trained import TrainedModel
from hsclass.predict.pixels import Pixels
from hsclass.predict.tiles import Tiles
from hsclass.raster import Color
from hsclass.resources import Clock
from hsclass.scene import UNLABELLED, LandCover

ABSTAINED = "abstained"
_GREY: Color = (128, 128, 128)


@dataclass(frozen=True)
class Legend:
    """Which ids a map may hold.

    Attributes
    ----------
    classes : tuple of LandCover
        Those of the model, in the order of its probabilities.
    threshold : float or None
        Confidence below which a pixel gets the additional id `abstained`; None: every pixel gets a class.
    """

    classes: tuple[LandCover, ...]
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 < self.threshold <= 1:
            raise UsageError(f"--abstain {self.threshold:g}: expected a probability above 0 and up to 1, such as 0.6")

    @property
    def abstained(self) -> LandCover:
        """The entry of pixels that get no class: the id after the highest."""
        return LandCover(max(cover.id for cover in self.classes) + 1, ABSTAINED, _GREY)

    @property
    def entries(self) -> tuple[LandCover, ...]:
        """All that the map may hold, by ascending id."""
        return self.classes if self.threshold is None else (*self.classes, self.abstained)

    @property
    def dtype(self) -> np.dtype:
        """The smallest type for the ids."""
        return np.dtype(np.uint8 if max(cover.id for cover in self.entries) <= np.iinfo(np.uint8).max else np.uint16)


@dataclass(frozen=True)
class Chunk:
    """Rows of a map.

    Attributes
    ----------
    rows : slice
    classes : ndarray of uint8 or uint16, shape (rows, cols)
    confidence : ndarray of float32, shape (rows, cols)
    probabilities : ndarray of float32, shape (classes, rows, cols), or None
    seconds : float
        That the prediction took, without reading; of strips that are predicted at once, each counts its share.
    broken : ndarray of int, shape (n, 2)
        Row and column, in the scene, of pixels that were taken to hold no data, because some of their values are NaN or
        infinite.
    dissimilarity : ndarray of float32, shape (4 or 5, rows, cols), or None
        Dissimilarity index, the same to the training samples of the pixel's class alone, 1 inside the area of
        applicability and 0 outside, expected accuracy, and where it was asked for the local point density; NaN where
        there is no data.
    """

    rows: slice
    classes: np.ndarray
    confidence: np.ndarray
    probabilities: np.ndarray | None
    seconds: float
    broken: np.ndarray
    dissimilarity: np.ndarray | None = None


@dataclass(frozen=True)
class Predictor:
    """A model, on the pixels of a scene; `memory` is what a network may work in [bytes].

    `measured` is the number of bands of `Chunk.dissimilarity`: 0 for none. `at_once` is the number of threads that
    call `chunk`, and `turn` is held by the one that uses the classifier.
    """

    model: TrainedModel
    pixels: Pixels
    conversion: Conversion
    legend: Legend
    tiles: Tiles
    with_probabilities: bool = False
    memory: float = MAP_MEMORY
    measured: int = 0
    at_once: int = 1
    turn: AbstractContextManager[Any] = field(default_factory=nullcontext)

    def chunk(self, rows: slice) -> Chunk:
        """Read rows that begin and end between tiles, with those around them, and predict them."""
        strip = self.pixels.cube.strip(self.tiles.around(rows), self.conversion.order)
        shape = (rows.stop - rows.start, self.pixels.shape[1])
        classes, confidence = np.empty(shape, self.legend.dtype), np.empty(shape, np.float32)
        count = len(self.legend.classes)
        probabilities = np.empty((count, *shape), np.float32) if self.with_probabilities else None
        dissimilarity = np.full((self.measured, *shape), np.nan, np.float32) if self.measured else None
        clock, broken = Clock(), []
        with threadpool_limits(self.model.classifier.threads):
            for tile, features, found, mask, lost in self._tiles(rows, strip):
                broken.append(np.argwhere(lost) + np.array([tile.start, 0]))
                here = slice(tile.start - rows.start, tile.stop - rows.start)
                classes[here], confidence[here] = decide(found, mask, self.legend)
                if probabilities is not None:
                    probabilities[:, here] = np.where(mask, np.moveaxis(found, 2, 0), np.nan)
                if dissimilarity is not None:
                    dissimilarity[:, here][:, mask] = self._dissimilarity(features[mask], found[mask].argmax(axis=1))
        seconds = clock.seconds / self.at_once
        return Chunk(rows, classes, confidence, probabilities, seconds, np.concatenate(broken), dissimilarity)

    def _dissimilarity(self, features: np.ndarray, classes: np.ndarray) -> np.ndarray:
        known, threads = require_applicability(self.model), self.model.classifier.threads
        index, to_class = known.dissimilarities(features, classes, threads=threads)
        values = [index, to_class, index <= known.threshold, known.expected_accuracy(index)]
        if self.measured > len(values):
            values.append(known.density(features, threads=threads))
        return np.stack(values).astype(np.float32)

    def _tiles(self, rows: slice, strip: Strip) -> Iterator[tuple[Any, ...]]:
        """Yield each tile with its features, its probabilities, where it holds data, and where numbers are broken."""
        for tile in self.tiles.within(rows):
            around = self.tiles.around(tile)
            values, mask, broken = strip.read(around)
            inside = slice(tile.start - around.start, tile.stop - around.start)
            features = np.ascontiguousarray(self.model.features_of(self.conversion.apply(values), mask))
            with self.turn:
                found = self.model.classifier.predict_map(features, inside, mask=mask, memory=self.memory)
            yield tile, features[inside], found, mask[inside], broken[inside]


def require_applicability(model: TrainedModel) -> Applicability:
    """Return where a model may be applied, or raise UsageError where it does not know."""
    if model.applicability is None:
        raise UsageError(
            f"--applicability: model {model.card.model} does not know its area of applicability, as all its training"
            " pixels lie in one field; train it on pixels of two fields or more"
        )
    return model.applicability


def decide(probabilities: np.ndarray, mask: np.ndarray, legend: Legend) -> tuple[np.ndarray, np.ndarray]:
    """Return class ids and confidences, both of shape (rows, cols), 0 where there is no data.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (rows, cols, classes)
    mask : ndarray of bool, shape (rows, cols)
    legend : Legend
    """
    ids = np.array([cover.id for cover in legend.classes])
    classes, confidence = ids[probabilities.argmax(axis=2)], probabilities.max(axis=2)
    if legend.threshold is not None:
        classes[confidence < legend.threshold] = legend.abstained.id
    return np.where(mask, classes, UNLABELLED).astype(legend.dtype), np.where(mask, confidence, np.float32(0))


def broken_note(broken: np.ndarray) -> str | None:
    """Return a sentence on pixels, shape (n, 2), that hold values that are no numbers; None where there are none."""
    if not len(broken):
        return None
    row, col = broken[np.lexsort(broken.T[::-1])][0]
    held = "1 pixel holds" if len(broken) == 1 else f"{len(broken)} pixels hold"
    return (
        f"{held} NaN or infinite values among others, the first at row {row}, column {col} (0-based); they are mapped"
        " as no data"
    )
