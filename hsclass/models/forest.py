"""Random forest."""

import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from hsclass.cost import READ, SORT, Cost, Task
from hsclass.models.classifier import CLASS_WEIGHTS, ClassWeight, ModelOptions
from hsclass.models.fast_forest import fast_version, grow_fast
from hsclass.models.pixelwise import PixelwiseClassifier
from hsclass.space import Choice, Range, search_space


class ForestOptions(ModelOptions):
    """Options of the random forest; defaults are those of Breiman (2001) for classification."""

    trees: int = Field(200, ge=1, description="number of trees")
    max_features: Literal["sqrt", "log2"] | Annotated[float, Field(gt=0, le=1)] = Field(
        "sqrt", description="features tried at a node; a number is a share of all"
    )
    min_samples_leaf: int = Field(1, ge=1, description="minimum number of pixels in a leaf")
    class_weight: ClassWeight = None
    implementation: Literal["auto", "scikit-learn"] = Field(
        "auto",
        description="'auto': grown by scikit-learn-intelex where it is installed, leaves of one pixel are allowed and"
        " no class weights set; 'scikit-learn': never",
    )


class RandomForest(PixelwiseClassifier):
    """Random forest on single spectra (Breiman, Machine Learning 45, 2001)."""

    Options = ForestOptions
    # Not the number of trees: more are never worse on average, so a search would only pick up noise.
    space = search_space(
        max_features=Choice(choices=("sqrt", "log2", 0.02, 0.2, 0.5)),
        min_samples_leaf=Range(low=1, high=20, log=True),
        class_weight=CLASS_WEIGHTS,
    )
    grown_by = "scikit-learn"

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        share = {"sqrt": task.features**-0.5, "log2": math.log2(task.features + 1) / task.features}
        tried = task.features * share.get(options.max_features, options.max_features)
        depth = math.log2(task.train + 1)
        return Cost(
            train=options.trees * task.train * depth * tried * SORT,
            predict=float(task.predict) * (options.trees * depth + task.features) * READ,
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted forest."""
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(
            self.options.trees,
            max_features=self.options.max_features,
            min_samples_leaf=self.options.min_samples_leaf,
            class_weight=self.options.class_weight,
            random_state=seed,
            n_jobs=self.threads,
        )

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Grow the forest, by scikit-learn-intelex where that is wanted, possible and measured to be right."""
        options = self.options
        # Handed-over trees lose the shares of the classes in a leaf, so leaves must hold one class.
        pure = options.min_samples_leaf == 1 and options.class_weight is None
        fast = fast_version() if options.implementation == "auto" and pure else None
        if fast is None:
            super().learn(spectra, targets, seed=seed)
            return
        self.estimator_ = grow_fast(self.build(seed), spectra, targets)
        self.grown_by = f"scikit-learn-intelex {fast}"

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the forest's own probabilities, on as many threads as it may use now, not as in training."""
        self.estimator_.n_jobs = self.threads
        return super().scores(spectra)

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        return {
            "trees": str(self.options.trees),
            "features tried at a node": str(self.options.max_features),
            "smallest leaf": str(self.options.min_samples_leaf),
            "class weights": self.options.class_weight or "none",
            "grown by": self.grown_by,
        }
