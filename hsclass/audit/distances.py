"""Which distance is tested: how far test samples lie from training, compared with the pixels that are mapped."""

import numpy as np

from hsclass.results.audit import Distances, Quantiles

MOST = 3000
"""Pixels of the test set and of the map that distances are measured from; training is never thinned out."""

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def geographic_distances(train: np.ndarray, test: np.ndarray, mapped: np.ndarray) -> Distances:
    """Compare the distances on the ground to the nearest training pixel of test pixels and of the map.

    Where test pixels lie nearer to training pixels than the map does, the accuracy is one of easier ground (Linnenbrink
    et al. 2024). All pixels count.

    Parameters
    ----------
    train, test, mapped : ndarray of bool, shape (rows, cols)
        The map is all pixels with data; training pixels are left out of it.

    Returns
    -------
    Distances
        Euclidean [pixels].

    References
    ----------
    Linnenbrink, J., Milà, C., Ludwig, M., Meyer, H. (2024). kNNDM CV: k-fold nearest-neighbour distance matching
    cross-validation for map accuracy estimation. Geoscientific Model Development 17.
    """
    from scipy.ndimage import distance_transform_edt

    distances = distance_transform_edt(~train)
    return compared(distances[test], distances[mapped & ~train], space="ground", unit="pixels")


def feature_distances(cube: np.ndarray, train: np.ndarray, test: np.ndarray, mapped: np.ndarray) -> Distances:
    """Compare the distances between spectra to the nearest training spectrum of test pixels and of the map.

    Bands are standardised by the training spectra; the distance is the root of the mean squared difference over bands.
    Of test pixels and map at most `MOST` each count, evenly spaced in row order.

    Parameters
    ----------
    cube : ndarray, shape (rows, cols, bands)
    train, test, mapped : ndarray of bool, shape (rows, cols)

    Returns
    -------
    Distances
        In standard deviations of a band.
    """
    from sklearn.neighbors import NearestNeighbors

    spectra = cube[train].astype(np.float64)
    centre, spread = spectra.mean(axis=0), spectra.std(axis=0)
    spread[spread == 0] = 1
    scale = spread * np.sqrt(cube.shape[2])
    nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit((spectra - centre) / scale)
    found = [
        nearest.kneighbors((cube[tuple(_thinned(places).T)] - centre) / scale)[0].ravel()
        for places in (test, mapped & ~train)
    ]
    return compared(*found, space="spectra", unit="standard deviations of a band")


def compared(test: np.ndarray, mapped: np.ndarray, *, space: str, unit: str) -> Distances:
    """Return quantiles of two sets of distances, and the Wasserstein distance between them."""
    from scipy.stats import wasserstein_distance

    return Distances(
        space=space,
        unit=unit,
        test=_quantiles(test),
        map=_quantiles(mapped) if len(mapped) else None,
        wasserstein=float(wasserstein_distance(test, mapped)) if len(mapped) else None,
    )


def _quantiles(distances: np.ndarray) -> Quantiles:
    return Quantiles(n=len(distances), mean=float(distances.mean()), quantiles=np.quantile(distances, _SHARES).tolist())


def _thinned(marked: np.ndarray) -> np.ndarray:
    places = np.argwhere(marked)
    return places[np.linspace(0, len(places) - 1, min(MOST, len(places))).astype(int)]
