"""Feature extractors: what a model sees of the normalised cube.

An extractor has scikit-learn's `fit` and `transform`, on rasters: `fit(cube, labels)` takes the normalised cube of
shape (rows, cols, bands) and the class ids of the training pixels of shape (rows, cols), 0 elsewhere; `transform(cube)`
returns shape (rows, cols, features). What it learned is in attributes that end in an underscore and are arrays.
"""

from hsclass.tables import resolve

FEATURES = {
    "raw": "hsclass.features.raw:Raw",
}


def feature_class(name: str) -> type:
    """Return the extractor class of that name, or raise UsageError with the valid names."""
    return resolve(FEATURES, name, "feature extractor")
