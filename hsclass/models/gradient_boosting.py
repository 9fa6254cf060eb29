"""Gradient-boosted trees."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field
from scipy.special import expit, softmax

from hsclass.cost import READ, Cost, Task
from hsclass.errors import DataError
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import CLASS_WEIGHTS, ClassWeight, ModelOptions
from hsclass.models.estimator_file import check_seen
from hsclass.models.spectra import SpectrumClassifier
from hsclass.space import Choice, Range, search_space

FILE = "trees.npz"
_BINS = 255  # of a feature, summed for each leaf
_ROWS = 1024  # predicted at a time by each thread
_NODE = {
    "value": "f8",
    "feature_idx": "i8",
    "num_threshold": "f8",
    "left": "u4",
    "right": "u4",
    "is_leaf": "u1",
    "missing_go_to_left": "u1",
}


class GradientBoostingOptions(ModelOptions):
    """Options of the gradient-boosted trees."""

    iterations: int = Field(100, ge=1, description="trees per class")
    learning_rate: float = Field(0.1, gt=0, description="share of a tree's correction that is applied")
    leaves: int = Field(31, ge=2, description="maximum number of leaves of a tree")
    min_samples_leaf: int = Field(5, ge=1, description="minimum number of pixels in a leaf")
    max_features: Literal["sqrt"] | Annotated[float, Field(gt=0, le=1)] = Field(
        "sqrt", description="features tried at a node: the square root of their number, or a share of all"
    )
    l2: float = Field(0.0, ge=0, description="L2 penalty of the leaves' values")
    class_weight: ClassWeight = None


class GradientBoosting(SpectrumClassifier):
    """Gradient-boosted trees on binned features, with the log loss.

    Friedman (Annals of Statistics 29, 2001), with the histograms of Ke et al. (LightGBM, NeurIPS 2017), as scikit-learn
    has them. There is no early stopping: it would need pixels that the split keeps apart from the training pixels.

    What was learned is kept as plain arrays, the same in memory and on disk: scikit-learn's trees follow the child and
    feature numbers in a file without asking whether they exist, so `load` looks at each.
    """

    Options = GradientBoostingOptions
    space = search_space(
        iterations=Range(low=50, high=300, step=50),
        learning_rate=Range(low=0.02, high=0.3, log=True),
        leaves=Range(low=4, high=63, log=True),
        min_samples_leaf=Range(low=1, high=40, log=True),
        max_features=Choice(choices=("sqrt", 0.02, 0.2, 0.5)),
        l2=Range(low=1e-3, high=10.0, log=True),
        class_weight=CLASS_WEIGHTS,
    )
    parallel = True

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        share = task.features**-0.5 if options.max_features == "sqrt" else options.max_features
        trees = options.iterations * task.classes
        return Cost(
            train=trees * (task.train + _BINS * options.leaves) * task.features * share * READ,
            predict=float(task.predict) * (trees * math.log2(options.leaves) + task.features) * READ,
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted estimator."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        options = self.options
        share = self.n_features**-0.5 if options.max_features == "sqrt" else options.max_features
        return HistGradientBoostingClassifier(
            max_iter=options.iterations,
            learning_rate=options.learning_rate,
            max_leaf_nodes=options.leaves,
            min_samples_leaf=options.min_samples_leaf,
            max_features=share,
            l2_regularization=options.l2,
            class_weight=options.class_weight,
            early_stopping=False,
            random_state=seed,
        )

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Grow the trees and keep their nodes."""
        estimator = self.build(seed).fit(spectra, targets)
        trees = [tree.nodes for iteration in estimator._predictors for tree in iteration]
        self.classes_ = estimator.classes_.astype(np.int32)
        self.baseline_ = np.asarray(estimator._baseline_prediction, np.float64).ravel()
        self.sizes_ = np.array([len(nodes) for nodes in trees], np.int64)
        self.nodes_ = {name: np.concatenate([nodes[name] for nodes in trees]).astype(_NODE[name]) for name in _NODE}
        self._plant()

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the probabilities, shape (n, classes seen in training), of few rows at a time, which a cache holds."""
        rows = _ROWS * self.threads
        blocks = range(0, max(1, len(spectra)), rows)
        return np.concatenate([self._block_scores(spectra[first : first + rows]) for first in blocks])

    def _block_scores(self, spectra: np.ndarray) -> np.ndarray:
        samples = np.ascontiguousarray(spectra, np.float64)
        values = np.tile(self.baseline_, (len(samples), 1))
        no_categories = np.zeros((0, 8), np.uint32), np.zeros(0, np.uint32)
        for number, tree in enumerate(self._trees):
            values[:, number % len(self.baseline_)] += tree.predict(samples, *no_categories, self.threads)
        if len(self.classes_) == 2:
            return np.hstack([expit(-values), expit(values)])
        return softmax(values, axis=1)

    def save(self, folder: Path) -> None:
        """Write the trees as plain arrays."""
        kept = {"classes": self.classes_, "baseline": self.baseline_, "sizes": self.sizes_}
        write_arrays(folder / FILE, **kept, **self.nodes_)

    def load(self, folder: Path) -> None:
        """Read the trees; one with a node that leads nowhere is refused."""
        file = folder / FILE
        layout = {name: (kind, (None,)) for name, kind in _NODE.items()}
        layout |= {"classes": ("i4", (None,)), "baseline": ("f8", (None,)), "sizes": ("i8", (None,))}
        arrays = read_arrays(file, layout)
        self.classes_, self.baseline_, self.sizes_ = (arrays.pop(name) for name in ("classes", "baseline", "sizes"))
        self.nodes_ = arrays
        check_seen(self.classes_, self.n_classes, file)
        self._check_trees(file)
        self._plant()

    def _check_trees(self, file: Path) -> None:
        nodes, sizes, columns = self.nodes_, self.sizes_, len(self.baseline_)
        total = sizes.sum() if (sizes > 0).all() else -1
        whole = len(sizes) == self.options.iterations * columns and all(len(held) == total for held in nodes.values())
        if columns == (1 if len(self.classes_) == 2 else len(self.classes_)) and whole:
            own = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            last = np.repeat(sizes, sizes)
            forward = [(nodes[side] > own) & (nodes[side] < last) for side in ("left", "right")]
            known = (nodes["feature_idx"] >= 0) & (nodes["feature_idx"] < self.n_features)
            if ((nodes["is_leaf"] == 1) | (forward[0] & forward[1] & known)).all():
                return
        raise DataError(
            f"{file}: holds other trees than the {self.options.iterations} a class on {self.n_features} features that"
            " model.json describes, or damaged ones; train the model again"
        )

    def _plant(self) -> None:
        """Make scikit-learn's trees, which predict fast, of the kept nodes."""
        from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
        from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

        forest = np.zeros(self.sizes_.sum(), PREDICTOR_RECORD_DTYPE)
        for name, held in self.nodes_.items():
            forest[name] = held
        no_categories = np.zeros((0, 8), np.uint32)
        self._trees = [
            TreePredictor(nodes.copy(), no_categories, no_categories)
            for nodes in np.split(forest, np.cumsum(self.sizes_)[:-1])
        ]

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        options = self.options
        return {
            "trees": f"{options.iterations} a class",
            "learning rate": f"{options.learning_rate:g}",
            "leaves of a tree": f"at most {options.leaves}",
            "smallest leaf": str(options.min_samples_leaf),
            "features tried at a node": str(options.max_features),
            "L2 penalty": f"{options.l2:g}",
            "class weights": options.class_weight or "none",
        }
