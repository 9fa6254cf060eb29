"""What a model was made of, what its training took and how it went, and what its predictions took."""

import csv
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from hsclass.errors import DataError
from hsclass.results.record import Record


class LegendEntry(Record):
    """A class of a legend."""

    id: int
    name: str
    color: tuple[int, int, int]


class SplitEntry(Record):
    """The split that a model was trained under; `sha256` is the digest of its roles."""

    sampler: str
    seed: int
    leaky: bool
    sha256: str


class FittedCounts(Record):
    """Samples that each part was fitted on; the evaluation made sure that no test sample is among them."""

    normalizer: int | None = None
    extractor: int | None = None
    model: int | None = None
    validation: int | None = None


class ModelCard(Record):
    """`model.json`: what a saved model is and saw.

    Attributes
    ----------
    options, feature_options : dict
        All options of model and features, defaults filled in.
    normalization : dict or None
        `kind` of the normaliser.
    window : int
        Side [pixels] of the windows of the split, or of the images that the model takes.
    reach : int or None
        How far [pixels] features and model together look; None: without bound.
    bands : int
    wavelengths, fwhm : list of float or None
        Centres, and full widths at half maximum, of the bands [nm].
    scale : float or None
        A value times it is what the source says it measures.
    bad_bands : list of float
        Centres [nm] of bands of the source that the scene left out.
    n_features : int
        That the classifier takes.
    classes : list of LegendEntry
        In the order of the probabilities.
    scene, scene_digest : str
        What it was trained on.
    fit_scope : FittedCounts
        Samples that each part was fitted on.
    versions : dict of str to str
        Of the packages.
    samples : {"pixels", "images"}
        What it classifies.
    several_labels : bool
        Whether an image may have several classes.
    images : dict or None
        How a model that takes images reads them: form (size, channels, bands, fit), gain and offset.
    image_features : dict or None
        Of a model on features of images: features, their options, size of the images, digest of the weights.
    applicability : bool
        Whether it knows its area of applicability, in a file of its own.
    own : {"estimator", "network"} or None
        What a model of the user's own is; `model` then says where it comes from.
    """

    model: str
    options: dict[str, Any]
    features: str
    feature_options: dict[str, Any]
    normalization: dict[str, Any] | None
    window: int = Field(strict=True)
    reach: int | None
    bands: int
    wavelengths: list[float] | None = None
    fwhm: list[float] | None = None
    scale: float | None = None
    bad_bands: list[float] = Field(default_factory=list)
    n_features: int
    classes: list[LegendEntry]
    scene: str
    scene_digest: str
    split: SplitEntry
    fit_scope: FittedCounts
    versions: dict[str, str | None]
    seed: int
    samples: Literal["pixels", "images"] = "pixels"
    several_labels: bool = False
    images: dict[str, Any] | None = None
    image_features: dict[str, Any] | None = None
    applicability: bool = False
    own: Literal["estimator", "network"] | None = None


class TrainingRecord(Record):
    """`training.json`: what training took, and the model's hyper-parameters in words (`facts`)."""

    seconds: float | None = None
    peak_memory_mb: float | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    parameters: int | None = None
    backend: str | None = None
    windows_per_second: float | None = None
    seconds_per_epoch: float | None = None
    gpu_memory_mb: float | None = None
    resumed_after_epoch: int | None = None
    device: str | None = None
    threads: int | None = None
    facts: dict[str, str | float | bool | None] = Field(default_factory=dict)
    notes: list[str] = Field(default_factory=list)


class PredictionRecord(Record):
    """`map.json` and `predictions.json`: what a prediction took.

    `outside` is the share of a map's pixels outside the area of applicability, where that was asked for.
    """

    seconds: float | None = None
    peak_memory_mb: float | None = None
    pixels_per_second: float | None = None
    images_per_second: float | None = None
    outside: float | None = None


class Epoch(Record):
    """A row of `history.csv`, as far as the report shows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    epoch: int
    loss: float | None = None
    accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    learning_rate: float | None = None


def read_history(path: Path) -> tuple[Epoch, ...]:
    """Return the rows of `history.csv`; only networks leave one, and an empty cell is a figure that was not measured.

    Raises
    ------
    DataError
        If a cell does not hold what the train stage writes.
    """
    if not path.exists():
        return ()
    with path.open(newline="", encoding="utf-8") as file:
        rows = [{key: value or None for key, value in row.items() if key} for row in csv.DictReader(file)]
    try:
        return tuple(Epoch.model_validate(row) for row in rows)
    except ValidationError as error:
        problem = error.errors()[0]
        raise DataError(
            f"{path}: column '{problem['loc'][0]}' is wrong: {problem['msg']}; expected the file that the train stage"
            " writes; run it again"
        ) from None
