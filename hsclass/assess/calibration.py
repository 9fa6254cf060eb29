"""Calibration: whether a model is right as often as its confidence says."""

import numpy as np

from hsclass.results.metrics import Calibration, ConfidenceBin

BINS = 15


def calibration(confidence: np.ndarray, right: np.ndarray) -> Calibration:
    """Return the expected calibration error and the reliability curve.

    ECE = Σ n_m / n |accuracy_m - confidence_m| over 15 bins ((m - 1) / 15, m / 15] of the predicted class's
    probability.

    Parameters
    ----------
    confidence : ndarray of float, shape (n,)
        Probability of the predicted class, 0…1.
    right : ndarray of bool, shape (n,)

    Returns
    -------
    Calibration
        With the bins that hold samples.

    References
    ----------
    Guo, C., Pleiss, G., Sun, Y., Weinberger, K. Q. (2017). On Calibration of Modern Neural Networks. ICML.
    """
    # Confidences are float32: 0.2 is a little more than 3 / 15, and belongs below that edge.
    place = (np.ceil(confidence * BINS - 1e-6).clip(1, BINS) - 1).astype(np.uint8)
    bins = []
    for bin_ in range(BINS):
        members = place == bin_
        if count := np.count_nonzero(members):
            bins.append(
                ConfidenceBin(
                    low=bin_ / BINS,
                    high=(bin_ + 1) / BINS,
                    n=count,
                    confidence=float(confidence[members].mean(dtype=np.float64)),
                    accuracy=np.count_nonzero(right[members]) / count,
                )
            )
    gap = sum(row.n * abs(row.accuracy - row.confidence) for row in bins)
    return Calibration(ece=gap / len(right), bins=bins)
