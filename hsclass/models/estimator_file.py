"""scikit-learn estimators on disk, in skops' format: a zip of JSON and arrays, no pickle."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError

_TRUSTED = ["sklearn.tree._tree.Tree"]
_PARTS = [
    f"sklearn.{name}"
    for name in (
        "calibration._CalibratedClassifier", "calibration._SigmoidCalibration",
        "ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        *(f"gaussian_process.kernels.{kernel}" for kernel in (
            "CompoundKernel", "ConstantKernel", "DotProduct", "ExpSineSquared", "Exponentiation", "Matern", "Product",
            "RBF", "RationalQuadratic", "Sum", "WhiteKernel",
        )),
        *(f"metrics._dist_metrics.{distance}Distance{bits}"
          for distance in ("Euclidean", "Manhattan", "Chebyshev", "Minkowski") for bits in ("", 32, 64)),
        "neighbors._ball_tree.BallTree", "neighbors._kd_tree.KDTree",
        "neural_network._stochastic_optimizers.AdamOptimizer", "neural_network._stochastic_optimizers.SGDOptimizer",
    )
]  # fmt: skip
"""What fitted estimators of scikit-learn hold in addition: numbers and no functions."""


_ADDRESS = re.compile(r'(?<="__id__": )[0-9]+|(?<=")[0-9]+(?=\.np[yz]")')
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold


def write_estimator(estimator: Any, file: Path) -> None:
    """Write a fitted estimator; the same one gives the same bytes.

    skops names the parts of its zip by their addresses in memory, and dates them. Here they are numbered in the order
    of its table of contents, and have one date.
    """
    import skops.io

    numbers: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], str(len(numbers) + 1))

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(estimator))) as dumped, zipfile.ZipFile(file, "w") as written:
        contents = _ADDRESS.sub(numbered, dumped.read("schema.json").decode())
        written.writestr(zipfile.ZipInfo("schema.json", _DATE), contents)
        parts = {Path(name).stem: name for name in dumped.namelist()}
        for address, number in numbers.items():
            if name := parts.get(address):
                written.writestr(zipfile.ZipInfo(number + Path(name).suffix, _DATE), dumped.read(name))


def read_estimator(file: Path, family: type[Any], *, n_features: int, n_classes: int) -> Any:
    """Read what `write_estimator` wrote; nothing in the file is executed.

    Parameters
    ----------
    file : Path
    family : type
        Class that the estimator must have.
    n_features, n_classes : int
        What it must take, and how many classes there are.

    Raises
    ------
    DataError
        If the file cannot be read, asks for types beyond skops' own list and a forest's trees, or holds another
        estimator.
    """
    estimator = _read(file, _TRUSTED)
    features = getattr(estimator, "n_features_in_", None)
    if type(estimator) is not family or features != n_features:
        raise DataError(
            f"{file}: holds a {type(estimator).__name__} of {features} features; expected a fitted {family.__name__} of"
            f" {n_features}; train the model again"
        )
    check_seen(getattr(estimator, "classes_", None), n_classes, file)
    return estimator


def read_any_estimator(file: Path, *, n_features: int) -> Any:
    """Read an estimator of any class of scikit-learn; errors as of `read_estimator`."""
    estimator = _read(file, [*_TRUSTED, *_PARTS])
    features = getattr(estimator, "n_features_in_", n_features)
    if not hasattr(estimator, "predict") or features != n_features:
        raise DataError(
            f"{file}: holds a {type(estimator).__name__} of {features} features; expected an estimator of {n_features};"
            " train the model again"
        )
    return estimator


def _read(file: Path, trusted: list[str]) -> Any:
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return skops.io.load(file, trusted=trusted)
    except UntrustedTypesFoundException as error:
        raise DataError(
            f"{file}: asks for types that a classifier does not need ({error}); do not use this file"
        ) from error
    except Exception as error:  # a broken file can fail the reader at any of its steps
        raise DataError(f"{file}: cannot be read ({error}); train the model again") from error


def check_seen(seen: Any, n_classes: int, file: Path, *, length: int | None = None) -> None:
    """Raise DataError unless `seen` holds two or more (or `length`) ascending class indices below `n_classes`."""
    sound = isinstance(seen, np.ndarray) and seen.ndim == 1 and np.issubdtype(seen.dtype, np.integer) and len(seen) > 1
    if (
        not sound
        or length not in (None, len(seen))
        or seen[0] < 0
        or seen[-1] >= n_classes
        or (np.diff(seen) <= 0).any()
    ):
        raise DataError(
            f"{file}: its classes are not ascending indices below {n_classes}, the number of classes of the model;"
            " train the model again"
        )
