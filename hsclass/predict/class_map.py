"""The map of a scene that is in memory."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from hsclass.errors import UsageError
from hsclass.models.spectral_contract import Resampling, convert_bands
from hsclass.models.trained import TrainedModel
from hsclass.predict.pixels import Pixels
from hsclass.predict.prediction import Chunk, Legend, Predictor, broken_note, require_applicability
from hsclass.predict.products import CLASSES, CONFIDENCE, PROBABILITIES, origin_tags, product
from hsclass.predict.style import write_style
from hsclass.predict.tiles import Tiles
from hsclass.raster import Grid, require_geotiff_name
from hsclass.scene import LandCover, Scene, flags
from hsclass.views import MapView
from hsclass.xarray_form import data_array


@dataclass(frozen=True, repr=False)
class ClassMap(MapView):
    """A whole-scene map.

    Attributes
    ----------
    classes : ndarray of uint8 or uint16, shape (rows, cols)
        Class ids; 0 where the scene holds no data.
    confidence : ndarray of float32, shape (rows, cols)
        Probability that the model gives the class.
    legend : tuple of LandCover
    seconds : float
        Wall-clock time of the prediction, without reading files.
    notes : tuple of str
        What one should know of it, in sentences.
    probabilities : ndarray of float32, shape (rows, cols, classes), or None
        Of the model's classes in the order of the legend; NaN where the scene holds no data.
    grid : Grid
        Where the pixels lie.
    scene, model : str
        What was mapped, and by which model.
    abstained_below : float or None
        Confidence below which a pixel has the last id of the legend, `abstained`.
    dissimilarity : ndarray of float32, shape (4, rows, cols), or None
        Where it was asked for: dissimilarity index, the same to the training samples of the pixel's class alone, 1
        inside the area of applicability and 0 outside, and the expected accuracy; NaN where there is no data.
    """

    classes: np.ndarray
    confidence: np.ndarray
    legend: tuple[LandCover, ...]
    seconds: float
    notes: tuple[str, ...] = ()
    probabilities: np.ndarray | None = None
    grid: Grid = field(default_factory=Grid)
    scene: str = ""
    model: str = ""
    abstained_below: float | None = None
    dissimilarity: np.ndarray | None = None

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        confidence: str | os.PathLike[str] | None = None,
        probabilities: str | os.PathLike[str] | None = None,
    ) -> None:
        """Write cloud-optimised GeoTIFFs, as `hsclass predict` does: class ids with names and colours, and more.

        Parameters
        ----------
        path : path-like
            For the classes.
        confidence, probabilities : path-like, optional
            For the confidence, and for the probability of every class, a band each.

        Raises
        ------
        UsageError
            If a name does not end as that of a GeoTIFF, or the map has no probabilities to write.
        WriteError
            If a file could not be written.
        """
        legend = self._legend
        found = None if self.probabilities is None else np.moveaxis(self.probabilities, 2, 0)
        if probabilities is not None and found is None:
            raise UsageError(f"{probabilities}: the map has no probabilities; predict with probabilities=True")
        rows, cols = self.classes.shape
        chunk = Chunk(slice(0, rows), self.classes, self.confidence, found, self.seconds, np.empty((0, 2), int))
        tags = origin_tags(self.model, self.scene)
        targets = {CONFIDENCE: confidence, PROBABILITIES: probabilities, CLASSES: path}
        with TemporaryDirectory() as scratch:
            for kind, target in targets.items():
                if target is not None:
                    require_geotiff_name(target)
                    product(kind, legend).write(
                        Path(target), [chunk], rows=chunk.rows, cols=cols, grid=self.grid, tags=tags,
                        scratch=Path(scratch),
                    )  # fmt: skip
        write_style(path, legend.entries)

    def to_xarray(self) -> Any:
        """Return the map as an xarray.Dataset of `classes`, `confidence` and, where they are known, `probabilities`.

        Dimensions are y and x, and `class` for the probabilities; the coordinate `name` names these classes.

        Raises
        ------
        UsageError
            If xarray is not installed.
        """
        whole = data_array(self.classes, self.grid, name="classes", attrs=flags(self.legend)).to_dataset()
        whole["confidence"] = data_array(self.confidence, self.grid, name="confidence")
        if self.probabilities is not None:
            covers = self._legend.classes
            bands: dict[str, list[Any]] = {
                "class": [cover.id for cover in covers],
                "name": [cover.name for cover in covers],
            }
            whole["probabilities"] = data_array(self.probabilities, self.grid, name="probabilities", bands=bands)
        whole.attrs |= {"scene": self.scene, "model": self.model}
        return whole

    @property
    def _legend(self) -> Legend:
        if self.abstained_below is None:
            return Legend(self.legend)
        return Legend(self.legend[:-1], self.abstained_below)


def predict_scene(
    model: TrainedModel,
    scene: Scene,
    *,
    abstain: float | None = None,
    resample: Resampling | None = None,
    probabilities: bool = True,
    applicability: bool = False,
) -> ClassMap:
    """Predict the land cover of every pixel of a scene, borders included.

    Parameters
    ----------
    model : TrainedModel
        From `hsclass.fit` or `hsclass.load_model`.
    scene : Scene
        With the bands of the scene that the model was trained on, in any order; reference labels are not needed.
    abstain : float, optional
        Pixels with a lower confidence get the id after the legend's highest, `abstained`.
    resample : {"linear", "gaussian"}, optional
        Compute the model's bands by wavelength where the scene has others.
    probabilities : bool
        Whether to keep the probabilities of all classes, which take 4 bytes a pixel and class.
    applicability : bool
        Compute where the model may be applied, too.

    Returns
    -------
    ClassMap

    Raises
    ------
    DataError
        If the scene's bands are not the model's and may not, or cannot, be resampled.
    UsageError
        If `abstain` is no probability, or the model does not know its area of applicability and that is asked for.
    """
    if applicability:
        require_applicability(model)
    pixels = Pixels.of_scene(scene)
    predictor = Predictor(
        model, pixels, convert_bands(model.bands, pixels.bands, name=scene.name, resample=resample),
        Legend(model.classes, abstain), Tiles.of(*scene.shape[:2], model.reach), probabilities,
        measured=4 * applicability,
    )  # fmt: skip
    chunk = predictor.chunk(slice(0, scene.shape[0]))
    note = broken_note(chunk.broken)
    notes = (*predictor.conversion.notes, *([note] if note else []))
    found = None if chunk.probabilities is None else np.moveaxis(chunk.probabilities, 0, 2)
    return ClassMap(
        chunk.classes, chunk.confidence, predictor.legend.entries, chunk.seconds, notes, probabilities=found,
        grid=scene.grid, scene=scene.name, model=model.card.model, abstained_below=abstain,
        dissimilarity=chunk.dissimilarity,
    )  # fmt: skip
