"""Figures of samples that may have several classes each."""

from typing import Any

import numpy as np

from hsclass.assess.sample import EvaluatedSamples
from hsclass.assess.units import Units


def label_set_figures(samples: EvaluatedSamples, units: Units) -> dict[str, Any]:
    """Return micro and macro F1, and the subset accuracy: the share of samples with exactly the right classes.

    Macro F1 is the mean over the classes that have test samples.
    """
    truth, chosen = samples.reference, samples.predicted
    right, named, wanted = (truth & chosen).sum(axis=0), chosen.sum(axis=0), truth.sum(axis=0)
    present = wanted > 0
    f1 = 2 * right[present] / (named + wanted)[present]
    low, high = units.share(samples.right, np.ones(len(truth), bool))
    return {
        "micro_f1": float(2 * right.sum() / max(int(named.sum() + wanted.sum()), 1)),
        "macro_f1": float(f1.mean()),
        "subset": float(samples.right.mean()),
        "subset_low": low,
        "subset_high": high,
    }
