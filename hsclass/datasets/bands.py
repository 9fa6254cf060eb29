"""From the cube of a file to that of a scene: which bands are kept, and which pixels hold data."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.cube import Cube, counted_as_data, in_yaml, usual_marks
from hsclass.datasets.descriptor import Descriptor
from hsclass.errors import DataError
from hsclass.gaps import can_hold, unused_value
from hsclass.row_blocks import row_blocks
from hsclass.scene import Scene
from hsclass.scene_arrays import LONGEST
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
_NATURAL = (650.0, 550.0, 470.0)  # red, green, blue [nm]
_NEAR = 30.0  # nm; farther from it, a band does not show that colour


def prepare_scene(cube: Cube, descriptor: Descriptor, *, name: str) -> Scene:
    """Read a cube, check it, leave out the bands that hold nothing and find the pixels without data.

    Bands in the descriptor's `drop_bands`, marked as bad by the file, or without data in every pixel are left out. A
    pixel holds data when the file's own mask shows it and it has a value in every band that is kept: elsewhere all
    bands are set to nodata. Where nothing declares nodata, a pixel that is NaN in all bands holds none. Values stay as
    they are stored, and one factor for all bands becomes the scene's `scale`; with an offset, or a factor that differs
    between bands, they become the measured ones, in float32.

    Parameters
    ----------
    cube : Cube
    descriptor : Descriptor
    name : str
        Of the scene.

    Returns
    -------
    Scene
        Without labels and classes.

    Raises
    ------
    DataError
        If the shape is not the descriptor's, no pixel holds data, a value is NaN or infinite, or wavelengths are
        missing for some bands or the same for two.
    """
    path, bands = cube.path, cube.shape[2]
    if descriptor.shape is not None and cube.shape != descriptor.shape:
        raise DataError(f"{path}: the cube is {cube.shape} (rows, cols, bands); expected {descriptor.shape}")
    if foreign := sorted(band for band in descriptor.drop_bands if band >= bands):
        raise DataError(
            f"{path}: 'drop_bands' names {foreign[:10]}, but the cube has the bands 0 to {bands - 1}; correct"
            " 'drop_bands', which counts from 0"
        )
    cube = described(cube, descriptor)
    chosen = np.isin(np.arange(bands), descriptor.drop_bands)
    good = np.isin(np.arange(bands), cube.good)
    wanted = np.flatnonzero(good & ~chosen)
    read = cube.keep(wanted)
    values, shown = read.stored() if len(wanted) else np.empty((*cube.shape[:2], 0), cube.dtype), cube.mask()
    if not cube.nodata and (blank := _blank(values, shown)):
        cube, read = (replace(each, nodata=(float("nan"),), nodata_in_all=True) for each in (cube, read))
        _LOG.warning("%s: %s NaN in all bands and so without data", path, counted(blank, "pixel is", "pixels are"))
    empty = _empty(read, values, shown)
    kept = wanted[~empty]
    if not len(kept) and len(wanted) < bands:
        raise DataError(
            f"{path}: no band is left of {bands}: 'drop_bands' names {len(set(descriptor.drop_bands))}, the file marks"
            f" {int((~good).sum())} as bad, {int(empty.sum())} hold no data; expected some; correct 'drop_bands'"
            " or 'nodata'"
        )
    cube = cube.keep(kept)
    if len(kept) < len(wanted):
        values = np.ascontiguousarray(values[..., ~empty])
    mask, partly = _holding(cube, values, shown)
    if not len(kept) or not mask.any():
        few = [band for place, band in enumerate(kept.tolist()) if cube.lacking(values[..., place]).mean() > 0.5]
        remedy = f"list the bands that lack most ({few[:10]}) in 'drop_bands', or " if few else ""
        raise DataError(
            f"{path}: no pixel has a value in every band, nodata being {in_yaml(*cube.nodata)}; expected some;"
            f" {remedy}correct 'nodata'"
        )
    if unasked := sorted([*wanted[empty].tolist(), *np.flatnonzero(~good & ~chosen).tolist()]):
        _LOG.warning("%s: left out the bands %s (0-based), which hold no data, are marked bad or mask", path, unasked)
    if partly:
        which = ("pixel lacks a value in some band and counts", "pixels lack a value in some band and count")
        _LOG.warning("%s: %s as without data", path, counted(partly, *which))
    if sentence := counted_as_data(usual_marks(values, mask), cube.nodata):
        _LOG.warning("%s: %s", path, sentence)
    values = _measured(cube, values)
    nodata = _fill(values, mask, cube)
    _require_finite(values, path, cube.nodata)
    if cube.wavelengths is not None:
        _require_centres(cube.wavelengths, kept, path)
    return Scene(
        name, values, None, cube.wavelengths, mask, (), grid=cube.grid, nodata=nodata, scale=cube.factor,
        rgb=_rgb(descriptor, kept, cube.wavelengths, path), bad_bands=cube.left_out,
        fwhm=None if cube.fwhm is None or np.isnan(cube.fwhm).any() else cube.fwhm, band_names=cube.band_names,
    )  # fmt: skip


def described(cube: Cube, descriptor: Descriptor) -> Cube:
    """Return a cube with what a descriptor says of it in place of what its file says.

    Raises
    ------
    DataError
        If the descriptor does not list one value a band, or its nodata cannot be among the values.
    """
    given: dict[str, Any] = {}
    if descriptor.nodata:
        if unfit := [value for value in descriptor.nodata if not can_hold(cube.dtype, value)]:
            raise DataError(
                f"{cube.path}: holds {cube.dtype}, which cannot be the descriptor's 'nodata' {unfit[0]};"
                " correct 'nodata'"
            )
        given["nodata"] = descriptor.nodata
        if replaced := [value for value in cube.nodata if not _among(value, descriptor.nodata)]:
            _LOG.warning(
                "%s: declares %s as nodata, which counts as data, as the descriptor's 'nodata' replaces it; to leave"
                " out both, say 'nodata: %s'", cube.path, in_yaml(*replaced), in_yaml(*replaced, *descriptor.nodata),
            )  # fmt: skip
    for name in ("wavelengths", "fwhm"):
        if (listed := getattr(descriptor, name)) == ():
            given |= {name: None, "fwhm": None}
        elif listed is not None:
            if len(listed) != cube.shape[2]:
                raise DataError(
                    f"{cube.path}: has {counted(cube.shape[2], 'band')}, but the descriptor lists {len(listed)}"
                    f" '{name}'; expected"
                    " one a band"
                )
            given[name] = np.array(listed, float)
    for name in ("scale", "offset"):
        if (value := getattr(descriptor, name)) is not None:
            given[name] = np.full(cube.shape[2], value)
    return replace(cube, **given)


def _among(value: float, others: tuple[float, ...]) -> bool:
    return value in others or (np.isnan(value) and bool(np.isnan(others).any()))


def _blank(values: np.ndarray, shown: np.ndarray | None) -> int:
    """Return how many of the pixels that the file's own mask shows are NaN in all bands."""
    if values.dtype.kind != "f" or not values.shape[2]:
        return 0
    likely = np.isnan(values[..., 0])
    likely = likely if shown is None else likely & shown
    return int(np.isnan(values[likely]).all(axis=1).sum())


def _empty(cube: Cube, values: np.ndarray, shown: np.ndarray | None) -> np.ndarray:
    """Return which bands hold no data in any pixel, ndarray of bool."""
    undecided = np.arange(cube.shape[2])
    if cube.nodata or shown is not None:
        for rows in row_blocks(values):
            if len(undecided):
                lacking = cube.keep(undecided).lacking(values[rows][..., undecided])
                hidden = False if shown is None else ~shown[rows, :, np.newaxis]
                undecided = undecided[(lacking | hidden).all(axis=(0, 1))]
    else:
        undecided = undecided[:0]
    return np.isin(np.arange(cube.shape[2]), undecided)


def _holding(cube: Cube, values: np.ndarray, shown: np.ndarray | None) -> tuple[np.ndarray, int]:
    """Return which pixels hold data, and how many of the others lack it in some bands only."""
    mask = np.ones(cube.shape[:2], bool) if shown is None else shown.copy()
    partly = 0
    if cube.nodata:
        for rows in row_blocks(values):
            lacking = cube.lacking(values[rows])
            some = lacking.any(axis=2) & mask[rows]
            in_all = lacking[some].all(axis=1)
            partly += 0 if cube.nodata_in_all else int((~in_all).sum())
            mask[rows][some] = ~in_all if cube.nodata_in_all else False
    return mask, partly


def _measured(cube: Cube, values: np.ndarray) -> np.ndarray:
    if not cube.measures:
        return values
    measured = np.empty(values.shape, np.float32)
    for rows in row_blocks(values):
        measured[rows] = cube.measured(values[rows])
    return measured


def _fill(values: np.ndarray, mask: np.ndarray, cube: Cube) -> float | None:
    """Set every band of a pixel without data to one nodata: the first finite one, or else another value."""
    fit = [value for value in cube.nodata if np.isfinite(value) and can_hold(values.dtype, value)]
    nodata = None if cube.measures or not fit else fit[0]
    if not mask.all():
        nodata = unused_value(values, mask, cube.path) if nodata is None else nodata
        values[~mask] = nodata
    return nodata


def _require_finite(values: np.ndarray, path: Path | None, nodata: tuple[float, ...]) -> None:
    if values.dtype.kind != "f":
        return
    with np.errstate(over="ignore", invalid="ignore"):  # a sum is finite only if its terms are
        doubtful = [rows for rows in row_blocks(values) if not np.isfinite(values[rows].sum())]
    wrong = [(rows.start, ~np.isfinite(values[rows])) for rows in doubtful]
    if count := sum(int(found.sum()) for _, found in wrong):
        top, first = next((top, found) for top, found in wrong if found.any())
        row, col, band = np.argwhere(first)[0].tolist()
        raise DataError(
            f"{path}: has {counted(count, 'NaN or infinite value')}, the first at row {top + row}, column {col}, band"
            f" {band} (0-based); expected finite numbers; if they stand for missing data, say"
            f" 'nodata: {in_yaml(*nodata, *_marks(values[doubtful[0]]))}' in the descriptor"
        )


def _marks(values: np.ndarray) -> list[float]:
    """Return which of NaN and the infinities occur."""
    found = (np.nan, np.isnan(values)), (np.inf, np.isposinf(values)), (-np.inf, np.isneginf(values))
    return [value for value, where in found if where.any()]


def _require_centres(centres: np.ndarray, kept: np.ndarray, path: Path | None) -> None:
    """Check that every band kept has a wavelength of its own."""
    remedy = "list 'wavelengths' in the descriptor, or [] to use none, or leave bands out by 'drop_bands'"
    if lacking := kept[~np.isfinite(centres)].tolist():
        raise DataError(
            f"{path}: has no wavelength for the bands {lacking[:10]} (0-based), but for others; expected all or none;"
            f" {remedy}"
        )
    if centres.max() > LONGEST:
        raise DataError(
            f"{path}: has wavelengths up to {centres.max():g} nm, as nanometres declared as micrometres would be;"
            f" expected at most {LONGEST}; correct the unit in the file, or list 'wavelengths' in the descriptor"
        )
    found, counts = np.unique(centres, return_counts=True)
    if (counts > 1).any():
        twice = found[counts > 1][0]
        where = kept[centres == twice].tolist()
        raise DataError(
            f"{path}: has the wavelength {twice:g} nm for the bands {where} (0-based); expected one of its own each;"
            f" {remedy}"
        )


def _rgb(
    descriptor: Descriptor, kept: np.ndarray, wavelengths: np.ndarray | None, path: Path | None
) -> tuple[int, int, int] | None:
    """Return the bands in natural colours among those kept: the descriptor's, or else the nearest by wavelength."""
    if descriptor.rgb is not None:
        places = [np.flatnonzero(kept == band).tolist() for band in descriptor.rgb]
        if not all(places):
            raise DataError(
                f"{path}: 'rgb' {list(descriptor.rgb)} names a band that is missing or left out; choose others"
            )
        return places[0][0], places[1][0], places[2][0]
    if wavelengths is None:
        return None
    red, green, blue = (int(np.argmin(np.abs(wavelengths - centre))) for centre in _NATURAL)
    far = np.abs(wavelengths[[red, green, blue]] - _NATURAL).max() > _NEAR
    return None if far else (red, green, blue)
