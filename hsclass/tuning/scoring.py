"""The score of a set of options on one fold."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from hsclass.assess.conditions import require_unseen
from hsclass.assess.confusion import count_confusions, summaries
from hsclass.backend import load_keras
from hsclass.errors import DataError, LeakageError
from hsclass.fit_scope import FitScope
from hsclass.models import model_class
from hsclass.split import Split
from hsclass.training import fit
from hsclass.tuning.problem import Problem
from hsclass.tuning.subject import Subject


def score(
    problem: Problem,
    fold: Split,
    subject: Subject,
    values: Mapping[str, Any],
    *,
    metric: str,
    seed: int,
    threads: int,
) -> float:
    """Train on a fold and return a metric of its test pixels.

    Parameters
    ----------
    problem : Problem
    fold : Split
        One of its folds.
    subject : Subject
    values : mapping
        The options to try.
    metric : {"oa", "aa", "kappa"}
    seed, threads : int
        Of the model.

    Raises
    ------
    LeakageError
        If the fit used anything but training pixels of the outer split, or a window that it is tested on.
    """
    options, feature_options = subject.merged(values)
    trained = fit(
        problem.scene, fold, subject.model, features=subject.features, seed=seed, threads=threads,
        feature_options=feature_options, applicability=False, **options,
    )  # fmt: skip
    require_inside(trained.scope, problem)
    require_unseen(trained.scope, fold)
    pixels = np.argwhere(problem.scored(fold))
    ids = np.array([cover.id for cover in problem.scene.classes])
    probabilities = trained.classifier.predict_proba(trained.features(problem.scene), pixels)
    reference = problem.scene.require_labels()[tuple(pixels.T)]
    confusion = count_confusions(reference, ids[probabilities.argmax(axis=1)], ids)
    if model_class(subject.model).runs_keras(trained.classifier.options):
        load_keras(threads).utils.clear_session()  # the graphs of all trials would pile up
    value = float(summaries(confusion)[metric])
    if math.isnan(value):
        raise DataError(
            f"search: {metric} is not defined on a fold, whose {len(pixels)} test pixels hold one class only; choose"
            " 'metric' oa, or other 'folds'"
        )
    return value


def require_inside(scope: FitScope, problem: Problem) -> None:
    """Raise LeakageError if a fit used a pixel that is not a training pixel of the outer split."""
    foreign = {part: count for part, pixels in scope.parts.items() if (count := int((pixels & ~problem.outer).sum()))}
    if foreign:
        listed = ", ".join(f"{part} {count}" for part, count in foreign.items())
        raise LeakageError(
            f"search: a fit has seen pixels that the split does not train ({listed}); expected training pixels only;"
            " this is a defect of the search"
        )
