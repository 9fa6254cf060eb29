"""Spectral angle mapper."""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field
from scipy.special import softmax

from hsclass.cost import READ, Cost, Task
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import ModelOptions
from hsclass.models.estimator_file import check_seen
from hsclass.models.spectra import SpectrumClassifier
from hsclass.normalize import Normalization

FILE = "references.npz"
_NARROWEST = 1e-6


class SpectralAngleOptions(ModelOptions):
    """Options of the spectral angle mapper."""

    normalization: Normalization = Field(
        "none", description="of the bands; any but 'none' moves the origin that the angles are measured from"
    )


class SpectralAngleMapper(SpectrumClassifier):
    """Spectral angle mapper: the class whose reference spectrum is at the smallest angle to the pixel's.

    A class's reference is the mean of its training spectra. The angle does not change with the brightness of a pixel,
    as long as values are proportional to reflectance: hence no normalisation by default.

    Probabilities are the softmax of the negative angles, in units of the mean angle between the training spectra and
    their own class's reference. They order the classes as the angles do, but are not calibrated. A spectrum of zeros
    has no angle: all classes are equally probable.

    References
    ----------
    F. A. Kruse, A. B. Lefkoff, J. W. Boardman, K. B. Heidebrecht, A. T. Shapiro, P. J. Barloon, A. F. H. Goetz: The
    Spectral Image Processing System (SIPS): interactive visualization and analysis of imaging spectrometer data.
    Remote Sensing of Environment 44 (1993), 145-163.
    """

    Options = SpectralAngleOptions

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        del options
        return Cost(
            train=float(task.train) * task.features * (task.classes + READ),
            predict=float(task.predict) * task.features * (task.classes + READ),
        )

    def learn(self, spectra: np.ndarray, targets: np.ndarray, *, seed: int) -> None:
        """Keep the classes' mean spectra and the mean angle [rad] to them."""
        self.classes_, place = np.unique(targets, return_inverse=True)
        self.classes_ = self.classes_.astype(np.int32)
        spectra = spectra.astype(np.float64)
        self.references_ = np.stack([spectra[place == index].mean(axis=0) for index in range(len(self.classes_))])
        own = _angles(spectra, self.references_)[np.arange(len(spectra)), place]
        self.spread_ = max(float(own.mean()), _NARROWEST)

    def scores(self, spectra: np.ndarray) -> np.ndarray:
        """Return the softmax of the negative angles, shape (n, classes seen in training)."""
        return softmax(-_angles(spectra.astype(np.float64), self.references_) / self.spread_, axis=1)

    def save(self, folder: Path) -> None:
        """Write the reference spectra as plain arrays."""
        write_arrays(folder / FILE, classes=self.classes_, references=self.references_, spread=self.spread_)

    def load(self, folder: Path) -> None:
        """Read the reference spectra."""
        file = folder / FILE
        layout = {"classes": ("i4", (None,)), "references": ("f8", (None, self.n_features)), "spread": ("f8", ())}
        arrays = read_arrays(file, layout)
        check_seen(arrays["classes"], self.n_classes, file, length=len(arrays["references"]))
        self.classes_, self.references_ = arrays["classes"], arrays["references"]
        self.spread_ = max(float(arrays["spread"]), _NARROWEST)

    def facts(self) -> dict[str, str]:
        """Return what was learned in words."""
        return {
            "reference spectra": f"means of {len(self.classes_)} classes",
            "mean angle to the own reference": f"{self.spread_:.4f} rad",
        }


def _angles(spectra: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Angles [rad], shape (n, classes), by Kruse et al. (1993), eq. 1; a right angle where a spectrum is zero."""
    lengths = np.outer(np.linalg.norm(spectra, axis=1), np.linalg.norm(references, axis=1))
    cosines = np.divide(spectra @ references.T, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return np.arccos(np.clip(cosines, -1, 1))
