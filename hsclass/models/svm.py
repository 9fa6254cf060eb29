"""Support vector machine."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from hsclass.cost import READ, Cost, Task
from hsclass.models.classifier import CLASS_WEIGHTS, ClassWeight, ModelOptions
from hsclass.models.pixelwise import PixelwiseClassifier
from hsclass.models.svm_values import softmax_scores
from hsclass.space import Range, search_space


class SvmOptions(ModelOptions):
    """Options of the support vector machine."""

    c: float = Field(100.0, gt=0, description="cost of a training error")
    gamma: Literal["scale", "auto"] | Annotated[float, Field(gt=0)] = Field(
        "scale", description="gamma of the radial basis function, the larger the narrower"
    )
    class_weight: ClassWeight = None


class SupportVectorMachine(PixelwiseClassifier):
    """Support vector machine with a radial basis function, one against one (Melgani & Bruzzone, TGRS 42, 2004).

    Its probabilities are the softmax of the decision values: they order the classes as the machine does, but are not
    calibrated.
    """

    Options = SvmOptions
    space = search_space(
        c=Range(low=0.1, high=1e5, log=True),
        gamma=Range(low=1e-5, high=1.0, log=True),
        class_weight=CLASS_WEIGHTS,
    )

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        del options
        return Cost(
            train=READ * float(task.train) ** 2 * task.features,  # a row of the kernel is computed several times
            predict=float(task.predict) * task.features * (task.train + READ),
            train_bytes=8.0 * task.train * task.features,
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted machine; ties are broken by decision value, so that `argmax` agrees with `predict`."""
        from sklearn.svm import SVC

        options = self.options
        return SVC(
            C=options.c, gamma=options.gamma, class_weight=options.class_weight, break_ties=True, random_state=seed
        )

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the softmax of the decision values, shape (n, classes seen in training)."""
        return softmax_scores(self.estimator_, spectra)

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        return {
            "kernel": "radial basis function",
            "C": f"{self.options.c:g}",
            "gamma": str(self.options.gamma),
            "class weights": self.options.class_weight or "none",
        }
