"""Assess a map with a labelled sample: unbiased accuracies and class areas with standard errors and intervals."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.alignment import require_same_grid
from hsclass.assess.design.areas import Unit, area_scale, uneven
from hsclass.assess.design.drawing import ProbabilitySample
from hsclass.assess.design.estimators import Estimate, PostStratified, SampleDesign, Stratified, TwoStage
from hsclass.assess.design.files import Labelled, design_file, read_design, read_sample
from hsclass.assess.design.halving import further_units
from hsclass.assess.design.labels import agreement, class_ids, listed, with_others
from hsclass.assess.design.strata import ClassRaster, count_strata
from hsclass.assess.reading import known_classes
from hsclass.errors import DataError, UsageError
from hsclass.results.record import plain, require_file
from hsclass.wording import counted

_MOVED = 0.6  # pixels from the centre: half a pixel, and what coordinates lose on their way through a file
_SHOWN = 5


@dataclass(frozen=True)
class ClassAssessment:
    """Accuracy and area of one class; areas in the unit of the assessment."""

    id: int
    name: str
    mapped: float
    users: Estimate
    producers: Estimate
    area: Estimate


@dataclass(frozen=True)
class Assessment:
    """What a labelled probability sample says of a map.

    Attributes
    ----------
    design : str
    n : int
        Labelled units.
    missing : int
        Units without a label, left out by `allow_missing`.
    unit : str
        Of the areas.
    oa : Estimate
    classes : tuple of ClassAssessment
        Every class of the map or of the reference labels, by ascending id.
    matrix : ndarray of float, shape (classes, classes)
        Error matrix in shares of the map's area; rows: map, columns: reference.
    counts : ndarray of int, shape (classes, classes)
        The same in sample units.
    agreement : dict or None
        Of two interpreters: `n`, `share` of equal labels, Cohen's `kappa`.
    halving : dict
        Further units that would halve a standard error: see `further_units`.
    about : dict
        How the sample was drawn: `seed`, the options, and `strata`, the `pixels` and labelled `units` of each.
    notes : tuple of str
    """

    design: str
    n: int
    missing: int
    unit: str
    oa: Estimate
    classes: tuple[ClassAssessment, ...]
    matrix: np.ndarray
    counts: np.ndarray
    agreement: dict[str, float] | None
    halving: dict[str, Any]
    about: dict[str, Any]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return all figures for JSON, None where they are not defined."""
        return {
            "design": self.design, "n": self.n, "missing": self.missing, "unit": self.unit, **_keys("oa", self.oa),
            "classes": [
                {
                    "id": found.id, "name": found.name, "mapped": found.mapped, **_keys("users", found.users),
                    **_keys("producers", found.producers), **_keys("area", found.area),
                }
                for found in self.classes
            ],
            "matrix": self.matrix.tolist(), "counts": self.counts.tolist(), "agreement": self.agreement,
            "halving": self.halving, "about": self.about, "notes": list(self.notes),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "Assessment":
        """Return what `as_dict` was called of."""
        classes = tuple(
            ClassAssessment(
                entry["id"], entry["name"], entry["mapped"],
                *(_estimate(name, entry) for name in ("users", "producers", "area")),
            )
            for entry in found["classes"]
        )  # fmt: skip
        same = ("design", "n", "missing", "unit", "agreement", "halving", "about")
        return cls(
            **{name: found[name] for name in same}, oa=_estimate("oa", found), classes=classes,
            matrix=np.array(found["matrix"], float), counts=np.array(found["counts"], int),
            notes=tuple(found["notes"]),
        )  # fmt: skip


def read_assessment(path: str | os.PathLike[str]) -> Assessment:
    """Read the JSON file that `hsclass assess --output` wrote.

    Raises
    ------
    DataError
        If it is missing, or holds something else.
    """
    file = require_file(Path(path), "assess")
    try:
        return Assessment.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{file}: is no assessment ({error}); expected what 'hsclass assess -o' wrote") from error


def _estimate(name: str, found: Mapping[str, Any]) -> Estimate:
    values = (found[key] for key in (name, f"{name}_se", f"{name}_low", f"{name}_high"))
    return Estimate(*(float("nan") if value is None else value for value in values))


def _keys(name: str, found: Estimate) -> dict[str, float | None]:
    return {
        name: plain(found.value), f"{name}_se": plain(found.se), f"{name}_low": plain(found.low),
        f"{name}_high": plain(found.high),
    }  # fmt: skip


def assess_map(
    sample_file: str | os.PathLike[str],
    map_file: str | os.PathLike[str],
    *,
    design: str | os.PathLike[str] | None = None,
    column: str | None = None,
    unit: Unit | None = None,
    allow_missing: bool = False,
    other: Sequence[str] = (),
) -> Assessment:
    """Estimate accuracy and class areas of a map from a labelled probability sample.

    Simple and systematic samples are post-stratified by the map's classes. The strata of a stratified sample need not
    be the map's classes (Stehman 2014), so that one sample serves several maps of a grid. For the intervals see
    `Stratified.limits` and `TwoStage.limits` in `hsclass.assess.design.estimators`.

    Parameters
    ----------
    sample_file : path-like
        What `hsclass sample` wrote, with reference labels filled in: class ids, or names where the map has a legend.
    map_file : path-like
        The map, on the grid that the sample was drawn on.
    design : path-like, optional
        The design of the sample; by default `NAME.design.json` next to it.
    column : str, optional
        Reference column to use, where there are several; the first by default.
    unit : {"m2", "ha", "km2", "pixels"}, optional
        Of the areas on the ground. By default hectares, and pixels where the map does not give them.
    allow_missing : bool
        Leave units without a label out, as if they were missing at random within their stratum.
    other : sequence of str
        Names, or ids, of classes that the map lacks but the sample may show: their units are errors of the map (Stehman
        2014), and their areas are estimated like those of the others.

    Raises
    ------
    DataError
        If labels are missing or are no classes, points were moved, added or removed, a stratum has one labelled unit,
        or the map lies on another grid.
    UsageError
        If there is no such column, areas are asked for in a unit that the map's grid does not give, or the map has a
        class of `other`.
    """
    labelled = read_sample(sample_file)
    drawn = read_design(design_file(sample_file) if design is None else design)
    raster = ClassRaster.open(map_file)
    require_same_grid(
        raster.grid,
        drawn.grid,
        shapes=(raster.shape, drawn.shape),
        name=f"{raster.path}: the map",
        other=f"the map of {sample_file}",
    )
    order = _matched(labelled, drawn, sample_file)
    held = count_strata(raster)
    sizes = dict(zip(held.ids.tolist(), held.pixels.tolist(), strict=True))
    named = {cover.id: cover.name for cover in known_classes(raster.path)}
    legend = with_others(named, other, sizes)
    texts = {name: [column_of[place] for place in order] for name, column_of in labelled.references.items()}
    name = next(iter(texts)) if column is None else column
    if name not in texts:
        raise UsageError(f"--column {name}: {sample_file} has {', '.join(texts)}; give one of these")
    reference = class_ids(texts[name], legend, sample_file)
    kept = reference > 0
    missing = int((~kept).sum())
    if missing == len(kept):
        raise DataError(
            f"{sample_file}: none of its {len(kept)} points has a label in '{name}'; fill in class ids or names"
        )
    if missing and not allow_missing:
        raise DataError(
            f"{sample_file}: {missing} of its {len(kept)} points {'has' if missing == 1 else 'have'} no label in"
            f" '{name}', the first is id {int(np.flatnonzero(~kept)[0]) + 1}; label them, or leave them out with"
            " --allow-missing"
        )
    mapped = raster.at(drawn.pixels)
    outside = int((mapped[kept] == 0).sum())
    if outside:
        raise DataError(f"{map_file}: has no class at {outside} points of {sample_file}; give the map that covers them")
    planned, notes = _design_of(drawn, kept, mapped[kept], sizes, sample_file)
    if missing:
        notes.append(
            f"{counted(missing, 'point')} without a label {'was' if missing == 1 else 'were'} left out, as if missing"
            " at random within their stratum"
        )
    if reason := uneven(raster):
        notes.append(f"figures count all pixels as equal, although {reason}")
    if foreign := sorted(set(reference[kept].tolist()) - sizes.keys()):
        places = np.flatnonzero(np.isin(reference, foreign))
        names = [legend.get(number, str(number)) for number in foreign]
        slips = "" if {*names} <= {*other} else ": check that these are not typing errors"
        notes.append(
            f"{len(places)} points have labels that no pixel of the map has ({', '.join(names[:_SHOWN])} at id"
            f" {listed(places.tolist())}); they count as errors of the map{slips}"
        )
    return _estimated(
        planned, drawn, mapped[kept], reference[kept], sizes, legend, area_scale(raster, unit), missing=missing,
        agreement=agreement(texts, legend, sample_file), notes=notes, units=drawn.strata[kept],
    )  # fmt: skip


def _estimated(
    design: SampleDesign, drawn: ProbabilitySample, mapped: np.ndarray, reference: np.ndarray, sizes: Mapping[int, int],
    legend: Mapping[int, str], scale: tuple[str, float], *, missing: int, agreement: dict[str, float] | None,
    notes: list[str], units: np.ndarray,
) -> Assessment:  # fmt: skip
    ids = sorted({*sizes, *np.unique(reference).tolist()})
    one, right, total = np.ones(len(mapped)), (mapped == reference).astype(float), float(sum(sizes.values()))
    unit, area = scale
    classes = []
    for identity in ids:
        named, true = (mapped == identity).astype(float), (reference == identity).astype(float)
        share = design.ratio(true, one, accuracy=False)
        classes.append(
            ClassAssessment(
                identity, legend.get(identity, str(identity)), sizes.get(identity, 0) * area,
                design.ratio(named * true, named),
                design.ratio(named * true, true, other=(named * (1 - true), 1 - true)),
                Estimate(*(value * total * area for value in share)),
            )
        )  # fmt: skip
    place = {identity: number for number, identity in enumerate(ids)}
    cells = np.array([[place[m], place[r]] for m, r in zip(mapped.tolist(), reference.tolist(), strict=True)]).T
    matrix, counts = np.zeros((len(ids), len(ids))), np.zeros((len(ids), len(ids)), np.int64)
    np.add.at(matrix, tuple(cells), design.weights / design.weights.sum())
    np.add.at(counts, tuple(cells), 1)
    return Assessment(
        drawn.design, len(mapped), missing, unit, design.ratio(right, one), tuple(classes), matrix, counts, agreement,
        further_units(design, right, {i: (reference == i).astype(float) for i in ids}, sorted(drawn.sizes)),
        _about(drawn, units), tuple(notes),
    )  # fmt: skip


def _about(drawn: ProbabilitySample, units: np.ndarray) -> dict[str, Any]:
    """Return how a sample was drawn, with the pixels and the labelled units of each stratum."""
    strata = {str(s): {"pixels": n, "units": int(np.count_nonzero(units == s))} for s, n in sorted(drawn.sizes.items())}
    return {"seed": drawn.seed, **drawn.about, "strata": strata}


def _design_of(
    drawn: ProbabilitySample, kept: np.ndarray, mapped: np.ndarray, sizes: Mapping[int, int], file: object
) -> tuple[SampleDesign, list[str]]:
    """Return the design of the labelled units; strata whose units lack a label, or are single, are refused."""
    notes: list[str] = []
    if (apart := drawn.about.get("min_distance", 0)) > 1:
        notes.append(
            f"points lie {apart:g} pixels or more apart, so that pixels are not drawn with equal, known probabilities,"
            " which the figures ignore"
        )
    if drawn.design in {"simple", "systematic"}:
        held, units = dict(sizes), mapped
        few = [stratum for stratum in held if np.count_nonzero(units == stratum) < 2]
        if few:  # post-strata may be joined: with one of them all is simple random sampling
            notes.append(
                f"map class {', '.join(map(str, few[:_SHOWN]))} has fewer than 2 points, so the sample is not"
                " post-stratified"
            )
            return Stratified(np.zeros(len(units), np.int64), np.array([sum(held.values())])), notes
        if drawn.design == "systematic":
            notes.append("standard errors are those of a simple random sample, usually too large for a systematic one")
        return PostStratified(*_indexed(units, held)), notes
    units = drawn.strata[kept]
    few = [stratum for stratum in drawn.sizes if np.count_nonzero(units == stratum) < 2]
    if few and drawn.design == "stratified":
        found = ", ".join(f"{s}: {np.count_nonzero(units == s)}" for s in few[:_SHOWN])
        raise DataError(
            f"{file}: {len(few)} strata have fewer than 2 labelled points ({found}), so they have no standard error;"
            " label more points there, or draw a sample with at least 2 in each stratum"
        )
    if drawn.design == "blocks":
        held = {block: size for block, size in drawn.sizes.items() if (units == block).any()}
        return TwoStage(*_indexed(units, held), blocks=int(drawn.about["blocks"])), notes
    return Stratified(*_indexed(units, drawn.sizes)), notes


def _indexed(units: np.ndarray, sizes: Mapping[int, int]) -> tuple[np.ndarray, np.ndarray]:
    ids = np.array(sorted(sizes))
    return np.searchsorted(ids, units), np.array([sizes[identity] for identity in ids.tolist()], np.int64)


def _matched(labelled: Labelled, drawn: ProbabilitySample, file: object) -> np.ndarray:
    """Return for each drawn unit the row of the file that holds it, after a check that none was moved."""
    wanted = np.arange(1, len(drawn) + 1)
    unknown, lacking = np.setdiff1d(labelled.ids, wanted), np.setdiff1d(wanted, labelled.ids)
    if len(unknown) or len(lacking):
        raise DataError(
            f"{file}: lacks {len(lacking)} of the {len(drawn)} points of its design and has {len(unknown)} others"
            f" (id {', '.join(map(str, [*lacking[:3], *unknown[:3]]))}); keep all points, and leave 'reference' empty"
            " where there is no label"
        )
    order = np.argsort(labelled.ids)
    places = _in_map_crs(labelled.places[order], labelled.crs, drawn)
    columns = np.stack(~drawn.grid.placing @ places.T, axis=1)
    moved = np.abs(columns - (drawn.pixels[:, ::-1] + 0.5)).max(axis=1) > _MOVED
    if moved.any():
        raise DataError(
            f"{file}: {int(moved.sum())} of {len(drawn)} points lie elsewhere than they were drawn, the first is id"
            f" {int(np.flatnonzero(moved)[0]) + 1}; a label holds for the drawn pixel: move them back"
        )
    return order


def _in_map_crs(places: np.ndarray, crs: Any, drawn: ProbabilitySample) -> np.ndarray:
    from rasterio.crs import CRS
    from rasterio.warp import transform

    if crs is None or drawn.grid.crs is None:
        return places
    own = CRS.from_user_input(crs)
    return places if own == drawn.grid.crs else np.array(transform(own, drawn.grid.crs, *places.T)).T
