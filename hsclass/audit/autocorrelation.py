"""How far pixels are alike: ranges of the spectra, and of the errors that a simple model makes under a split."""

import warnings

import numpy as np

from hsclass.results.audit import Autocorrelation
from hsclass.samples.autocorrelation import autocorrelation, sampled_places, spectra_range
from hsclass.scene import Scene

_COMPONENTS = 10


def ranges(scene: Scene, labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> list[Autocorrelation]:
    """Return the ranges of autocorrelation of the labelled spectra, and of a simple model's errors on test pixels.

    Parameters
    ----------
    scene : Scene
    labels : ndarray of int, shape (rows, cols)
        Class ids, 0 = unlabelled.
    train, test : ndarray of bool, shape (rows, cols)

    Returns
    -------
    list of Autocorrelation
        Of `spectra`, and of `errors`.
    """
    places, learned = sampled_places(labels > 0), sampled_places(train)
    tested = sampled_places(test & np.isin(labels, labels[tuple(learned.T)]))
    wrong = errors(scene.cube, labels, learned, tested)
    return [
        spectra_range(places, scene.cube[tuple(places.T)], scene.grid),
        autocorrelation(tested, wrong[:, np.newaxis], of="errors", grid=scene.grid),
    ]


def errors(cube: np.ndarray, labels: np.ndarray, learned: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """Return 1 where a linear discriminant of ten principal components is wrong, else 0, shape (n,).

    Parameters
    ----------
    cube : ndarray, shape (rows, cols, bands)
    labels : ndarray of int, shape (rows, cols)
    learned, tested : ndarray of int, shape (n, 2)
        (row, col) of the pixels that it learns from, and that it classifies.
    """
    from sklearn.decomposition import PCA
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    spectra, classes = cube[tuple(learned.T)].astype(np.float64), labels[tuple(learned.T)]
    reference = labels[tuple(tested.T)]
    if len(tested) == 0 or len(np.unique(classes)) == 1:
        return (reference != classes[0]).astype(float)
    components = min(_COMPONENTS, *spectra.shape)
    model = make_pipeline(
        StandardScaler(), PCA(components, svd_solver="covariance_eigh"),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.01),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes with one training pixel
        model.fit(spectra, classes)
    return (model.predict(cube[tuple(tested.T)].astype(np.float64)) != reference).astype(float)
