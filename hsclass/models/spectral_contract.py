"""The spectral contract: which bands a model was trained on, and how those of another scene become them.

A scene is never scaled by its own statistics here: values change by the scenes' known scales only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from hsclass.errors import DataError
from hsclass.results.model import ModelCard
from hsclass.scene import Scene
from hsclass.wording import counted

Resampling = Literal["linear", "gaussian"]

TOLERANCE = 0.5
"""Centres [nm] no farther apart than this are those of one band."""

_SHOWN = 3


@dataclass(frozen=True)
class SpectralBands:
    """What is known of the bands of a cube.

    Attributes
    ----------
    count : int
    centres, fwhm : ndarray of float64, shape (count,), or None
        Centres, and full widths at half maximum [nm].
    scale : float or None
        A value times it is what the source says it measures.
    bad : tuple of float
        Centres [nm] of bands of the source that the cube leaves out.
    """

    count: int
    centres: np.ndarray | None = None
    fwhm: np.ndarray | None = None
    scale: float | None = None
    bad: tuple[float, ...] = ()

    @classmethod
    def of_scene(cls, scene: Scene) -> "SpectralBands":
        """Return the bands of a scene."""
        return cls(scene.shape[2], scene.wavelengths, scene.fwhm, scene.scale, scene.bad_bands)

    @classmethod
    def of_model(cls, card: ModelCard) -> "SpectralBands":
        """Return the bands of a model, from its card."""
        centres, fwhm = (
            None if values is None else np.array(values, float) for values in (card.wavelengths, card.fwhm)
        )
        return cls(card.bands, centres, fwhm, card.scale, tuple(card.bad_bands))

    def as_dict(self) -> dict[str, Any]:
        """Return what `of_model` reads."""
        return {
            "bands": self.count,
            "wavelengths": None if self.centres is None else self.centres.tolist(),
            "fwhm": None if self.fwhm is None else self.fwhm.tolist(),
            "scale": self.scale,
            "bad_bands": list(self.bad),
        }


@dataclass(frozen=True)
class Conversion:
    """How the bands of a scene become those of a model.

    Attributes
    ----------
    order : ndarray of int, shape (needed,)
        Indices, from 0, of the scene's bands that are needed, in the order that `apply` takes them in.
    weights : ndarray of float32, shape (needed, model bands), or None
        Of the needed bands in each of the model's. None: they are the model's.
    factor : float
        That the values are multiplied by.
    notes : tuple of str
        What was done, in words; empty where nothing was.
    """

    order: np.ndarray
    weights: np.ndarray | None = None
    factor: float = 1.0
    notes: tuple[str, ...] = ()

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return the model's bands, shape (…, model bands), of the needed ones, shape (…, needed)."""
        if self.weights is not None:
            flat = values.reshape(-1, values.shape[-1]).astype(np.float32, copy=False)
            values = (flat @ self.weights).reshape(*values.shape[:-1], -1)
        return values if self.factor == 1 else values.astype(np.float32, copy=False) * np.float32(self.factor)

    def take(self, cube: np.ndarray) -> np.ndarray:
        """Return the needed bands of a whole cube, shape (rows, cols, bands), without a copy where that is all."""
        whole = len(self.order) == cube.shape[2] and (self.order == np.arange(len(self.order))).all()
        return cube if whole else cube[..., self.order]


def convert_bands(
    model: SpectralBands, scene: SpectralBands, *, name: str, resample: Resampling | None = None
) -> Conversion:
    """Find how a scene's bands become a model's.

    Bands are the same when their centres differ by no more than `TOLERANCE`; bands without centres are taken in their
    order. Bands in another order are put in the model's, and those left out that the model's own scene left out, too.

    Parameters
    ----------
    model, scene : SpectralBands
    name : str
        Of the scene, for messages.
    resample : {"linear", "gaussian"}, optional
        Compute the model's bands from the scene's where they are others; see `linear_weights`, `gaussian_weights`.

    Raises
    ------
    DataError
        If the bands are others and may not be resampled, or cannot be: a centre is not known, or lies outside what the
        scene covers.
    """
    conversion = _matched(model, scene, name) if resample is None else _resampled(model, scene, name, resample)
    if model.scale is None or scene.scale is None or np.isclose(model.scale, scene.scale, rtol=1e-6):
        return conversion
    factor = scene.scale / model.scale
    note = f"values are multiplied by {factor:g}, from scale {scene.scale:g} to the model's {model.scale:g}"
    return replace(conversion, factor=factor, notes=(*conversion.notes, note))


def linear_weights(target: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Return weights, shape (source bands, target bands), that interpolate linearly between neighbouring centres [nm].

    A centre beyond the first or last is given that band. Of bands with one centre, the first is used.
    """
    centres, place = np.unique(source, return_index=True)
    weights = np.zeros((len(source), len(target)))
    if len(centres) == 1:
        weights[place[0]] = 1
        return weights
    right = np.searchsorted(centres, target).clip(1, len(centres) - 1)
    share = ((target - centres[right - 1]) / (centres[right] - centres[right - 1])).clip(0, 1)
    columns = np.arange(len(target))
    weights[place[right - 1], columns] = 1 - share
    weights[place[right], columns] = share
    return weights


def gaussian_weights(target: np.ndarray, source: np.ndarray, fwhm: np.ndarray | None = None) -> np.ndarray:
    """Return weights, shape (source bands, target bands), of Gaussian responses around the target's centres [nm].

    The response ``exp(-4 ln 2 (distance / width)²)`` is integrated over the source's centres, each standing for the
    range halfway to its neighbours; the weights of a target band add up to 1. The width is the target's `fwhm`, or its
    spacing where that is not known, but never less than the source's spacing there, so that it does not fall between
    two bands.
    """
    order = np.argsort(source, kind="stable")
    spacing = np.empty(len(source))
    spacing[order] = _spacing(source[order])
    if fwhm is None:
        fwhm = np.empty(len(target))
        sorted_target = np.argsort(target, kind="stable")
        fwhm[sorted_target] = _spacing(target[sorted_target])
    width = np.maximum(fwhm, np.interp(target, source[order], spacing[order]))
    distance = source[:, np.newaxis] - target
    response = np.exp(-4 * np.log(2) * (distance / width) ** 2) * spacing[:, np.newaxis]
    return response / response.sum(axis=0)


def _spacing(centres: np.ndarray) -> np.ndarray:
    """The range [nm] that each of ascending centres stands for: from halfway to the one before to halfway to the next.

    The outer half of the first and last is as wide as the inner.
    """
    if len(centres) == 1:
        return np.ones(1)
    steps = np.diff(centres)
    widths = (np.concatenate([steps[:1], steps]) + np.concatenate([steps, steps[-1:]])) / 2
    return np.maximum(widths, 1e-6)  # bands of one centre


def _matched(model: SpectralBands, scene: SpectralBands, name: str) -> Conversion:
    as_given = Conversion(np.arange(scene.count))
    if model.centres is None or scene.centres is None:
        if model.count != scene.count:
            raise DataError(f"scene {name}: {_counts(model, scene)}; {_cure(resample=False)}")
        if model.centres is scene.centres:
            return as_given
        who = "the model" if model.centres is None else "the scene"
        note = f"{who} has no wavelengths, so the {scene.count} bands are taken for the model's in their order"
        return replace(as_given, notes=(note,))
    if model.count == scene.count and np.abs(model.centres - scene.centres).max() <= TOLERANCE:
        return as_given
    mine, theirs = _pairs(model.centres, scene.centres)
    extra = np.setdiff1d(np.arange(scene.count), theirs)
    lacking = np.setdiff1d(np.arange(model.count), mine)
    known_bad = np.array([np.any(np.abs(np.array(model.bad) - scene.centres[band]) <= TOLERANCE) for band in extra])
    if len(lacking) or not known_bad.all():
        raise DataError(
            f"scene {name}: {_difference(model, scene, lacking, extra[~known_bad.astype(bool)])}; {_cure()}"
        )
    order = np.empty(model.count, int)
    order[mine] = theirs
    if (np.diff(order) > 0).all():
        return Conversion(order, notes=(_left_out(scene.centres, extra),))
    if len(np.unique(model.centres)) < model.count:
        raise DataError(
            f"scene {name}: its bands are in another order than the model's, and some have the same centre, so that it"
            " is not known which is which; give the bands in the model's order"
        )
    notes = ["the bands are put in the model's order"] + ([_left_out(scene.centres, extra)] if len(extra) else [])
    return Conversion(order, notes=tuple(notes))


def _resampled(model: SpectralBands, scene: SpectralBands, name: str, kind: Resampling) -> Conversion:
    if model.centres is None or scene.centres is None:
        who = "the model" if model.centres is None else f"scene {name}"
        raise DataError(
            f"scene {name}: bands are resampled by wavelength, but {who} has none; give the scene's 'wavelengths' in a"
            " descriptor, or train on a scene that has some"
        )
    same = model.count == scene.count and np.abs(model.centres - scene.centres).max() <= TOLERANCE
    if same:
        return Conversion(np.arange(scene.count))
    low, high = scene.centres.min() - TOLERANCE, scene.centres.max() + TOLERANCE
    outside = np.flatnonzero((model.centres < low) | (model.centres > high))
    if len(outside):
        raise DataError(
            f"scene {name}: covers {scene.centres.min():g} to {scene.centres.max():g} nm, but {len(outside)} of the"
            f" model's {model.count} bands lie outside ({_listed(model.centres, outside)}); nothing is extrapolated:"
            " train the model on bands within that range"
        )
    if kind == "linear":
        weights = linear_weights(model.centres, scene.centres)
    else:
        weights = gaussian_weights(model.centres, scene.centres, model.fwhm)
    needed = np.flatnonzero(weights.any(axis=1))
    note = f"{scene.count} bands are resampled to the model's {model.count} by wavelength ({kind})"
    return Conversion(needed, weights[needed].astype(np.float32), notes=(note,))


def _pairs(model: np.ndarray, scene: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bands of model and scene that are the same, one to one: as many as possible, with centres as near as possible."""
    from scipy.optimize import linear_sum_assignment

    distance = np.abs(model[:, np.newaxis] - scene)
    mine, theirs = linear_sum_assignment(np.where(distance <= TOLERANCE, distance, 1e6))
    near = distance[mine, theirs] <= TOLERANCE
    return mine[near], theirs[near]


def _counts(model: SpectralBands, scene: SpectralBands) -> str:
    return f"has {counted(scene.count, 'band')}, but the model was trained on {model.count}"


def _difference(model: SpectralBands, scene: SpectralBands, lacking: np.ndarray, extra: np.ndarray) -> str:
    assert model.centres is not None
    assert scene.centres is not None
    off = f"{len(lacking)} of the model's are missing ({_listed(model.centres, lacking)})" if len(lacking) else ""
    over = f"{len(extra)} are not the model's ({_listed(scene.centres, extra)})" if len(extra) else ""
    differences = " and ".join(part for part in (off, over) if part)
    if model.count != scene.count:
        return f"{_counts(model, scene)}; {differences}"
    worst = int(np.argmax(np.abs(model.centres - scene.centres)))
    return (
        f"band {worst + 1} lies at {scene.centres[worst]:g} nm, but the model was trained with it at"
        f" {model.centres[worst]:g} nm; {differences}"
    )


def _listed(centres: np.ndarray, bands: Sequence[int] | np.ndarray) -> str:
    """The first bands, counted from 1, with their centres."""
    shown = ", ".join(f"band {band + 1} at {centres[band]:g} nm" for band in bands[:_SHOWN])
    return shown + (", …" if len(bands) > _SHOWN else "")


def _left_out(centres: np.ndarray, extra: np.ndarray) -> str:
    return (
        f"{counted(len(extra), 'band is', 'bands are')} left out, as in the model's scene ({_listed(centres, extra)})"
    )


def _cure(resample: bool = True) -> str:
    cure = "give the scene with the model's bands"
    return cure + ", or have it resampled by wavelength (--resample linear or gaussian)" * resample
