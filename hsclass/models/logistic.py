"""Multinomial logistic regression."""

import warnings
from typing import Any

import numpy as np
from pydantic import Field

from hsclass.cost import READ, SOLVER, Cost, Task
from hsclass.models.classifier import CLASS_WEIGHTS, ClassWeight, ModelOptions
from hsclass.models.pixelwise import PixelwiseClassifier
from hsclass.space import Range, search_space


class LogisticOptions(ModelOptions):
    """Options of the logistic regression."""

    c: float = Field(1.0, gt=0, description="inverse strength of the L2 penalty")
    iterations: int = Field(1000, ge=1, description="maximum number of iterations of the solver (L-BFGS)")
    class_weight: ClassWeight = None


class LogisticRegression(PixelwiseClassifier):
    """Logistic regression: softmax and L2 penalty (Bishop, Pattern Recognition and Machine Learning, 2006)."""

    Options = LogisticOptions
    space = search_space(
        c=Range(low=1e-4, high=1e3, log=True),
        class_weight=CLASS_WEIGHTS,
    )

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        work = float(task.features) * task.classes
        return Cost(
            train=options.iterations * 2 * (task.train + SOLVER) * work,
            predict=float(task.predict) * (work + READ * task.features),
            parameters=work,
            train_bytes=8.0 * task.train * task.features,
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted estimator."""
        from sklearn import linear_model

        options = self.options
        return linear_model.LogisticRegression(
            C=options.c, max_iter=options.iterations, class_weight=options.class_weight, random_state=seed
        )

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Fit the estimator; the facts, not a warning, say whether it ran out of steps."""
        from sklearn.exceptions import ConvergenceWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().learn(spectra, targets, seed=seed)

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        return {
            "penalty": f"L2, C {self.options.c:g}",
            "steps": f"{int(self.estimator_.n_iter_.max())} of at most {self.options.iterations}",
            "class weights": self.options.class_weight or "none",
        }
