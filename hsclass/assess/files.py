"""Evaluation and comparison from files: maps of a scene, or tables of predictions of images."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hsclass.alignment import require_same_grid
from hsclass.assess.comparison import compare_samples
from hsclass.assess.evaluation import evaluate
from hsclass.assess.fields import field_map as map_of_fields
from hsclass.assess.legends import joined
from hsclass.assess.optimism import gain_of_samples
from hsclass.assess.pooling import pool_samples
from hsclass.assess.reading import TABLE, Predicted, Reference, known_classes, read_predicted, read_reference
from hsclass.assess.sample import EvaluatedSamples, join, take_samples
from hsclass.assess.units import units_of
from hsclass.errors import DataError, UsageError
from hsclass.fit_scope import read_fit_scope
from hsclass.ground_area import pixel_area
from hsclass.raster import read_raster, write_raster
from hsclass.results.comparison import Comparison
from hsclass.results.metrics import Metrics
from hsclass.results.pooled import Pooled
from hsclass.samples.fields import fields_of
from hsclass.scene import LandCover

_LOG = logging.getLogger(__name__)


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
        Raster, polygons, points or ENVI regions of reference labels, or index of the images; by default what the split
        names. Classes without an id have that of the same name in the labels that the split names, or else in the map
        or the model.
    attribute : str, optional
        Of polygons or points: the attribute that gives the class; by default the only one.
    model : Path, optional
        Folder of the model, to check what it was fitted on, and for its classes where the map does not name them.
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
    known = known_classes(path)
    if model is not None and not known and path.suffix != TABLE:
        from hsclass.models.trained import read_card  # with every kind of model, which maps with a legend do not need

        known = tuple(LandCover(cover.id, cover.name, cover.color) for cover in read_card(model)[0].classes)
    reference = read_reference(split, labels, attribute, known=known)
    found = read_predicted(path, reference)
    names = [image.path for image in reference.images.images] if reference.images else ()
    metrics = evaluate(
        found.values, reference.labels, reference.split, found.classes,
        confidence=_confidence(confidence, found, reference, names=(path, split)), names=names,
        pixel_area=pixel_area(reference.grid, reference.labels.shape), scope=read_fit_scope(model) if model else None,
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
    known = joined(known_classes(file) for files in listed.values() for file in files[:1])
    references: list[Reference] = []
    runs: dict[str, list[_Run]] = {name: [] for name in listed}
    for place, split in enumerate(splits):
        reference = read_reference(split, labels, known=known)
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
