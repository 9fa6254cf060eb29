"""A descriptor and an experiment for the user's own files, as they were understood: a start that runs unchanged."""

import logging
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from hsclass.atomic import write_text
from hsclass.datasets.cube import in_yaml
from hsclass.datasets.descriptor import ClassEntry, LabelSource, ShapeOptions
from hsclass.datasets.inspecting import inspect_files
from hsclass.datasets.likely_attributes import MOST_CLASSES, class_attribute, distinct_values, group_attribute
from hsclass.datasets.opening import open_scene
from hsclass.datasets.readers import product_of
from hsclass.datasets.reference_labels import legend
from hsclass.datasets.regions import REGION_SUFFIXES, read_regions, region_classes
from hsclass.datasets.shape_classes import read_classes
from hsclass.datasets.shapes import holds_shapes, read_shapes
from hsclass.errors import HsclassError, UsageError
from hsclass.options import parse_options
from hsclass.samplers import make_split
from hsclass.scene import LandCover, Scene
from hsclass.split import write_split
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
_SAMPLERS = ("regions", "dbscan_area", "blocks", "random")
_TRAIN, _VALIDATION, _SEEDS, _FOLDS = 0.10, 0.05, (0, 1), 5
_WINDOW = 7


@dataclass(frozen=True)
class Initial:
    """Files to start from.

    Attributes
    ----------
    files : dict of Path to str
        Texts of the descriptor and, where there are labels, of the experiment.
    notes : tuple of str
        What was chosen, and what looks wrong in the data, a sentence each.
    """

    files: dict[Path, str]
    notes: tuple[str, ...]

    def write(self) -> None:
        """Write the files, or raise UsageError where one exists."""
        if there := [str(path) for path in self.files if path.exists()]:
            raise UsageError(f"{there[0]}: already exists; remove it, or choose another folder by --output")
        for path, text in self.files.items():
            write_text(path, text)


def initial_files(
    cube: str | os.PathLike[str],
    labels: str | os.PathLike[str] | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    folder: str | os.PathLike[str] = ".",
) -> Initial:
    """Describe a cube and its labels as they are understood, and an experiment on them.

    The scene is built in memory, so that the files are known to work. A class attribute is chosen by its name and by
    how many values it has; the first of the samplers `regions`, `dbscan_area`, `blocks` and `random` that can split the
    labels is taken. Both choices are among the notes.

    Parameters
    ----------
    cube : path-like
        A file or product that `hsclass inspect` reads.
    labels : path-like, optional
        A raster of class ids, polygons or points.
    options : mapping, optional
        Keys of the descriptor's `labels`, such as `layer`, `field` or `unlabelled`.
    folder : path-like
        Where the files are to lie; paths in them are relative to it.

    Returns
    -------
    Initial

    Raises
    ------
    DataError, UsageError
        If the files cannot be read, or do not fit each other.
    """
    home, cube = Path(folder), Path(cube)
    product = product_of(cube)
    cube = product[1] if product else cube
    if labels is None and options:
        raise UsageError(f"option '{next(iter(options))}': is of the labels, but there are none; give them as well")
    if product is None and holds_shapes(cube):
        raise UsageError(f"{cube}: holds polygons or points; expected the cube first, and the labels after it")
    about: dict[str, Any] = {}
    name = re.sub(r"[^A-Za-z0-9_]+", "_", cube.stem).strip("_") or "scene"
    source, chosen = ({}, "") if labels is None else _label_source(Path(labels), options or {})
    findings = inspect_files([cube])
    if labels is not None and not holds_shapes(Path(labels)):  # what is wrong with shapes, the scene reports below
        findings += inspect_files([labels], unlabelled=LabelSource(**source).unlabelled)
    notes = [f"{finding.path}: {warning}" for finding in findings for warning in finding.warnings]
    notes += [f"{labels}: {chosen}"] if chosen else []
    if findings[0].facts.get("nan_values"):
        declared = findings[0].facts["nodata"]
        missing = [*([] if declared is None else np.atleast_1d(declared).tolist()), float("nan")]
        notes = [note for note in notes if f"'nodata: {in_yaml(*missing)}'" not in note]
        others = "" if declared is None else f", as the declared {in_yaml(*missing[:-1])} is"
        notes.append(f"{cube}: NaN is taken for missing data{others}; a pixel that is NaN in any band holds none")
        about = {"nodata": missing[0] if len(missing) == 1 else missing}
    if (findings[0].facts.get("wavelengths") or {}).get("repeated"):
        notes = [note for note in notes if "'wavelengths: []'" not in note]
        notes.append(f"{cube}: several bands have one wavelength, as of several dates; no wavelength is used")
        about["wavelengths"] = []
    scene, classes = _built(name, cube, source, about)
    descriptor = home / f"{name}.yaml"
    files = {descriptor: _descriptor_text(scene, classes, cube, source, chosen, home, about)}
    if scene.labels is not None:
        if len(scene.classes) < 2:
            raise UsageError(f"{labels}: holds a single class, '{scene.classes[0].name}'; expected two or more")
        sampler, refused = _sampler(scene)
        matched = _refusal("random-sampling optimism is left out", _match, scene, sampler)
        final = _refusal("the map trained on all labels is left out", _fold, scene, sampler)
        notes += [*refused, *matched, *final]
        lines = [*_commented(refused), f"  - {sampler}"]
        if sampler != "random":
            lines += _commented(matched) or [
                f"  - {{sampler: matched_random, of: {sampler}}} # what random sampling adds"
            ]
        last = [f"final: {{sampler: {sampler}, folds: {_FOLDS}}} # the map trained on all labels: docs/deliver.md"]
        files[home / f"{name}_experiment.yaml"] = _experiment_text(
            name, descriptor.name, window=_window(scene), splits=lines, last=_commented(final) or last
        )
    return Initial(files, tuple(notes))


def _label_source(path: Path, options: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the entry of the labels in a descriptor, and what was chosen, in words."""
    source = {"path": str(path.resolve()), **options}
    parse_options(LabelSource, source, "labels")
    if "field" in options or path.suffix.lower() in REGION_SUFFIXES or not holds_shapes(path):
        return source, ""
    attributes = read_shapes(path, options.get("layer")).attributes
    if len(attributes) < 2:
        return source, ""
    field = class_attribute(attributes)
    if field is None:
        counts = {name: len(values) for name, values in distinct_values(attributes).items()}
        raise UsageError(
            f"{path}: has no attribute of 2 to {MOST_CLASSES} different values that could be the class; it has"
            f" {', '.join(f'{name} ({count})' for name, count in counts.items())}; name it by --set field=NAME"
        )
    said = f"'{field}' is taken for the class, of the attributes {', '.join(attributes)}"
    if found := group_attribute(attributes, field):
        group, mixed = found
        said += f"; '{group}' could be the group that is held out as a whole: add 'group: {group}'"
        if mixed:
            said += (
                ", and as some hold several classes, to the experiment 'splits: [{sampler: regions, several_classes:"
                " true}]' and 'final: {sampler_options: {several_classes: true}}'"
            )
    return {**source, "field": field}, said


def _built(
    name: str, cube: Path, source: dict[str, Any], about: Mapping[str, Any]
) -> tuple[Scene, tuple[LandCover, ...]]:
    """Build the scene of a descriptor with absolute paths, outside of the user's folders, and return its classes.

    Classes of which no feature labels a pixel are listed, too: the file of the labels holds them.
    """
    listed = _listed_classes(source)
    described: dict[str, Any] = {"name": name, "cube": {"path": str(cube.resolve())}, **about}
    described |= {"labels": source} if source else {}
    described |= {"classes": [entry.model_dump(exclude_defaults=True) for entry in listed]} if listed else {}
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / f"{name}.yaml"
        file.write_text(yaml.safe_dump(described), encoding="utf-8")
        scene = open_scene(file, folder=Path(scratch) / "data")
    return scene, legend(listed, tuple(sorted(entry.id for entry in listed))) or scene.classes


def _listed_classes(source: Mapping[str, Any]) -> tuple[ClassEntry, ...]:
    """Return the classes that polygons, points or regions of interest name; empty for a raster."""
    path = Path(source.get("path", ""))
    if path.suffix.lower() in REGION_SUFFIXES:
        return region_classes(read_regions(path)[0])
    if not source or not holds_shapes(path):
        return ()
    options = ShapeOptions(**{name: value for name, value in source.items() if name in ShapeOptions.model_fields})
    return read_classes(read_shapes(path, options.layer).attributes, options, (), path)[1]


def _window(scene: Scene) -> int:
    """Return the side of the windows: the usual one, or the largest odd one that fits into a small scene."""
    return min(_WINDOW, (min(scene.shape[:2]) - 1) // 2 * 2 + 1)


def _sampler(scene: Scene) -> tuple[str, list[str]]:
    """Return the first sampler that can split the labels, and why others cannot."""
    refused = []
    for sampler in _SAMPLERS:
        try:
            for seed in _SEEDS:
                make_split(scene, sampler, window=_window(scene), seed=seed, train=_TRAIN, validation=_VALIDATION)
        except HsclassError as error:
            refused.append(f"sampler {sampler} is not used: {error}")
        else:
            return sampler, refused
    raise UsageError(f"scene {scene.name}: no sampler can split its labels: {refused[-1]}")


def _refusal(what: str, attempt: Callable[[Scene, str], None], scene: Scene, sampler: str) -> list[str]:
    """Return why something cannot be asked for; nothing where it can."""
    try:
        attempt(scene, sampler)
    except HsclassError as error:
        return [f"{what}: {error}"]
    return []


def _fold(scene: Scene, sampler: str) -> None:
    for seed in range(_FOLDS):
        make_split(scene, sampler, window=_window(scene), seed=seed, train=_TRAIN, validation=_VALIDATION, folds=_FOLDS)


def _match(scene: Scene, sampler: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for seed in _SEEDS if sampler != "random" else ():
            base = Path(scratch) / f"{seed}.tif"
            split = make_split(scene, sampler, window=_window(scene), seed=seed, train=_TRAIN, validation=_VALIDATION)
            write_split(split, base)
            make_split(scene, "matched_random", window=_window(scene), seed=seed, of=base)


def _commented(notes: Sequence[str]) -> list[str]:
    return [f"  # {' '.join(note.split())}" for note in notes]


def _descriptor_text(
    scene: Scene,
    classes: Sequence[LandCover],
    cube: Path,
    source: dict[str, Any],
    chosen: str,
    home: Path,
    about: Mapping[str, Any],
) -> str:
    rows, cols, bands = scene.shape
    crs = "no map coordinates" if scene.grid.crs is None else scene.grid.crs.to_string()
    lines = [
        "# Written by hsclass init; change what is wrong. docs/descriptor.md describes the keys.",
        f"title: {scene.name}",
        f"cube: {_quoted(_relative(cube, home))} # {rows} x {cols} pixels, {bands} bands are used, {crs}",
    ]
    lines += [yaml.safe_dump(dict(about)).strip()] if about else []
    if not source:
        return "\n".join([*lines, "# labels: labels.tif # class ids, polygons or points", ""])
    inside = yaml.safe_dump(
        {**source, "path": _relative(Path(source["path"]), home)}, allow_unicode=True, width=10_000, sort_keys=False,
        default_flow_style=True,
    ).strip()  # fmt: skip
    lines.append(f"labels: {inside}" + (f" # {chosen}" if chosen else ""))
    lines.append("classes:")
    assert scene.labels is not None
    for cover in classes:
        color = "" if cover.color is None else ', color: "#{:02x}{:02x}{:02x}"'.format(*cover.color)
        count = int((scene.labels == cover.id).sum())
        lines.append(f"  - {{id: {cover.id}, name: {_quoted(cover.name)}{color}}} # {counted(count, 'pixel')}")
    return "\n".join([*lines, ""])


def _experiment_text(name: str, descriptor: str, *, window: int, splits: Sequence[str], last: Sequence[str]) -> str:
    lines = [
        "# Written by hsclass init; change what is wrong. docs/own-scene.md shows what to do with it.",
        f"experiment: {name}",
        f"scenes: [{_quoted(descriptor)}]",
        f"window: {window}",
        f"fractions: {{train: {_TRAIN:.2f}, validation: {_VALIDATION:.2f}}}",
        f"seeds: {list(_SEEDS)} # draws of the training samples",
        "splits:",
        *splits,
        "models:",
        "  - rf",
        "  - svm",
        "  - lda",
        "  # - {model: cnn3d, epochs: 25} # a network on windows: slow without a GPU",
        *last,
    ]
    return "\n".join([*lines, ""])


def _relative(path: Path, home: Path) -> str:
    """Return a path from a folder, or the whole path where that is shorter."""
    whole = str(path.resolve())
    return min(os.path.relpath(whole, home.resolve()), whole, key=len)


def _quoted(value: str) -> str:
    """Return a text as YAML writes it in one line, also within braces, where a comma must be quoted."""
    return yaml.safe_dump([value], allow_unicode=True, width=10_000, default_flow_style=True).strip()[1:-1]
