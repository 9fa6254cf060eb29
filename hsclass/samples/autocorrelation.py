"""Range of spatial autocorrelation: up to which distance nearby pixels are more alike than any two."""

from typing import Any, NamedTuple

import numpy as np

from hsclass.raster import Grid
from hsclass.results.audit import Autocorrelation

MOST = 5000
"""Pixels that a variogram is estimated from, at most."""

FEWEST = 100
"""Pixels below which no variogram is estimated (Webster & Oliver 1992)."""

_COMPONENTS = 5
_BINS = 20
_FEWEST_BINS = 5
_PAIRS = 30  # fewest in a bin
_ALIKE = 0.1  # share by which neighbours must differ less than distant pixels, so that there is a range


def sampled_places(marked: np.ndarray) -> np.ndarray:
    """Return (row, col) of at most `MOST` marked pixels, shape (n, 2).

    Where there are more, half of them are drawn at random, and for each of these another one whose distance is uniform
    on a logarithmic scale, so that short distances have pairs in large scenes, too. `marked` is of shape (rows, cols).
    """
    places = np.argwhere(marked)
    if len(places) <= MOST:
        return places
    rng = np.random.default_rng(0)
    drawn = places[rng.choice(len(places), MOST // 2, replace=False)]
    distance = np.exp(rng.uniform(0, np.log(_largest(places)), len(drawn)))
    angle = rng.uniform(0, 2 * np.pi, len(drawn))
    others = drawn + np.round(distance[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)).astype(int)
    others = others[((others >= 0) & (others < marked.shape)).all(axis=1)]
    return np.unique(np.concatenate([drawn, others[marked[tuple(others.T)]]]), axis=0)


def spectra_range(places: np.ndarray, spectra: np.ndarray, grid: Grid | None = None) -> Autocorrelation:
    """Return the range of autocorrelation of spectra.

    The variogram is that of the first five principal components together, so that each counts as much as it varies.

    Parameters
    ----------
    places : ndarray of int, shape (n, 2)
        (row, col), from `sampled_places`.
    spectra : ndarray, shape (n, bands)
    grid : Grid, optional
        Gives the range in units of the map, too.
    """
    from sklearn.decomposition import PCA

    if len(places) < FEWEST:
        return autocorrelation(places, spectra[:, :1], of="spectra", grid=grid)
    components = PCA(min(_COMPONENTS, spectra.shape[1]), svd_solver="covariance_eigh")
    return autocorrelation(places, components.fit_transform(spectra.astype(np.float64)), of="spectra", grid=grid)


def autocorrelation(places: np.ndarray, values: np.ndarray, *, of: str, grid: Grid | None = None) -> Autocorrelation:
    """Estimate a variogram and return its range.

    Distances go up to half the longer side of the area, in bins that widen with the distance. Of an exponential and a
    spherical model with nugget, the one that fits better counts.

    Parameters
    ----------
    places : ndarray of int, shape (n, 2)
        (row, col)
    values : ndarray, shape (n, k)
        One or more variables, whose squared differences are averaged.
    of : str
        What the values are, for the record.
    grid : Grid, optional
        Gives the range in units of the map, too.

    Returns
    -------
    Autocorrelation

    References
    ----------
    Webster, R., Oliver, M. A. (1992). Sample adequately to estimate variograms of soil properties. Journal of Soil
    Science 43.
    Müller, S., Schüler, L., Zech, A., Heße, F. (2022). GSTools v1.3: a toolbox for geostatistical modelling in Python.
    Geoscientific Model Development 15.
    """
    about: dict[str, Any] = {"of": of, "n": len(places)}
    if len(places) < FEWEST:
        return Autocorrelation(**about, note=f"only {len(places)} pixels, of {FEWEST} that a variogram needs")
    if not values.var(axis=0).any():
        return Autocorrelation(**about, note="all pixels are alike")
    largest = about["largest"] = _largest(places)
    distances, differences = _variogram(places, values, largest)
    model = _fitted(distances, differences / values.var(axis=0).mean()) if len(distances) >= _FEWEST_BINS else None
    if model is None:
        return Autocorrelation(**about, note=f"no variogram model fits the distances up to {largest:.0f} pixels")
    about |= {"model": model.name, "nugget_share": model.nugget_share}
    if model.of_neighbours < _ALIKE:
        about |= {"range": 0.0, **_mapped(0.0, grid), "note": "neighbours are hardly alike"}
    elif model.range > largest:
        about["note"] = f"no plateau up to a distance of {largest:.0f} pixels"
    else:
        about |= {"range": model.range, **_mapped(model.range, grid)}
    return Autocorrelation(**about)


def _largest(places: np.ndarray) -> float:
    return float(max(2, np.ptp(places, axis=0).max() / 2))


def _variogram(places: np.ndarray, values: np.ndarray, largest: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean distance [pixels] and semivariance of the bins that hold enough pairs."""
    import gstools

    edges = np.unique(np.round(np.geomspace(1, largest + 1, _BINS + 1))) - 0.5
    centres, found, counts = gstools.vario_estimate(
        places.T.astype(float), list(values.T.astype(float)), edges, return_counts=True
    )
    filled = counts >= _PAIRS * values.shape[1]
    return centres[filled], found[filled]


class _Model(NamedTuple):
    """A fitted model: how well it fits, its name, range [pixels] and nugget.

    `of_neighbours` is by how much neighbours differ less than pixels at the largest distance, as a share.
    """

    r2: float
    name: str
    range: float
    nugget_share: float
    of_neighbours: float


def _fitted(distances: np.ndarray, differences: np.ndarray) -> _Model | None:
    """Return the model that fits best; None where none does."""
    import gstools

    found = []
    for kind in (gstools.Exponential, gstools.Spherical):
        model = kind(dim=2, var=0.5, nugget=0.5, len_scale=float(distances.mean()) / 2)
        model.set_arg_bounds(len_scale=[0.01, 100 * float(distances.max())])
        try:
            *_, r2 = model.fit_variogram(distances, differences, init_guess="current", return_r2=True)
        except (RuntimeError, ValueError):  # the fit did not converge
            continue
        end = model.len_scale if kind is gstools.Spherical else model.percentile_scale(0.95)
        nugget = float(model.nugget / model.sill)
        alike = float(1 - model.variogram(1.0) / model.variogram(distances.max()))
        found.append(_Model(float(r2), model.name.lower(), float(end), nugget, alike))
    return max(found, default=None)


def _mapped(pixels: float, grid: Grid | None) -> dict[str, Any]:
    """Return a distance in units of the map, a pixel counted as the root of its area; nothing without a grid."""
    if grid is None or grid.transform is None or grid.crs is None:
        return {}
    unit = grid.crs.linear_units if grid.crs.is_projected else "degree"
    return {"range_map": pixels * abs(grid.transform.determinant) ** 0.5, "unit": unit}
