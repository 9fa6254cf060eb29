"""Perceptron."""

from typing import Any

import numpy as np
from pydantic import Field
from scipy.special import softmax

from hsclass.cost import READ, Cost, Task
from hsclass.models.classifier import CLASS_WEIGHTS, ClassWeight, ModelOptions
from hsclass.models.pixelwise import PixelwiseClassifier
from hsclass.space import Range, search_space


class PerceptronOptions(ModelOptions):
    """Options of the perceptron."""

    alpha: float = Field(0.0, ge=0, description="strength of the L2 penalty; 0: none, as published")
    epochs: int = Field(1000, ge=1, description="maximum number of passes over the training pixels")
    class_weight: ClassWeight = None


class Perceptron(PixelwiseClassifier):
    """Perceptrons, each class against the rest (Rosenblatt, Psychological Review 65, 1958).

    A perceptron has no probabilities. Given are the softmax of its decision values, divided by the mean length of the
    classes' weights, because their size only shows how many corrections training made: they order the classes as the
    perceptron does, but are not calibrated.
    """

    Options = PerceptronOptions
    space = search_space(
        alpha=Range(low=1e-8, high=1e-2, log=True),
        class_weight=CLASS_WEIGHTS,
    )

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        work = float(task.features) * task.classes
        return Cost(
            train=options.epochs * 2 * task.train * work,
            predict=float(task.predict) * (work + READ * task.features),
            parameters=work,
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted estimator."""
        from sklearn import linear_model

        options = self.options
        return linear_model.Perceptron(
            penalty="l2" if options.alpha else None,
            alpha=options.alpha,
            max_iter=options.epochs,
            class_weight=options.class_weight,
            random_state=seed,
        )

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the softmax of the decision values, shape (n, classes seen in training)."""
        values = self.estimator_.decision_function(spectra)
        values = values / (np.linalg.norm(self.estimator_.coef_, axis=1).mean() or 1)
        return softmax(np.column_stack([-values, values]) if values.ndim == 1 else values, axis=1)

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        return {
            "penalty": f"L2, {self.options.alpha:g}" if self.options.alpha else "none",
            "passes": f"{self.estimator_.n_iter_} of at most {self.options.epochs}",
            "class weights": self.options.class_weight or "none",
        }
