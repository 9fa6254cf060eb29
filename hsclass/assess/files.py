"""Evaluation and comparison from files: maps of a scene, or tables of predictions of images."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsclass.alignment import aligned, require_same_grid
from hsclass.assess.abstained import with_abstained
from hsclass.assess.comparison import compare_samples
from hsclass.assess.evaluation import evaluate
from hsclass.assess.fields import field_map as map_of_fields
from hsclass.assess.optimism import gain_of_samples
from hsclass.assess.pooling import pool_samples
from hsclass.assess.sample import EvaluatedSamples, join, take_samples
from hsclass.assess.units import units_of
from hsclass.datasets.descriptor import ClassEntry, ShapeOptions
from hsclass.datasets.masks import read_ids
from hsclass.datasets.reference_labels import legend
from hsclass.datasets.shapes import draw_labels, holds_shapes
from hsclass.errors import DataError, UsageError
from hsclass.fit_scope import read_fit_scope
from hsclass.raster import Grid, read_raster, write_raster
from hsclass.results.comparison import Comparison
from hsclass.results.metrics import Metrics
from hsclass.results.pooled import Pooled
from hsclass.samples.fields import fields_of
from hsclass.samples.images import ImageSamples, read_index
from hsclass.scene import LandCover, read_classes
from hsclass.split import Role, Split, read_split, read_split_and_labels

if TYPE_CHECKING:
    from hsclass.predict.predictions import Predictions

_LOG = logging.getLogger(__name__)
TABLE = ".csv"


@dataclass(frozen=True)
class Reference:
    """What predictions are compared with.

    Attributes
    ----------
    split : Split
    labels : ndarray
        As `evaluate` takes them.
    classes : tuple of LandCover
    images : ImageSamples or None
        None for pixels.
    grid : Grid
        Where the pixels lie, as far as split or labels say; unknown for images.
    identity : str
        Of the scene or image set; empty where it is unknown.
    """

    split: Split
    labels: np.ndarray
    classes: tuple[LandCover, ...]
    images: ImageSamples | None = None
    grid: Grid = field(default_factory=Grid)
    identity: str = ""


@dataclass(frozen=True)
class Predicted:
    """Predictions in the form that `evaluate` takes, with the classes that they may have."""

    values: np.ndarray
    classes: tuple[LandCover, ...]
    confidence: np.ndarray | None = None


def evaluate_file(
    path: Path,
    split: Path,
    *,
    labels: Path | None = None,
    attribute: str | None = None,
    model: Path | None = None,
    confidence: Path | None = None,
) -> Metrics:
    """Evaluate a map (.tif) or a table of predictions (.csv) on the test samples of a split.

    Parameters
    ----------
    path, split : Path
    labels : Path, optional
        Raster, polygons or points of reference labels, or index of the images; by default what the split names.
    attribute : str, optional
        Of polygons or points: the attribute that gives the class; by default the only one.
    model : Path, optional
        Folder of the model, to check what it was fitted on.
    confidence : Path, optional
        Raster of the probability of the predicted class, for the calibration; tables hold it themselves.

    Raises
    ------
    UsageError
        If nothing says what the reference labels are.
    DataError
        If a file is not what its stage writes, or two of them are of different samples.
    LeakageError
        If the model has seen a test sample; see `evaluate`.
    """
    reference = read_reference(split, labels, attribute)
    found = read_predicted(path, reference)
    names = [image.path for image in reference.images.images] if reference.images else ()
    metrics = evaluate(
        found.values, reference.labels, reference.split, found.classes,
        confidence=_confidence(confidence, found, reference, names=(path, split)), names=names,
        pixel_area=reference.grid.pixel_area, scope=read_fit_scope(model) if model else None,
        identity=reference.identity,
    )  # fmt: skip
    for sentence in metrics.checks:
        _LOG.warning("evaluate %s: %s", path, sentence)
    return metrics


def _confidence(
    path: Path | None, found: Predicted, reference: Reference, *, names: tuple[Path, Path]
) -> np.ndarray | None:
    """Read the confidence of a map; that of images comes with the predictions."""
    if path is None or reference.images is not None:
        return found.confidence
    if len(found.classes) > len(reference.classes):
        _LOG.warning("%s abstains, so the confidence of its answers is not calibrated", names[0])
        return None
    raster = read_raster(path)
    require_same_grid(
        raster.grid, reference.grid, shapes=(raster.bands[0].shape, reference.labels.shape),
        name=f"{path}: the confidence", other=f"the split {names[1]}",
    )  # fmt: skip
    return raster.bands[0]


def compare_files(
    paths: Mapping[str, Path | Sequence[Path]],
    split: Path | Sequence[Path],
    *,
    labels: Path | None = None,
    against: Mapping[str, Sequence[Path]] | None = None,
    against_split: Sequence[Path] = (),
    against_name: Sequence[str] = (),
    field_map: Path | None = None,
) -> Comparison:
    """Compare the models of a split, over all its seeds or folds, and with themselves under other splits.

    Parameters
    ----------
    paths : mapping of str to path, or to a sequence of paths
        Maps of a scene, or tables of predictions of images, of each model; one for each split where there are several.
    split : path, or sequence of paths
    labels : Path, optional
        Raster of reference labels, or index of the images; by default what the splits name.
    against : mapping of str to sequence of paths, optional
        The same models under another split: their k-th files are compared with the k-th of `paths`. Those of further
        splits follow.
    against_split : sequence of paths
        All seeds of the one, then of the next.
    against_name : sequence of str
        The names of these splits, each once; by default numbers from 1.
    field_map : Path, optional
        GeoTIFF to write: the number of each field, then the share of right tests in it by each model, a band each.

    Returns
    -------
    Comparison
        With `pooled`, and with `gains` where there is something to compare with.

    Raises
    ------
    UsageError
        If a model has not as many files as there are splits; if a map of fields of images is asked for.
    DataError
        As `evaluate_file` does.
    """
    tests = _read_tests(paths, [split] if isinstance(split, Path) else split, labels)
    references, runs = tests
    splits, truth = [one.split for one in references], references[0].labels
    joint = {name: join([run.samples for run in of]) for name, of in runs.items()}
    units = units_of(next(iter(joint.values())), truth, splits)  # the same for all, as the splits are
    pooled = [
        pool_samples([run.samples for run in of], truth, splits, _all_classes(of), method=name, units=units)
        for name, of in runs.items()
    ]
    found = compare_samples(joint, units, runs=len(splits)).model_copy(update={"pooled": pooled})
    if field_map is not None:
        _write_field_map(field_map, references[0], joint, pooled)
    if not against:
        return found
    if set(against) - set(runs):
        raise UsageError(
            f"against: names {', '.join(sorted(set(against) - set(runs)))}; expected models of"
            f" {', '.join(runs)}, which are compared with themselves under another split"
        )
    seeds = len(references)
    if len(against_split) % seeds or not against_split:
        raise UsageError(
            f"against: has {len(against_split)} splits, but there are {seeds} to compare with them; expected as many,"
            " in the same order, or a multiple for several others"
        )
    gains = []
    for group in range(len(against_split) // seeds):
        part = slice(group * seeds, (group + 1) * seeds)
        _, theirs = _read_tests({name: files[part] for name, files in against.items()}, against_split[part], labels)
        other = against_name[group] if group < len(against_name) else str(group + 1)
        for name, of in theirs.items():
            here, there = ([run.samples for run in each] for each in (runs[name], of))
            found_gain = gain_of_samples(here, there, truth, splits, method=name)
            gains.append(found_gain.model_copy(update={"against": other}))
    return found.model_copy(update={"gains": gains})


@dataclass(frozen=True)
class _Run:
    """The test samples of one run, and the classes that its predictions may have."""

    samples: EvaluatedSamples
    classes: tuple[LandCover, ...]


def _read_tests(
    paths: Mapping[str, Path | Sequence[Path]], splits: Sequence[Path], labels: Path | None
) -> tuple[list[Reference], dict[str, list[_Run]]]:
    """Read the test samples of every run, one split after the other: no more than one map is in memory at a time."""
    listed = {name: [given] if isinstance(given, Path) else list(given) for name, given in paths.items()}
    for name, files in listed.items():
        if len(files) != len(splits):
            raise UsageError(
                f"{name}: has {len(files)} maps or tables, but there are {len(splits)} splits; expected one for each,"
                " in their order"
            )
    references: list[Reference] = []
    runs: dict[str, list[_Run]] = {name: [] for name in listed}
    for place, split in enumerate(splits):
        reference = read_reference(split, labels)
        if references and reference.labels.shape != references[0].labels.shape:
            raise DataError(
                f"{split}: is of {reference.labels.shape} samples, but {splits[0]} of {references[0].labels.shape};"
                " expected splits of one scene or image set"
            )
        if references and np.array_equal(reference.labels, references[0].labels):
            reference = replace(reference, labels=references[0].labels)
        references.append(reference)
        for name, files in listed.items():
            found = read_predicted(files[place], reference)
            samples = take_samples(found.values, reference.labels, reference.split, name=name)
            if first := next((of[place].samples for of in runs.values() if len(of) > place), None):
                samples = replace(samples, places=first.places, reference=first.reference)  # once in memory
            runs[name].append(_Run(samples, found.classes))
    return references, runs


def _all_classes(runs: Sequence[_Run]) -> tuple[LandCover, ...]:
    """Return the classes of the run that has most: one more where its map abstains."""
    return max((run.classes for run in runs), key=len)


def _write_field_map(
    path: Path, reference: Reference, tested: Mapping[str, EvaluatedSamples], pooled: Sequence[Pooled]
) -> None:
    if reference.images is not None:
        raise UsageError(f"{path}: would be a map of fields, which images have not; leave it out")
    fields = fields_of(reference.split.reference(reference.labels), reference.split.groups)
    held = np.zeros(fields.shape, bool)
    for samples in tested.values():
        held[tuple(samples.places.T)] = True
    shares = [np.where(held, map_of_fields(fields, each.fields), np.nan) for each in pooled]
    bands = np.stack([np.where(held, fields, np.nan), *shares]).astype(np.float32)
    names = ["field", *(f"share of right tests, {each.method}" for each in pooled)]
    write_raster(path, bands, grid=reference.grid, nodata=float("nan"), descriptions=names)


def read_reference(split: Path, labels: Path | None = None, attribute: str | None = None) -> Reference:
    """Read a split and the reference labels of its samples; polygons or points give the classes by `attribute`."""
    read, named = read_split_and_labels(split)
    path = labels or named
    if path is None:
        raise UsageError(f"{split}: names no reference labels; give them with --labels")
    if read.roles.ndim == 1:
        images = read_index(path)
        read = read_split(split, images)
        known = images.targets > 0 if images.several_labels else images.labels
        return Reference(read, known, images.classes, images, identity=images.identity)
    shape = read.roles.shape[0], read.roles.shape[1]
    if labels and holds_shapes(path):
        return _drawn_reference(path, attribute, read, split=split, named=named, shape=shape)
    labelled = _read_ids(path)
    name = f"{path}: the raster of labels"
    truth = aligned(labelled.ids, labelled.grid, read.grid, shape=shape, name=name, other=f"the split {split}")
    classes = labelled.classes or legend((), tuple(np.unique(truth[truth > 0]).tolist()))
    grid = labelled.grid if read.grid.transform is None else read.grid
    return Reference(read, truth, classes, None, grid, labelled.tags.get("identity", ""))


def _drawn_reference(
    path: Path, attribute: str | None, read: Split, *, split: Path, named: Path | None, shape: tuple[int, int]
) -> Reference:
    """Draw polygons or points onto the grid of a split; the labels that it names say which class has which id."""
    if named is None or not (known := _read_ids(named)).classes:
        raise UsageError(
            f"{path}: holds polygons or points, and {split} names no labels that give their classes an id; expected a"
            " raster of class ids"
        )
    entries = tuple(ClassEntry(id=cover.id, name=cover.name) for cover in known.classes)
    grid = read.grid if read.grid.transform is not None else known.grid
    truth, *_ = draw_labels(path, ShapeOptions(field=attribute), grid=grid, shape=shape, entries=entries)
    return Reference(read, truth, known.classes, None, grid, known.tags.get("identity", ""))


def read_predicted(path: Path, reference: Reference) -> Predicted:
    """Read a map or a table of predictions of the samples of a reference."""
    if (path.suffix == TABLE) != (reference.images is not None):
        raise DataError(
            f"{path}: is a {'table' if path.suffix == TABLE else 'map'}, but the split is one of"
            f" {'images' if reference.images else 'pixels'}; expected predictions of the same samples"
        )
    if reference.images is not None:
        from hsclass.predict.predictions import read_predictions  # with scikit-learn, which maps do not need

        return align(read_predictions(path), reference.images, reference.split, name=path)
    drawn = _read_ids(path)
    shape = reference.labels.shape[0], reference.labels.shape[1]
    mapped = aligned(
        drawn.ids, drawn.grid, reference.grid, shape=shape, name=f"{path}: the map", other="the reference labels"
    )
    return Predicted(*with_abstained(mapped, reference.classes, drawn.tags, drawn.classes))


@dataclass(frozen=True)
class _Ids:
    """A raster of class ids, from here or elsewhere; `classes` are empty where it does not name them."""

    ids: np.ndarray
    classes: tuple[LandCover, ...]
    tags: Mapping[str, str]
    grid: Grid


def _read_ids(path: Path) -> _Ids:
    if path.suffix.lower() in {".tif", ".tiff"}:
        raster = read_raster(path)
        if "classes" in raster.tags:
            return _Ids(*read_classes(path), raster.tags, raster.grid)
    ids, grid = read_ids(path)
    return _Ids(ids, (), {}, grid)


def align(found: "Predictions", images: ImageSamples, split: Split, *, name: object = "predictions") -> Predicted:
    """Bring predictions into the order of all images; those without one, which must not test, have no class.

    Raises
    ------
    DataError
        If the classes are others, an image is not in the set, or a test image has no prediction; `name` is that of the
        predictions, for the message.
    """
    from hsclass.predict.predictions import places_of

    if found.classes != images.class_names:
        raise DataError(f"{name}: is of other classes than the index ({len(found.classes)}); predict again")
    places = places_of(found.paths, [image.path for image in images.images], name)
    lacking = len(np.setdiff1d(split.places(Role.TEST), places))
    if lacking:
        raise DataError(f"{name}: lacks {lacking} test images; predict the part test again")
    chosen, probabilities = np.zeros(images.targets.shape, bool), np.zeros(images.targets.shape, np.float32)
    chosen[places], probabilities[places] = found.chosen, found.probabilities
    if images.several_labels:
        return Predicted(chosen, images.classes, probabilities)
    ids = np.array([cover.id for cover in images.classes])
    return Predicted(np.where(chosen.any(axis=1), ids[chosen.argmax(axis=1)], 0), images.classes, probabilities)
