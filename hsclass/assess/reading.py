"""The reference labels and the predictions of an evaluation, read from files and brought to one grid and legend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsclass.alignment import aligned
from hsclass.assess.abstained import abstained_id, with_abstained
from hsclass.assess.legends import joined, legend_of_ids, require_same_ids
from hsclass.datasets.descriptor import ClassEntry, ShapeOptions
from hsclass.datasets.masks import read_ids
from hsclass.datasets.readers import open_cube
from hsclass.datasets.reference_labels import legend
from hsclass.datasets.regions import REGION_SUFFIXES, draw_regions
from hsclass.datasets.shapes import draw_labels, holds_shapes
from hsclass.errors import DataError, UsageError
from hsclass.raster import Grid, read_raster, read_tags
from hsclass.samples.images import ImageSamples, read_index
from hsclass.scene import UNLABELLED, LandCover, classes_of_tag
from hsclass.split import Role, Split, read_split, read_split_and_labels

if TYPE_CHECKING:
    from hsclass.predict.predictions import Predictions

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


def read_reference(
    split: Path, labels: Path | None = None, attribute: str | None = None, *, known: tuple[LandCover, ...] = ()
) -> Reference:
    """Read a split and the reference labels of its samples.

    Parameters
    ----------
    split : Path
    labels : Path, optional
        By default what the split names.
    attribute : str, optional
        Of polygons or points: the one that gives the class; by default the only one.
    known : tuple of LandCover
        Classes of the predictions, which name those of labels that do not name their own.

    Raises
    ------
    UsageError
        If nothing says what the reference labels are, or which id a class of theirs has.
    DataError
        If a file is not what its stage writes, or the labels are of other samples or other classes.
    """
    read, named = read_split_and_labels(split)
    path = labels or named
    if path is None:
        raise UsageError(f"{split}: names no reference labels; give them with --labels")
    if read.roles.ndim == 1:
        images = read_index(path)
        read = read_split(split, images)
        known_labels = images.targets > 0 if images.several_labels else images.labels
        return Reference(read, known_labels, images.classes, images, identity=images.identity)
    shape = read.roles.shape[0], read.roles.shape[1]
    if path.suffix.lower() in REGION_SUFFIXES or holds_shapes(path):
        return _drawn_reference(path, attribute, read, split=split, named=named, shape=shape, known=known)
    labelled = _read_ids(path)
    name = f"{path}: the raster of labels"
    truth = aligned(labelled.ids, labelled.grid, read.grid, shape=shape, name=name, other=f"the split {split}")
    classes = labelled.classes
    if not labelled.whole:
        named_here = tuple(cover for cover in classes if (truth == cover.id).any())
        classes = joined([named_here, legend_of_ids(truth, known, name=name)])
    grid = labelled.grid if read.grid.transform is None else read.grid
    return Reference(read, truth, classes, None, grid, labelled.tags.get("identity", ""))


def _drawn_reference(
    path: Path,
    attribute: str | None,
    read: Split,
    *,
    split: Path,
    named: Path | None,
    shape: tuple[int, int],
    known: tuple[LandCover, ...],
) -> Reference:
    """Draw polygons, points or regions onto the grid of a split.

    Which id a class has, the labels say that the split names, where they are still there, or else the predictions.
    """
    labelled = _read_ids(named) if named is not None and named.is_file() else None
    classes = joined([labelled.classes if labelled else (), known])
    if not classes:
        raise UsageError(
            f"{path}: holds polygons, points or regions, but nothing gives their classes an id: neither labels that"
            f" {split} names nor the predictions have a legend; expected a raster of class ids, or a map or --model of"
            " hsclass"
        )
    entries = tuple(ClassEntry(id=cover.id, name=cover.name) for cover in classes)
    grid = labelled.grid if labelled and read.grid.transform is None else read.grid
    if path.suffix.lower() in REGION_SUFFIXES:
        truth, _ = draw_regions(path, shape, entries, known_from="the legend")
    else:
        options = ShapeOptions(field=attribute)
        truth, *_ = draw_labels(
            path, options, grid=grid, shape=shape, entries=entries, onto="the split", known_from="the legend"
        )
    return Reference(read, truth, classes, None, grid, labelled.tags.get("identity", "") if labelled else "")


def known_classes(path: Path) -> tuple[LandCover, ...]:
    """Return the classes that a map names, without reading its pixels; none of tables, and where it names none."""
    if path.suffix == TABLE:
        return ()
    named, tags = _legend(path)
    return tuple(cover for cover in named if cover.id != abstained_id(tags))


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
    require_same_ids(
        tuple(cover for cover in drawn.classes if cover.id != abstained_id(drawn.tags)), reference.classes,
        name=f"{path}: the map",
    )  # fmt: skip
    shape = reference.labels.shape[0], reference.labels.shape[1]
    mapped = aligned(
        drawn.ids, drawn.grid, reference.grid, shape=shape, name=f"{path}: the map", other="the reference labels"
    )
    return Predicted(*with_abstained(mapped, reference.classes, drawn.tags, drawn.classes))


@dataclass(frozen=True)
class _Ids:
    """A raster of class ids, from here or elsewhere, with the classes that it names: `whole` where that is all."""

    ids: np.ndarray
    classes: tuple[LandCover, ...]
    tags: Mapping[str, str]
    grid: Grid
    whole: bool = False


def _read_ids(path: Path) -> _Ids:
    classes, tags = _legend(path)
    if tags:
        raster = read_raster(path)
        return _Ids(raster.bands[0], classes, tags, raster.grid, whole=True)
    ids, grid = read_ids(path)
    return _Ids(ids, classes, tags, grid)


def _legend(path: Path) -> tuple[tuple[LandCover, ...], Mapping[str, str]]:
    """Return the classes that a raster names; with its tags where hsclass wrote it."""
    if path.suffix.lower() in {".tif", ".tiff"} and "classes" in (tags := read_tags(path)):
        return classes_of_tag(tags["classes"], path), tags
    named = open_cube(path, ndim=2).classes
    entries = tuple(
        ClassEntry(id=identity, name=name, color=color)
        for identity, (name, color) in sorted(named.items())
        if identity > UNLABELLED and name != f"class {identity}"  # of a palette, which has a colour for every number
    )
    return legend(entries, tuple(entry.id for entry in entries)), {}


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
