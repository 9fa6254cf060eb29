"""Linear discriminant analysis."""

import warnings
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from hsclass.cost import READ, Cost, Task
from hsclass.errors import DataError
from hsclass.models.classifier import ModelOptions
from hsclass.models.pixelwise import PixelwiseClassifier
from hsclass.space import Choice, Range, search_space


class LdaOptions(ModelOptions):
    """Options of the linear discriminant analysis."""

    shrinkage: Literal["auto"] | Annotated[float, Field(ge=0, le=1)] = Field(
        "auto",
        description="shrinkage of the covariance towards a multiple of the identity, 0 to 1; 'auto': Ledoit-Wolf",
    )
    priors: Literal["training", "equal"] = Field("training", description="prior probabilities of the classes")


class LinearDiscriminantAnalysis(PixelwiseClassifier):
    """Linear discriminant analysis (Fisher, Annals of Eugenics 7, 1936) with a shrunk covariance.

    The shrinkage 'auto' is that of Ledoit & Wolf (Journal of Multivariate Analysis 88, 2004), estimated for each class
    on standardised bands. A class with one training pixel has a mean but no scatter, and adds none.
    """

    Options = LdaOptions
    space = search_space(
        shrinkage=Range(low=1e-4, high=1.0, log=True),
        priors=Choice(choices=("training", "equal")),
    )

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        del options
        return Cost(
            train=float(task.features) ** 2 * (2 * task.train + task.features),
            predict=float(task.predict) * task.features * (task.classes + READ),
            train_bytes=8.0 * task.features * (task.train + task.classes * task.features),
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted estimator; it solves for the weights, because an inverse may not exist."""
        from sklearn import discriminant_analysis

        return discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr", shrinkage=self.options.shrinkage or None)

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Fit the estimator.

        Raises
        ------
        DataError
            If no class has two training pixels.
        """
        present, counts = np.unique(targets, return_counts=True)
        if counts.max() < 2:
            raise DataError(
                f"split: each of the {len(present)} classes has a single training pixel, but model lda needs a class"
                " with 2 or more to see its scatter; make it with a larger train fraction"
            )
        estimator = self.build(seed)
        if self.options.priors == "equal":
            estimator.set_params(priors=np.full(len(present), 1 / len(present)))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Only one sample available")
            self.estimator_ = estimator.fit(spectra.astype(np.float64), targets)

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        chosen = self.options.shrinkage
        return {
            "shrinkage": "Ledoit-Wolf" if chosen == "auto" else f"{chosen:g}",
            "class priors": "shares of the training pixels" if self.options.priors == "training" else "equal",
        }
